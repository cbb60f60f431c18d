"""What is kept, what is forgotten, and what a return phrase brings back."""

from __future__ import annotations

from collections.abc import Callable

from bot.engine import kept_slots
from tests.conftest import Talker

Begin = Callable[..., Talker]


def begun(talker: Begin) -> Talker:
    one = talker(region="GB")
    one.say("I want to do a pre-brief before we get close")
    one.press("Yes")
    one.say("a long hug")
    return one


def test_forget_me_asks_once_and_empties_everything(talker: Begin) -> None:
    one = begun(talker)
    one.say("forget me")
    assert one.store.log
    one.say("yes")
    assert one.store.log == []
    assert "erased" in one.text.lower()


def test_forget_me_can_be_taken_back(talker: Begin) -> None:
    one = begun(talker)
    one.say("erase everything")
    one.press("No, keep it")
    assert one.state.step == "limits"
    assert one.answer("pre_brief", "wants") == "a long hug"


def test_a_phrase_is_shown_once_and_stands_nowhere(talker: Begin) -> None:
    one = begun(talker)
    one.say("can I come back to this on another phone? give me a return phrase")
    one.press("Yes")
    assert "one two three four five six" in one.text
    assert "one two three" not in str(one.store.log)
    assert one.state.step == "limits"


def test_a_phrase_keeps_no_safety_plan_and_nothing_of_a_crisis(talker: Begin) -> None:
    one = begun(talker)
    one.say("i want to make a safety plan")
    one.say("i can not go on, i want to be dead")
    kept = kept_slots(one.history)
    assert {w["conversation"] for w in kept["session"]["paused"]} == {"pre_brief"}
    assert "crisis" not in kept
    assert not [name for name in kept if name.startswith("safety_plan")]
