"""Which blocks of a text are body paragraphs, which are headings, and which are clutter of a web page.

Paragraph numbers count body paragraphs from 1: not titles, dates, bylines, share lines, advertisement
marks, standfirsts or the teasers of related articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Literal

Kind = Literal["title", "heading", "body", "clutter"]

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"^(?:(?:first |last )?(?:published|updated|posted|modified|reviewed)\b[^.]*\d|"
    rf"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
    rf"(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}|"
    rf"\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}))"
    r"(?:\s*[-–—|·•,]?\s*(?:\d+ ?min(?:ute)?s?(?: read)?|\d+ (?:words|comments?|views?)|by .{2,60}|"
    r"\d\d?:\d\d.{0,12}))*\s*$",
    re.I,
)
_READ_TIME = re.compile(r"^\d+\s*min(?:ute)?s?\s*read$", re.I)
_BYLINE = re.compile(
    r"^(?:written |posted |reviewed |medically reviewed |edited |words |story )?by:?\s+\S.{1,80}$",
    re.I,
)
_SHARE_WORDS = frozenset(
    [
        "facebook",
        "x",
        "twitter",
        "reddit",
        "pinterest",
        "email",
        "e-mail",
        "whatsapp",
        "linkedin",
        "telegram",
        "tumblr",
        "instagram",
        "threads",
        "bluesky",
        "mastodon",
        "share",
        "this",
        "article",
        "on",
        "via",
        "copy",
        "link",
        "print",
        "save",
        "tweet",
        "like",
        "follow",
        "us",
        "subscribe",
        "comments",
        "comment",
        "pocket",
        "messenger",
    ]
)
_AD = re.compile(
    r"^\W*(?:advertisements?|advert|ad|sponsored(?: content| post)?|promoted|paid content|"
    r"continue reading below(?: advertisement)?|(?:story|article) continues below(?: advertisement)?)"
    r"\W*$",
    re.I,
)
_RELATED = re.compile(
    r"^#*\s*(?:related (?:articles?|posts?|stories|reading|content|topics)|you (?:may|might) also "
    r"(?:like|enjoy)|more (?:from|like this|stories|articles)\b.{0,40}|read (?:next|more|also)|"
    r"recommended(?: for you| reading| articles)?|popular posts|latest (?:articles|posts|news)|"
    r"trending(?: now)?|keep reading|up next|see also)\W*$",
    re.I,
)
_NOISE = re.compile(
    r"^(?:\W*|skip to (?:main )?content|menu|home|back to top|(?:©|copyright\b).*|all rights reserved.*|"
    r"cookie (?:policy|settings).*|accept (?:all )?cookies|sign (?:in|up).{0,30}|log ?in|subscribe.{0,40}|"
    r"leave a (?:reply|comment)|tags?:.*|filed under:.*|page \d+(?: of \d+)?|photo(?: credit)?:.*|"
    r"image(?: credit)?:.*|getty images.*|jump to .*|table of contents|click here.*|newsletter)$",
    re.I,
)
_MARKDOWN_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_LIST = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Block:
    """A run of characters `start`..`end` of a text; `level` is a heading's depth, `number` a body's."""

    start: int
    end: int
    kind: Kind
    text: str
    level: int = 0
    number: int = 0


def blocks(text: str, *, written: bool = False) -> list[Block]:
    """Cut a text into blocks and say what each is.

    `written` texts are Markdown made for this library: nothing in them is guessed to be clutter.
    """
    runs = list(_runs(text))
    cut = len(runs) if written else _teasers(runs)
    if written or any(_MARKDOWN_HEADING.match(run[2]) for run in runs):
        named = [_markdown(run, written) for run in runs[:cut]]
    else:
        named = _plain(runs[:cut])
    teasers = [Block(start, end, "clutter", piece) for start, end, piece in runs[cut:]]
    return _numbered(named + teasers)


def _teasers(runs: list[tuple[int, int, str]]) -> int:
    """Return where "Related articles" (and the like) begin: all that follows is clutter."""
    found = (i for i, run in enumerate(runs) if i and _RELATED.match(run[2]))
    return next(found, len(runs))


def _runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the pieces between blank lines, or each line where lines are paragraphs themselves."""
    gap = r"\n[ \t]*\n\s*" if _wrapped(text) else r"\n\s*"
    position = 0
    for part in [*re.finditer(gap, text), None]:
        end = part.start() if part else len(text)
        yield from _lines(text, position, end)
        position = part.end() if part else end


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield a piece, with Markdown heading lines on their own."""
    position = start
    for line in re.finditer(r"(?m)^#{1,6}\s.*$", text[start:end]):
        yield from _trimmed(text, position, start + line.start())
        yield from _trimmed(text, start + line.start(), start + line.end())
        position = start + line.end()
    yield from _trimmed(text, position, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begin = start + piece.index(stripped[0])
        yield begin, begin + len(stripped), stripped


def _wrapped(text: str) -> bool:
    """Say whether blank lines part the paragraphs (else every line is one)."""
    lines = [line for line in text.splitlines() if line.strip()]
    gaps = len(re.findall(r"\n[ \t]*\n", text.strip()))
    long_lines = sum(len(line) > 200 for line in lines)
    return gaps > 0 and (gaps >= len(lines) * 0.3 or long_lines < len(lines) * 0.3)


def _markdown(run: tuple[int, int, str], written: bool) -> Block:
    start, end, text = run
    match = _MARKDOWN_HEADING.match(text)
    if match:
        level = len(match.group(1))
        return Block(start, end, "title" if level == 1 else "heading", match.group(2), level)
    return Block(start, end, "clutter" if not written and _is_clutter(text) else "body", text)


def _is_clutter(text: str) -> bool:
    return (
        any(rule.match(text) for rule in (_AD, _DATE, _READ_TIME, _NOISE))
        or _is_share(text)
        or (bool(_BYLINE.match(text)) and len(text.split()) <= 12)
    )


def _is_share(text: str) -> bool:
    words = re.findall(r"[\w-]+", text.lower())
    return 1 < len(words) <= 14 and all(word in _SHARE_WORDS for word in words)


def _plain(runs: list[tuple[int, int, str]]) -> list[Block]:
    """Name the blocks of a text without marks: length and place tell headings from body."""
    sizes = [len(text.split()) for _, _, text in runs]
    usual = median([size for size in sizes if size >= 15] or [0])
    found = [
        Block(start, end, _plain_kind(text, size, usual), text, 2)
        for (start, end, text), size in zip(runs, sizes, strict=True)
    ]
    return _head_of_page(found, usual)


def _plain_kind(text: str, size: int, usual: float) -> Kind:
    if _is_clutter(text):
        return "clutter"
    limit = 16 if usual >= 40 else 9
    ends = text[-1] in ".!?:;,”\"'" and usual < 40
    return "heading" if size <= limit and not ends and not _LIST.match(text) else "body"


def _head_of_page(found: list[Block], usual: float) -> list[Block]:
    """Mark the title, and the standfirst between it and the article."""
    dates = [i for i, b in enumerate(found[:9]) if b.kind == "clutter" and _is_dateline(b.text)]
    first = next((i for i, b in enumerate(found) if b.kind == "body" and _full(b, usual)), 0)
    start = min(max(dates) + 1 if dates else first, first) if dates else first
    for index, block in enumerate(found[:start]):
        if block.kind in ("heading", "body") and (dates or usual >= 60):
            found[index] = _as(block, "clutter")
    titles = [b for b in found[:start] if not _is_dateline(b.text) and not _is_clutter(b.text)]
    if titles:
        best = next((b for b in titles if len(b.text.split()) > 4), titles[0])
        found[found.index(best)] = _as(best, "title")
    elif found and found[0].kind == "heading":
        found[0] = _as(found[0], "title")
    return found


def _full(block: Block, usual: float) -> bool:
    return usual < 60 or len(block.text.split()) >= usual * 0.6


def _is_dateline(text: str) -> bool:
    return bool(_DATE.match(text) or _BYLINE.match(text) or _is_share(text))


def _as(block: Block, kind: Kind) -> Block:
    return Block(block.start, block.end, kind, block.text, 1 if kind == "title" else block.level)


def _numbered(found: list[Block]) -> list[Block]:
    result, number = [], 0
    for block in found:
        if block.kind == "body":
            number += 1
            block = Block(block.start, block.end, "body", block.text, 0, number)  # noqa: PLW2901
        result.append(block)
    return result
