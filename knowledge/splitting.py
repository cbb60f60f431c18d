"""Documents cut into passages along headings, each with its exact span and a stable id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.errors import KnowledgeError
from knowledge.paragraphs import Block, blocks
from knowledge.types import Passage, RawDocument, Source

LONGEST = 190
"""Words: a longer paragraph is cut between sentences. The encoder reads 256 word pieces, about 190 words."""
SHORTEST = 25
"""Words: shorter paragraphs join the next one under the same heading; alone they say too little."""
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9])")
Span = tuple[int, int, tuple[int, ...]]
"""Start, end, and the numbers of the body paragraphs in between."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of a text's sentences (line breaks end one too)."""
    spans, start = [], 0
    ends = [m.span() for m in re.finditer(rf"{_SENTENCE_END.pattern}|\n+", text)]
    for end, following in [*ends, (len(text), len(text))]:
        if text[start:end].strip():
            spans.append((start, end))
        start = following
    return spans


def split(raw: RawDocument) -> list[Passage]:
    """Return the passages of a document.

    A document with `passages` in its front matter was written for this library: one passage a heading,
    with the sources, conversations and audience named there. Any other gives one passage a paragraph.

    Raises:
        KnowledgeError: the front matter names a heading that the text lacks, or the other way round.
    """
    written = isinstance(raw.meta.get("passages"), Mapping)
    found = blocks(raw.text, written=written)
    title = raw.title or next((b.text for b in found if b.kind == "title"), "") or raw.name
    passages = _written(raw, title, found) if written else _found(raw, title, found)
    return _with_ids(raw.name, passages)


def title_of(raw: RawDocument) -> str:
    """Return a document's title: its front matter's, else its first heading, else its name."""
    if raw.title:
        return raw.title
    return next((b.text for b in blocks(raw.text) if b.kind == "title"), "") or raw.name


def _sections(found: Sequence[Block]) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Yield each heading path with the body blocks below it."""
    path: dict[int, str] = {}
    body: list[Block] = []
    for block in found:
        if block.kind == "heading":
            if body:
                yield tuple(path.values()), body
            path = {k: v for k, v in path.items() if k < block.level} | {block.level: block.text}
            body = []
        elif block.kind == "body":
            body.append(block)
    if body:
        yield tuple(path.values()), body


def _written(raw: RawDocument, title: str, found: Sequence[Block]) -> list[Passage]:
    notes: Mapping[str, Any] = raw.meta["passages"]
    passages = []
    for path, body in _sections(found):
        heading = path[-1] if path else ""
        if heading not in notes:
            raise KnowledgeError(
                f"{raw.name}: front matter has no entry for the heading {heading!r}"
            )
        passages.append(_noted(raw, title, path, body, notes[heading]))
    missing = set(notes) - {p.heading for p in passages}
    missing |= set(raw.questions) - {p.heading for p in passages}
    if missing:
        raise KnowledgeError(f"{raw.name}: no such heading in the text: {sorted(missing)[0]!r}")
    return passages


def _noted(
    raw: RawDocument,
    title: str,
    path: tuple[str, ...],
    body: Sequence[Block],
    note: Mapping[str, Any],
) -> Passage:
    start, end = body[0].start, body[-1].end
    return Passage(
        id="",
        document=raw.name,
        title=title,
        path=path,
        text=raw.text[start:end],
        start=start,
        end=end,
        sources=tuple(_source(raw.name, item) for item in note.get("sources") or ()),
        conversations=tuple(note.get("conversations") or ()),
        audience=tuple(note.get("audience") or raw.meta.get("audience") or ()),
        questions=raw.questions.get(path[-1], ()),
    )


def _source(name: str, item: str) -> Source:
    if item.startswith(("https://", "http://")):
        return Source(item)
    document, _, paragraph = item.rpartition(" ")
    if not document or not paragraph.isdigit():
        raise KnowledgeError(
            f"{name}: a source is a document and a paragraph, or an address: {item!r}"
        )
    return Source(document, int(paragraph))


def _found(raw: RawDocument, title: str, found: Sequence[Block]) -> list[Passage]:
    passages = []
    for path, body in _sections(found):
        for start, end, numbers in _pieces(raw.text, body):
            passages.append(
                Passage(
                    id="",
                    document=raw.name,
                    title=title,
                    path=path,
                    text=raw.text[start:end],
                    start=start,
                    end=end,
                    sources=tuple(Source(raw.name, n) for n in numbers),
                    questions=raw.questions.get(path[-1] if path else title, ()),
                )
            )
    return passages


def _pieces(text: str, body: Sequence[Block]) -> Iterator[Span]:
    """Yield spans: a paragraph each; short ones together, long ones cut between sentences."""
    waiting: list[Block] = []
    for block in body:
        waiting.append(block)
        if len(text[waiting[0].start : block.end].split()) >= SHORTEST:
            yield from _cut(text, waiting)
            waiting = []
    if waiting:
        yield from _cut(text, waiting)


def _cut(text: str, group: Sequence[Block]) -> Iterator[Span]:
    start, end = group[0].start, group[-1].end
    numbers = tuple(block.number for block in group)
    words = len(text[start:end].split())
    if words <= LONGEST:
        yield start, end, numbers
        return
    target = words / -(-words // LONGEST)
    begin, last = start, start
    for first, stop in sentences(text[start:end]):
        if last > begin and len(text[begin : start + stop].split()) > target * 1.1:
            yield begin, last, numbers
            begin = start + first
        last = start + stop
    yield begin, end, numbers


def _with_ids(name: str, passages: Sequence[Passage]) -> list[Passage]:
    """Give each passage an id by its content; the same words twice in a document are numbered."""
    seen: dict[str, int] = {}
    result = []
    for passage in passages:
        key = "\x1f".join((name, *passage.path, passage.text))
        count = seen[key] = seen.get(key, 0) + 1
        digest = hashlib.sha256(f"{key}\x1f{count}".encode()).hexdigest()[:16]
        result.append(replace(passage, id=digest))
    return result
