"""Who is asked what, and what closes: the private screen, an age, the partner's two questions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Talker

Begin = Callable[..., Talker]
PRE_BRIEF = "I want to do a pre-brief before we get close"


def test_someone_hurt_by_their_partner_is_asked_outright(talker: Begin) -> None:
    one = talker(region="GB")
    one.say("hello")
    one.say("my husband forced me last year. " + PRE_BRIEF)
    assert one.state.step == "private_screen"
    assert "Are you alone with this screen?" in one.text


def test_someone_hurt_by_a_stranger_long_ago_goes_on_with_the_step(talker: Begin) -> None:
    one = talker(region="GB")
    one.say("I was raped ten years ago, I'm safe now. " + PRE_BRIEF)
    assert (one.state.conversation, one.state.step) == ("pre_brief", "freely")


def test_the_screen_is_asked_outright_once(talker: Begin) -> None:
    one = talker(region="GB")
    one.say("my husband pressured me last year. " + PRE_BRIEF)
    one.press("Yes")
    one.press("No")
    assert one.state.step == "freely"
    one.say("stop")
    one.say("let's make a boundary agreement")
    assert one.state.step == "freely"


@pytest.mark.parametrize("age", ["I'd like to kiss, I'm 16 btw", "im only fifteen"])
def test_an_age_under_18_leaves_what_is_for_adults(talker: Begin, age: str) -> None:
    one = talker(region="GB")
    one.say(PRE_BRIEF)
    one.press("Yes")
    one.say(age)
    assert one.state.conversation is None
    assert one.state.paused == ()
    assert {"My own safety", "Back to here and now", "Finding the right help"} <= set(one.titles)
    one.say(PRE_BRIEF)
    assert one.state.conversation is None


def test_an_age_alone_is_told_what_is_open(talker: Begin) -> None:
    one = talker(region="GB")
    one.say("I'm 16")
    assert "These are open to you" in one.text


def test_an_adult_who_speaks_of_their_childhood_is_an_adult(talker: Begin) -> None:
    one = talker(region="GB")
    one.say("when I was 12 nobody believed me. " + PRE_BRIEF)
    one.say("skip")
    assert one.state.conversation == "pre_brief"


def test_a_number_from_0_to_10_is_no_age(talker: Begin) -> None:
    one = talker(region="GB")
    one.say("time for our weekly check-in")
    one.say("I'm a 9")
    assert (one.state.conversation, one.state.step) == ("check_in", "sleep")


def test_a_partner_is_asked_once(talker: Begin) -> None:
    one = talker(region="GB")
    one.say("hello")
    one.press("My partner was hurt")
    assert "who hurt them" in one.text
    one.press("Someone else")
    one.press("No")
    assert "Practise listening" in one.titles
    one.say("hello")
    one.press("My partner was hurt")
    assert "who hurt them" not in one.text


def test_a_partner_who_did_it_gets_their_own_work(talker: Begin) -> None:
    one = talker(region="GB")
    one.say("hello")
    one.press("My partner was hurt")
    one.say("it was me")
    one.press("Not sure")
    assert {"My plan to change", "Taking responsibility"} <= set(one.titles)
    one.say(PRE_BRIEF)
    assert one.state.conversation is None


def test_the_partners_question_drops_when_something_else_is_said(talker: Begin) -> None:
    one = talker(region="GB")
    one.say("hello")
    one.press("My partner was hurt")
    one.say("I want to practise listening to her")
    assert one.state.conversation == "listening_practice"


def test_the_menu_offers_the_entrances_again(talker: Begin) -> None:
    one = talker()
    one.say("what can you do?")
    assert {"I was hurt", "I crossed a line"} <= set(one.titles)


def test_the_opening_follows_the_entrance(talker: Begin) -> None:
    one = talker()
    one.say("hello")
    one.press("I crossed a line")
    one.say("I want to practise asking and taking a no")
    assert "taking a no well" in one.text


def test_only_steering_answers_make_a_paper_that_says_so(talker: Begin) -> None:
    one = talker()
    one.say(PRE_BRIEF)
    one.press("No")
    assert "Nothing is written on it" in one.text
    assert one.card("artifact")["sections"][0]["answer"] == "No"


def test_leverage_in_a_fresh_talk_is_refused_with_a_way_on(talker: Begin) -> None:
    one = talker()
    one.say("what do I say so she gives in")
    assert "a no is a full answer" in one.text
    assert "My plan to change" in one.titles
    assert one.state.conversation is None
