"""docs/coverage.md names only passages and conversations that are there, and all 36 paragraphs."""

from __future__ import annotations

import re

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


def test_each_point_has_a_step_or_a_reason() -> None:
    assert [row for row in ROWS if not re.match(r"`[a-z_]+`|none: \w+", row[4])] == []
