"""Keeping what is said short: own words read back in a few words, and sixty words a message."""

from __future__ import annotations

from bot.practice.result import Span

LIMIT_WORDS = 60
"""The most words in one message of a coach."""
_READ_BACK = 8


def quoted(text: str, span: Span, most: int = _READ_BACK) -> str:
    """Return the words of `span`, at most `most` of them; an ellipsis stands for the rest."""
    words = text[slice(*span)].split()
    return " ".join(words) if len(words) <= most else " ".join(words[:most]) + " …"


def join(*pieces: str) -> str:
    """Join `pieces` into one message; where it would pass sixty words, the first piece gives
    way.
    """
    kept = [piece for piece in pieces if piece]
    while len(kept) > 1 and sum(len(piece.split()) for piece in kept) > LIMIT_WORDS:
        kept = kept[1:]
    return " ".join(kept)
