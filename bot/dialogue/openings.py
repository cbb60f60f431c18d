"""Opening a conversation, the first words of a talk, and the four entrances."""

from __future__ import annotations

from typing import Any

from bot.dialogue.catalog import Conversation
from bot.dialogue.controls import put_aside, resume_one, waiting_titles
from bot.dialogue.facts import shares
from bot.dialogue.finish import alone, menu, offered
from bot.dialogue.partner import ASKED, ask_partner
from bot.dialogue.read_back import fill
from bot.dialogue.route import next_step
from bot.dialogue.safety import SCREENED, open_screen
from bot.dialogue.session import Run
from bot.dialogue.steps import hear
from bot.dialogue.talk import Talk, control
from bot.types import Button
from bot.wording import say

ENTRANCES = ("hurt", "partner", "harmed", "helper")


def open_conversation(talk: Talk, name: str) -> None:
    """Begin a conversation without preliminaries; what was running waits."""
    conversation = talk.catalog.get(name)
    talk.session.misses = talk.session.repeats = 0
    talk.session.pending = None
    if conversation is None or name in talk.disabled:
        talk.speak("dialogue.not_here", buttons=menu(talk))
        _re_ask(talk)
        return
    if not offered(talk, name):
        _closed(talk)
        return
    running = talk.conversation
    if running is not None and running.name == name:
        talk.speak("dialogue.already_in", title=conversation.title)
        talk.ask()
        return
    if running is not None:
        put_aside(talk)
        talk.speak("dialogue.set_aside", title=running.title)
    waits = next((w for w in talk.session.paused if w.conversation == name), None)
    if waits is not None:
        resume_one(talk, waits)
        return
    _begin(talk, conversation)


def _begin(talk: Talk, conversation: Conversation) -> None:
    talk.session.runs[conversation.name] = Run()
    for step in conversation:
        talk.set(f"{conversation.name}__{step.id}", None)
    talk.loop, talk.closed_loop = f"{conversation.name}_form", False
    talk.utter(_opening(talk, conversation), buttons=_guards(conversation))
    if talk.choice is None:
        hear(talk, talk.text)
    fill(talk, None, talk.text, shares(talk, None, talk.text) if talk.choice is None else {})
    talk.ask(next_step(talk))
    if conversation.together and _sign(talk):
        open_screen(talk)


def _sign(talk: Talk) -> bool:
    """Whether the private screen is asked outright: a sign has appeared, or the partner hurt this person."""
    crisis = talk.get("crisis") or {}
    told = bool(crisis.get("signs")) or bool(crisis.get("by_partner"))
    return told and SCREENED not in talk.session.flags


def _opening(talk: Talk, conversation: Conversation) -> str:
    parts = [conversation.openings.get(talk.session.role or "", conversation.opening)]
    if conversation.setting == "either" and talk.session.joint_closed:
        parts.append(say("safety.solo_line"))
    if conversation.guard:
        parts.append(conversation.guard.text)
    if conversation.together:
        parts.append(say("safety.private_line"))
    return "\n\n".join(parts)


def _guards(conversation: Conversation) -> list[Button]:
    found = []
    if conversation.guard:
        found.append(Button(conversation.guard.button, f"/{conversation.guard.leads_to}"))
    if conversation.together:
        found.append(Button(say("safety.private_button"), "/private_screen"))
    return found


def _closed(talk: Talk) -> None:
    key = "safety.minor_closed" if "minor" in talk.session.flags else "safety.joint_closed"
    talk.speak(key, buttons=alone(talk))
    _re_ask(talk)


def _re_ask(talk: Talk) -> None:
    if talk.step is not None:
        talk.ask()


def greet(talk: Talk) -> None:
    """Greet: what this is, what it is not, and what is there; offer to resume, never resume."""
    if talk.step is not None and talk.conversation is not None:
        talk.speak("dialogue.greet_again", title=talk.conversation.title)
        talk.ask()
    elif talk.session.paused:
        talk.speak(
            "dialogue.greet_waiting",
            titles=waiting_titles(talk),
            buttons=[control("buttons.resume", "resume"), control("buttons.menu", "help_menu")],
        )
    else:
        talk.speak("dialogue.greeting", buttons=entrances())


def entrances() -> list[Button]:
    """Return the four entrances as buttons, and the menu."""
    return [*_entrance_buttons(), control("buttons.menu", "help_menu")]


def _entrance_buttons() -> list[Button]:
    return [control(f"buttons.{name}", f"entrance_{name}") for name in ENTRANCES]


def _roles(talk: Talk) -> list[Button]:
    """The entrances once more in the menu, for someone who took none or wants another."""
    return [] if "minor" in talk.session.flags else _entrance_buttons()


def enter(talk: Talk, role: str) -> None:
    """Note through which entrance a person comes; it orders what is offered and can be changed."""
    talk.session.role = role
    if role == "partner" and talk.step is None and ASKED not in talk.session.flags:
        ask_partner(talk)
        return
    talk.speak(f"dialogue.entrance_{role}", buttons=menu(talk))
    _re_ask(talk)


def help_menu(talk: Talk) -> None:
    """Say what there is; in the middle of a conversation, how to move in it."""
    if talk.step is not None:
        talk.speak("dialogue.help_in_step", buttons=_moves())
        talk.ask()
        return
    lines = "\n".join(
        f"• {c.title}: {c.purpose}" for n, c in talk.catalog.items() if offered(talk, n)
    )
    talk.speak("dialogue.help", conversations=lines, buttons=[*menu(talk), *_roles(talk)])


def _moves() -> list[Button]:
    return [
        control(f"buttons.{title}", intent)
        for title, intent in (
            ("skip", "skip"),
            ("back", "go_back"),
            ("pause", "pause"),
            ("stop", "stop"),
        )
    ]


def simple(talk: Talk, key: str, **values: Any) -> None:
    """Say one fixed text and come back to the step that waits."""
    talk.speak(f"dialogue.{key}", **values, buttons=() if talk.step else menu(talk)[:3])
    _re_ask(talk)
