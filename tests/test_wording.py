"""Every sentence named in code exists in data, and every one in data is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.wording import load_wording, say

ROOT = Path(__file__).resolve().parent.parent
CODE = [p for folder in ("bot", "actions", "knowledge") for p in (ROOT / folder).rglob("*.py")]
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in CODE)
FIXED = set(
    re.findall(
        r'"((?:{})\.[a-z_.]+)"'.format(
            "|".join(p.stem for p in (ROOT / "data/wording").glob("*.yml"))
        ),
        SOURCE,
    )
)
"""Keys written out in code; those put together at run time are listed in BUILT."""
OTHER = {"http.request", "forms.yml"}
"""Not wording: an ASGI message type, and a file name."""
BUILT = re.compile(
    r"^(buttons\.(hurt|partner|harmed|helper|skip|back|pause|stop|partner_\w+)|forms\.(yes|no|unsure)|dialogue\.(entrance_\w+|"
    r"thanks|are_you_human(_handover)?|privacy_question(_handover)?|feedback_negative|stale_button)|library\..*|artifacts\..*|"
    r"telegram\.(kinds|commands|words|reminder\.choices)\.\w+|telegram\.reminder\.\w+_(long|again))$"
)


def test_every_key_in_code_exists() -> None:
    assert sorted(key for key in FIXED - OTHER if key not in load_wording()) == []


def test_every_text_in_data_is_used() -> None:
    assert sorted(key for key in load_wording() if key not in FIXED and not BUILT.match(key)) == []


@pytest.mark.parametrize("words", ["{title}", "{} {answer}", "plain"])
def test_a_persons_words_bring_no_placeholders(words: str) -> None:
    assert words in say("dialogue.corrected", label=words, answer="fine")
