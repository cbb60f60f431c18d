"""Replies as Telegram messages: nothing lost, nothing too long, everything escaped."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.exercise import exercise_of, timed
from bot.channels.telegram.render import DATA_LIMIT, LIMIT, data_of, html, length, messages, split
from bot.channels.telegram.sender import bare
from bot.types import Button, Reply
from tests.channels.fake_telegram import _Html

TEXTS = st.text(max_size=600)


@given(TEXTS, st.integers(20, 200))
def test_splitting_loses_nothing_and_keeps_to_the_limit(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < length(part) <= limit for part in parts)


def test_a_long_text_is_split_at_sentences() -> None:
    text = " ".join(f"This is sentence {n}, and it ends here." for n in range(300))
    parts = split(text)
    assert len(parts) > 1
    assert all(part.endswith("ends here.") for part in parts)
    assert all(length(part) <= LIMIT for part in parts)


@given(TEXTS)
def test_every_text_is_well_formed_and_comes_out_as_it_was(text: str) -> None:
    sound = text.replace("\r", " ").replace("\x00", "")
    found, _ = _Html().read(html(sound))
    assert found == sound
    assert bare(html(sound)) == sound


def test_a_persons_words_are_never_markup() -> None:
    card = {"kind": "artifact", "title": "A <b>", "sections": [{"label": "<i>", "answer": "x"}]}
    made = html("A <b>\n• <i>: </b>&amp; <script>", card)
    assert "<script>" not in made
    assert _Html().read(made)[0] == "A <b>\n• <i>: </b>&amp; <script>"


def test_numbers_can_be_tapped_and_stand_beside_their_country() -> None:
    card = {
        "kind": "hotlines", "emergency": {"number": "999"},
        "lines": [{"call": "0808 2000 247"}, {"call": "116 123"}],
    }  # fmt: skip
    text = "In danger now (United Kingdom): 999.\nA line (United Kingdom): call 0808 2000 247."
    made = html(text, card)
    assert re.findall(r'href="tel:(\d+)"', made) == ["999", "08082000247"]
    assert unescape(bare(made)) == text


@given(st.text(max_size=400), st.integers(0, 2**63))
def test_callback_data_always_fits(payload: str, turn: int) -> None:
    payload = payload.encode("utf-8", "replace").decode()
    if not payload.startswith("~"):
        assert 1 <= len(data_of(payload, turn).encode()) <= DATA_LIMIT


def test_buttons_stand_under_the_last_part() -> None:
    reply = Reply(
        "word. " * 2000, (Button("Yes", "/yes"), Button("No", "/no"), Button("x" * 30, "/x"))
    )
    found = messages(reply, 7)
    assert [bool(part["keys"]) for part in found[:-1]] == [False] * (len(found) - 1)
    assert [[title for title, _ in row] for row in found[-1]["keys"]] == [["Yes", "No"], ["x" * 30]]


class TestExercises:
    def test_a_breath_out_is_the_longer_half_and_it_can_be_stopped(self) -> None:
        card = {"kind": "exercise", "exercise": "breathing", "in": 4, "out": 6, "rounds": 3}
        found = exercise_of((Reply("Breathe.", card=card),))
        assert found[0][1].endswith("Write anything, and I stop.")
        times = [at for at, _ in found]
        assert times == sorted(times)
        assert times[2] - times[1] > times[3] - times[2]

    @pytest.mark.parametrize(
        "card",
        [
            {"exercise": "breathing", "rounds": 99}, {"exercise": "timer", "seconds": "soon"},
            {"exercise": "five_senses"}, {"exercise": None, "every": -3},
        ],
    )  # fmt: skip
    def test_odd_cards_are_no_harm(self, card: dict[str, object]) -> None:
        found = timed(card)
        assert 1 <= len(found) <= 12
        assert all(at >= 0 for at, _ in found)

    def test_the_steps_are_those_that_the_file_names(self) -> None:
        found = timed({"exercise": "steps", "every": 5, "steps": ["Left hand", "Right hand"]})
        assert [text for _, text in found][1:3] == ["Left hand", "Right hand"]

    def test_other_replies_have_none(self) -> None:
        assert exercise_of((Reply("x"), Reply("y", card={"kind": "passages"}))) == []
