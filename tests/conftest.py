"""What tests share: the trained model, and a talk that can be held, copied and looked into."""

from __future__ import annotations

import asyncio
import copy
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from bot import logs
from bot.dialogue.history import Event, History, listen_event
from bot.engine import Engine
from bot.store.outbox import Plan
from bot.store.receipts import Receipt
from bot.types import Message, Reply, State, Turn

ROOT = Path(__file__).resolve().parent.parent
logs.configure()


class MemoryStore:
    """A recording fake of the store: one conversation's events in a list."""

    def __init__(self) -> None:
        self.log: list[Event] = []
        self.receipts: dict[str, dict[str, Any]] = {}

    def events(self, opened: Any) -> list[Event]:
        return copy.deepcopy(self.log)

    def commit(
        self,
        opened: Any,
        events: list[Event],
        *,
        receipt: Receipt | None = None,
        truncate_from: int | None = None,
        plan: Plan | None = None,
    ) -> None:
        del self.log[len(self.log) if truncate_from is None else truncate_from :]
        self.log += copy.deepcopy(list(events))
        if receipt:
            self.receipts[receipt.key] = {
                "request": receipt.request,
                "response": dict(receipt.response),
            }

    def receipt(self, opened: Any, key: str) -> dict[str, Any] | None:
        return self.receipts.get(key)

    def make_phrase(self, opened: Any, payload: dict[str, Any]) -> str:
        self.kept = payload
        return "one two three four five six"

    def empty(
        self, opened: Any, *, receipt: Receipt | None = None, plan: Plan | None = None
    ) -> None:
        self.log.clear()

    def close(self) -> None:
        """Nothing to close."""


class Opened:
    """Stands in for an opened conversation."""

    id = "test"


class Talker:
    """A person in a talk with the program, through the engine."""

    def __init__(
        self, brain: Any, region: str | None = None, log: list[Event] | None = None
    ) -> None:
        self._brain = brain
        self._region = region
        self.store = MemoryStore()
        self.store.log = copy.deepcopy(log or [listen_event()])
        self.engine = Engine(self.store, lambda: brain, region=region)  # type: ignore[arg-type]
        self.turn = Turn(())

    def copy(self) -> Talker:
        return Talker(self._brain, self._region, self.store.log)

    def say(self, text: str, **more: Any) -> Turn:
        return self._send(Message(text=text, **more))

    def press(self, title: str) -> Turn:
        offered = {t: p for p, t in self.history.offered.items()}
        return self._send(Message(payload=offered[title]))

    def send(self, message: Message) -> Turn:
        return self._send(message)

    def _send(self, message: Message) -> Turn:
        self.turn = asyncio.run(self.engine.receive(Opened(), message))  # type: ignore[arg-type]
        return self.turn

    @property
    def history(self) -> History:
        return History.of(self.store.log)

    @property
    def state(self) -> State:
        return self.engine.state(self.history)

    @property
    def text(self) -> str:
        return "\n".join(reply.text for reply in self.turn.replies)

    @property
    def titles(self) -> list[str]:
        return [button.title for reply in self.turn.replies for button in reply.buttons]

    def card(self, kind: str) -> dict[str, Any]:
        return next(dict(r.card) for r in self.turn.replies if r.card and r.card["kind"] == kind)

    def answer(self, conversation: str, step: str) -> Any:
        return self.history.slots.get(f"{conversation}__{step}")


def texts(replies: tuple[Reply, ...]) -> str:
    """Return the texts of replies as one."""
    return "\n".join(reply.text for reply in replies)


@pytest.fixture(scope="session")
def brain() -> Any:
    """The trained dialogue model."""
    from bot.dialogue.agent import Brain

    model = ROOT / "models" / "groundwork.tar.gz"
    if not model.is_file():
        pytest.fail("no trained model: run `groundwork train` (make test does)")
    return Brain.load(model)


@pytest.fixture
def talker(brain: Any) -> Callable[..., Talker]:
    """Begin a talk."""
    return lambda **more: Talker(brain, **more)
