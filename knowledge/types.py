"""The values that the guidance library hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Refusal = Literal["dose", "diagnosis", "law", "cost", "explicit", "off_topic", "nothing"]
"""Why a question has no passage: what it asks for, or that the library holds nothing near it."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a passage draws on: a document and its body paragraph from 1, or a whole page (None)."""

    document: str
    paragraph: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the source as the HTTP interface gives it."""
        return {"document": self.document, "paragraph": self.paragraph}


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that answers one need; `text` is exactly `start`..`end` of its text."""

    id: str
    document: str
    title: str
    path: tuple[str, ...]
    text: str
    start: int
    end: int
    sources: tuple[Source, ...] = ()
    conversations: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The nearest heading above the passage, or the document's title."""
        return self.path[-1] if self.path else self.title


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is read: the text that spans count in, without front matter."""

    document: str
    title: str
    text: str

    def as_dict(self) -> dict[str, Any]:
        """Return the document as the HTTP interface gives it."""
        return {"document": self.document, "title": self.title, "text": self.text}


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with its score (0 to 1; 1 is a perfect match)."""

    id: str
    document: str
    title: str
    heading: str
    text: str
    start: int
    end: int
    score: float
    sources: tuple[Source, ...] = ()
    conversations: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()

    @classmethod
    def of(cls, passage: Passage, score: float) -> Hit:
        """Return the passage as a hit."""
        return cls(
            id=passage.id,
            document=passage.document,
            title=passage.title,
            heading=passage.heading,
            text=passage.text,
            start=passage.start,
            end=passage.end,
            score=round(float(score), 4),
            sources=passage.sources,
            conversations=passage.conversations,
            audience=passage.audience,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the passage shape of `POST /api/passages`."""
        return {
            "id": self.id,
            "document": self.document,
            "title": self.title,
            "heading": self.heading,
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "score": self.score,
            "sources": [source.as_dict() for source in self.sources],
        }


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to a question: passages, best first, or the reason why there are none."""

    answered: bool
    passages: tuple[Hit, ...] = ()
    refusal: Refusal | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as the HTTP interface gives it."""
        return {"answered": self.answered, "passages": [hit.as_dict() for hit in self.passages]}


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `skipped` names each file that could not be read, with the reason."""

    documents: int
    passages: int
    embedded: int
    reused: int
    skipped: tuple[tuple[str, str], ...]
    seconds: float
    version: str
    changed: bool = True


@dataclass(frozen=True, slots=True)
class AddReport:
    """What an addition did: names added; files skipped and duplicates, each with the reason."""

    added: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    duplicates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of documents."""

    id: str
    document: str
    title: str
    passages: int
    path: str


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A file once read: its text, its front matter, and the questions written for its headings."""

    name: str
    title: str
    text: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
