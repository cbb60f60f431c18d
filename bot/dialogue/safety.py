"""The private screen, and the ways out for those for whom an exercise for two is the wrong thing.

About the private screen: `care` rules 8-11 in docs/safety.md. Its answers are never kept; a yes or a
"not sure" closes exercises for two for this person alone, and nothing that another person could see
shows that it changed anything.
"""

from __future__ import annotations

from bot.dialogue.controls import put_aside
from bot.dialogue.finish import alone
from bot.dialogue.talk import Talk, control
from bot.language.answers import yes_no
from bot.types import Button
from bot.wording import say

ALONE, BEHAVIOUR = "alone", "behaviour"


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
    elif group == "no":
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


def _leave_joint(talk: Talk) -> None:
    if talk.conversation is not None and (talk.conversation.together or talk.conversation.guard):
        put_aside(talk)


def _yes_no() -> list[Button]:
    return [
        Button(say("forms.yes"), '/settle{"choice": "yes"}'),
        Button(say("forms.no"), '/settle{"choice": "no"}'),
    ]
