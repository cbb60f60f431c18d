"""A side question of the program's own that waits for its answer (never a step of a conversation)."""

from __future__ import annotations

import re

from bot.crisis.hotlines import Hotlines
from bot.dialogue import coaching, partner, read_back
from bot.dialogue.controls import resume_one
from bot.dialogue.finish import menu
from bot.dialogue.help_lines import country_given
from bot.dialogue.history import GUARD_MARK
from bot.dialogue.route import applies
from bot.dialogue.safety import take_screen
from bot.dialogue.steps import ASK, proceed, take_answer
from bot.dialogue.talk import REUSE, Talk
from bot.language.answers import plain, yes_no
from bot.types import Button
from bot.wording import say

FORGOTTEN = "forgotten"
KEEP = "keep"
"""Flags with which a talk asks the engine for what only the store can do."""


def settles(talk: Talk, text: str, hotlines: Hotlines) -> bool:
    """Whether a message answers the side question that waits."""
    pending = talk.session.pending or {}
    kind = pending.get("kind")
    if text.startswith(GUARD_MARK):  # text that looks like a command settles nothing
        return False
    if kind == read_back.KIND:
        return read_back.reaction(talk, text) is not None
    if kind == partner.KIND:
        return partner.reads(talk, text)
    if kind == REUSE:
        return _SAME.match(plain(text)) is not None
    if kind == coaching.KIND:
        return coaching.asked(talk, text) is not None
    if kind in ("forget", KEEP):
        return yes_no(text) in ("yes", "no")
    if kind == "private_screen":
        return yes_no(text) is not None or pending.get("stage") == "behaviour"
    if kind == "region":
        return hotlines.parse_region(text) is not None
    return kind == "resume" and _chosen(talk, text) is not None


def settle(talk: Talk, text: str, hotlines: Hotlines) -> None:
    """Act on the answer to the side question that waits."""
    pending = talk.session.pending or {}
    kind, answer = pending.get("kind"), talk.choice or text
    if kind == "private_screen":
        take_screen(talk, answer)
        return
    if kind == partner.KIND:
        partner.take_partner(talk, answer)
        return
    talk.session.pending = None
    if talk.choice == read_back.UNDO or kind == read_back.KIND:
        _read_back(talk, text)
        return
    if (talk.choice or "").startswith(ASK):
        _ask(talk, (talk.choice or "").removeprefix(ASK))
        return
    if REUSE in (talk.intent, kind):
        _reuse(talk)
        return
    if (request := _to_coach(talk, text)) is not None:
        _coach(talk, request)
        return
    if kind == "forget":
        _forget(talk, answer)
    elif kind == KEEP:
        _keep(talk, answer)
    elif kind == "region":
        country_given(talk, hotlines.parse_region(answer), hotlines)
    elif kind == "resume" and (name := _chosen(talk, answer)):
        resume_one(talk, next(w for w in talk.session.paused if w.conversation == name))
    else:
        talk.speak("dialogue.nothing_waits")
        talk.ask()


def _ask(talk: Talk, step_id: str) -> None:
    """Ask a step that was settled from what was said before."""
    if talk.conversation is None or step_id not in talk.run.unasked:
        talk.speak("dialogue.nothing_waits")
        talk.ask()
        return
    step = talk.conversation.step(step_id)
    talk.run.unasked.remove(step_id)
    talk.record(step, None)
    talk.ask(step)


def _read_back(talk: Talk, text: str) -> None:
    if talk.choice == read_back.UNDO or read_back.reaction(talk, text) == "wrong":
        read_back.undo(talk)
        if talk.conversation is not None:
            proceed(talk)
        return
    talk.speak("dialogue.read_back_right")
    talk.ask()


_SAME = re.compile(
    r"^(?:yes |yeah |ok |okay |still |exactly |please )*(?:(?:keep|use|take|leave) (?:it|that|this|the same)(?: one)?(?: as (?:it is|it was|before))?"
    r"|(?:its |thats |it is |that is |it stays |stays )?(?:the )?same(?: (?:one|as before|again|thing|answer|here))?|as before|like before"
    r"|no change|unchanged|nothing changed|still (?:true|so|the same|that))(?: please| thanks)?$"
)
"""How people say that an earlier answer stands."""


def _reuse(talk: Talk) -> None:
    recalled = talk.get("recalled")
    if talk.step is None or not isinstance(recalled, str) or talk.answer(talk.step) is not None:
        talk.speak("dialogue.nothing_waits")
        talk.ask()
        return
    take_answer(talk, talk.step, recalled)


def _to_coach(talk: Talk, text: str) -> str | None:
    if (talk.choice or "").startswith(coaching.CHOICE):
        return (talk.choice or "").removeprefix(coaching.CHOICE)
    return None if talk.choice else coaching.asked(talk, text)


def _coach(talk: Talk, request: str) -> None:
    step = coaching.coached_step(talk)
    if step is None or not applies(talk, step):
        talk.speak("dialogue.nothing_waits", buttons=menu(talk))
    elif coaching.take_request(talk, step, request):
        proceed(talk)
    else:
        talk.ask(step, variant="again")


def _forget(talk: Talk, answer: str) -> None:
    if yes_no(answer) == "yes":
        talk.close()
        talk.session.raise_flag(FORGOTTEN)
        talk.speak("dialogue.forgotten")
    else:
        talk.speak("dialogue.forget_kept")
        talk.ask()


def ask_to_keep(talk: Talk) -> None:
    """Ask in plain words whether to keep something: what, how long, who could see it."""
    if not (talk.artifacts or talk.session.paused or talk.answered()):
        talk.speak("dialogue.keep_nothing")
        talk.ask()
        return
    talk.session.pending = {"kind": KEEP}
    buttons = [
        Button(say(f"forms.{name}"), f'/settle{{"choice": "{name}"}}') for name in ("yes", "no")
    ]
    talk.speak("dialogue.keep_ask", buttons=buttons)


def _keep(talk: Talk, answer: str) -> None:
    if yes_no(answer) == "yes":
        talk.session.raise_flag(KEEP)
    else:
        talk.speak("dialogue.keep_no")
    talk.ask()


def _chosen(talk: Talk, text: str) -> str | None:
    words = set(plain(text).split())
    names = [w.conversation for w in talk.session.paused if w.conversation in talk.catalog]
    for place in ({"first", "earlier", "older"}, {"second", "last", "latest", "recent", "newer"}):
        if len(names) == 2 and words & place:
            return names[0] if "first" in place else names[1]
    scored = [(len(words & _words(talk, name)), name) for name in reversed(names)]
    best = max(scored, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] else None


def _words(talk: Talk, name: str) -> set[str]:
    conversation = talk.catalog[name]
    small = {
        "a",
        "the",
        "of",
        "to",
        "you",
        "your",
        "it",
        "for",
        "and",
        "one",
        "after",
        "before",
        "get",
        "what",
    }
    return set(plain(f"{conversation.title} {name.replace('_', ' ')}").split()) - small
