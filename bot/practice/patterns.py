"""The rules' own small language: regular expressions over plain tokens, with named word lists.

In a rule file `{NAME}` is a word list or a piece of another rule, `<shout>` is every form of a verb
or noun (from spaCy's lemma table), `{G3}` is a gap of at most three words inside a clause (`{S3}`:
commas allowed), `{T3}` is one word and up to three more, and `{W}` is any one word. A group named
`m` holds the words to mark; without it the whole match is marked. A rule matches whole tokens only.
Gaps are bounded, so that matching stays linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import ContentError
from bot.language.words import forms

_NAME = re.compile(r"\{([A-Z][A-Z_]*)(\d*)\}")
_LEMMA = re.compile(r"(?<!P)<([a-z]+)>")
_WORDS = re.compile(r"[a-z]{3,}")


class Patterns:
    """Compiles rules against the word lists and pieces of a rule file."""

    def __init__(self, lists: Mapping[str, Sequence[str]], pieces: Mapping[str, str]) -> None:
        self._raw: dict[str, str] = dict(pieces)
        for name, words in lists.items():
            self._raw[name] = _any_of(words)
        self._done: dict[str, str] = {}

    def expand(self, rule: str) -> str:
        """Return `rule` as a plain regular expression.

        Raises:
            ContentError: the rule names a list or piece that does not exist.
        """
        rule = _LEMMA.sub(lambda m: _any_of(_forms(m[1])), rule)
        return _NAME.sub(self._named, rule)

    def _named(self, match: re.Match[str]) -> str:
        name, number = match[1], match[2]
        if name == "G":
            return rf"(?:[^\s.!?;,]+ ){{0,{number}}}?"
        if name == "S":
            return rf"(?:[^\s.!?;]+ ){{0,{number}}}?"
        if name == "T":
            return rf"(?:[^\s.!?;,]+(?: [^\s.!?;,]+){{0,{number}}})"
        if name == "W":
            return r"[^\s.!?;,]+"
        if name not in self._raw:
            raise ContentError(f"a practice rule uses the unknown word list {name}")
        if name not in self._done:
            self._done[name] = f"(?:{self.expand(self._raw[name])})"
        return self._done[name]

    def compile(self, rules: Iterable[str]) -> tuple[re.Pattern[str], ...]:
        """Compile `rules`, each to match whole tokens.

        Raises:
            ContentError: a rule is not a regular expression.
        """
        return tuple(self._compile(rule) for rule in rules)

    def _compile(self, rule: str) -> re.Pattern[str]:
        try:
            return re.compile(rf"(?<!\S){self.expand(rule)}(?!\S)")
        except re.error as error:
            raise ContentError(f"practice rule {rule!r}: {error}") from None


def _any_of(words: Iterable[str]) -> str:
    """Return the alternatives, longest first so that "fed up with" wins over "fed up"."""
    return "(?:" + "|".join(sorted(words, key=lambda w: (-len(w), w))) + ")"


def _forms(lemma: str) -> frozenset[str]:
    """Return all forms of a word: from the table, or by the regular endings where it has none."""
    listed = forms().get(lemma, frozenset({lemma}))
    if len(listed) > 2:
        return listed
    stem = lemma[:-1] if lemma.endswith("e") else lemma
    return listed | {lemma, lemma + "s", stem + "ed", stem + "ing"}


@dataclass(frozen=True)
class Rule:
    """Something to find: patterns, and exceptions that are set aside first."""

    patterns: tuple[re.Pattern[str], ...]
    exceptions: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def from_data(cls, data: Mapping[str, Any] | Sequence[str], patterns: Patterns) -> Rule:
        """Build a rule from a list of patterns, or from a mapping with `find` and `except`."""
        if isinstance(data, Mapping):
            return cls(patterns.compile(data["find"]), patterns.compile(data.get("except", ())))
        return cls(patterns.compile(data))

    def all(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the marked stretch of every match in `text`, pattern by pattern."""
        text = blank(text, self.exceptions)
        for pattern in self.patterns:
            for match in pattern.finditer(text):
                yield match.span("m") if "m" in pattern.groupindex and match["m"] else match.span()

    def first(self, text: str) -> tuple[int, int] | None:
        """Return the marked stretch of the first pattern that matches, or None."""
        return next(self.all(text), None)


def blank(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    """Return `text` with every match hidden behind `#`, length unchanged."""
    for pattern in patterns:
        text = pattern.sub(_hide, text)
    return text


def _hide(match: re.Match[str]) -> str:
    return re.sub(r"\S", "#", match[0])


def words_in(data: Any) -> set[str]:
    """Return every word that stands anywhere in a rule file's lists and rules, lemma forms
    included.
    """
    if isinstance(data, str):
        named = {form for lemma in _LEMMA.findall(data) for form in _forms(lemma)}
        return named | set(_WORDS.findall(data))
    children = (
        data.values() if isinstance(data, Mapping) else data if isinstance(data, list) else ()
    )
    return {word for child in children for word in words_in(child)}
