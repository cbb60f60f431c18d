"""Cutting a text into clauses: the small classifier judges these, so that it can say which
words.
"""

from __future__ import annotations

import re
from itertools import pairwise

from bot.practice.result import Span

_CUT = re.compile(
    r"(?<=[.!?;\n])\s+|,?\s+(?=(?:but|because|since|cos|although|however|when|whenever)\b)|,\s+",
    re.IGNORECASE,
)
_SHORTEST = 3
"""Words; a shorter piece says too little alone and stays with the one before it."""
MOST = 12
"""Clauses judged in one text; the rest of a longer text is left to the rules."""


def clauses(text: str) -> list[Span]:
    """Return the spans of the clauses of `text`, in order; at most twelve."""
    cuts = [0, *(m.end() for m in _CUT.finditer(text)), len(text)]
    spans: list[Span] = []
    for start, end in pairwise(cuts):
        if spans and len(text[start:end].split()) < _SHORTEST:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return [_trim(text, span) for span in spans if text[slice(*span)].strip()][:MOST]


def _trim(text: str, span: Span) -> Span:
    piece = text[slice(*span)]
    start = span[0] + len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())
