from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.spelling import Spelling

EXAMPLES = [
    "pause the conversation please", "I want an emergency number", "show me the accountability plan",
    "my boundary is the door", "kal karte hain", "kal", "kal baat karte hain",
]  # fmt: skip


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling.of(EXAMPLES)


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("puase please", "pause please"),
        ("emergncy numbr", "emergency number"),
        ("accountibility plan", "accountability plan"),
        ("pleaseee", "please"),
        ("plleease", "plleease"),
    ],
)
def test_a_slip_is_mended_towards_the_examples(spelling: Spelling, typed: str, mended: str) -> None:
    assert spelling.mend(typed) == mended


@pytest.mark.parametrize(
    "text", ["Marisol", "the dog barked loudly", "blorp", "u ok?", "kal", "don't stop", "7 x 8", ""]
)
def test_names_english_words_short_words_and_marks_stay(spelling: Spelling, text: str) -> None:
    assert spelling.mend(text) == text


@given(st.text(max_size=200))
def test_mending_twice_changes_nothing_more(text: str) -> None:
    spelling = Spelling.of(EXAMPLES)
    once = spelling.mend(text)
    assert spelling.mend(once) == once
