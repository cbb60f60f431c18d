"""Which questions the guidance is for, and which are turned away: dose, diagnosis, law, cost and more.

Patterns for requests that must never get a passage (a dose, a price, a paragraph of law) hold however
close a passage is. Otherwise two things are added: a linear classifier over the question's vector, which
weighs questions written for the library against examples of what it is not for
(`knowledge/scope/*.txt`), and which of the two the nearest one belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from knowledge.types import Refusal
from knowledge.vectors import Floats

FOLDER = Path(__file__).resolve().parent / "scope"
KINDS: tuple[Refusal, ...] = ("dose", "diagnosis", "law", "cost", "explicit", "off_topic")
IN_SCOPE = "in"
STRENGTH = 10.0
"""The classifier's inverse regularisation (C), chosen on held-out folds of its own examples."""
NEAREST = 20.0
"""What a cosine's difference between the nearest question inside and outside adds to the log-odds."""


def files() -> tuple[Path, ...]:
    """Return the files that the decision depends on."""
    return tuple(sorted(FOLDER.glob("*.txt")))


@lru_cache(maxsize=1)
def examples() -> tuple[tuple[Refusal, str], ...]:
    """Return the examples of what the library is not for, each with its kind."""
    return tuple((kind, line) for kind in KINDS for line in _lines(f"{kind}.txt"))


def _lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[Refusal, re.Pattern[str]], ...]:
    """Return the patterns, in the order of the file: the first that matches decides."""
    found = []
    for line in _lines("patterns.txt"):
        kind, pattern = line.split(None, 1)
        found.append((cast(Refusal, kind), re.compile(pattern, re.I)))
    return tuple(found)


def asked_for(question: str) -> Refusal | None:
    """Return what a question plainly asks for that no passage may answer, or None."""
    return next((kind for kind, pattern in _patterns() if pattern.search(question)), None)


def train(inside: Floats, outside: Floats) -> dict[str, NDArray[Any]]:
    """Return the classifier's arrays from vectors of questions inside and outside (in their order)."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    kinds = [kind for kind, _ in examples()]
    labels = [IN_SCOPE] * len(inside) + [str(kind) for kind in kinds]
    model = LogisticRegression(C=STRENGTH, max_iter=500, class_weight="balanced")
    model.fit(np.concatenate([inside, outside]), labels)
    return {
        "scope_weights": model.coef_.astype(np.float32),
        "scope_bias": model.intercept_.astype(np.float32),
        "scope_kinds": np.array(model.classes_, dtype="U16"),
        "scope_inside": inside.astype(np.float16),
        "scope_outside": outside.astype(np.float16),
    }


class Scope:
    """Weighs a question: is it one for the guidance, and if not, of which kind is it."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self._weights = arrays["scope_weights"]
        self._bias = arrays["scope_bias"]
        self._kinds = [str(kind) for kind in arrays["scope_kinds"]]
        self._inside = self._kinds.index(IN_SCOPE)
        self._within = arrays["scope_inside"].astype(np.float32)
        self._without = arrays["scope_outside"].astype(np.float32)

    def weigh(self, vector: Floats) -> tuple[float, Refusal]:
        """Return how far a question is inside (about log-odds), and the likeliest kind if it is not."""
        logits = self._weights @ vector + self._bias
        others = np.delete(np.arange(len(logits)), self._inside)
        kind = self._kinds[others[int(np.argmax(logits[others]))]]
        peak = logits[others].max()
        odds = logits[self._inside] - peak - np.log(np.exp(logits[others] - peak).sum())
        margin = (self._within @ vector).max() - (self._without @ vector).max()
        return float(odds + NEAREST * margin), cast(Refusal, kind)


def texts(inside: Sequence[str]) -> list[str]:
    """Return all texts that training needs vectors of: the questions inside, then the examples."""
    return [*inside, *(line for _, line in examples())]
