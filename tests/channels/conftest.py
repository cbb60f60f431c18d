"""A bot that really runs: its own loop in a thread, a real store, a fake Telegram over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.channels.telegram.api import client
from bot.channels.telegram.polling import _work
from bot.channels.telegram.service import Service
from bot.engine import Engine
from bot.limiter import Limiter
from bot.settings import Settings
from bot.store import schema
from bot.store.keys import ServerSecret
from bot.store.opened import to_stamp
from bot.store.store import Store, utcnow
from tests.channels.fake_telegram import TOKEN, Chat, FakeTelegram

ROOT = Path(__file__).resolve().parent.parent.parent


class Bot:
    """A running bot."""

    def __init__(
        self, fake: FakeTelegram, brain: Any, folder: Path, *, region: str | None = "GB",
        read_seconds: float = 20.0, **settings: Any,
    ) -> None:  # fmt: skip
        self.settings = Settings(
            _env_file=None, telegram_token=SecretStr(TOKEN), telegram_api_base=fake.base,
            rate_limit=settings.pop("rate_limit", "off"), region=region, **settings,
        )  # fmt: skip
        secret = self.secret = ServerSecret.load_or_create(folder / "key")
        self.store = Store.open(f"sqlite:///{folder / 't.db'}", secret)
        self.engine = Engine(self.store, lambda: brain, region=region)
        self._fake = fake
        self._read_seconds = read_seconds
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self._stop: asyncio.Event | None = None
        self.failure: BaseException | None = None
        self._thread.start()
        fake.owed = self.owed

    def owed(self) -> int:
        """Return how much is due and not yet sent."""
        due = schema.outbox.c.due_at <= to_stamp(utcnow())
        with self.store._db.read() as connection:
            rows = connection.execute(select(func.count()).select_from(schema.outbox).where(due))
            return int(rows.scalar())

    async def _main(self) -> None:
        self._stop, self._loop = asyncio.Event(), asyncio.get_running_loop()
        bot = client(self.settings, read_seconds=self._read_seconds)
        service = Service(
            bot, self.engine, self.store, self.settings, Limiter.of(self.settings, self.secret)
        )
        work = asyncio.create_task(_work(service, self.store))
        stop = asyncio.create_task(self._stop.wait())
        done, _ = await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        if work in done:
            self.failure = work.exception()
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await work
        await service.close()

    def do(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Run something on the bot's own loop."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(30)

    def history(self, chat: int) -> Any:
        return self.do(lambda: self._history(chat))

    async def _history(self, chat: int) -> Any:
        return await self.engine.history(await self.engine.open_chat("telegram", str(chat)))

    def state(self, chat: int) -> Any:
        return self.engine.state(self.history(chat))

    def waiting(self, chat: int) -> list[dict[str, Any]]:
        """Return what the outbox holds for a chat."""
        opened = self.store.open_chat("telegram", str(chat))
        return [row.payload for row in self.store.waiting(opened)]

    def close(self) -> None:
        self._fake.owed = lambda: 0
        if self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self.engine.close()


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as server:
        yield server


Start = Callable[..., Bot]


@pytest.fixture
def start(fake: FakeTelegram, brain: Any, tmp_path: Path) -> Iterator[Start]:
    """Start bots on one store; they are stopped at the end."""
    running: list[Bot] = []

    def begin(**more: Any) -> Bot:
        running.append(Bot(fake, more.pop("brain", brain), tmp_path, **more))
        return running[-1]

    yield begin
    for bot in running:
        bot.close()


@pytest.fixture
def bot(start: Start) -> Bot:
    return start()


class Person:
    """Someone who writes in one chat."""

    def __init__(self, fake: FakeTelegram, chat: int = 4242) -> None:
        self.fake = fake
        self.id = chat

    @property
    def chat(self) -> Chat:
        return self.fake.chat(self.id)

    def _after(self, act: Callable[[], Any]) -> list[str]:
        before = len(self.chat.sent)
        act()
        self.fake.quiet()
        new = (self.chat.messages.get(number, {}) for number in self.chat.sent[before:])
        return [text for message in new if (text := message.get("text"))]

    def says(self, text: str, **more: Any) -> list[str]:
        """Write, and return the texts that come back."""
        return self._after(lambda: self.fake.say(self.id, text, **more))

    def sends(self, **fields: Any) -> list[str]:
        return self._after(lambda: self.fake.send(self.id, **fields))

    def presses(self, title: str) -> list[str]:
        return self._after(lambda: self.fake.press(self.id, title))

    def edits(self, message: int, text: str) -> list[str]:
        return self._after(lambda: self.fake.edit(self.id, message, text))

    @property
    def latest(self) -> int:
        """The number of the person's latest message."""
        mine = [n for n, m in self.chat.messages.items() if not m["from"]["is_bot"]]
        return max(mine)


@pytest.fixture
def person(fake: FakeTelegram) -> Person:
    return Person(fake)
