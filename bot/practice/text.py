"""A text as the coaches read it: spaCy's tokens in one plain spelling, each tied to its own
characters.

Rules are written once, in lower case, without contractions, slang or typing slips; this module
brings
what a person typed into that form and leads every match back to the words as they were typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import spacy

from bot.language.words import known_words, one_dropped
from bot.practice.result import Span

QUOTE = "_quote_"
"""Stands for words that the text quotes: they are somebody's words, not the speaker's."""

_SAME_LENGTH = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "…": ".", "\u00a0": " ", "–": ",", "—": ","})  # fmt: skip
_SUFFIXES = {
    "n't": "not", "nt": "not", "'m": "am", "m": "am", "'re": "are", "re": "are", "'ve": "have",
    "ve": "have", "'ll": "will", "ll": "will", "'d": "would", "d": "would", "na": "to", "ta": "to",
    "all": "all",
}  # fmt: skip
_STEMS = {"ca": "can", "wo": "will", "sha": "shall", "gon": "going", "y'": "you", "ai": "is"}
_IS_AFTER = frozenset(
    [
        "it",
        "that",
        "he",
        "she",
        "what",
        "there",
        "here",
        "who",
        "how",
        "where",
        "this",
        "which",
        "everything",
        "nobody",
        "one",
        "everyone",
        "nothing",
        "someone",
    ]
)
_WOULD_BEFORE = frozenset(
    ["like", "love", "prefer", "appreciate", "rather", "be", "feel", "want", "really"]
)
_NOT_WILL = frozenset(
    [
        "feel",
        "feeling",
        "felt",
        "am",
        "was",
        "is",
        "are",
        "were",
        "be",
        "been",
        "get",
        "got",
        "so",
        "very",
        "really",
        "too",
        "fall",
        "fell",
        "and",
    ]
)
_PARTICIPLES = frozenset(
    [
        "made",
        "been",
        "got",
        "gone",
        "said",
        "told",
        "had",
        "done",
        "given",
        "taken",
        "seen",
        "put",
        "left",
        "bought",
        "kept",
        "begun",
        "sat",
    ]
)
_QUOTED = re.compile(r'"([^"\n]{1,300})"|(?<![\w\'])\'([^"\n]{2,160}?)\'(?!\w)')
_REPEATED = re.compile(r"(.)\1{2,}")


@cache
def _tokenizer() -> Any:
    return spacy.blank("en").tokenizer


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in plain spelling: `text` has one space before and after each token."""

    source: str
    text: str
    spans: tuple[tuple[int, int, int, int], ...]
    """Per token: start and end in `text`, start and end in `source`."""

    def to_source(self, start: int, end: int) -> Span:
        """Return the characters of `source` that the stretch `start`-`end` of `text` came from."""
        inside = [s for s in self.spans if s[0] < end and s[1] > start]
        if not inside:
            return whole(self.source)
        return min(s[2] for s in inside), max(s[3] for s in inside)


def whole(text: str) -> Span:
    """Return the span of all of `text` but surrounding white space."""
    stripped = text.strip()
    start = text.find(stripped) if stripped else 0
    return start, start + len(stripped)


@dataclass(frozen=True)
class Speller:
    """Slang and typing slips. `vocabulary` holds the words that the rules look for."""

    slang: Mapping[str, str]
    vocabulary: frozenset[str]
    nearby: Mapping[str, str]

    @classmethod
    def build(cls, slang: Mapping[str, str], vocabulary: Iterable[str]) -> Speller:
        """Index every word of five letters or more by what is left when one letter is dropped."""
        words = sorted(w for w in set(vocabulary) if len(w) >= 5 and w.isalpha())
        nearby: dict[str, str] = {}
        for word in words:
            for key in one_dropped(word):
                nearby.setdefault(key, word)
        return cls(slang, frozenset(words), nearby)

    def fix(self, word: str) -> str:
        """Return `word` in plain spelling: slang spelled out, one slip mended, drawn-out
        letters cut.
        """
        if word in self.slang:
            return self.slang[word]
        if word.endswith(".") and word[:-1] in self.slang:
            return f"{self.slang[word[:-1]]} ."
        if _REPEATED.search(word):
            word = self._shorten(word)
        if len(word) < 5 or word in self.vocabulary or not word.isalpha() or word in known_words():
            return word
        return self._nearest(word)

    def _shorten(self, word: str) -> str:
        single, double = _REPEATED.sub(r"\1", word), _REPEATED.sub(r"\1\1", word)
        return double if double in known_words() and single not in known_words() else single

    def _nearest(self, word: str) -> str:
        for key in one_dropped(word):
            near = self.nearby.get(key)
            if near and abs(len(near) - len(word)) <= 1 and near[0] == word[0]:
                return near
        return word


def plain(text: str, speller: Speller) -> Plain:
    """Bring `text` into plain spelling; every token keeps its place in `text`."""
    same = text.translate(_SAME_LENGTH)
    pieces = list(_mend(list(_tokens(same)), speller))
    out, spans, at = [" "], [], 1
    for word, start, end in pieces:
        out.append(word + " ")
        spans.append((at, at + len(word), start, end))
        at += len(word) + 1
    return Plain(text, "".join(out), tuple(spans))


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    quotes = [m.span() for m in _QUOTED.finditer(text) if _is_quote(m, text)]
    for token in _tokenizer()(text):
        start, end = token.idx, token.idx + len(token.text)
        quote = next((q for q in quotes if q[0] <= start < q[1]), None)
        if quote is None:
            yield _surface(token.text, start, text), start, end
        elif start == quote[0]:
            yield QUOTE, quote[0], quote[1]


def _is_quote(match: re.Match[str], text: str) -> bool:
    """Words in quotation marks are somebody's, unless the marks hold most of the text itself."""
    return (match.end() - match.start()) < 0.6 * len(text.strip())


def _surface(word: str, start: int, text: str) -> str:
    if word.isspace():
        return "." if "\n" in word else ""
    lower = word.lower()
    glued = start > 0 and text[start - 1].isalnum()
    if glued and lower in _SUFFIXES:
        return _SUFFIXES[lower]
    end = start + len(word)
    stem = text[end : end + 1].isalpha() or text[end : end + 1] == "'"
    return _STEMS.get(lower, lower) if stem else lower


def _mend(tokens: list[tuple[str, int, int]], speller: Speller) -> Iterator[tuple[str, int, int]]:
    previous = ""
    for i, (word, start, end) in enumerate(tokens):
        following = tokens[i + 1][0] if i + 1 < len(tokens) else ""
        plainer = _in_context(word, previous, following) or speller.fix(word)
        for piece in plainer.split():
            yield piece, start, end
            previous = piece


def _in_context(word: str, previous: str, following: str) -> str | None:
    if word == "'s":
        return "us" if previous == "let" else "is" if previous in _IS_AFTER else word
    if word == "would" and (following.endswith("ed") or following in _PARTICIPLES):
        return "had"
    if word == "id" and following in _WOULD_BEFORE:
        return "i would"
    if word == "ill" and previous not in _NOT_WILL and following.isalpha():
        return "i will"
    return None
