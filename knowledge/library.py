"""The guidance library: open it, ask it, read from it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.errors import GroundworkError, KnowledgeError, ModelError
from bot.language.encoder import Encoder
from knowledge import building, store
from knowledge.ranking import Ranker
from knowledge.splitting import sentences
from knowledge.types import Document, Hit, SearchResult

_log = logging.getLogger(__name__)


class Library:
    """One built version of the guidance, held in memory. It is safe to ask from several threads."""

    def __init__(self, stored: store.Stored, encoder: Encoder) -> None:
        self._stored = stored
        self._encoder = encoder
        self._ranker = Ranker(stored, encoder)
        self._documents = {document.document: document for document in stored.documents}
        self._places = {passage.id: place for place, passage in enumerate(stored.passages)}

    @classmethod
    def open(cls, dirs: Sequence[Path], cache_dir: Path, encoder: Encoder) -> Library:
        """Open the library of these folders, building first if they changed.

        If that fails, the version that served before serves on.

        Raises:
            KnowledgeError: no index can be built and none is there.
        """
        try:
            building.build(dirs, cache_dir, encoder)
        except (GroundworkError, OSError) as error:
            _log.warning("the knowledge index could not be built (%s)", type(error).__name__)
        version = store.current(cache_dir)
        if version is None:
            raise KnowledgeError(f"no knowledge index in {cache_dir} and none could be built")
        try:
            return cls(store.read(cache_dir, version), encoder)
        except ModelError:
            building.build(dirs, cache_dir, encoder, full=True)
            return cls(store.read(cache_dir, store.current(cache_dir) or version), encoder)

    @property
    def version(self) -> str:
        """The name of the built version: it changes with any document."""
        return self._stored.version

    def __len__(self) -> int:
        return len(self._stored.passages)

    def search(self, query: str, k: int = 5) -> SearchResult:
        """Return up to `k` passages for a question, best first, or why there are none."""
        ranked, refusal = self._ranker.rank(query, max(1, k))
        if refusal:
            return SearchResult(False, (), refusal)
        hits = tuple(Hit.of(self._stored.passages[place], score) for place, score in ranked)
        return SearchResult(True, hits)

    def passage(self, hit_id: str) -> Hit | None:
        """Return a passage by its id, or None."""
        place = self._places.get(hit_id)
        return None if place is None else Hit.of(self._stored.passages[place], 1.0)

    def neighbours(self, hit_id: str, k: int = 3) -> tuple[Hit, ...]:
        """Return the `k` passages nearest to a passage in meaning, without itself (unknown id: none)."""
        place = self._places.get(hit_id)
        if place is None:
            return ()
        found = self._ranker.near(place, k)
        return tuple(Hit.of(self._stored.passages[other], score) for other, score in found)

    def document(self, name: str) -> Document | None:
        """Return a document by its name, or None."""
        return self._documents.get(name)

    def best_sentence(self, hit: Hit, query: str) -> str:
        """Return the sentence of a passage that answers first, word for word."""
        found = _whole_sentences(hit.text)
        if len(found) < 2:
            return hit.text.strip()
        vectors = self._encoder.encode([query, *found])
        scores = vectors[1:] @ vectors[0]
        return found[int(np.argmax(scores + [_lead(n, text) for n, text in enumerate(found)]))]


def _whole_sentences(text: str) -> list[str]:
    """Return the sentences of a text; words that someone could say stay together in their quotes."""
    found: list[str] = []
    start = None
    for first, end in sentences(text):
        start = first if start is None else start
        if text[start:end].count('"') % 2 == 0:
            found.append(text[start:end].strip())
            start = None
    if start is not None:
        found.append(text[start:].strip())
    return found


def _lead(place: int, sentence: str) -> float:
    """Return what a sentence gains or loses as the first answer: early ones stand alone better."""
    starts_late = sentence.startswith(('"', "And ", "But ", "Then ", "If not"))
    return -0.015 * min(place, 6) - (0.15 if starts_late or len(sentence.split()) < 4 else 0.0)
