"""The small classifier beside the rules, over sentence vectors: a kernel machine for crisis or not,
and one linear head per category to name it.

It is trained by `bot.crisis.training` from data/crisis/training/ and stored as plain arrays (.npz
without pickle) under the cache directory. It looks at the whole message and at each clause.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bot.errors import ModelError
from bot.language.encoder import Encoder
from bot.types import Category, Level

FILE = "classifier.npz"
FOLDER = "crisis"
_STRICTER = 0.9
_CLAUSES = 12
"""Clauses looked at one by one, beside the whole message."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What the classifier makes of a message."""

    category: Category
    level: Level
    margin: float


class Classifier:
    """Linear heads: rows are classes (`none`, `gentle`, then categories), columns the vector and a bias."""

    def __init__(
        self,
        encoder: Encoder,
        weights: NDArray[np.float32],
        classes: list[str],
        urgency: NDArray[np.float32],
        gate: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
        thresholds: tuple[float, float, float],
    ) -> None:
        self._encoder = encoder
        self._weights = weights
        self._classes = classes
        self._urgency = urgency
        self._support, self._dual, self._kernel = gate
        self._crisis_at, self._clause_at, self._emergency_at = thresholds

    @classmethod
    def find(cls, cache_dir: Path, encoder: Encoder) -> Classifier | None:
        """Return the trained classifier, or None where there is none.

        Raises:
            ModelError: the file is damaged or of another form.
        """
        path = cache_dir / FOLDER / FILE
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as data:
                classes = [str(c) for c in data["classes"]]
                thresholds = tuple(float(t) for t in data["thresholds"])
                return cls(
                    encoder, data["weights"], classes, data["urgency"],
                    (data["support"], data["dual"], data["kernel"]),
                    cast(tuple[float, float, float], thresholds),
                )  # fmt: skip
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ModelError(
                f"the crisis classifier at {path} is damaged ({type(error).__name__})"
            ) from None

    def guess(self, text: str, plain: str, *, stricter: bool = False) -> Guess | None:
        """Return a guess where the message, or a clause of it, is likely a crisis; else None.

        `stricter` asks for a wider margin, where words are told, studied or denied.
        """
        pieces = pieces_of(text, plain)
        vectors = self._encoder.encode(pieces)
        scores = self.scores(vectors)
        crisis = self.margins(vectors)
        thresholds = np.array([self._crisis_at] + [self._clause_at] * (len(pieces) - 1))
        thresholds += _STRICTER if stricter else 0.0
        over = np.flatnonzero(crisis >= thresholds)
        if len(over) == 0:
            return None
        best = int(over[np.argmax(crisis[over])])
        return self._name(vectors[best], scores[best], float(crisis[best]))

    def margins(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how far each vector lies on the side of crisis, shape `(len(vectors),)`."""
        gamma, offset = self._kernel
        distances = 2.0 - 2.0 * vectors @ self._support.T  # both are of length one
        result: NDArray[np.float32] = np.exp(-gamma * distances) @ self._dual + offset
        return result

    def scores(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return class probabilities, shape `(len(vectors), len(classes))`."""
        logits = with_bias(vectors) @ self._weights.T
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        result: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
        return result

    def _name(
        self, vector: NDArray[np.float32], scores: NDArray[np.float32], crisis: float
    ) -> Guess:
        category = cast(Category, self._classes[2 + int(np.argmax(scores[2:]))])
        urgency = 1.0 / (1.0 + np.exp(-float(with_bias(vector[None])[0] @ self._urgency)))
        level: Level = "emergency" if urgency >= self._emergency_at else "crisis"
        return Guess(category, level, crisis)


def with_bias(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vectors with a column of ones."""
    ones = np.ones((len(vectors), 1), dtype=np.float32)
    return np.concatenate([vectors, ones], axis=1)


def pieces_of(text: str, plain: str) -> list[str]:
    """Return the message as written, then its longer clauses in plain form."""
    clauses = [c.strip() for c in plain.split("|")]
    clauses = [c for c in clauses if len(c.split()) >= 3]
    return (
        [text, *clauses[:_CLAUSES]] if len(clauses) > 1 else [text, plain.replace("|", " ").strip()]
    )
