"""Help lines on request: the country is asked, and its name stands beside every number."""

from __future__ import annotations

from collections.abc import Callable

from tests.conftest import Talker

Begin = Callable[..., Talker]


def test_the_country_is_asked_and_then_remembered(talker: Begin) -> None:
    one = talker()
    one.say("give me a helpline number")
    assert not any(character.isdigit() for character in one.text)
    one.say("Ireland")
    assert "Ireland" in one.text
    assert one.card("hotlines")["region"] == "IE"
    one.say("hotline please")
    assert "Ireland" in one.text


def test_in_the_middle_of_a_step_the_step_comes_back_after_the_country(talker: Begin) -> None:
    one = talker()
    one.say("I want to do a pre-brief before we get close")
    one.say("helpline")
    assert one.state.step == "freely"
    one.press("United States")
    assert "United States" in one.text
    assert one.state.step == "freely"


def test_a_country_without_lines_gets_the_directory(talker: Begin) -> None:
    one = talker()
    one.say("give me a helpline number")
    one.say("I'm in Iceland")
    assert "findahelpline" in one.text.lower() or "emergency number" in one.text.lower()
