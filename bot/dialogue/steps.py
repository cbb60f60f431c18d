"""From one step to the next: what an answer leads to, what is asked, and when it is finished."""

from __future__ import annotations

import re

from bot.dialogue.catalog import END, After, Conversation, Step
from bot.dialogue.coaching import take_draft
from bot.dialogue.facts import shares
from bot.dialogue.finish import finish, offered
from bot.dialogue.read_back import fill
from bot.dialogue.route import next_step, settled
from bot.dialogue.talk import Talk, control, menu_button
from bot.types import Button
from bot.wording import say

ASK = "ask:"
"""Begins the choice of a button that asks a step which was settled unasked."""


def take_answer(talk: Talk, step: Step, text: str) -> None:
    """Keep an answer, say and do what follows from it, and ask the next step."""
    talk.session.misses = talk.session.repeats = 0
    if step.id in talk.run.skipped:
        talk.run.skipped.remove(step.id)
    if step.coach is not None and not take_draft(talk, step, text):
        talk.ask(step, variant="again")
        return
    parts = shares(talk, step, text)
    if step.keep:  # what only steers ("no, she said not to write") tells nothing about the act
        hear(talk, text)
    if step.coach is None:
        talk.record(step, parts.get(step.id) if parts else text.strip())
    _unjump(talk, step)
    if talk.answer(step) is not None:
        _follow(talk, step)
    fill(talk, step, text, parts)
    proceed(talk)


def hear(talk: Talk, text: str) -> None:
    """Note which choice of a later step a message already tells, by the stems that the file names.

    Only its number is noted, and nothing where words of two choices stand side by side.
    """
    for step in talk.conversation or ():
        if step.tell and not settled(talk, step):
            found = [c for c, stems in step.tell.items() if re.search(stems, text, re.IGNORECASE)]
            if found:
                talk.run.told.pop(step.id, None)
            if len(found) == 1:
                talk.run.told[step.id] = step.choices.index(found[0])


def _told(talk: Talk, step: Step) -> str | None:
    number = talk.run.told.pop(step.id, None)
    return None if number is None else step.choices[number]


def take_skip(talk: Talk, step: Step) -> None:
    """Leave a step open on purpose and ask the next one, without comment."""
    talk.session.misses = talk.session.repeats = 0
    if talk.answer(step) is None and step.id not in talk.run.skipped:
        talk.run.skipped.append(step.id)
        _follow(talk, step)
    proceed(talk)


def proceed(talk: Talk) -> None:
    """Ask the next open step, or let the conversation finish."""
    following = next_step(talk) if "ended" not in talk.run.flags else None
    if following is not None and (choice := _told(talk, following)) is not None:
        talk.record(following, choice)
        talk.run.unasked.append(following.id)
        wrong = Button(say("buttons.not_right"), f'/settle{{"choice": "{ASK}{following.id}"}}')
        talk.speak("dialogue.told", label=following.label, answer=choice, buttons=[wrong])
        _follow(talk, following)
        proceed(talk)
        return
    if following is None:
        finish(talk)
    else:
        talk.ask(following)


def _follow(talk: Talk, step: Step) -> None:
    found = _after(talk, step)
    if found is None or talk.conversation is None:
        return
    for flag in found.set:
        _set_flag(talk, flag)
    if found.go:
        _jump(talk, talk.conversation, step, found.go)
    if found.say:
        talk.utter(found.say, buttons=_offers(talk, found))


def _after(talk: Talk, step: Step) -> After | None:
    group = talk.answer_class(step)
    return next((a for a in step.after if group in a.when), None)


def _set_flag(talk: Talk, flag: str) -> None:
    if flag == "private":
        if flag not in talk.run.flags:
            talk.run.flags.append(flag)
    else:
        talk.session.raise_flag(flag)


def _jump(talk: Talk, conversation: Conversation, step: Step, target: str) -> None:
    if target == END:
        talk.run.flags.append("ended")
        return
    ids = [s.id for s in conversation]
    between = ids[ids.index(step.id) + 1 : ids.index(target)]
    talk.run.jumped.extend(i for i in between if i not in talk.run.jumped)


def _unjump(talk: Talk, step: Step) -> None:
    """A changed answer takes another way: what the earlier one jumped over may be asked again."""
    if any(after.go for after in step.after):
        talk.run.jumped.clear()
        talk.run.flags = [flag for flag in talk.run.flags if flag != "ended"]


def _offers(talk: Talk, found: After) -> tuple[Button, ...]:
    names = [n for n in found.offer if n in talk.catalog and offered(talk, n)]
    lines = [control("buttons.lines", "hotline")] if found.set else []
    return (*lines, *(menu_button(talk.catalog[name]) for name in names))
