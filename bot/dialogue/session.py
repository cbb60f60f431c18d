"""What a talk remembers beside the answers: plain values in the Rasa slot `session`.

Answers stand in one slot per step (`pre_brief__limits`), finished conversations in `artifacts`, a
crisis in `crisis`. Everything here is JSON, small, and free of what the person wrote.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

SEPARATOR = "__"
FORM = "_form"
LISTENING = frozenset({"coach", "read_back", "reuse"})
"""What may be said beside an answer to the step that is asked; other side questions come before it."""


def slot_name(conversation: str, step: str) -> str:
    """Return the Rasa slot that holds the answer to a step."""
    return f"{conversation}{SEPARATOR}{step}"


def split_slot(slot: str | None) -> tuple[str | None, str | None]:
    """Return conversation and step of an answer slot, or two Nones."""
    if not slot or SEPARATOR not in slot:
        return None, None
    conversation, step = slot.split(SEPARATOR, 1)
    return conversation, step


def form_name(conversation: str) -> str:
    """Return the Rasa form of a conversation."""
    return conversation + FORM


@dataclass
class Run:
    """One conversation under way: steps skipped, steps a branch jumped over, and what branches set.

    `told` holds the number of the choice that was told before its step was asked, `unasked` the steps that
    were settled so.
    """

    skipped: list[str] = field(default_factory=list)
    jumped: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    told: dict[str, int] = field(default_factory=dict)
    unasked: list[str] = field(default_factory=list)


@dataclass
class Waiting:
    """A conversation that was paused or interrupted, and the step at which it waits."""

    conversation: str
    step: str


@dataclass
class Session:
    """The talk's memory between two messages."""

    paused: list[Waiting] = field(default_factory=list)
    runs: dict[str, Run] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    role: str | None = None
    region: str | None = None
    pending: dict[str, Any] | None = None
    misses: int = 0
    repeats: int = 0
    last: str | None = None
    found: list[str] = field(default_factory=list)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any] | None) -> Session:
        """Rebuild a session from the slot's value (None gives a new one)."""
        values = copy.deepcopy(dict(raw or {}))
        values["paused"] = [Waiting(**item) for item in values.get("paused", [])]
        values["runs"] = {name: Run(**run) for name, run in values.get("runs", {}).items()}
        known = set(cls.__dataclass_fields__)
        return cls(**{name: value for name, value in values.items() if name in known})

    def as_dict(self) -> dict[str, Any]:
        """Return the slot's value."""
        return asdict(self)

    def run(self, conversation: str) -> Run:
        """Return the run of a conversation, beginning one if there is none."""
        return self.runs.setdefault(conversation, Run())

    def wait(self, conversation: str, step: str) -> None:
        """Let a conversation wait at a step; the latest stands last."""
        self.release(conversation)
        self.paused.append(Waiting(conversation, step))

    def release(self, conversation: str) -> Waiting | None:
        """Take a conversation out of those that wait."""
        found = next((w for w in self.paused if w.conversation == conversation), None)
        self.paused = [w for w in self.paused if w.conversation != conversation]
        return found

    def raise_flag(self, flag: str) -> None:
        """Remember something for the rest of the talk."""
        if flag not in self.flags:
            self.flags.append(flag)

    @property
    def holds(self) -> bool:
        """Whether a side question of ours waits, so that the step is not asked meanwhile."""
        return self.pending is not None and self.pending.get("kind") not in LISTENING

    @property
    def joint_closed(self) -> bool:
        """Whether exercises for two are closed for this person (fear, force, control, a crisis, under 18)."""
        return any(flag in self.flags for flag in ("unsafe", "not_a_slip", "crisis", "minor"))
