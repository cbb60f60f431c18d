"""README shows a transcript that the program produces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scripts.transcript import MARKS, transcript

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_transcript_is_the_programs_own(brain: Any) -> None:
    found = MARKS.search(README.read_text(encoding="utf-8"))
    assert found is not None
    assert found.group() == f"<!-- transcript -->\n{transcript(brain)}<!-- /transcript -->"
