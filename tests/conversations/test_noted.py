"""What the gate notes in an ordinary turn is still known in the next ones, and after a restart."""

from __future__ import annotations

from collections.abc import Callable

from bot.types import LEVELS
from tests.conftest import Talker

MILD, OTHER_MILD = "everything feels hopeless lately", "I hate my life"


def test_two_mild_signs_in_two_turns_add_up(talker: Callable[..., Talker]) -> None:
    person = talker()
    person.say("start a pause plan")
    first = person.say(MILD)
    assert first.state.crisis is None or first.state.crisis.level == "gentle"
    second = person.say(OTHER_MILD)
    assert second.state.crisis is not None
    assert LEVELS.index(second.state.crisis.level) >= LEVELS.index("crisis")


def test_one_mild_sign_alone_stops_nothing(talker: Callable[..., Talker]) -> None:
    person = talker()
    person.say("start a pause plan")
    person.say(OTHER_MILD)
    assert person.state.conversation == "pause_plan"


def test_an_age_said_in_passing_stays_for_the_talk(talker: Callable[..., Talker]) -> None:
    person = talker()
    person.say("hi, I'm 15 and I like drawing")
    person.say("thanks")
    assert person.say("start a pre-brief").state.conversation is None
