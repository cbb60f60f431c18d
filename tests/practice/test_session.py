"""The practice talk: every request, the partner, the drill, and the length of what is said."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.practice.result import Kind
from bot.practice.session import Practice, PracticeTurn, request_in
from bot.practice.terminal import run
from bot.practice.wording import LIMIT_WORDS

PRACTICES: dict[Kind, Practice] = {
    "i_statement": Practice("i_statement"),
    "apology": Practice("apology"),
}
GOOD = "I felt lonely when you read at dinner. Could we talk?"
BAD = "I feel ignored when you never look at me."


def talk(kind: Kind, *messages: str) -> PracticeTurn:
    practice = PRACTICES[kind]
    turn = practice.turn({}, "")
    for message in messages:
        turn = practice.turn(turn.state, message)
    return turn


@pytest.mark.parametrize(
    ("text", "request_name"),
    [
        ("show me an example", "show_example"),
        ("can you show me an example please?", "show_example"),
        ("make it shorter", "shorter"),
        ("that's not what I meant", "not_what_i_meant"),
        ("it's fine, keep it", "keep"),
        ("anything else?", "more"),
        ("listening partner", "listening_partner"),
        ("drill", "drill"),
        ("next", "drill"),
        ("I feel sad when you say that's not what I meant", None),
        ("I kept it to myself when you left", None),
        ("I need more time with you", None),
    ],
)
def test_requests_are_recognised_from_words(text: str, request_name: str | None) -> None:
    assert request_in(text) == request_name


def test_feedback_has_a_card_and_names_the_words() -> None:
    reply = talk("i_statement", BAD).replies[-1]
    assert reply.card is not None
    assert reply.card["kind"] == "feedback"
    assert '"ignored"' in reply.text


def test_best_is_the_latest_of_the_drafts_with_fewest_problems() -> None:
    assert talk("i_statement", BAD, GOOD, BAD).best == GOOD


def test_keep_ends_with_the_draft_that_stands() -> None:
    turn = talk("i_statement", GOOD, BAD, "it's fine, keep it")
    assert (turn.done, turn.best) == (True, BAD)


def test_keep_before_any_draft_keeps_nothing() -> None:
    turn = talk("apology", "keep it")
    assert (turn.done, turn.best) == (True, None)


@pytest.mark.parametrize(
    "text",
    [
        "I lied to you about the money. You lost trust. That was wrong. From today I show you the account each "
        "month. You owe me nothing.",
        "I shouted at you on Sunday. You cried after. That was wrong. From now on I sleep on the sofa when I've "
        "been drinking.",
    ],
)
def test_what_changes_when_i_drink_is_no_excuse_and_nothing_owed_is_no_demand(text: str) -> None:
    assert not PRACTICES["apology"]._coach.check(text).problems


def test_more_gives_the_rest_and_then_ends() -> None:
    first = talk("i_statement", BAD, "more").replies[0].text
    last = talk("i_statement", BAD, *["more"] * 9).replies[0].text
    assert first.startswith("Also:")
    assert last == "There's nothing else I'd change."


@pytest.mark.parametrize("tone", ["warm", "hurt", "defensive"])
def test_the_partner_answers_in_three_ways(tone: str) -> None:
    turn = talk("i_statement", "listening partner", tone)
    assert turn.replies[0].text.startswith("They might say")
    assert talk("i_statement", tone).state.get("mode") is None


def test_a_partner_sentence_is_not_the_draft() -> None:
    turn = talk("i_statement", GOOD, "listening partner", "warm", BAD)
    assert turn.best == GOOD
    assert turn.state["draft"] == GOOD


def test_the_drill_has_ten_sentences_and_moves_on_when_mended() -> None:
    turn = talk("i_statement", "drill")
    assert "1 of 10" in turn.replies[0].text
    assert "2 of 10" in PRACTICES["i_statement"].turn(turn.state, GOOD).replies[-1].text
    assert "last one" in talk("i_statement", "drill", *["next"] * 10).replies[0].text


@pytest.mark.parametrize("kind", ["i_statement", "apology"])
def test_every_drill_sentence_needs_work_and_every_example_is_good(kind: Kind) -> None:
    practice = PRACTICES[kind]
    assert all(practice._coach.check(s).problems for s in practice._say["drills"])
    assert [s for s in practice._say["examples"] if practice._coach.check(s).problems] == []


def test_force_is_met_once_with_help_for_that_person_alone() -> None:
    turn = talk("i_statement", "You held me down after I said no.")
    assert "No wording makes an unsafe talk safe" in turn.replies[0].text
    again = PRACTICES["i_statement"].turn(turn.state, "You held me down after I said no.")
    assert len(again.replies) == 1


def test_state_is_not_changed_in_place() -> None:
    state: dict[str, object] = {}
    PRACTICES["apology"].turn(state, "I lied.")
    assert state == {}


DRAFTS = st.lists(
    st.sampled_from(
        [
            "I",
            "you",
            "feel",
            "sad",
            "when",
            "never",
            "if",
            "but",
            "sorry",
            "was",
            "hurt",
            "because",
            "need",
            "lied",
            "shouted",
            ".",
            "will",
            "please",
            "ignored",
        ]
    ),
    min_size=1,
    max_size=60,
).map(" ".join)


@settings(max_examples=80, deadline=None)
@given(
    DRAFTS, st.sampled_from(["i_statement", "apology"]), st.sampled_from([None, "more", "shorter"])
)
def test_no_message_passes_sixty_words(text: str, kind: Kind, request: str | None) -> None:
    practice = PRACTICES[kind]
    turn = practice.turn({}, text)
    turn = practice.turn(turn.state, "", request) if request else turn
    assert all(len(reply.text.split()) <= LIMIT_WORDS for reply in turn.replies)


def test_terminal_keeps_what_was_written_and_takes_numbers() -> None:
    output = io.StringIO()
    assert run("i_statement", io.StringIO(f"1\n{GOOD}\n1\n"), output) == GOOD
    assert "Show me an example" in output.getvalue()


@pytest.mark.parametrize("said", ["stop\n", ""])
def test_terminal_ends_without_keeping(said: str) -> None:
    assert run("apology", io.StringIO(said), io.StringIO()) is None
