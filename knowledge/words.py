"""Words: a small BM25 over stems, which finds names and rare words that vectors blur."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from knowledge.types import Passage
from knowledge.vectors import Floats

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_SUFFIX = re.compile(r"(?:ing|edly|ed|ly|ies|es|s|'s|')$")
_COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "i",
        "me",
        "my",
        "you",
        "your",
        "he",
        "him",
        "his",
        "she",
        "her",
        "it",
        "its",
        "we",
        "us",
        "our",
        "they",
        "them",
        "their",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "am",
        "do",
        "does",
        "did",
        "to",
        "of",
        "in",
        "on",
        "at",
        "for",
        "with",
        "and",
        "or",
        "but",
        "if",
        "so",
        "as",
        "that",
        "this",
        "what",
        "how",
        "when",
        "who",
        "why",
        "where",
        "can",
        "could",
        "should",
        "would",
        "will",
        "it's",
        "i'm",
        "don't",
    ]
)


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, without the commonest."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    return [_stem(word) for word in words if word not in _COMMON]


def _stem(word: str) -> str:
    return _SUFFIX.sub("", word) if len(word) > 4 else word


class Words:
    """BM25 over passages, with their headings and written questions."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        import bm25s  # noqa: PLC0415  (heavy, and needless for an empty library)

        self._count = len(passages)
        self._index = bm25s.BM25()
        self._index.index([_tokens(p) or ["-"] for p in passages], show_progress=False)
        self._known = self._index.vocab_dict

    def score(self, question: str, chosen: Iterable[int]) -> Floats:
        """Return the BM25 score of the chosen passages, in their order (zero without a common word)."""
        known = [stem for stem in stems(question) if stem in self._known]
        places = np.fromiter(chosen, dtype=np.int64)
        if not known:
            return np.zeros(len(places), dtype=np.float32)
        scores: Floats = self._index.get_scores(known)[places]
        return scores


def _tokens(passage: Passage) -> list[str]:
    return stems(" ".join((passage.title, *passage.path, passage.text, *passage.questions)))
