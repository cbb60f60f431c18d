"""The bot as a whole: what arrives goes to the chats, what waits goes out, and neither stops the other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.api import Client, introduce, wait_of
from bot.channels.telegram.chats import Chats
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.updates import Arrival, read
from bot.engine import Engine, ModelFailed, NotStored
from bot.errors import GroundworkError
from bot.limiter import Limiter
from bot.settings import Settings
from bot.store.store import Store
from bot.wording import say

logger = logging.getLogger(__name__)
PATIENCE = (0.5, 2.0)
"""Seconds before an update that failed is tried again; then the person gets the safety line."""
SLOWEST = 30.0
TOLD = 1_000
"""Groups remembered as told; after that the oldest may be told once more."""


class Service:
    """One bot in one process."""

    def __init__(
        self, bot: Client, engine: Engine, store: Store, settings: Settings,
        limiter: Limiter, ready: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        # The library reports every failed request by itself; we do, once, and without its details.
        logging.getLogger("telegram").setLevel(logging.CRITICAL)
        self.bot = bot
        self.sender = Sender(bot, engine, store)
        self._chats = Chats(engine, store, settings, limiter, self.sender.wake, ready)
        self._told: OrderedDict[int, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, raw: Mapping[str, Any]) -> None:
        """Take one update; when this returns, its answer is stored and will be sent.

        Raises:
            ModelFailed: the model is still loading; nothing was stored, it may come again.
        """
        try:
            arrival = read(raw)
        except (
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
        ) as error:  # no update as we know it
            logger.warning("an update could not be read (%s)", type(error).__name__)
            return
        if arrival is None:
            return
        if not arrival.private:
            self._aside(self._tell(arrival.chat))
            return
        if arrival.callback is not None:
            self._aside(self._acknowledge(arrival.callback))
        await self._answer(arrival)

    async def _answer(self, arrival: Arrival) -> None:
        said = [say("dialogue.error")]
        for pause in (*PATIENCE, None):
            try:
                await self._chats.take(arrival)
                return
            except ModelFailed:
                raise
            except NotStored as error:
                logger.error("an update was not stored")
                said = [say("dialogue.error"), *(reply.text for reply in error.replies)]
            except Exception as error:  # whatever failed, the person is not left without an answer
                logger.error("an update failed (%s)", type(error).__name__)
            if pause is not None:
                await asyncio.sleep(pause)
        with contextlib.suppress(TelegramError):
            for text in said:
                await self.bot.send_message(arrival.chat, text)

    async def _tell(self, chat: int) -> None:
        """Say once in a group or channel that we talk in private; nothing of it is read or kept."""
        if chat in self._told:
            return
        self._told[chat] = None
        while len(self._told) > TOLD:
            self._told.popitem(last=False)
        with contextlib.suppress(TelegramError):
            await self.bot.send_message(chat, say("telegram.private_only"))

    async def _acknowledge(self, callback: str) -> None:
        with contextlib.suppress(TelegramError):  # too old to be acknowledged: only a spinner
            await self.bot.answer_callback_query(callback)

    def _aside(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- start and end ---------------------------------------------------------------------------

    async def start(self) -> None:
        """Reach Telegram, however long it takes, and tell it the commands.

        Raises:
            GroundworkError: Telegram refuses the token.
        """
        await persist(self.bot.initialize)
        self._aside(self._introduce())

    async def _introduce(self) -> None:
        try:
            await persist(lambda: introduce(self.bot))
        except GroundworkError as error:  # a bot without a list of commands still talks
            logger.error("%s", error)

    async def close(self) -> None:
        """Finish what is being sent and let go."""
        await self.sender.drain()
        for task in tuple(self._tasks):
            task.cancel()
        with contextlib.suppress(TelegramError):
            await self.bot.shutdown()


async def persist(call: Callable[[], Awaitable[Any]]) -> None:
    """Call Telegram until it answers.

    Raises:
        GroundworkError: it refuses the token, or what it was told.
    """
    pause = 1.0
    while True:
        try:
            await call()
            return
        except InvalidToken:
            raise GroundworkError("Telegram does not accept the token any more") from None
        except (
            BadRequest
        ) as error:  # what Telegram says of an address or a command, never a person's words
            raise GroundworkError(f"Telegram refused: {error.message}") from None
        except RetryAfter as error:
            pause = max(pause, wait_of(error).total_seconds())
        except TelegramError as error:
            logger.warning("Telegram cannot be reached (%s); trying again", type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * 2, SLOWEST)
