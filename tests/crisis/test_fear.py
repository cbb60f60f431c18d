"""Who is afraid of whom decides the path: a frightened person never gets the line for people who harm."""

from __future__ import annotations

import pytest

from bot.crisis.detector import CrisisDetector

RULES = CrisisDetector.load(None, None)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("i am scared of him sometimes", "ongoing_abuse"),
        ("im frightened by my husband", "ongoing_abuse"),
        ("i am scared to say no to him", "ongoing_abuse"),
        ("i scared her when i shouted", "harm_others"),
    ],
)
def test_fear_of_someone_is_not_harm_done_to_them(text: str, category: str) -> None:
    verdict = RULES.assess(text)
    assert verdict.urgent
    assert verdict.category == category
