"""The apology coach: what was done, what it did to the other, and what will be different."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.language.encoder import Encoder
from bot.practice.coach import Coach
from bot.practice.result import Span
from bot.practice.text import Plain, whole

_MISSING = {
    "behaviour": "no_specific_behaviour",
    "impact": "no_impact",
    "repair": "no_repair_or_prevention",
}


class ApologyCoach(Coach):
    """Checks apologies against section 5 of the interface; never helps to press for an answer."""

    kind = "apology"

    @classmethod
    def load(cls, encoder: Encoder | None, cache_dir: Path | None) -> ApologyCoach:
        """Load the coach; without an encoder or a trained classifier it works by rules alone.

        Raises:
            ContentError: the rules are damaged.
            ModelError: the trained classifier is damaged.
        """
        return cls(cls._rulebook(), cls._widen(encoder, cache_dir))

    def _problems(
        self, read: Plain, parts: Mapping[str, Span | None], learned: Mapping[str, Span]
    ) -> list[tuple[str, Span]]:
        missing = {
            name: whole(read.source) for part, name in _MISSING.items() if parts[part] is None
        }
        ruled = self._ruled(read)
        if parts["behaviour"] is not None:
            ruled = self._without_told_passive(ruled, read)
        return self._ordered({**learned, **ruled, **missing})

    def _without_told_passive(self, ruled: dict[str, Span], read: Plain) -> dict[str, Span]:
        """Beside a named act, "you were hurt" and "the post was deleted" are fine; regret isn't."""
        anyway = self._book.extra["passive_anyway"].first(read.text)
        rest = {name: span for name, span in ruled.items() if name != "passive"}
        return rest | ({"passive": read.to_source(*anyway)} if anyway else {})
