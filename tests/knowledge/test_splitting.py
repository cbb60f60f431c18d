from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from knowledge.splitting import LONGEST, sentences, split
from knowledge.types import RawDocument, Source
from knowledge.units import windows

META = {"passages": {"One": {"sources": ["doc-a 3", "https://example.org/x"]}, "Two": {}}}
TEXT = "# T\n\n## One\n\nFirst words.\n\nMore words.\n\n## Two\n\nOther words.\n"


def test_written_document_gives_a_passage_a_heading() -> None:
    one, two = split(RawDocument("d", "T", TEXT, META, {"One": ("why?",)}))
    assert (one.heading, one.text) == ("One", "First words.\n\nMore words.")
    assert one.sources == (Source("doc-a", 3), Source("https://example.org/x"))
    assert one.questions == ("why?",)
    assert two.text == TEXT[two.start : two.end] == "Other words."


@pytest.mark.parametrize(
    ("meta", "text"),
    [
        ({"passages": {"One": {}}}, TEXT),
        ({"passages": {"One": {}, "Two": {}, "Three": {}}}, TEXT),
        ({"passages": {"One": {"sources": ["nowhere"]}, "Two": {}}}, TEXT),
    ],
)
def test_front_matter_and_text_must_agree(meta: dict[str, object], text: str) -> None:
    with pytest.raises(KnowledgeError, match="d"):
        split(RawDocument("d", "T", text, meta))


def test_ids_follow_content_only() -> None:
    before = split(RawDocument("d", "T", TEXT, META))
    after = split(RawDocument("d", "T", TEXT.replace("Other", "Changed"), META))
    assert before[0].id == after[0].id
    assert before[1].id != after[1].id


def test_same_words_twice_have_two_ids() -> None:
    body = " ".join(["word"] * 30)
    ids = [p.id for p in split(RawDocument("d", "", f"# T\n\n{body}\n\n{body}\n"))]
    assert len(set(ids)) == 2


def test_long_paragraph_is_cut_between_sentences_and_keeps_its_number() -> None:
    text = "# T\n\n" + " ".join(f"Sentence number {i} has exactly eight words." for i in range(60))
    found = split(RawDocument("d", "", text))
    assert len(found) > 1
    assert all(p.sources == (Source("d", 1),) for p in found)
    assert all(p.text == text[p.start : p.end] and p.text.endswith(".") for p in found)
    assert all(len(p.text.split()) <= LONGEST * 1.1 for p in found)


@given(st.text(max_size=300))
def test_sentences_are_in_order_and_apart(text: str) -> None:
    spans = sentences(text)
    assert all(a < b for a, b in spans)
    assert all(x[1] <= y[0] for x, y in itertools.pairwise(spans))


def test_windows_run_over_the_whole_text() -> None:
    assert windows("One. Two. Three.") == ["One. Two.", "Two. Three."]
    assert windows("One.") == ["One."]
