"""The labelled sentences of the coaches: what the classifier learns from and what is measured on.

A set is a tab-separated file: the main problem (or "good"), and the text, with the words that the
problem stands on in square brackets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ContentError
from bot.practice.result import Kind, Span
from bot.practice.rulebook import DATA


@dataclass(frozen=True)
class Row:
    """One labelled sentence; `marked` holds the words that the label stands on, where they are
    given.
    """

    label: str
    text: str
    marked: Span | None


def set_path(kind: Kind, name: str) -> Path:
    """Return the file of a set: `dev`, `test`, or `clauses` (single clauses to learn from)."""
    return DATA / "sets" / f"{kind}_{name}.tsv"


def rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a set.

    Raises:
        ContentError: a line has no label.
    """
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        label, tab, text = line.partition("\t")
        if not tab:
            raise ContentError(f"{path.name} line {number} has no label")
        start, end = text.find("["), text.find("]")
        marked = (start, end - 1) if start >= 0 else None
        yield Row(label, text.replace("[", "").replace("]", ""), marked)
