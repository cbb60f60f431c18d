"""Quality of the crisis gate on the development and test rows: one table, every miss on request.

python -m scripts.eval_crisis [dev|test|negatives|everyday ...] [--rules] [--misses]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.crisis.detector import CrisisDetector, Verdict
from bot.language.encoder import load_encoder
from bot.types import LEVELS

SETS = Path(__file__).resolve().parent.parent / "tests" / "crisis" / "sets"
NAMES = ("dev", "dev_two", "test")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the text, the level it should have and, for a crisis, its category."""

    text: str
    level: str
    category: str | None


@dataclass
class Figures:
    """Counts for one set."""

    name: str
    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def add(self, measure: str, hit: bool, note: str = "") -> None:
        """Count one row for a measure; a miss is noted."""
        self.total[measure] += 1
        self.right[measure] += hit
        if not hit and note:
            self.misses.append(f"{measure}: {note}")

    def lines(self) -> Iterable[str]:
        """Return the table's rows."""
        for measure in self.total:
            n, k = self.total[measure], self.right[measure]
            yield f"| {self.name} | {measure} | {k / n:.3f} | {k}/{n} |"


def read_rows(name: str) -> list[Row]:
    """Return the rows of a set: keys `category.level`, `gentle` and `none`."""
    raw = yaml.safe_load((SETS / f"{name}.yml").read_text(encoding="utf-8"))
    return [_row(str(text), key) for key, texts in raw.items() for text in texts]


def measure(name: str, rows: Sequence[Row], detector: CrisisDetector) -> Figures:
    """Return the figures of a detector on a set."""
    figures = Figures(name)
    for row in rows:
        _count(figures, row, detector.assess(row.text))
    return figures


def _row(text: str, key: str) -> Row:
    category, _, level = key.partition(".")
    return Row(text, level, category) if level else Row(text, category, None)


def _count(figures: Figures, row: Row, verdict: Verdict) -> None:
    note = f"[{row.category or row.level}] {row.text} -> {verdict.level} {verdict.category} {verdict.rules}"
    if row.category is None:
        flagged = "ordinary not flagged" if row.level == "none" else "past and safe at most gentle"
        figures.add(flagged, not verdict.urgent, note)
        return
    at_least = LEVELS.index(verdict.level) >= LEVELS.index("crisis")
    figures.add("recall at crisis or above", at_least, note)
    figures.add(f"recall: {row.category}", at_least)
    if row.level == "emergency":
        figures.add(
            "emergencies at emergency", verdict.level == "emergency", note if at_least else ""
        )
    if at_least:
        figures.add("right category", verdict.category == row.category, note)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=list(NAMES))
    parser.add_argument("--rules", action="store_true", help="without the classifier")
    parser.add_argument("--misses", action="store_true", help="print every miss")
    given = parser.parse_args(argv)
    cache = Path(".cache")
    detector = CrisisDetector.load(cache, None if given.rules else load_encoder(cache))
    print("| set | measure | value | rows |\n|---|---|---|---|")
    for name in given.sets:
        figures = measure(name, read_rows(name), detector)
        print("\n".join(figures.lines()))
        if given.misses:
            print("\n".join(figures.misses))


if __name__ == "__main__":
    main()
