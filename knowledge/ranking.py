"""Passages put in order for a question, and the decision whether there is an answer at all.

What each part adds, and how the numbers below were chosen, stands in docs/retrieval.md.
"""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.language.encoder import Encoder
from knowledge import matching, scope
from knowledge.store import Stored
from knowledge.types import Refusal
from knowledge.vectors import Floats
from knowledge.words import Words

CANDIDATES = 200
"""Index rows looked at for a question; each passage has about twenty."""
NEAR_QUESTIONS = 3
"""A passage's score counts its best written question and the mean of its best three."""
MATCH, WORDS, GUIDE = 0.7, 0.01, 1.0
"""What the match, BM25 and the guide's second query add to a cosine."""
GUIDES, SHARPNESS = 5, 10.0
"""The guide's query mixes this many packaged passages, with a softmax this sharp."""
BARE = -0.12
"""Added for a passage without written questions, so that both kinds of passage score alike."""
INSIDE = 1.0
"""How far inside the library's scope a question must be (see `Scope.weigh`) to be answered."""
SURE = 0.85
"""A cosine with a written question from which the scope is not asked: it is that question."""
BEST = 1.0 + MATCH
"""About the score of a question that was written for its passage; scores are given as parts of it."""
FLOOR = 0.15
"""Below this score there is nothing near, whatever the scope says."""
OWN_SUBJECT = 0.55
"""Cosine from which a document without written questions speaks for its own subject."""
Ranked = list[tuple[int, float]]


class Ranker:
    """Ranks the passages of one built version."""

    def __init__(self, stored: Stored, encoder: Encoder) -> None:
        self._stored = stored
        self._encoder = encoder
        extra = stored.extra
        self._scope = scope.Scope(extra) if "scope_weights" in extra else None
        self._match: Floats | None = extra.get("match_weights")
        self._guide: Floats | None = extra.get("guide_vectors")
        if self._guide is not None:
            self._owners = extra["guide_owners"]
            self._questions = extra["scope_inside"].astype(np.float32)
        passages, rows = stored.passages, stored.rows
        self._asked = np.array([bool(p.questions) for p in passages], dtype=bool)
        self._column = np.cumsum(self._asked) - 1
        self._first = np.searchsorted(rows[:, 0], np.arange(len(passages) + 1))

    @cached_property
    def _words(self) -> Words:
        return Words(self._stored.passages)

    def rank(self, question: str, k: int) -> tuple[Ranked, Refusal | None]:
        """Return up to `k` (passage, score), best first; or a refusal."""
        text = tidy(question)
        if not text:
            return [], "nothing"
        plain = scope.asked_for(text)
        if plain or not len(self._stored.index):
            return [], plain or "nothing"
        vector = self._encoder.encode([text])[0]
        ranked, nearest, bare = self._scored(text, vector)
        refusal = self._refusal(vector, ranked, nearest, bare)
        if refusal:
            return [], refusal
        return [(place, min(max(score / BEST, 0.0), 1.0)) for place, score in ranked[:k]], None

    def _refusal(
        self, vector: Floats, ranked: Ranked, nearest: float, bare: float
    ) -> Refusal | None:
        if not ranked or ranked[0][1] < FLOOR:
            return "nothing"
        if self._scope is None or nearest >= SURE or bare >= OWN_SUBJECT:
            return None
        odds, kind = self._scope.weigh(vector)
        return kind if odds < INSIDE else None

    def _scored(self, text: str, vector: Floats) -> tuple[Ranked, float, float]:
        """Return all candidates in order, the best cosine with a written question, and with bare text."""
        match, second = self._guided(vector)
        places = self._candidates(vector, second, match)
        parts = self._parts(places, vector, second)
        asked = self._asked[places]
        direct, questions, guided = parts[:, 0], parts[:, 1], parts[:, 2]
        scores = np.where(asked, (2 * questions + direct) / 3, direct + BARE)
        if match is not None:
            own = match[np.where(asked, self._column[places], 0)]
            scores = scores + np.where(asked, MATCH * own, GUIDE * guided)
        scores = scores + np.where(asked, WORDS * self._words.score(text, places), 0.0)
        order = np.argsort(-scores, kind="stable")
        ranked = [(int(places[i]), float(scores[i])) for i in order]
        nearest = float(parts[asked, 3].max(initial=-1.0))
        return ranked, nearest, float(parts[~asked, 4].max(initial=-1.0))

    def _guided(self, vector: Floats) -> tuple[Floats | None, Floats | None]:
        """Return the match with each guide passage, and the second query in the guide's words."""
        if self._match is None or self._guide is None:
            return None, None
        match = matching.match(self._match, vector)
        score = match * MATCH + self._nearest_asked(vector, len(match))
        best = np.argsort(-score)[:GUIDES]
        weight = np.exp(SHARPNESS * (score[best] - score[best[0]]))
        second: Floats = (weight / weight.sum()) @ self._guide[best]
        return match, second

    def _nearest_asked(self, vector: Floats, count: int) -> Floats:
        """Return the best cosine with a question written for each guide passage."""
        best = np.full(count, -1.0, dtype=np.float32)
        np.maximum.at(best, self._owners, self._questions @ vector)
        return best

    def _candidates(
        self, vector: Floats, second: Floats | None, match: Floats | None
    ) -> NDArray[np.int64]:
        """Return the passages worth scoring: near the question, near the second query, or matched."""
        queries = [vector] if second is None or self._asked.all() else [vector, second]
        _, rows = self._stored.index.search(
            np.stack(queries), min(CANDIDATES, len(self._stored.index))
        )
        found: NDArray[np.int64] = np.unique(self._stored.rows[rows[rows >= 0], 0])
        if match is not None and self._asked.any():
            own = np.flatnonzero(self._asked)
            found = np.union1d(found, own[np.argsort(-match[: len(own)])[:20]])
        return found

    def _parts(
        self, places: NDArray[np.int64], vector: Floats, second: Floats | None
    ) -> NDArray[np.float32]:
        """Return cosines, one row a passage: see `_part` for what the columns are."""
        spans = [np.arange(self._first[p], self._first[p + 1]) for p in places]
        rows = self._stored.rows[np.concatenate(spans)] if spans else self._stored.rows[:0]
        vectors = np.asarray(self._stored.vectors[rows[:, 2]])
        cosines = vectors @ vector
        guided = vectors @ second if second is not None else np.zeros_like(cosines)
        ends = np.cumsum([len(span) for span in spans])[:-1]
        pieces = zip(*(np.split(x, ends) for x in (rows[:, 1], cosines, guided)), strict=True)
        return np.array([_part(*piece) for piece in pieces], dtype=np.float32).reshape(-1, 5)

    def near(self, place: int, k: int) -> Ranked:
        """Return the `k` passages nearest to a passage, by their texts."""
        texts = self._stored.rows[self._stored.rows[:, 1] == 0]
        vector = np.asarray(self._stored.vectors[texts[place, 2]])
        _, rows = self._stored.index.search(vector[None], min(CANDIDATES, len(self._stored.index)))
        found = np.unique(self._stored.rows[rows[rows >= 0], 0])
        cosines = self._stored.vectors[texts[found, 2]] @ vector
        order = [i for i in np.argsort(-cosines, kind="stable") if found[i] != place][:k]
        return [(int(found[i]), float(cosines[i])) for i in order]


