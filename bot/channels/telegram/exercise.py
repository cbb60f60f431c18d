"""Exercises in a chat: short messages with a pause between them, gone as soon as the person writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.types import Reply
from bot.wording import say

Timed = list[tuple[float, str]]
"""Seconds from now, and what is said then."""

_MOST = 12


def exercise_of(replies: Sequence[Reply]) -> Timed:
    """Return the timed messages that go with a turn that carries an `exercise` card."""
    card = next((r.card for r in replies if r.card and r.card.get("kind") == "exercise"), None)
    return timed(card) if card else []


def timed(card: Mapping[str, Any]) -> Timed:
    """Return an exercise as timed messages, at most a dozen."""
    name = str(card.get("exercise") or "")
    if "breath" in name:
        found = _breathing(card)
    elif "timer" in name:
        found = _timer(_positive(card.get("seconds"), 60))
    else:
        found = _steps(card)
    return found[:_MOST]


def _breathing(card: Mapping[str, Any]) -> Timed:
    into, out = _positive(card.get("in"), 4), _positive(card.get("out"), 6)
    found, at = [(2.0, say("telegram.exercise.begin"))], 6.0
    for _ in range(int(_positive(card.get("rounds"), 3))):
        found += [(at, say("telegram.exercise.breathe_out"))]
        found += [(at + out, say("telegram.exercise.breathe_in"))]
        at += out + into
    return found


def _timer(seconds: float) -> Timed:
    return [
        (2.0, say("telegram.exercise.begin")),
        (seconds / 2, say("telegram.exercise.half_time")),
        (seconds, say("telegram.exercise.end")),
    ]


def _steps(card: Mapping[str, Any]) -> Timed:
    every, last = _positive(card.get("every"), 10), say("telegram.exercise.end")
    lines = [*map(str, card.get("steps") or ()), last]
    places = [(6.0 + i * every, line) for i, line in enumerate(lines)]
    return [(2.0, say("telegram.exercise.begin")), *places]


def _positive(value: Any, fallback: float) -> float:
    return float(value) if isinstance(value, int | float) and 0 < value < 7200 else fallback
