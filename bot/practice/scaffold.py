"""A way to say it that keeps the person's own words: their parts in order, blanks where one is
missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.practice.result import Kind, Span

BLANK = "___"
_LONGEST = 80
"""Characters of a person's own words that a suggestion repeats; longer ones become a blank."""
_JOINS = re.compile(
    r"(?i)(?:when|whenever|after|because|while|since|about|by|at|with|if|to|over|that|as|how)\b"
)
_MISSING = {
    "i_statement": {"feeling": BLANK, "situation": f"when {BLANK}", "ask": f"I need {BLANK}"},
    "apology": {
        "behaviour": f"I'm sorry that I {BLANK}",
        "impact": f"It {BLANK} you",
        "repair": f"From now on I will {BLANK}",
    },
}


def own_words(text: str, parts: Mapping[str, Span | None], marked: Span) -> dict[str, str]:
    """Return the words of each part that may be said again: there, short, and not marked."""
    return {
        name: " ".join(text[slice(*span)].split())
        for name, span in parts.items()
        if span and span[1] - span[0] <= _LONGEST and not _touch(span, marked)
    }


def _touch(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def scaffold(kind: Kind, words: Mapping[str, str]) -> str:
    """Return a sentence to fill in, built from `words` alone; nothing is invented."""
    return _i_statement(words) if kind == "i_statement" else _apology(words)


def _i_statement(words: Mapping[str, str]) -> str:
    missing = _MISSING["i_statement"]
    situation = words.get("situation", "")
    situation = _lower_first(situation) if _JOINS.match(situation) else missing["situation"]
    ask = words.get("request") or words.get("need") or missing["ask"]
    return f"{_felt(words.get('feeling', ''))} {situation}. {_sentence(ask)}"


def _felt(feeling: str) -> str:
    if not feeling:
        return f"I feel {BLANK}"
    whole_clause = re.match(r"(?i)(?:i|my|it|a|the|there)\b", feeling) or re.search(
        r"(?i)\bme\b", feeling
    )
    if not whole_clause:
        return f"I feel {_lower_first(feeling)}"
    return f"It {feeling}" if feeling.lower().endswith(" me") else _upper_first(feeling)


def _apology(words: Mapping[str, str]) -> str:
    missing = _MISSING["apology"]
    impact = words.get("impact") or missing["impact"]
    repair = words.get("repair") or missing["repair"]
    return f"{_did(words.get('behaviour', ''))}. {_sentence(impact)} {_sentence(repair)}"


def _did(behaviour: str) -> str:
    if re.match(r"(?i)i\b", behaviour):
        return f"I'm sorry that {behaviour}"
    if re.match(r"(?i)(?:not )?\w+ing\b", behaviour):
        return f"I'm sorry for {_lower_first(behaviour)}"
    return _MISSING["apology"]["behaviour"]


def _sentence(words: str) -> str:
    words = _upper_first(words)
    ask = re.match(r"(?i)(?:could|can|would|will|shall|may)\b", words)
    return words if words.endswith((".", "?", "!")) else words + ("?" if ask else ".")


def _upper_first(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lower_first(words: str) -> str:
    return words if re.match(r"I\b", words) else words[:1].lower() + words[1:]
