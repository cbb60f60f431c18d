"""Blank worksheets: all twenty, with every question, and nothing filled in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.artifacts.model import Format
from bot.artifacts.worksheets import blank, write_all
from bot.dialogue.catalog import load_catalog

CATALOG = load_catalog()
DAY = date(2026, 11, 22)


@pytest.mark.parametrize("form", ["txt", "md"])
def test_all_twenty_are_written_with_every_question(tmp_path: Path, form: Format) -> None:
    files = write_all(CATALOG.values(), tmp_path, form, DAY)
    assert len({path.name for path in files}) == len(CATALOG)
    for path, conversation in zip(files, CATALOG.values(), strict=True):
        text = path.read_text(encoding="utf-8")
        assert [s.id for s in conversation if s.label.split()[0] not in text] == []


def test_a_pdf_is_one(tmp_path: Path) -> None:
    (path,) = write_all([CATALOG["repair"]], tmp_path, "pdf", DAY)
    assert path.read_bytes().startswith(b"%PDF")


def test_what_follows_from_an_answer_stands_beside_it() -> None:
    sheet = blank(CATALOG["pre_brief"], DAY)
    assert "This sheet ends here." in (sheet.sections[0].answer or "")
    assert "not consent" in (sheet.footer or "")


def test_the_way_out_stands_on_the_sheet() -> None:
    guard = CATALOG["setback_review"].guard
    assert guard is not None
    assert guard.text in (blank(CATALOG["setback_review"], DAY).header or "")
