"""What of a passage is turned into vectors: itself under its headings, its sentences, its questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from knowledge.splitting import sentences
from knowledge.types import Passage

Kind = Literal["passage", "window", "question"]
KINDS: tuple[Kind, ...] = ("passage", "window", "question")
WINDOW = 2
"""Sentences a window: one alone often lacks its subject, three blur (docs/retrieval.md)."""


class Unit(NamedTuple):
    """One text to embed for passage number `passage`."""

    passage: int
    kind: Kind
    text: str


def units(passages: Sequence[Passage]) -> list[Unit]:
    """Return the texts to embed, those of a passage next to each other."""
    return [unit for number, passage in enumerate(passages) for unit in _of(number, passage)]


def _of(number: int, passage: Passage) -> list[Unit]:
    above = ". ".join(part.rstrip(".") for part in (passage.title, *passage.path) if part)
    found = [Unit(number, "passage", f"{above}. {passage.text}")]
    found += [Unit(number, "window", text) for text in windows(passage.text)]
    found += [Unit(number, "question", text) for text in passage.questions]
    if passage.path and passage.questions:
        found.append(Unit(number, "question", passage.heading))
    return found


def windows(text: str, size: int = WINDOW) -> list[str]:
    """Return each run of `size` sentences (the whole text where it has fewer)."""
    spans = sentences(text)
    if len(spans) <= size:
        return [text]
    return [text[spans[i][0] : spans[i + size - 1][1]] for i in range(len(spans) - size + 1)]
