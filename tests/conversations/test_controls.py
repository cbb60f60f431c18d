"""Every control at every step of every conversation."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Talker
from tests.conversations.walk import CATALOG, walked

NAMES = tuple(CATALOG)


def each_step(brain: Any, name: str) -> list[tuple[str, Talker]]:
    found = [(step, talker.copy()) for step, talker in walked(brain, name)]
    assert len(found) >= 4
    return found


def stays(before: Talker, after: Talker, step: str) -> None:
    """The same step waits, and nothing that was answered is lost."""
    assert after.state.step == step
    for conversation_step in CATALOG[before.state.conversation or ""]:
        name = before.state.conversation or ""
        assert after.answer(name, conversation_step.id) == before.answer(name, conversation_step.id)


ASIDES = {
    "repeat": "could you repeat that",
    "why": "why do you ask?",
    "progress": "how much is left?",
    "read back": "read it back",
    "greet": "hello",
    "thanks": "thank you",
    "menu": "help",
    "privacy": "who can read this?",
    "human": "are you a robot?",
    "negative": "that reply was wrong, you're not helping",
    "example": "show me an example",
    "question": "is it normal to freeze during sex?",
    "gibberish": "asdfgh jkl qwe",
    "emoji": "🤷",
    "empty": "",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("aside", ASIDES.values(), ids=ASIDES)
def test_asides_come_back_to_the_same_step(brain: Any, name: str, aside: str) -> None:
    for step, before in each_step(brain, name):
        after = before.copy()
        after.say(aside)
        stays(before, after, step)
        assert after.text.strip()


@pytest.mark.parametrize("name", NAMES)
def test_skip_moves_on_without_comment(brain: Any, name: str) -> None:
    for step, talker in each_step(brain, name):
        talker.say("skip")
        assert talker.state.step != step
        if talker.state.conversation == name:
            assert talker.answer(name, step) is None


@pytest.mark.parametrize("name", NAMES)
def test_back_shows_the_earlier_answer_and_skip_leaves_it(brain: Any, name: str) -> None:
    steps = each_step(brain, name)
    for (earlier, _), (step, talker) in itertools.pairwise(steps):
        given = talker.answer(name, earlier)
        talker.say("back")
        assert talker.state.step == earlier
        assert given in talker.text
        talker.say("skip")
        assert (talker.state.step, talker.answer(name, earlier)) == (step, given)


@pytest.mark.parametrize("name", NAMES)
def test_back_goes_all_the_way(brain: Any, name: str) -> None:
    steps = each_step(brain, name)
    _, talker = steps[-1]
    for step, _ in reversed(steps[:-1]):
        talker.say("go back")
        assert talker.state.step == step
    talker.say("back")
    assert talker.state.step == steps[0][0]


@pytest.mark.parametrize("name", NAMES)
def test_pause_and_resume(brain: Any, name: str) -> None:
    for step, talker in each_step(brain, name):
        talker.say("pause")
        assert (talker.state.conversation, talker.state.paused) == (None, (name,))
        talker.say("resume")
        assert (talker.state.conversation, talker.state.step) == (name, step)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("word", ["stop", "that's everything"])
def test_stop_and_done_end_at_once_with_what_there_is(brain: Any, name: str, word: str) -> None:
    for step, talker in each_step(brain, name):
        given = [s.id for s in CATALOG[name] if talker.answer(name, s.id) is not None]
        talker.say(word)
        assert talker.state.conversation is None
        assert talker.state.paused == ()
        if given:
            card = talker.card("artifact")
            shown = {s["step"]: s["answer"] for s in card["sections"]}
            assert [s for s in given if shown[s] is None] == [], step


@pytest.mark.parametrize("name", NAMES)
def test_another_conversation_interrupts_and_the_first_waits(brain: Any, name: str) -> None:
    other = "grounding" if name != "grounding" else "find_support"
    words = {
        "grounding": "help me calm down with a grounding exercise",
        "find_support": "help me find a therapist",
    }
    for step, talker in each_step(brain, name):
        talker.say(words[other])
        assert talker.state.conversation == other
        assert talker.state.paused == (name,)
        talker.say("stop")
        talker.say("resume")
        assert (talker.state.conversation, talker.state.step) == (name, step)


@pytest.mark.parametrize("name", NAMES)
def test_a_crisis_stops_everything_and_keeps_it(brain: Any, name: str) -> None:
    for _, talker in each_step(brain, name):
        talker.say("i took all the pills and i want to die")
        state = talker.state
        assert state.crisis is not None
        assert state.crisis.level == "emergency"
        assert (state.conversation, state.paused) == (None, (name,))
        assert "999" in talker.text


@pytest.mark.parametrize("name", NAMES)
def test_straight_through_gives_an_artifact_with_every_answer(brain: Any, name: str) -> None:
    _, talker = each_step(brain, name)[-1]
    given = {s.id: talker.answer(name, s.id) for s in CATALOG[name]}
    talker.say("skip")
    shown = {s["step"]: s["answer"] for s in talker.card("artifact")["sections"]}
    assert shown == {s: given[s] for s in shown}
    assert talker.state.conversation is None


def test_two_that_wait_are_both_named(talker: Callable[..., Talker]) -> None:
    one = talker()
    one.say("pre-brief please, we want to talk before we get close")
    one.say("I want to write a repair, I crossed a line")
    assert one.state.paused == ("pre_brief",)
    one.say("pause")
    assert one.state.paused == ("pre_brief", "repair")
    one.say("resume")
    assert one.state.conversation is None
    assert CATALOG["pre_brief"].title in one.text
    assert CATALOG["repair"].title in one.text
    one.say("the first one")
    assert one.state.conversation == "pre_brief"
    assert one.state.paused == ("repair",)
