"""Asking Telegram for updates: no public address is needed. `groundwork telegram` runs this."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.api import client, wait_of
from bot.channels.telegram.service import Service, persist
from bot.dialogue.agent import Brain
from bot.engine import Engine
from bot.errors import GroundworkError
from bot.limiter import Limiter
from bot.order import order_of
from bot.settings import Settings
from bot.store.home import open_store, secret_of
from bot.store.store import Store
from bot.store.sweep import Sweeper

logger = logging.getLogger(__name__)
CONFLICT_SECONDS = 5.0
SLOWEST = 30.0


async def poll(service: Service) -> None:
    """Take updates until cancelled.

    A batch counts as taken at Telegram only once every answer in it is stored: a kill at any moment
    brings it again, and the receipts keep it from being answered twice.

    Raises:
        GroundworkError: Telegram refuses the token.
    """
    offset, pause = 0, 1.0
    while True:
        try:
            batch = await service.bot.raw_updates(offset)
        except InvalidToken:
            raise GroundworkError("Telegram does not accept the token any more") from None
        except RetryAfter as error:
            await asyncio.sleep(wait_of(error).total_seconds())
        except Conflict:
            logger.error("another program asks for this bot's updates: only one can")
            await asyncio.sleep(CONFLICT_SECONDS)
        except TelegramError as error:
            logger.warning("no updates (%s)", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, SLOWEST)
        else:
            pause = 1.0
            offset = max([offset, *(await _take(service, batch))])


async def _take(service: Service, batch: list[dict[str, Any]]) -> list[int]:
    """Take a batch, each chat in its order; returns the offset after each update."""
    ordered = sorted(batch, key=lambda raw: int(raw["update_id"]))
    await asyncio.gather(*(service.take(raw) for raw in ordered))
    return [int(raw["update_id"]) + 1 for raw in ordered]


async def run(settings: Settings, brain: Brain) -> None:
    """Run the bot until a signal ends it.

    Raises:
        GroundworkError: Telegram refuses the token, or the store cannot be opened.
    """
    secret = secret_of(settings)
    store = open_store(settings, secret)
    engine = Engine(store, lambda: brain, region=settings.region, order=order_of(settings))
    service = Service(client(settings), engine, store, settings, Limiter.of(settings, secret))
    try:
        await _until_signal(_work(service, store))
    finally:
        await service.close()
        engine.close()


async def _work(service: Service, store: Store) -> None:
    await service.start()
    await persist(service.bot.delete_webhook)  # else Telegram gives no updates here
    sweeper = Sweeper(store.purge)
    sweeper.start()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(service.sender.run())
            group.create_task(poll(service))
    finally:
        await asyncio.to_thread(sweeper.stop)


async def _until_signal(work: Any) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
