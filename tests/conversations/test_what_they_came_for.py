"""Two people whom a crisis reply would turn away from what they came for, and the near cases that stop."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Talker


@pytest.mark.parametrize(
    "text",
    [
        "I kept asking after she said no last month and I want to make it right",
        "last year I pressured my girlfriend into sex and I want to own it and repair what I can",
    ],
)
def test_who_asks_to_answer_for_harm_is_led_into_repair(
    talker: Callable[..., Talker], text: str
) -> None:
    person = talker()
    turn = person.say(text)
    assert turn.state.conversation in ("repair", "accountability_plan")
    assert turn.state.crisis is None or turn.state.crisis.level == "gentle"


@pytest.mark.parametrize(
    "text",
    [
        "I forced my girlfriend last night and I want to make it right",
        "I'm going to hit her and then make it right",
        "I kept going after she said no",
        "I keep forcing my girlfriend and I want to make it right",
        "I forced her because she would not apologise to me",
        "I forced my wife and she needs to make it right with me",
    ],
)
def test_harm_of_now_or_without_that_wish_stops_the_talk(
    talker: Callable[..., Talker], text: str
) -> None:
    state = talker().say(text).state
    assert state.crisis is not None
    assert state.crisis.level in ("crisis", "emergency")


def test_who_was_told_of_an_assault_can_practise_listening(talker: Callable[..., Talker]) -> None:
    person = talker()
    turn = person.say("my best friend told me she was assaulted, how do I listen well")
    assert turn.state.conversation == "listening_practice"
    assert "their fault" in person.text
    assert "your fault" not in person.text


@pytest.mark.parametrize(
    "text",
    [
        "my friend was raped last night, how do I help her",
        "my friend and I were assaulted, I don't know what to do",
        "my best friend told me she was assaulted",
        "I was assaulted and my friend told me to come here, I don't know what to do",
        "a friend told me she was raped by the man who raped me, what do I say",
    ],
)
def test_what_is_recent_own_or_unclear_stops_the_talk(
    talker: Callable[..., Talker], text: str
) -> None:
    state = talker().say(text).state
    assert state.crisis is not None
    assert state.crisis.level in ("crisis", "emergency")
