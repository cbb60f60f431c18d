"""The I-statement coach: a feeling of one's own, one concrete situation, and a need or a
request.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.language.encoder import Encoder
from bot.practice.coach import Coach
from bot.practice.result import Feedback, Problem, Span
from bot.practice.text import Plain, whole

_MISSING = {"feeling": "no_feeling", "situation": "no_situation"}


class IStatementCoach(Coach):
    """Checks sentences for a hard talk against section 5 of the interface."""

    kind = "i_statement"

    @classmethod
    def load(cls, encoder: Encoder | None, cache_dir: Path | None) -> IStatementCoach:
        """Load the coach; without an encoder or a trained classifier it works by rules alone.

        Raises:
            ContentError: the rules are damaged.
            ModelError: the trained classifier is damaged.
        """
        return cls(cls._rulebook(), cls._widen(encoder, cache_dir))

    def is_limit(self, text: str) -> bool:
        """Return whether `text` is a plain limit: whole as it stands, and no I-statement."""
        return self._has("limit", text)

    def _learned(self, text: str) -> Mapping[str, Span]:
        """Leave out a learned feeling where a rule sees that it is a verdict on the other."""
        learned = super()._learned(text)
        faux = "feeling" in learned and self._book.problems["faux_feeling"].first(
            self._read(text).text
        )
        return {name: span for name, span in learned.items() if not (faux and name == "feeling")}

    def _parts(self, read: Plain) -> dict[str, Span | None]:
        parts = super()._parts(read)
        if parts["feeling"] is None and self._book.extra["force"].first(read.text):
            felt = self._book.extra["felt_force"].first(read.text)
            parts["feeling"] = read.to_source(*felt) if felt else None
        return parts

    def _problems(
        self, read: Plain, parts: Mapping[str, Span | None], learned: Mapping[str, Span]
    ) -> list[tuple[str, Span]]:
        if self._book.extra["limit"].first(read.text):
            return [("not_i_statement/limit", whole(read.source))]
        found = {**learned, **self._ruled(read), **self._missing(read, parts)}
        if self._book.extra["force"].first(read.text):
            found = {n: s for n, s in found.items() if n not in self._book.spared_by_force}
        return self._ordered(found)

    def _missing(self, read: Plain, parts: Mapping[str, Span | None]) -> dict[str, Span]:
        everything = whole(read.source)
        missing = {name: everything for part, name in _MISSING.items() if parts[part] is None}
        if parts["need"] is None and parts["request"] is None:
            missing["no_need_or_request"] = everything
        if parts["feeling"] is None and not self._book.extra["not_own"].first(read.text):
            missing["not_i_statement"] = everything
        return missing

    def check(self, text: str) -> Feedback:
        """Return the feedback on `text`; what names force is told so first, and never corrected."""
        feedback = super().check(text)
        if not feedback.problems or not self.names_force(text):
            return feedback
        first, *rest = feedback.problems
        said = f"{self._book.advice['force'].why} {first.why}"
        first = Problem(first.id, first.start, first.end, said, first.try_)
        return Feedback(feedback.verdict, feedback.parts, (first, *rest), self.kind)
