"""The values that travel between channels, the engine and what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["none", "gentle", "crisis", "emergency"]
"""How urgent words are; ordered as written, least first."""

LEVELS: tuple[Level, ...] = ("none", "gentle", "crisis", "emergency")

Category = Literal[
    "suicide",
    "self_harm",
    "violence_now",
    "ongoing_abuse",
    "sexual_assault",
    "strangulation",
    "stalking_tech",
    "child",
    "harm_others",
    "medical",
]
"""What a crisis is about."""

Channel = Literal["web", "telegram", "terminal"]
"""Where a message came from and where its answer goes."""


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply: what it shows and what the server is told when it is chosen."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the person. `text` alone is always enough; `card` repeats it in a richer form."""

    text: str
    buttons: tuple[Button, ...] = ()
    card: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the reply as the HTTP interface gives it."""
        return {
            "text": self.text,
            "buttons": [{"title": b.title, "payload": b.payload} for b in self.buttons],
            "card": dict(self.card) if self.card is not None else None,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Reply:
        """Rebuild a reply from `as_dict`."""
        buttons = tuple(Button(b["title"], b["payload"]) for b in raw["buttons"])
        return cls(raw["text"], buttons, raw["card"])


@dataclass(frozen=True, slots=True)
class CrisisState:
    """The crisis that is in view: level, category, and the region whose lines are shown, if known."""

    level: Level
    category: Category
    region: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the state as the HTTP interface gives it."""
        return {"level": self.level, "category": self.category, "region": self.region}


@dataclass(frozen=True, slots=True)
class State:
    """Where a talk stands after a turn. `done` and `of` count steps of the running conversation."""

    conversation: str | None = None
    step: str | None = None
    done: int = 0
    of: int = 0
    paused: tuple[str, ...] = ()
    crisis: CrisisState | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the state as the HTTP interface gives it."""
        return {
            "conversation": self.conversation,
            "step": self.step,
            "done": self.done,
            "of": self.of,
            "paused": list(self.paused),
            "crisis": self.crisis.as_dict() if self.crisis else None,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> State:
        """Rebuild a state from `as_dict`."""
        found = CrisisState(**raw["crisis"]) if raw["crisis"] else None
        return cls(**{**raw, "paused": tuple(raw["paused"]), "crisis": found})


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message led to."""

    replies: tuple[Reply, ...]
    state: State = field(default_factory=State)

    def as_dict(self) -> dict[str, Any]:
        """Return the turn as the HTTP interface gives it."""
        return {"replies": [r.as_dict() for r in self.replies], "state": self.state.as_dict()}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Turn:
        """Rebuild a turn from `as_dict`."""
        return cls(tuple(map(Reply.from_dict, raw["replies"])), State.from_dict(raw["state"]))


@dataclass(frozen=True, slots=True)
class Message:
    """What a person sent through a channel: either `text` or the `payload` of an offered button.

    `control` is set by a channel alone, for a command of its own: the intent that `text` stands for.
    `replaces` marks an edit: `text` is to be taken instead of the answer given last.
    """

    text: str | None = None
    payload: str | None = None
    channel: Channel = "web"
    idempotency_key: str | None = None
    control: str | None = None
    replaces: bool = False
