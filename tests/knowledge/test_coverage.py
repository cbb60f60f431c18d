"""docs/coverage.md names only passages and conversations that are there, and all 36 paragraphs."""

from __future__ import annotations

import re

from bot.dialogue.catalog import load_catalog
from bot.settings import ROOT
from knowledge.guide import packaged

ROWS = re.findall(
    r"^\| ([\w-]+?)\.?(\d+)? \| .*? \| `([a-z-]+)` (.*?) \| (.*) \|$",
    (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8"),
    re.M,
)


def test_every_named_passage_is_in_the_library() -> None:
    there = {(passage.document, passage.heading) for passage in packaged()}
    assert [row for row in ROWS if (row[2], row[3]) not in there] == []


def test_all_points_and_paragraphs_are_listed() -> None:
    assert len(ROWS) >= 224
    assert {row[0] for row in ROWS} == {f"{d}{n}" for d in "STV" for n in range(1, 13)}


NEEDED = {
    "check_in.over_time", "check_in.sleep", "check_in.promised", "check_in.agreed", "accountability_plan.change",
    "boundary_agreement.clear", "renewal_story.values", "renewal_story.care", "renewal_story.body",
    "consent_practice.respect", "accountability_plan.warning", "accountability_plan.consequences",
    "accountability_plan.avoid", "boundary_agreement.daily", "find_support.who_knows",
    "listening_practice.clarify", "consent_practice.notice", "pre_brief.pause", "pause_plan.crossed",
}  # fmt: skip
"""The steps that care rule 21 asks for (docs/safety.md)."""


def test_the_practices_that_need_a_step_have_one() -> None:
    table = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", table))
    there = {
        f"{name}.{step.id}"
        for name, conversation in load_catalog().items()
        for step in conversation
    }
    assert named >= NEEDED
    assert named <= there


def test_each_point_has_a_step_or_a_reason() -> None:
    assert [row for row in ROWS if not re.match(r"`[a-z_]+`|none: \w+", row[4])] == []
