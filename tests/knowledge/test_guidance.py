"""What must hold of the guidance itself: its form, its sources, its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import ROOT
from knowledge.guide import FOLDER, packaged
from knowledge.reading import files, read
from knowledge.scope import asked_for
from knowledge.splitting import split
from knowledge.types import Passage

PASSAGES = [passage for path in files([FOLDER]) for passage in split(read(path))]
SEEDS = ROOT.parent / "shared" / "seeds"
DOCUMENTS = {
    "rebuilding-sexual-safety",
    "rebuilding-sexual-trust",
    "rebuilding-trust-after-violations",
}
CONVERSATIONS = frozenset(
    [
        "pre_brief",
        "debrief",
        "repair",
        "i_statement",
        "listening_practice",
        "consent_practice",
        "boundary_agreement",
        "pause_plan",
        "check_in",
        "trigger_map",
        "pace_ladder",
        "accountability_plan",
        "structured_talk",
        "return_to_intimacy",
        "setback_review",
        "connection_ritual",
        "grounding",
        "safety_plan",
        "find_support",
        "renewal_story",
    ]
)
JOINT = frozenset(
    ["boundary_agreement", "structured_talk", "connection_ritual", "return_to_intimacy"]
)
each = pytest.mark.parametrize("passage", PASSAGES, ids=lambda p: f"{p.document}-{p.heading}")


def test_size_of_the_library() -> None:
    assert 80 <= len(PASSAGES) <= 150
    assert 15 <= len({p.document for p in PASSAGES}) <= 30
    assert len(packaged()) == len(PASSAGES)


def test_all_paragraphs_of_the_sources_are_drawn_on() -> None:
    drawn = {(s.document, s.paragraph) for p in PASSAGES for s in p.sources}
    assert {(d, n) for d in DOCUMENTS for n in range(1, 13)} <= drawn


@each
def test_form(passage: Passage) -> None:
    assert 40 <= len(passage.text.split()) <= 120
    assert passage.sources
    assert passage.audience
    assert set(passage.audience) <= {"hurt", "partner", "harmed", "helper"}
    assert passage.conversations
    assert set(passage.conversations) <= CONVERSATIONS
    assert len(set(passage.questions)) >= 8
    for source in passage.sources:
        assert source.document in DOCUMENTS or source.document.startswith("https://")
        assert (source.paragraph is None) == source.document.startswith("https://")


@each
def test_reads_at_grade_eight_or_below(passage: Passage) -> None:
    assert grade(passage.text) <= 8


@each
def test_words_that_push_judge_or_promise_are_absent(passage: Passage) -> None:
    banned = (
        r"\b(?:just|should have|why didn't you|simply|detects? risk|clinically|confidential|"
        r"your therapist|disproportionate|committed suicide)\b"
    )
    spoken = re.sub(r"\"[^\"]*\"", "", passage.text)
    assert not re.search(banned, spoken, re.I)


@each
def test_no_question_is_refused_by_a_pattern(passage: Passage) -> None:
    assert [q for q in passage.questions if asked_for(q)] == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the source articles are not part of the project")
def test_no_eight_words_in_a_row_from_the_sources() -> None:
    theirs = {gram for path in SEEDS.glob("0*.txt") for gram in grams(path)}
    for path in FOLDER.iterdir():
        assert not grams(path) & theirs, path.name


def grams(path: Path, size: int = 8) -> set[str]:
    words = re.findall(r"[a-z']+", path.read_text(encoding="utf-8").lower().replace("’", "'"))
    return {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)}


def grade(text: str) -> float:
    """Flesch-Kincaid grade, with syllables counted by runs of vowels."""
    words = re.findall(r"[A-Za-z']+", text)
    ends = max(1, len(re.findall(r"[.!?:;]+(?=[\"”\s]|$)", text)))
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / ends + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    stem = re.sub(r"(?:[^laeiouy]es|[^aeioutdy]ed|[^l]e)$", lambda m: m[0][0], word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", stem)))
