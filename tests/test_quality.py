"""Quality may not fall below what main has reached, on rows that nothing was tuned on (docs/quality.md)."""

from __future__ import annotations

from typing import Any

from scripts.eval import acts, intents


def test_intents_of_a_fresh_talk(brain: Any) -> None:
    figures = {figure.name: figure for figure in intents(brain)[0]}
    assert figures["intents, all names"].right / figures["intents, all names"].of >= 0.90


def test_acts_at_a_waiting_step(brain: Any) -> None:
    figures = {figure.name: figure for figure in acts(brain)}
    assert figures["at a step, all"].right / figures["at a step, all"].of >= 0.82
