"""The small classifier beside the rules: it widens what they find, where no rule can decide.

One logistic regression per problem over the sentence vector. It only adds: what a rule names stays, and
without a trained file the coaches work by rules alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import ModelError
from bot.language.encoder import DIMENSION, Encoder
from bot.practice.result import Kind

VERSION = 1


def weights_path(cache_dir: Path) -> Path:
    """Return where `groundwork train` puts the classifiers of both coaches."""
    return cache_dir / "practice" / "coaches.json"


@dataclass(frozen=True)
class Widener:
    """Trained weights: `(problems, 384)`, a bias and a threshold each."""

    encoder: Encoder
    names: tuple[str, ...]
    weights: Any
    bias: Any
    thresholds: Any

    def problems(self, text: str) -> list[str]:
        """Return the problems whose probability passes their threshold."""
        if not self.names:
            return []
        scores = self.encoder.encode([text])[0] @ self.weights.T + self.bias
        likely = 1.0 / (1.0 + np.exp(-scores))
        return [
            name for name, p, at in zip(self.names, likely, self.thresholds, strict=True) if p >= at
        ]


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
    return Widener(encoder, tuple(row["problem"] for row in rows), weights, bias, thresholds)
