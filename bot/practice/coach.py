"""What both coaches do: find the parts and the problems, and say it in the person's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bot.language.encoder import Encoder
from bot.practice.result import Feedback, Kind, Problem, Span
from bot.practice.rulebook import Rulebook, load_rulebook
from bot.practice.scaffold import own_words, scaffold
from bot.practice.text import Plain, plain, whole
from bot.practice.widen import Widener, load_widener


class Coach:
    """A coach over a rulebook; `widener` may add problems that no rule can name."""

    kind: Kind

    def __init__(self, rulebook: Rulebook, widener: Widener | None = None) -> None:
        self._book = rulebook
        self._widener = widener

    @classmethod
    def _rulebook(cls) -> Rulebook:
        return load_rulebook(cls.kind)

    @classmethod
    def _widen(cls, encoder: Encoder | None, cache_dir: Path | None) -> Widener | None:
        if encoder is None or cache_dir is None:
            return None
        return load_widener(cls.kind, encoder, cache_dir)

    def check(self, text: str) -> Feedback:
        """Return the feedback on `text`; the same text always gets the same feedback."""
        read = self._read(text)
        learned = self._learned(text)
        parts = self._parts(read)
        parts |= {n: parts[n] or span for n, span in learned.items() if n in parts}
        found = self._problems(read, parts, learned)
        problems = tuple(self._problem(name, span, text, parts) for name, span in found)
        return Feedback("needs_work" if problems else "good", parts, problems, self.kind)

    def _parts(self, read: Plain) -> dict[str, Span | None]:
        return {name: self._find(name, read) for name in self._book.parts}

    def _read(self, text: str) -> Plain:
        return plain(text, self._book.speller)

    def _find(self, part: str, read: Plain) -> Span | None:
        found = self._book.parts[part].first(read.text)
        return read.to_source(*self._trimmed(read.text, *found)) if found else None

    def _trimmed(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Cut a part where the next one begins; its first three words always stay."""
        kept = re.match(r"(?:\S+ ){3}", text[start:end])
        cut = self._book.trim.search(text, start + kept.end(), end) if kept else None
        return start, cut.start() - 1 if cut else end

    def _problems(
        self, read: Plain, parts: Mapping[str, Span | None], learned: Mapping[str, Span]
    ) -> list[tuple[str, Span]]:
        raise NotImplementedError

    def _ruled(self, read: Plain) -> dict[str, Span]:
        """Return the problems that a rule names, each with the first words it stands on."""
        found = {}
        for name, rule in self._book.problems.items():
            match = rule.first(read.text)
            if match:
                found[name] = read.to_source(*match)
        return found

    def _learned(self, text: str) -> Mapping[str, Span]:
        return self._widener.find(text) if self._widener else {}

    def _ordered(self, found: Mapping[str, Span]) -> list[tuple[str, Span]]:
        return [(name, found[name]) for name in self._book.order if name in found]

    def names_force(self, text: str) -> bool:
        """Return whether `text` names force, pressure or an ignored no."""
        return self._has("force", text)

    def names_fear(self, text: str) -> bool:
        """Return whether force, fear or control is in it: no wording makes such a talk safe."""
        return self._has("force", text) or self._has("fear", text)

    def _has(self, rule: str, text: str) -> bool:
        return self._book.extra[rule].first(self._read(text).text) is not None

    def _problem(
        self, name: str, span: Span, text: str, parts: Mapping[str, Span | None]
    ) -> Problem:
        advice = self._book.advice[name]
        marked = span if span != whole(text) else (0, 0)
        own = scaffold(self.kind, own_words(text, parts, marked))
        public = name.split("/", maxsplit=1)[0]
        return Problem(public, *span, advice.why, advice.try_.format(scaffold=own))

    def scaffold(self, text: str) -> str:
        """Return the shortest whole form of `text`: its own parts, and a blank for each
        missing one.
        """
        return scaffold(self.kind, own_words(text, self.check(text).parts, (0, 0)))
