"""Replies as Telegram messages: well-formed HTML with everything escaped, split at sentences, with buttons.

Limits: https://core.telegram.org/bots/api#sendmessage (4,096 characters) and #inlinekeyboardbutton
(64 bytes of callback data). Both count after entities; characters are UTF-16 units.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from bot.types import Button, Reply

LIMIT = 3_500
"""UTF-16 units of one message; below Telegram's 4,096, and still one screen or two of a phone."""
DATA_LIMIT = 64
WIDE = 18
"""Letters of a title from which a button has a row of its own on a small phone."""

OWN = "~"

Keys = list[list[list[str]]]
"""Rows of buttons, each `[title, data]`, as they stand in the outbox."""

_SENTENCE = re.compile(r"[^\n]*?[.!?…][\"”’)]*(?:[ \t]+|\n+|$)|[^\n]+(?:\n+|$)|\n+")


def length(text: str) -> int:
    """Return the length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Split a text at sentences into parts of at most `limit`; white space at the cuts goes."""
    parts: list[str] = []
    current = ""
    for piece in (p for sentence in _SENTENCE.findall(text) for p in _short(sentence, limit)):
        if current and length(current + piece.rstrip()) > limit:
            parts.append(current)
            current = ""
        current += piece
    found = (part.strip() for part in [*parts, current])
    return [part for part in found if part]


def _short(sentence: str, limit: int) -> Iterator[str]:
    """Cut a sentence that is too long by itself, at a space where there is one."""
    while length(sentence) > limit:
        head = sentence[: limit // 2]
        cut = head.rfind(" ") + 1 or len(head)
        yield sentence[:cut]
        sentence = sentence[cut:]
    yield sentence


def html(text: str, card: Mapping[str, Any] | None = None) -> str:
    """Return a text as HTML; what its card names is set off, and phone numbers are links."""
    made, done = [], 0
    for start, end, opening, closing in _marks(text, card or {}):
        if start >= done:
            made += [_safe(text[done:start]), opening, _safe(text[start:end]), closing]
            done = end
    return "".join([*made, _safe(text[done:])])


def _safe(text: str) -> str:
    return escape(text, quote=False)


def _marks(text: str, card: Mapping[str, Any]) -> list[tuple[int, int, str, str]]:
    kind = card.get("kind")
    if kind == "hotlines":
        found = [*_numbers(text, card)]
    elif kind == "artifact":
        bold = [card.get("title"), *(f"{s['label']}:" for s in card.get("sections", ()))]
        found = [*_bold(text, bold)]
    elif kind == "passages":
        found = [*_bold(text, [f"“{p['title']}”" for p in card.get("passages", ())])]
    else:
        found = []
    return sorted(found)


def _bold(text: str, names: Sequence[Any]) -> Iterator[tuple[int, int, str, str]]:
    for name in filter(None, names):
        for match in re.finditer(rf"(?:(?<=\n)|(?<=• )|^|(?<=, )){re.escape(str(name))}", text):
            yield match.start(), match.end(), "<b>", "</b>"


def _numbers(text: str, card: Mapping[str, Any]) -> Iterator[tuple[int, int, str, str]]:
    emergency = (card.get("emergency") or {}).get("number")
    for number in {emergency, *(line.get("call") for line in card.get("lines", ()))}:
        digits = re.sub(r"[^\d+]", "", number or "")
        if not digits or not re.fullmatch(r"[+\d][\d\s().-]*", number or ""):
            continue
        for match in re.finditer(rf"(?<![\w+]){re.escape(number)}(?!\w)", text):
            yield match.start(), match.end(), f'<a href="tel:{digits}">', "</a>"


def data_of(payload: str, turn: int) -> str:
    """Return the callback data of a button: its turn, and a hash under which the payload is looked up.

    What begins with `~` is the channel's own and stands as it is.
    """
    return payload if payload.startswith(OWN) else f"{turn:x}.{digest(payload)}"


def digest(payload: str) -> str:
    """Return a short hash of a payload. It is no secret: only what was offered can be looked up."""
    return base64.urlsafe_b64encode(hashlib.sha256(payload.encode()).digest()[:12]).decode()


def keys_of(buttons: Sequence[Button], turn: int) -> Keys:
    """Return rows of buttons: short titles two in a row, long ones alone."""
    return rows_of([[b.title, data_of(b.payload, turn)] for b in buttons])


def rows_of(pairs: Sequence[list[str]]) -> Keys:
    """Lay out `[title, data]` pairs."""
    rows: Keys = []
    for pair in pairs:
        beside = rows and len(rows[-1]) == 1 and len(pair[0]) < WIDE > len(rows[-1][0][0])
        if beside:
            rows[-1].append(pair)
        else:
            rows.append([pair])
    return rows


def messages(reply: Reply, turn: int) -> list[dict[str, Any]]:
    """Return a reply as one or more messages; the buttons stand under the last."""
    found: list[dict[str, Any]] = [
        {"html": html(part, reply.card), "keys": []} for part in split(reply.text)
    ]
    if found:
        found[-1]["keys"] = keys_of(reply.buttons, turn)
    return found
