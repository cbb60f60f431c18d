"""Passages put in order for a question, and the decision whether there is an answer at all."""

from __future__ import annotations

import numpy as np

from bot.language.encoder import Encoder
from knowledge.store import Stored
from knowledge.types import Refusal
from knowledge.vectors import Floats

CANDIDATES = 200
THRESHOLD = 0.38
"""Below this cosine nothing is near enough: calibrated on held-out questions (docs/retrieval.md)."""
Ranked = list[tuple[int, float]]


class Ranker:
    """Ranks the passages of one built version."""

    def __init__(self, stored: Stored, encoder: Encoder) -> None:
        self._stored = stored
        self._encoder = encoder

    def rank(self, query: str, k: int) -> tuple[Ranked, Refusal | None]:
        """Return up to `k` (passage, score), best first; or a refusal."""
        if not len(self._stored.index) or not query.strip():
            return [], "nothing"
        found = self._candidates(self._encoder.encode([query])[0])
        ranked = sorted(found.items(), key=lambda item: -item[1])[:k]
        if not ranked or ranked[0][1] < THRESHOLD:
            return [], "nothing"
        return ranked, None

    def _candidates(self, vector: Floats) -> dict[int, float]:
        """Return the best cosine of each passage among the nearest rows."""
        scores, rows = self._stored.index.search(
            vector[None], min(CANDIDATES, len(self._stored.index))
        )
        best: dict[int, float] = {}
        for score, row in zip(scores[0], rows[0], strict=True):
            if row >= 0:
                passage = int(self._stored.rows[row, 0])
                best[passage] = max(best.get(passage, -1.0), float(score))
        return best

    def near(self, place: int, k: int) -> Ranked:
        """Return the `k` passages nearest to a passage."""
        own = self._stored.rows[(self._stored.rows[:, 0] == place) & (self._stored.rows[:, 1] == 0)]
        found = self._candidates(np.asarray(self._stored.vectors[own[0, 2]]))
        found.pop(place, None)
        return sorted(found.items(), key=lambda item: -item[1])[:k]
