"""Typing slips, mended before a message is understood.

The encoder breaks a misspelt word into pieces that mean something else. Words that are neither
English nor used in the examples are taken for the likeliest word of the examples one slip away (a
letter dropped, doubled, swapped or wrong). On held-out examples with a slip in a third of their longer
words this raises intents from .75 to .82 and costs nothing on clean ones (docs/quality.md).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from bot.language.words import known_words, one_dropped

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_SHORTEST = 5
"""Shorter words have too many neighbours."""
_USED = 3
"""An unknown word that the examples hold this often is meant (slang, names of things)."""


class Spelling:
    """Mends slips towards the words of the examples. `counts`: how often each is used there."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = dict(counts)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Spelling:
        """Count the words of the examples; words that are neither English nor usual there don't count."""
        counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
        kept = {w: n for w, n in counts.items() if n >= _USED or w in known_words()}
        return cls(dict(sorted(kept.items())))

    def mend(self, text: str) -> str:
        """Return the text with slips mended; names (capital letters) and short words stay."""
        return _WORD.sub(self._mended, text)

    def _mended(self, found: re.Match[str]) -> str:
        word = found[0]
        if not word.islower() or not word.isalpha() or len(word) < _SHORTEST or self._known(word):
            return word
        for shorter in (_DRAWN_OUT.sub(r"\1", word), _DRAWN_OUT.sub(r"\1\1", word)):
            if self._known(shorter):
                return shorter
        return self._nearest(word) or word

    def _known(self, word: str) -> bool:
        return word in self.counts or word in known_words()

    def _nearest(self, word: str) -> str | None:
        near = {v for key in one_dropped(word) for v in self._index.get(key, ())}
        fitting = [v for v in near if _one_slip(word, v)]
        return max(fitting, key=lambda v: (v[0] == word[0], self.counts[v], v), default=None)

    @cached_property
    def _index(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self.counts:
            if len(word) >= _SHORTEST - 1 and word.isalpha():
                for key in one_dropped(word):
                    found[key].append(word)
        return found


def _one_slip(word: str, other: str) -> bool:
    """Whether two words that share a shortened form are one slip apart; the first letter is seldom wrong."""
    if abs(len(word) - len(other)) > 1:
        return False
    return word[0] == other[0] or word[1:] == other[1:] or sorted(word) == sorted(other)
