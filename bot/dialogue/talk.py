"""One turn of a talk: what is known when a message arrives, and what has changed when it is answered.

`Talk` knows nothing of Rasa. Actions build it from a tracker's slots, a move from `bot.dialogue` works
on it, and what it collected (`utterances`, `changes`) goes back as Rasa events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.dialogue.catalog import Catalog, Conversation, Step
from bot.dialogue.session import Run, Session, slot_name, split_slot
from bot.language.answers import classify
from bot.types import Button
from bot.wording import say

REQUESTED = "requested_slot"
DRAFTS = "drafts"
"""The slot for words that are being worked on beside the answers; no return phrase keeps it."""


RECALL = "recall_"
REUSE = "reuse"
"""The intent of the button that takes an earlier answer over."""


def recall_name(number: int) -> str:
    """Return the variant of a question that shows the step's recall of that number."""
    return f"{RECALL}{number}"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One message to the person before a channel renders it."""

    text: str
    buttons: tuple[Button, ...] = ()
    card: Mapping[str, Any] | None = None


@dataclass
class Talk:
    """A talk in the middle of one turn."""

    catalog: Catalog
    slots: Mapping[str, Any]
    loop: str | None = None
    today: date = field(default_factory=date.today)
    disabled: frozenset[str] = frozenset()
    text: str = ""
    intent: str | None = None
    ranking: Sequence[tuple[str, float]] = ()
    choice: str | None = None
    utterances: list[Utterance] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    asked: bool = False
    closed_loop: bool = False

    def __post_init__(self) -> None:
        self.session = Session.from_dict(self.slots.get("session"))

    # --- what is known -------------------------------------------------------------------------

    def get(self, slot: str) -> Any:
        """Return a slot's value as it stands now."""
        return self.changes.get(slot, self.slots.get(slot))

    @property
    def conversation(self) -> Conversation | None:
        """The conversation under way, if one is."""
        if self.closed_loop or not self.loop:
            return None
        return self.catalog.get(self.loop.removesuffix("_form"))

    @property
    def step(self) -> Step | None:
        """The step that waits for an answer, if one does."""
        name, step_id = split_slot(self.get(REQUESTED))
        conversation = self.conversation
        if conversation is None or name != conversation.name or step_id is None:
            return None
        return next((s for s in conversation if s.id == step_id), None)

    @property
    def run(self) -> Run:
        """The run of the conversation under way."""
        assert self.conversation is not None
        return self.session.run(self.conversation.name)

    @property
    def artifacts(self) -> list[dict[str, Any]]:
        """What this person has finished, oldest first."""
        return list(self.get("artifacts") or [])

    def answer(self, step: Step, conversation: Conversation | None = None) -> str | None:
        """Return the answer given to a step, None where there is none."""
        owner = conversation or self.conversation
        assert owner is not None
        value = self.get(slot_name(owner.name, step.id))
        return value if isinstance(value, str) else None

    def answered(self, conversation: Conversation | None = None) -> list[Step]:
        """Return the steps that have an answer, in order."""
        owner = conversation or self.conversation
        return [s for s in owner or () if self.answer(s, owner) is not None]

    def answer_class(self, step: Step) -> str:
        """Return the class of a step's answer: yes, no, unsure, a choice, given, skipped."""
        value = self.answer(step)
        if value is None:
            return "skipped"
        group = classify(step.kind, value, step.choices)
        doubted = group in ("yes", "given") and _EXCEPT.search(value) and _asks_for_a_no(step)
        return "unsure" if doubted else group

    def earlier(self, conversation: str, step: str) -> tuple[int, str | None]:
        """Return an answer from a conversation that waits, else from the latest finished one of a name.

        The number beside it grows with how late it was given.
        """
        waits = any(w.conversation == conversation for w in self.session.paused)
        value = self.get(slot_name(conversation, step))
        if waits and isinstance(value, str):
            return len(self.artifacts), value
        for place, artifact in reversed(list(enumerate(self.artifacts))):
            if artifact["conversation"] == conversation:
                found = (s["answer"] for s in artifact["sections"] if s["step"] == step)
                return place, next(found, None)
        return -1, None

    # --- what changes --------------------------------------------------------------------------

    def set(self, slot: str, value: Any) -> None:
        """Change a slot."""
        self.changes[slot] = value

    def record(self, step: Step, answer: str | None) -> None:
        """Keep an answer to a step of the conversation under way."""
        assert self.conversation is not None
        self.set(slot_name(self.conversation.name, step.id), answer)

    def speak(
        self, key: str, *, buttons: Sequence[Button] = (), variant: int = 0, **values: object
    ) -> None:
        """Say a sentence from the wording files."""
        self.utter(say(key, variant, **values), buttons=buttons)

    def utter(
        self, text: str, *, buttons: Sequence[Button] = (), card: Mapping[str, Any] | None = None
    ) -> None:
        """Say a text that is not in the wording files: a conversation's own, or the person's words."""
        self.utterances.append(Utterance(text, tuple(buttons), card))

    def ask(self, step: Step | None = None, *, variant: str | None = None) -> None:
        """Let the form ask a step (the waiting one by default) after what was said in this turn."""
        target = step or self.step
        conversation = self.conversation
        if target is None or conversation is None:
            return
        chosen, recalled = self._variant(target, variant)
        self.set(REQUESTED, slot_name(conversation.name, target.id))
        self.set("ask_variant", chosen)
        self.set("recalled", recalled)
        self.asked = True
        if self.session.pending is None and (kind := self._listens(target, chosen)):
            self.session.pending = {"kind": kind}

    def _variant(self, step: Step, wanted: str | None) -> tuple[str, str | None]:
        if wanted:
            return wanted, None
        if (value := self.answer(step)) is not None:
            return "earlier", value
        found = [(self.earlier(r.conversation, r.step), n) for n, r in enumerate(step.recalls)]
        known = [(place, value, number) for (place, value), number in found if value is not None]
        if known:
            _, value, number = max(known)
            return recall_name(number), value
        role = self.session.role or ""
        return (role if role in step.questions else "plain"), None

    @staticmethod
    def _listens(step: Step, variant: str) -> str | None:
        """Return what may be said to the asked step beside an answer (`bot.dialogue.pending`)."""
        if step.coach:
            return "coach"
        number = variant.removeprefix(RECALL)
        return REUSE if number.isdigit() and step.recalls[int(number)].reuse else None

    def close(self) -> None:
        """Leave the conversation under way; no step waits any more."""
        self.closed_loop = True
        self.set(REQUESTED, None)

    def slot_changes(self) -> dict[str, Any]:
        """Return every changed slot, the session among them."""
        return {**self.changes, "session": self.session.as_dict()}


_EXCEPT = re.compile(
    r"\b(?:except|but|apart from|almost|mostly|nearly|until|only once|once)\b", re.IGNORECASE
)


def _asks_for_a_no(step: Step) -> bool:
    """Whether a step asks if a no was kept: there "yes, but" is no plain yes (care rule 11)."""
    return step.kind == "yes_no" and any(
        "no" in a.when and "not_a_slip" in a.set for a in step.after
    )


def control(title_key: str, intent: str) -> Button:
    """Return a quick reply that stands for an intent."""
    return Button(say(title_key), f"/{intent}")


def menu_button(conversation: Conversation) -> Button:
    """Return a quick reply that opens a conversation."""
    return Button(conversation.title, f"/{conversation.name}")
