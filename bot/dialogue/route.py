"""The way through a conversation: which steps belong to this run, which is next, how much is left."""

from __future__ import annotations

from bot.dialogue.catalog import Step
from bot.dialogue.talk import Talk


def applies(talk: Talk, step: Step) -> bool:
    """Whether a step belongs to this run: not jumped over, and its condition holds."""
    if step.id in talk.run.jumped or (step.unless_private and "private" in talk.run.flags):
        return False
    if step.inward and (talk.get("crisis") or {}).get("outward"):
        return False
    if step.ask_if is None or talk.conversation is None:
        return True
    other = talk.conversation.step(step.ask_if.step)
    return talk.answer_class(other) in step.ask_if.answer


def shown(talk: Talk) -> list[Step]:
    """Return the steps of this run, in order."""
    return [step for step in talk.conversation or () if applies(talk, step)]


def settled(talk: Talk, step: Step) -> bool:
    """Whether a step needs no more asking: answered or skipped."""
    return talk.answer(step) is not None or step.id in talk.run.skipped


def next_step(talk: Talk) -> Step | None:
    """Return the first step that is still open; None when all are settled."""
    return next((step for step in shown(talk) if not settled(talk, step)), None)


def previous_step(talk: Talk) -> Step | None:
    """Return the step before the waiting one, None at the beginning."""
    current = talk.step
    steps = [step for step in shown(talk) if step.id not in talk.run.unasked or step == current]
    if current is None or current not in steps:
        return None
    place = steps.index(current)
    return steps[place - 1] if place else None


def progress(talk: Talk) -> tuple[int, int]:
    """Return how many steps are settled, and how many there are."""
    if talk.conversation is None:
        return 0, 0
    steps = shown(talk)
    return sum(settled(talk, step) for step in steps), len(steps)
