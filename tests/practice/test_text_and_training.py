"""Plain spelling keeps its place in the text; training is deterministic and only widens."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ContentError, ModelError
from bot.language.encoder import DIMENSION, Vectors
from bot.practice.clauses import MOST, clauses
from bot.practice.i_statement import IStatementCoach
from bot.practice.patterns import Patterns
from bot.practice.rulebook import load_rulebook
from bot.practice.text import plain
from bot.practice.training import train
from bot.practice.widen import weights_path

SPELLER = load_rulebook("i_statement").speller


class HashEncoder:
    """An encoder whose vectors depend on the words alone: fast, deterministic, of the right
    shape.
    """

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._one(text) for text in texts])

    def _one(self, text: str) -> Vectors:
        vector = np.zeros(DIMENSION, dtype=np.float32)
        for word in text.lower().split():
            vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % DIMENSION] += 1
        length = float(np.linalg.norm(vector)) or 1.0
        return (vector / length).astype(np.float32)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("im sad cos u dont txt", "i am sad because you do not text"),
        ("I’m dissapointed", "i am disappointed"),
        ("soooo sad", "so sad"),
        ("i cant, i wont", "i can not , i will not"),
        ("You'd made dinner", "you had made dinner"),
        ("id like a hug", "i would like a hug"),
        (
            'when you said "you are lazy" I cried a lot at home',
            "when you said _quote_ i cried a lot at home",
        ),
    ],
)
def test_plain_spelling(typed: str, read: str) -> None:
    assert plain(typed, SPELLER).text.strip() == read


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120))
def test_every_token_keeps_its_place(text: str) -> None:
    read = plain(text, SPELLER)
    for start, end, first, last in read.spans:
        assert read.text[start:end].strip()
        assert 0 <= first <= last <= len(text)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab ,.!?\n", max_size=200))
def test_clauses_lie_in_order_inside_the_text(text: str) -> None:
    spans = clauses(text)
    assert len(spans) <= MOST
    assert all(0 <= s < e <= len(text) for s, e in spans)
    assert spans == sorted(spans)


def test_an_unknown_word_list_is_an_error() -> None:
    with pytest.raises(ContentError, match="NOWHERE"):
        Patterns({}, {}).compile(["{NOWHERE}"])


def test_training_twice_gives_the_same_file(tmp_path: Path) -> None:
    train(HashEncoder(), tmp_path / "one")
    train(HashEncoder(), tmp_path / "two")
    one, two = (weights_path(tmp_path / name).read_bytes() for name in ("one", "two"))
    assert one == two
    coach = IStatementCoach.load(HashEncoder(), tmp_path / "one")
    rules = IStatementCoach.load(None, None)
    text = "I feel ignored when you never call."
    assert {p.id for p in rules.check(text).problems} <= {p.id for p in coach.check(text).problems}


def test_a_damaged_classifier_is_named(tmp_path: Path) -> None:
    weights_path(tmp_path).parent.mkdir(parents=True)
    weights_path(tmp_path).write_text("{}", "utf-8")
    with pytest.raises(ModelError, match="damaged"):
        IStatementCoach.load(HashEncoder(), tmp_path)
