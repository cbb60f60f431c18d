"""Several facts in one message: what is cut, what goes where, and what stays whole."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.catalog import load_catalog
from bot.dialogue.facts import shares, spans
from bot.dialogue.talk import Talk

CATALOG = load_catalog()
ANSWERS = Path(__file__).parent.parent / "eval" / "nlu" / "in_step.jsonl"


def talk_at(name: str, waiting: str | None) -> Talk:
    """A talk in which everything before the waiting step is answered."""
    slots: dict[str, Any] = {}
    for step in CATALOG[name]:
        if waiting is None or step.id == waiting:
            break
        slots[f"{name}__{step.id}"] = "done"
    return Talk(catalog=CATALOG, slots=slots, loop=f"{name}_form")


def shared(name: str, waiting: str | None, text: str) -> dict[str, str]:
    step = CATALOG[name].step(waiting) if waiting else None
    return shares(talk_at(name, waiting), step, text)


@pytest.mark.parametrize(
    ("name", "waiting", "text", "expected"),
    [
        (
            "repair", "behaviour",
            "it was at Mum's on Easter Sunday, he cried after, from now on I sleep on the sofa when I've been drinking",
            {"behaviour": "it was at Mum's on Easter Sunday", "impact": "he cried after",
             "change": "from now on I sleep on the sofa when I've been drinking"},
        ),
        (
            "pre_brief", "wants",
            "I would like massage only, she should not touch my stomach, stop word will be tiger",
            {"wants": "I would like massage only", "limits": "she should not touch my stomach",
             "stop_word": "stop word will be tiger"},
        ),
        (
            "debrief", "felt",
            "I'm a bit sad today. The cuddling was lovely, but it got too fast at the end, next time slower please",
            {"felt": "I'm a bit sad today.", "good": "The cuddling was lovely",
             "not_good": "it got too fast at the end", "change": "next time slower please"},
        ),
        (
            "trigger_map", "what", "when someone stands behind me, my heart races and I freeze, cold water helps",
            {"what": "when someone stands behind me", "body": "my heart races and I freeze",
             "helps": "cold water helps"},
        ),
    ],
)  # fmt: skip
def test_each_part_goes_where_it_belongs(
    name: str, waiting: str, text: str, expected: dict[str, str]
) -> None:
    assert shared(name, waiting, text) == expected


@pytest.mark.parametrize(
    ("name", "waiting", "text"),
    [
        ("pre_brief", "limits", "no hands on my neck, nothing from behind, and the light stays on"),
        ("pre_brief", "wants", "a long hug, some kissing, a slow dance"),
        ("repair", "behaviour", "I shouted, I slammed the door and I drove off"),
        ("safety_plan", "ready", "keys, papers, some cash"),
        ("repair", "owed", "the truth, time, and no questions"),
        ("listening_practice", "mirror", "you felt alone, and a bit foolish"),
        ("pre_brief", "freely", "no, and I'd like to be held, no hands on my neck"),
    ],
)
def test_one_answer_with_commas_stays_whole(name: str, waiting: str, text: str) -> None:
    assert shared(name, waiting, text) == {}


def test_an_opening_alone_fills_nothing() -> None:
    assert (
        shared(
            "pre_brief", None, "we want to talk before we get close, it's our first time since then"
        )
        == {}
    )


def test_answers_to_one_step_are_hardly_ever_cut() -> None:
    """Answers of many voices to one step each, written apart from the rows that teach the cutting."""
    rows = [json.loads(line) for line in ANSWERS.read_text(encoding="utf-8").splitlines()]
    known = {step.question: step.id for name in CATALOG for step in CATALOG[name]}
    asked = {
        (row["conversation"], row["step_question"]): _nearest(row, known)
        for row in rows if row["act"] == "answer" and row["conversation"] in CATALOG
    }  # fmt: skip
    cut = total = 0
    for row in rows:
        waiting = asked.get((row["conversation"], row["step_question"]))
        if row["act"] == "answer" and waiting:
            total += 1
            cut += bool(shared(row["conversation"], waiting, row["text"]))
    assert total >= 150
    assert cut / total <= 0.03


def _nearest(row: dict[str, str], known: dict[str, str]) -> str | None:
    words = set(row["step_question"].casefold().split())
    found = [
        (len(words & set(step.question.casefold().split())) / len(words), step.id)
        for step in CATALOG[row["conversation"]]
    ]
    best = max(found)
    return best[1] if best[0] >= 0.5 else None


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='ab ,.;-"“”and then I\n', max_size=80))
def test_clauses_lie_in_the_text_in_order(text: str) -> None:
    found = spans(text)
    assert all(0 <= a < b <= len(text) for a, b in found)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(found))


def test_what_stands_in_quotation_marks_is_not_cut() -> None:
    assert len(spans('I said "please, stop, now" and left')) == 1
