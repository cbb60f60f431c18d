"""The first words of a talk say what this is; not understood is helped, never the same line twice."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from tests.conftest import Talker

Begin = Callable[..., Talker]


def test_the_greeting_says_what_it_is_and_what_it_is_not(talker: Begin) -> None:
    one = talker()
    one.say("hello")
    for words in (
        "program",
        "not a person",
        "not therapy",
        "emergency service",
        "Not yet professionally reviewed",
    ):
        assert words in one.text
    assert {"I was hurt", "My partner was hurt", "I crossed a line", "I help someone"} <= set(
        one.titles
    )


def test_not_understood_helps_and_never_repeats_itself(talker: Begin) -> None:
    one = talker()
    said = []
    for text in ("asdf qwer zxcv", "zxcvb uiop qqq", "🤷", "hjkl fdsa"):
        one.say(text)
        said.append(one.text)
        assert one.titles
    assert all(a != b for a, b in itertools.pairwise(said))


def test_a_greeting_offers_to_resume_and_never_resumes(talker: Begin) -> None:
    one = talker()
    one.say("I want to do a pre-brief before we get close")
    one.say("pause")
    one.say("hi")
    assert one.state.conversation is None
    assert "Resume" in one.titles
