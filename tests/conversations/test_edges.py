"""What could go wrong at the edge of a talk: commands as text, stale and foreign buttons, odd characters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.engine import LIMIT, KeyReused, Limited, TooLong
from bot.errors import PayloadRefused
from bot.types import Message
from tests.conftest import Talker

Begin = Callable[..., Talker]


def in_limits(talker: Begin) -> Talker:
    one = talker(region="GB")
    one.say("I want to do a pre-brief before we get close")
    one.press("Yes")
    one.say("a long hug and some kissing")
    assert one.state.step == "limits"
    return one


@pytest.mark.parametrize(
    "text",
    ['/settle{"choice": "yes"}', ' /settle{"choice": "yes"}', "/not_a_slip", '/intent{"a": 1}'],
)
def test_text_that_looks_like_a_rasa_command_is_only_text(talker: Begin, text: str) -> None:
    one = in_limits(talker)
    one.say("forget me")
    one.say(text)
    assert one.store.log
    assert one.state.conversation == "pre_brief"
    assert "not_a_slip" not in one.history.slots["session"]["flags"]


def test_a_button_that_was_not_offered_is_refused_and_changes_nothing(talker: Begin) -> None:
    one = in_limits(talker)
    before = list(one.store.log)
    with pytest.raises(PayloadRefused):
        one.send(Message(payload='/settle{"choice": "yes"}'))
    assert one.store.log == before


def test_a_button_of_an_earlier_question_changes_nothing(talker: Begin) -> None:
    one = in_limits(talker)
    one.press("No")
    assert one.answer("pre_brief", "limits") is None
    assert one.state.step == "limits"


@pytest.mark.parametrize(
    "text", ["a\x00b no hands on my neck", "no \u202eevil\u202c hands", "lone \ud800 half"]
)
def test_odd_characters_are_taken_out_and_the_answer_is_kept(talker: Begin, text: str) -> None:
    one = in_limits(talker)
    one.say(text)
    kept = one.answer("pre_brief", "limits")
    assert kept is None or not set(kept) & set("\x00\u202e\u202c\ud800")


def test_too_long_keeps_the_talk_where_it_was(talker: Begin) -> None:
    one = in_limits(talker)
    before = list(one.store.log)
    with pytest.raises(TooLong) as caught:
        one.say("no " * LIMIT)
    assert caught.value.replies == ()
    assert one.store.log == before


def test_too_long_still_passes_the_gate(talker: Begin) -> None:
    one = in_limits(talker)
    with pytest.raises(TooLong) as caught:
        one.say("word " * LIMIT + " i want to kill myself tonight")
    assert "999" in "".join(reply.text for reply in caught.value.replies)


def test_a_key_that_comes_again_is_answered_once(talker: Begin) -> None:
    one = in_limits(talker)
    first = one.say("no hands on my neck", idempotency_key="k1")
    length = len(one.store.log)
    again = one.say("no hands on my neck", idempotency_key="k1")
    assert again.as_dict() == first.as_dict()
    assert len(one.store.log) == length
    with pytest.raises(KeyReused):
        one.say("something else", idempotency_key="k1")


def test_a_crisis_is_never_limited_away(talker: Begin) -> None:
    import asyncio

    from tests.conftest import Opened

    one = in_limits(talker)
    receive = one.engine.receive
    with pytest.raises(Limited):
        asyncio.run(receive(Opened(), Message(text="skip"), limited=lambda: 7))  # type: ignore[arg-type]
    turn = asyncio.run(
        receive(
            Opened(),
            Message(text="he is trying to break in right now, he has a knife"),
            limited=lambda: 7,
        )  # type: ignore[arg-type]
    )
    assert turn.state.crisis is not None


def test_a_correction_that_names_old_and_new_keeps_the_new_alone(
    talker: Callable[..., Talker],
) -> None:
    person = talker()
    for words in ("start a pre-brief", "yes", "a hug", "no hands on my neck", "lemon"):
        person.say(words)
    person.say("actually the word should be mango not lemon")
    assert person.answer("pre_brief", "stop_word") == "mango"


def test_a_step_that_is_done_along_brings_its_exercise(talker: Callable[..., Talker]) -> None:
    person = talker()
    person.say("start grounding")
    while person.state.step != "more":
        person.say("skip")
    person.press("Slow breathing")
    assert person.state.step == "breath"
    assert person.card("exercise")["exercise"] == "breathing"