def _part(
    kind: NDArray[np.int64], cosines: Floats, guided: Floats
) -> tuple[float, float, float, float, float]:
    """Return cosines: text, questions, text with the second query, best question, best of the text."""
    text, window = cosines[kind == 0].max(), cosines[kind == 1].max(initial=-1.0)
    asked = np.sort(cosines[kind == 2])[::-1]
    bare = kind != 2
    if not len(asked):
        return text / 3 + window * 2 / 3, -1.0, guided[bare].max(), -1.0, max(text, window)
    questions = (asked[0] + asked[:NEAR_QUESTIONS].mean()) / 2
    return text / 2 + window / 2, questions, guided[bare].max(), asked[0], max(text, window)


_SHORT = {
    "bf": "boyfriend", "gf": "girlfriend", "hubby": "husband", "u": "you", "ur": "your", "r": "are",
    "idk": "I don't know", "cuz": "because", "coz": "because", "bc": "because", "pls": "please",
    "plz": "please", "w": "with", "wanna": "want to", "gonna": "going to", "dont": "don't",
    "cant": "can't", "didnt": "didn't", "doesnt": "doesn't", "isnt": "isn't", "wont": "won't",
    "im": "I'm", "ive": "I've", "hes": "he's", "shes": "she's", "wat": "what", "smth": "something",
    "sth": "something", "ppl": "people", "rn": "right now", "abt": "about", "thx": "thanks",
}  # fmt: skip
"""Spellings of chats and what they stand for."""


def tidy(question: str) -> str:
    """Return a question with single spaces and the short spellings of chats written out."""
    words = re.sub(r"\s+", " ", question).strip()
    return re.sub(r"(?<![\w'’])[a-z]+(?![\w'’])", _written_out, words, flags=re.I)


def _written_out(word: re.Match[str]) -> str:
    return _SHORT.get(word.group().lower(), word.group())
