"""A quick encoder for tests: words hashed into a vector, so that shared words mean near texts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from bot.language.encoder import DIMENSION, Vectors


class WordEncoder:
    """Counts the texts it was asked to encode."""

    def __init__(self, fail: bool = False) -> None:
        self.encoded: list[str] = []
        self.fail = fail

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.fail:
            raise OSError("no encoder")
        self.encoded += texts
        return np.stack([_vector(text) for text in texts])


def _vector(text: str) -> Vectors:
    vector = np.full(DIMENSION, 1e-3, dtype=np.float32)
    for word in re.findall(r"[a-z]{3,}", text.lower()):
        vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % DIMENSION] += 1
    normed: Vectors = vector / np.linalg.norm(vector)
    return normed
