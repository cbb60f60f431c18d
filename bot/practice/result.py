"""What a coach gives back: a verdict, where the parts of the sentence stand, and what to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["i_statement", "apology"]
Verdict = Literal["good", "needs_work"]

Span = tuple[int, int]
"""Start and end of some words, counted in characters of the text as it was sent."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to change: its name, the words it stands on, why it matters, and what to try
    instead.
    """

    id: str
    start: int
    end: int
    why: str
    try_: str

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as the HTTP interface gives it (`try` is a keyword in Python)."""
        return {
            "id": self.id,
            "start": self.start,
            "end": self.end,
            "why": self.why,
            "try": self.try_,
        }


@dataclass(frozen=True, slots=True)
class Feedback:
    """A coach's answer to one text. `problems` has the most important one first."""

    verdict: Verdict
    parts: Mapping[str, Span | None]
    problems: tuple[Problem, ...]
    kind: Kind

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as the HTTP interface gives it; `kind` is not part of it."""
        return {
            "verdict": self.verdict,
            "parts": {name: list(span) if span else None for name, span in self.parts.items()},
            "problems": [problem.as_dict() for problem in self.problems],
        }
