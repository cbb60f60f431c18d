"""Floors under the retrieval figures: what is measured in full by `make eval`."""

from __future__ import annotations

import pytest

from knowledge import Library
from scripts.eval_retrieval import WRITTEN, found, outside, questions, refused


@pytest.mark.parametrize(
    ("name", "first", "third", "answered"),
    [("test", 0.70, 0.83, 0.97), ("final", 0.54, 0.77, 0.92)],
)
def test_library_finds_what_answers(
    library: Library, name: str, first: float, third: float, answered: float
) -> None:
    values = found(library, questions(f"{name}.txt"), WRITTEN)
    assert values["Success@1"] >= first
    assert values["Success@3"] >= third
    assert values["answered"] >= answered


@pytest.mark.parametrize("name", ["out", "final_out"])
def test_out_of_scope_is_refused(library: Library, name: str) -> None:
    assert refused(library, outside(f"{name}.txt")) >= 0.94


def test_questions_are_apart_from_those_in_the_library(library: Library) -> None:
    from knowledge.guide import packaged

    written = {q.lower().strip(" ?") for p in packaged() for q in p.questions}
    for name in ("dev", "test", "final"):
        assert not {q.text.lower().strip(" ?") for q in questions(f"{name}.txt")} & written


def test_best_sentence_and_neighbours_are_from_the_library(library: Library) -> None:
    hit = library.search("what helps when I freeze?").passages[0]
    assert library.best_sentence(hit, "what helps when I freeze?") in hit.text
    near = library.neighbours(hit.id, 4)
    assert len(near) == 4
    assert hit.id not in {other.id for other in near}


def test_same_question_same_answer(library: Library) -> None:
    assert library.search("he keeps asking after no") == library.search("he keeps asking after no")
