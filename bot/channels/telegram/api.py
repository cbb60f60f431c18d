"""The way to Telegram's Bot API: python-telegram-bot's client, and what its errors mean to us.

The library's own dispatcher is not used: an update counts as taken only once its answer stands in the
store, which no dispatcher of its kind offers.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, cast

from telegram import Bot, BotCommand
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.telegram.updates import ALLOWED, COMMANDS
from bot.errors import GroundworkError, SettingsError
from bot.settings import Settings
from bot.wording import say

DEFAULT_BASE = "https://api.telegram.org"
POLL_SECONDS = 25
"""How long Telegram may keep an empty answer back; a dropped line is noticed some seconds later."""
READ_SECONDS = 20.0
CONNECTIONS = 64


class Client(Bot):
    """Telegram's Bot API. Also gives updates as they came, so that one that can't be read stops nothing."""

    __slots__ = ()

    async def raw_updates(self, offset: int) -> list[dict[str, Any]]:
        """Wait for updates from `offset` on; all before it count as taken."""
        found = await self._post(
            "getUpdates",
            {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": list(ALLOWED)},
            read_timeout=POLL_SECONDS + READ_SECONDS,
        )
        return cast(list[dict[str, Any]], found)


def client(settings: Settings, *, read_seconds: float = READ_SECONDS) -> Client:
    """Return a client for the bot of the settings.

    Raises:
        SettingsError: no token is set.
    """
    if settings.telegram_token is None:
        raise SettingsError("GROUNDWORK_TELEGRAM_TOKEN is not set: BotFather gives it")
    base = (settings.telegram_api_base or DEFAULT_BASE).rstrip("/").removesuffix("/bot")
    token = settings.telegram_token.get_secret_value()
    try:
        return Client(
            token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot",
            request=_request(CONNECTIONS, read_seconds), get_updates_request=_request(2, read_seconds),
        )  # fmt: skip
    except InvalidToken:
        raise _refused() from None


def _request(connections: int, read_seconds: float) -> HTTPXRequest:
    return HTTPXRequest(
        connections, connect_timeout=10.0, read_timeout=read_seconds, write_timeout=20.0,
        pool_timeout=30.0,
    )  # fmt: skip


def check(settings: Settings) -> None:
    """Ask Telegram whether the token is good, before anything else is started.

    A network that is not there yet is no reason to end: it is tried again while running.

    Raises:
        GroundworkError: the token is missing or refused.
    """

    async def ask() -> None:
        bot = client(settings)
        try:
            await bot.initialize()
        except InvalidToken:
            raise _refused() from None
        except TelegramError:
            return
        finally:
            await bot.shutdown()

    asyncio.run(ask())


def _refused() -> GroundworkError:
    return GroundworkError(
        "Telegram does not accept the token: check GROUNDWORK_TELEGRAM_TOKEN, or make a new one with BotFather"
    )


async def introduce(bot: Client) -> None:
    """Tell Telegram which commands there are, in words that say nothing to others."""
    commands = [BotCommand(name, say(f"telegram.commands.{name}")) for name in COMMANDS]
    await bot.set_my_commands(commands)


def wait_of(error: RetryAfter) -> timedelta:
    """Return how long Telegram asks to wait."""
    asked = error.retry_after
    return asked if isinstance(asked, timedelta) else timedelta(seconds=asked)
