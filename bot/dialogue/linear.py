"""A small linear classifier over the sentence vector, for what no rule can list.

Logistic regression on a few hundred sentences of our own. It is fitted once for given rows and kept in
the cache folder under their hash, so that a process that serves reads two arrays.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.language.encoder import DEEP_DIMENSION, DIMENSION, Encoder

Row = tuple[str, str]
"""A sentence and its label."""
_STRENGTH = 10.0
_WEIGHTS = np.full(DEEP_DIMENSION, 0.3, dtype=np.float32)
_WEIGHTS[:DIMENSION] = 3.0
"""The sentence vector, and more weakly the layers below it, which hold form (chosen by trial)."""


@dataclass(frozen=True)
class Linear:
    """Labels with weights of shape `(labels, 1152)` and a bias each."""

    encoder: Encoder
    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def of(cls, name: str, rows: Sequence[Row], encoder: Encoder, cache_dir: Path) -> Linear:
        """Return the classifier for `rows`, from the cache folder where it was made before."""
        path = cache_dir / "dialogue" / f"{name}-{_digest(rows)}.npz"
        if not path.is_file():
            _write(path, *_fit(rows, encoder))
        with np.load(path, allow_pickle=False) as kept:
            return cls(encoder, tuple(map(str, kept["labels"])), kept["weights"], kept["bias"])

    def probabilities(self, texts: Sequence[str]) -> list[Mapping[str, float]]:
        """Return for each text the probability of each label; they sum to 1."""
        scores = _features(texts, self.encoder) @ self.weights.T + self.bias
        found = np.exp(scores - scores.max(axis=1, keepdims=True))
        found /= found.sum(axis=1, keepdims=True)
        return [dict(zip(self.labels, map(float, row), strict=True)) for row in found]


def _features(texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    found: NDArray[np.float32] = encoder.encode_deep(texts) * _WEIGHTS
    return found


def _fit(
    rows: Sequence[Row], encoder: Encoder
) -> tuple[list[str], NDArray[np.float32], NDArray[np.float32]]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    model = LogisticRegression(C=_STRENGTH, max_iter=1000, class_weight="balanced")
    model.fit(_features([text for text, _ in rows], encoder), [label for _, label in rows])
    weights, bias = model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
    if len(weights) == 1:  # two labels: scikit-learn keeps one row for both
        weights, bias = (
            np.vstack([-weights / 2, weights / 2]),
            np.array([-bias[0] / 2, bias[0] / 2]),
        )
    return list(map(str, model.classes_)), weights, bias


def _write(
    path: Path, labels: list[str], weights: NDArray[np.float32], bias: NDArray[np.float32]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}-{os.getpid()}.npz")
    np.savez_compressed(draft, labels=np.array(labels), weights=weights, bias=bias)
    draft.replace(path)


def _digest(rows: Sequence[Row]) -> str:
    content = "\0".join(f"{label}\1{text}" for text, label in rows)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
