"""The end of a conversation: what the person takes away, the closing words, and what could come next."""

from __future__ import annotations

import secrets
from datetime import date, time

from bot.artifacts.dates import read_date, read_time
from bot.artifacts.model import Artifact, Section
from bot.dialogue.catalog import Conversation, Step
from bot.dialogue.route import shown
from bot.dialogue.talk import DRAFTS, Talk, control, menu_button
from bot.types import Button
from bot.wording import say


def finish(
    talk: Talk, *, conversation: Conversation | None = None, closing: str | None = None
) -> None:
    """End the conversation under way: keep its artifact, show it, and free its answers for another run."""
    ended = conversation or talk.conversation
    if ended is None:
        talk.speak("dialogue.nothing_to_finish", buttons=menu(talk))
        return
    run = talk.session.run(ended.name)
    artifact, flags = build(talk, ended), frozenset(run.flags)
    leave(talk, ended)
    if artifact is None:
        talk.utter(say("dialogue.ended_empty"), buttons=menu(talk))
        return
    talk.set("artifacts", [*talk.artifacts, artifact.as_dict()])
    text = "\n\n".join([*_last_words(ended, closing, flags), as_text(artifact)])
    lines = [control("buttons.lines", "hotline")] if "private" in flags else []
    talk.utter(text, buttons=[*lines, *_next(talk, ended)], card=artifact.card())
    if ended.artifact.footer == "joint" and not talk.session.joint_closed:
        talk.speak(
            "safety.beside_joint",
            buttons=(Button(say("safety.private_button"), "/private_screen"),),
        )


def _last_words(ended: Conversation, closing: str | None, flags: frozenset[str]) -> list[str]:
    """The closing; what stays private ends otherwise, and a branch that ends has said its own last words."""
    if closing is not None:
        return [closing]
    if "private" in flags:
        return [say("safety.private_closing")]
    return [] if "ended" in flags else [ended.closing]


def leave(talk: Talk, ended: Conversation) -> None:
    """Close the loop and clear the run and its answers."""
    talk.session.runs.pop(ended.name, None)
    talk.session.release(ended.name)
    for step in ended:
        talk.set(f"{ended.name}__{step.id}", None)
    talk.set(DRAFTS, None)
    talk.close()


def build(talk: Talk, conversation: Conversation) -> Artifact | None:
    """Make the artifact from the answers; None where nothing was answered."""
    if not talk.answered(conversation):
        return None
    form, private = conversation.artifact, "private" in talk.session.run(conversation.name).flags
    steps = shown_of(talk, conversation)
    sections = tuple(Section(s.id, s.label, talk.answer(s, conversation), s.keep) for s in steps)
    return Artifact(
        id=secrets.token_hex(8),
        conversation=conversation.name,
        title=(form.private_title if private else None) or form.title,
        header=(form.private_header if private else None) or form.header,
        footer=None if private else _footer(talk, conversation),
        sections=sections,
        made_on=talk.today,
        file_name=form.file_name,
        calendar_on=_calendar(talk, conversation),
        calendar_allowed=form.calendar,
        calendar_at=_at(talk, conversation),
    )


def _footer(talk: Talk, conversation: Conversation) -> str | None:
    """The sentence at the end; what either one or two can do is one's own where two are not free to say no."""
    name = conversation.artifact.footer
    if name == "joint" and talk.session.joint_closed:
        name = "own"
    return None if name == "none" else say(f"artifacts.footer_{name}")


def shown_of(talk: Talk, conversation: Conversation) -> list[Step]:
    """Return the steps of a conversation's run, also when it is not the one under way."""
    if talk.conversation is not None and talk.conversation.name == conversation.name:
        return shown(talk)
    return [s for s in conversation if s.id not in talk.session.run(conversation.name).jumped]


def _calendar(talk: Talk, conversation: Conversation) -> date | None:
    step_id = conversation.artifact.date_step
    answer = talk.answer(conversation.step(step_id), conversation) if step_id else None
    return read_date(answer, talk.today, region=talk.session.region) if answer else None


def _at(talk: Talk, conversation: Conversation) -> time | None:
    step_id = conversation.artifact.date_step
    answer = talk.answer(conversation.step(step_id), conversation) if step_id else None
    return read_time(answer) if answer else None


def as_text(artifact: Artifact) -> str:
    """Return an artifact as plain lines, for a channel that shows text alone."""
    lines = [artifact.title]
    if not any(s.answer for s in artifact.paper):
        return "\n".join([artifact.title, say("artifacts.only_steering")])
    lines += [artifact.header] if artifact.header else []
    blank = say("artifacts.blank")
    lines += [f"• {s.label}: {s.answer if s.answer is not None else blank}" for s in artifact.paper]
    lines += [artifact.footer] if artifact.footer else []
    return "\n".join(lines)


def _next(talk: Talk, ended: Conversation) -> tuple[Button, ...]:
    links = [name for name in ended.links if name in talk.catalog and offered(talk, name)]
    return tuple(menu_button(talk.catalog[name]) for name in links[:3])


def offered(talk: Talk, name: str) -> bool:
    """Whether a conversation may be offered to this person here and now."""
    conversation = talk.catalog[name]
    crisis = talk.get("crisis") or {}
    if crisis.get("state") and not crisis.get("open_solo") and name not in ALONE:
        return False
    if name in talk.disabled or (conversation.together and talk.session.joint_closed):
        return False
    return conversation.open_to_minors or "minor" not in talk.session.flags


ALONE_FIRST = ("safety_plan", "grounding", "find_support")
ALONE = frozenset(ALONE_FIRST)
"""What stays open to one person while a crisis is in view, and to someone under 18."""
FIRST = {
    None: ("pre_brief", "debrief", "repair", "i_statement", "find_support"),
    "hurt": ("pre_brief", "debrief", "trigger_map", "boundary_agreement", "find_support"),
    "partner": ("listening_practice", "pre_brief", "debrief", "pause_plan", "find_support"),
    "harmed": (
        "repair",
        "accountability_plan",
        "consent_practice",
        "listening_practice",
        "find_support",
    ),
    "helper": ("listening_practice", "find_support", "grounding", "safety_plan", "structured_talk"),
}
"""What the menu shows first for each of the four entrances; the rest stands behind `All`."""


def menu(talk: Talk, *, everything: bool = False) -> tuple[Button, ...]:
    """Return the menu's buttons: what fits this person's entrance, or everything offered."""
    first = ALONE_FIRST if "minor" in talk.session.flags else FIRST[talk.session.role]
    names = talk.catalog if everything else first
    found = [menu_button(talk.catalog[n]) for n in names if n in talk.catalog and offered(talk, n)]
    return tuple(found)


def alone(talk: Talk) -> list[Button]:
    """Return buttons for what one person can do alone, safety first."""
    names = ALONE_FIRST
    return [menu_button(talk.catalog[n]) for n in names if n in talk.catalog and offered(talk, n)]
