"""The private screen, and the ways out for those for whom an exercise for two is the wrong thing.

About the private screen: `care` rules 8-11 in docs/safety.md. Its answers are never kept; a yes or a
"not sure" closes exercises for two for this person alone, and nothing that another person could see
shows that it changed anything.
"""

from __future__ import annotations

import re

from bot.dialogue.catalog import Step
from bot.dialogue.controls import put_aside
from bot.dialogue.finish import alone, leave, offered
from bot.dialogue.notices import ignored
from bot.dialogue.steps import take_answer
from bot.dialogue.talk import Talk, control, menu_button
from bot.language.answers import yes_no
from bot.types import Button
from bot.wording import say

ALONE, BEHAVIOUR = "alone", "behaviour"
SCREENED = "screened"
"""The flag of a talk in which the private screen was answered: it isn't asked outright again."""


def open_screen(talk: Talk) -> None:
    """Ask whether the person is alone with this screen; nothing more until they say so."""
    talk.session.pending = {"kind": "private_screen", "stage": ALONE}
    talk.speak("safety.screen_alone", buttons=_yes_no())


def take_screen(talk: Talk, text: str) -> None:
    """Read an answer of the private screen. Anything but a plain answer counts towards help."""
    stage = (talk.session.pending or {}).get("stage")
    group = yes_no(text)
    talk.session.pending = None
    if stage == ALONE:
        if group == "yes":
            talk.session.pending = {"kind": "private_screen", "stage": BEHAVIOUR}
            talk.speak(
                "safety.screen_behaviour",
                buttons=[*_yes_no(), Button(say("forms.unsure"), '/settle{"choice": "unsure"}')],
            )
            return
        talk.speak("safety.screen_later")
        talk.session.raise_flag(SCREENED)
    elif group == "no":
        talk.session.raise_flag(SCREENED)
        talk.speak("safety.screen_clear")
    else:
        talk.session.raise_flag("unsafe")
        _leave_joint(talk)
        talk.speak(
            "safety.screen_help", buttons=[*alone(talk), control("buttons.lines", "hotline")]
        )
    if talk.step is not None:
        talk.ask()


def not_a_slip(talk: Talk) -> None:
    """Someone went on after a no, a stop, a freeze, sleep or drink: not a slip, not theirs to mend."""
    talk.session.raise_flag("not_a_slip")
    _leave_joint(talk)
    talk.speak("safety.not_a_slip", buttons=[control("buttons.lines", "hotline"), *alone(talk)])
    if talk.step is not None:
        talk.ask()


def safety(talk: Talk) -> None:
    """Something could be unsafe now: safety first, calming later."""
    if talk.step is not None:
        put_aside(talk)
    talk.speak("safety.unsafe_now", buttons=[control("buttons.lines", "hotline"), *alone(talk)])


MINOR_TOLD = "minor_told"
_BARE_AGE = 5
"""Words of a message that says an age and nothing else."""
_AGE = re.compile(r"\d|teen|minor|under|year|ten|eleven|twelve|grade|school", re.IGNORECASE)


def shut(talk: Talk) -> bool:
    """Leave what is closed to someone who has said that they are under 18; say once what is open."""
    if "minor" not in talk.session.flags:
        return False
    first, conversation = MINOR_TOLD not in talk.session.flags, talk.conversation
    talk.session.raise_flag(MINOR_TOLD)
    if conversation is not None and not offered(talk, conversation.name):
        leave(talk, conversation)
        talk.speak("safety.minor_closed", buttons=_young(talk))
        return True
    bare = len(talk.text.split()) <= _BARE_AGE and _AGE.search(talk.text) is not None
    if not first or not bare or conversation is not None:
        return False
    talk.speak("safety.minor_open", buttons=_young(talk))
    return True


def _young(talk: Talk) -> list[Button]:
    return [control("buttons.lines", "hotline"), *alone(talk)]


def leverage(talk: Talk) -> None:
    """No help with getting somebody to yield; what is one's own work is offered instead."""
    names = [n for n in OWN_WORK if n in talk.catalog and offered(talk, n)]
    talk.speak("safety.leverage", buttons=[menu_button(talk.catalog[n]) for n in names])
    if talk.step is not None:
        talk.ask()


OWN_WORK = ("accountability_plan", "repair", "consent_practice", "find_support")


def take(talk: Talk, step: Step, text: str) -> None:
    """Take the answer to a step, and notice in it a limit of the person's own that isn't respected."""
    joint = talk.conversation is not None and talk.conversation.together
    own = talk.conversation is not None and talk.conversation.audience == {"harmed"}
    noticed = not own and talk.session.role != "harmed" and ignored(text)
    if noticed:
        talk.speak(
            "safety.limit_ignored", buttons=[control("buttons.lines", "hotline"), *alone(talk)]
        )
    take_answer(talk, step, text)
    if noticed and joint and talk.step is not None and not talk.session.joint_closed:
        open_screen(talk)


def _leave_joint(talk: Talk) -> None:
    if talk.conversation is not None and (talk.conversation.together or talk.conversation.guard):
        put_aside(talk)


def _yes_no() -> list[Button]:
    return [
        Button(say("forms.yes"), '/settle{"choice": "yes"}'),
        Button(say("forms.no"), '/settle{"choice": "no"}'),
    ]
