"""docs/telegram.md shows a chat that the program really holds."""

from __future__ import annotations

from typing import Any

from scripts.transcript import MARKS
from tests.channels.telegram_transcript import PAGE, transcript


def test_the_transcript_is_the_programs_own(brain: Any) -> None:
    found = MARKS.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    assert found.group() == f"<!-- transcript -->\n{transcript(brain)}<!-- /transcript -->"
