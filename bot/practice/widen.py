"""The small classifier beside the rules: it widens what they find, where no rule can decide.

One logistic regression per problem or part over the sentence vector of each clause. It only
adds: what a
rule names stays, and without a trained file the coaches work by rules alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import ModelError
from bot.language.encoder import DIMENSION, Encoder
from bot.practice.clauses import clauses
from bot.practice.result import Kind, Span

VERSION = 2


def weights_path(cache_dir: Path) -> Path:
    """Return where `groundwork train` puts the classifiers of both coaches."""
    return cache_dir / "practice" / "coaches.json"


@dataclass(frozen=True)
class Widener:
    """Trained weights, shape `(names, 384)`, with a bias and a threshold for each name."""

    encoder: Encoder
    names: tuple[str, ...]
    weights: Any
    bias: Any
    thresholds: Any

    def find(self, text: str) -> Mapping[str, Span]:
        """Return each problem or part that passes its threshold, with its likeliest clause."""
        spans = clauses(text)
        if not self.names or not spans:
            return {}
        vectors = self.encoder.encode([text[slice(*span)] for span in spans])
        likely = 1.0 / (1.0 + np.exp(-(vectors @ self.weights.T + self.bias)))
        best = likely.argmax(axis=0)
        return {
            name: spans[int(best[i])]
            for i, name in enumerate(self.names)
            if likely[best[i], i] >= self.thresholds[i]
        }


def load_widener(kind: Kind, encoder: Encoder, cache_dir: Path) -> Widener | None:
    """Load the classifiers of one coach, or None where none have been trained.

    Raises:
        ModelError: the file is damaged or made by another version.
    """
    path = weights_path(cache_dir)
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["version"] != VERSION:
            raise ModelError(f"{path.name} was made by another version: run `groundwork train`")
        return _widener(content[kind], encoder)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path.name} is damaged ({type(error).__name__})") from None


def _widener(rows: list[dict[str, Any]], encoder: Encoder) -> Widener:
    weights = np.array([row["weights"] for row in rows], dtype=np.float32).reshape(-1, DIMENSION)
    bias = np.array([row["bias"] for row in rows], dtype=np.float32)
    thresholds = np.array([row["threshold"] for row in rows], dtype=np.float32)
    return Widener(encoder, tuple(row["name"] for row in rows), weights, bias, thresholds)
