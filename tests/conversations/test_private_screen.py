"""The private screen, and what closes exercises for two."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Talker

Begin = Callable[..., Talker]


def screened(talker: Begin, *answers: str) -> Talker:
    one = talker(region="GB")
    one.say("I want to do a pre-brief before we get close")
    one.press("A private question")
    assert one.state.step == "private_screen"
    for answer in answers:
        one.press(answer)
    return one


def test_it_asks_nothing_more_of_someone_who_is_not_alone(talker: Begin) -> None:
    one = screened(talker, "No")
    assert (one.state.conversation, one.state.step) == ("pre_brief", "freely")
    assert "afraid" not in one.text


@pytest.mark.parametrize("answer", ["Yes", "Not sure"])
def test_a_yes_and_a_not_sure_close_what_is_for_two(talker: Begin, answer: str) -> None:
    one = screened(talker, "Yes", answer)
    assert one.state.conversation is None
    assert one.state.paused == ("pre_brief",)
    for wish in ("let's make a boundary agreement", "resume"):
        one.say(wish)
        assert one.state.conversation is None
    one.say("help me make a safety plan for myself")
    assert one.state.conversation == "safety_plan"


def test_a_no_changes_nothing(talker: Begin) -> None:
    one = screened(talker, "Yes", "No")
    assert (one.state.conversation, one.state.step) == ("pre_brief", "freely")


def test_after_a_crisis_what_is_for_two_stays_closed_whatever_is_said(talker: Begin) -> None:
    one = talker(region="GB")
    one.say("hello")
    one.say("I want to do a pre-brief before we get close")
    one.say("skip")
    one.say("he hits me when i say no")
    assert one.state.crisis is not None
    one.say("i'm safe")
    one.say("yes i am safe")
    assert one.state.crisis is None
    for wish in ("let's do the pre-brief", "resume"):
        one.say(wish)
        assert one.state.conversation is None


def test_its_answers_are_in_no_transcript(talker: Begin) -> None:
    one = screened(talker, "Yes", "Yes")
    shown = " ".join(message["text"] for message in one.history.messages)
    assert "afraid of how they react" not in shown
    assert "not yours to fix" not in shown
