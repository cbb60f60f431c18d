"""Walking through conversations: reach any step of any conversation, by the examples in its file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bot.dialogue.catalog import Conversation, Step, load_catalog
from tests.conftest import Talker

CATALOG = load_catalog()


def straight_answer(step: Step) -> str:
    """Return an answer that goes the plain way: no branch that ends or jumps."""
    if step.kind == "yes_no":
        ends = {group for after in step.after if after.go or after.set for group in after.when}
        return "No" if "yes" in ends else "Yes"
    if step.choices:
        ends = {group for after in step.after if after.go or after.set for group in after.when}
        return next((c for c in step.choices if c.casefold() not in ends), step.choices[0])
    return step.example


@lru_cache(maxsize=64)
def walked(brain: Any, name: str) -> tuple[tuple[str, Talker], ...]:
    """Return the talk as it stands at each step of a conversation's straight way."""
    talker = Talker(brain, region="GB")
    talker.send(open_message(talker, name))
    found: list[tuple[str, Talker]] = []
    conversation = CATALOG[name]
    while talker.state.conversation == name and len(found) < 15:
        step_id = talker.state.step
        assert step_id is not None
        found.append((step_id, talker.copy()))
        step = conversation.step(step_id)
        answer_at(talker, conversation, step)
    return tuple(found)


def open_message(talker: Talker, name: str) -> Any:
    """Offer and press the button that opens a conversation."""
    from bot.dialogue.history import bot_event
    from bot.dialogue.talk import Utterance, menu_button
    from bot.types import Message

    talker.store.log.append(bot_event(Utterance("menu", (menu_button(CATALOG[name]),))))
    return Message(payload=f"/{name}")


def answer_at(talker: Talker, conversation: Conversation, step: Step) -> None:
    """Answer a step as an answer, whatever its words look like."""
    from bot.dialogue.history import bot_event
    from bot.dialogue.talk import Utterance
    from bot.types import Button, Message

    payload = f"{conversation.name}__{step.id}={straight_answer(step)}"
    talker.store.log.append(bot_event(Utterance("answer", (Button("answer", payload),))))
    talker.send(Message(payload=payload))


def steps_of(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Return conversation and step pairs that a straight way can meet."""
    for name in names:
        for step in CATALOG[name]:
            yield name, step.id
