"""Figures of both coaches on their development and test sets: `python -m scripts.eval_practice`.

A set is a tab-separated file: the main problem (or "good"), and the text with the words that should
be marked in square brackets. The test set was written after the rules were frozen and is never
tuned on.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import GroundworkError
from bot.language.encoder import load_encoder
from bot.practice.apology import ApologyCoach
from bot.practice.coach import Coach
from bot.practice.i_statement import IStatementCoach
from bot.practice.result import Feedback, Kind
from bot.practice.sets import Row, rows, set_path
from bot.practice.widen import weights_path

COACHES: dict[Kind, type[IStatementCoach] | type[ApologyCoach]] = {
    "i_statement": IStatementCoach,
    "apology": ApologyCoach,
}


@dataclass
class Figures:
    """Counts over one set."""

    total: int = 0
    verdict: int = 0
    bad: int = 0
    named: int = 0
    first: int = 0
    good: int = 0
    good_called_bad: int = 0
    marked: int = 0
    overlapping: int = 0
    seconds: float = 0.0

    def add(self, row: Row, feedback: Feedback) -> bool:
        """Count one answer; returns whether verdict and main problem are right."""
        is_good = row.label == "good"
        right = (feedback.verdict == "good") == is_good
        self.total += 1
        self.verdict += right
        if is_good:
            self.good += 1
            self.good_called_bad += not right
            return right
        named = [p for p in feedback.problems if p.id == row.label]
        self.bad += 1
        self.named += bool(named)
        self.first += bool(named) and feedback.problems[0].id == row.label
        if row.marked:
            self.marked += 1
            self.overlapping += any(
                p.start < row.marked[1] and row.marked[0] < p.end for p in named
            )
        return right and bool(named)

    def line(self, name: str) -> str:
        """Return the figures as one row of a Markdown table."""
        cells = [
            name,
            str(self.total),
            _share(self.verdict, self.total),
            _share(self.named, self.bad),
            _share(self.first, self.bad),
            _share(self.good_called_bad, self.good),
            _share(self.overlapping, self.marked),
            f"{1000 * self.seconds / max(self.total, 1):.2f}",
        ]
        return "| " + " | ".join(cells) + " |"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


HEADER = (
    "| set | rows | verdict right | main problem named | named first | good called bad "
    "| span overlaps | ms a sentence |\n|---|---|---|---|---|---|---|---|"
)


def measure(coach: Coach, path: Path, misses: bool) -> Figures:
    """Return the figures of `coach` on one set; with `misses`, print what went wrong."""
    figures = Figures()
    coach.check("I feel sad.")
    for row in rows(path):
        start = time.perf_counter()
        feedback = coach.check(row.text)
        figures.seconds += time.perf_counter() - start
        if not figures.add(row, feedback) and misses:
            print(f"{row.label}\t{row.text}\t{[p.id for p in feedback.problems]}")
    return figures


def main() -> None:
    """Print one table: rules alone and with the classifier, development and test set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache-dir", type=Path, default=Path(".cache"))
    parser.add_argument("--sets", nargs="*", default=["dev", "test"])
    parser.add_argument("--rules-only", action="store_true")
    parser.add_argument("--misses", action="store_true", help="print the rows that went wrong")
    chosen = parser.parse_args()
    print("\n".join([HEADER, *_lines(chosen)]))


def _lines(chosen: argparse.Namespace) -> Iterator[str]:
    trained = weights_path(chosen.cache_dir).is_file() and not chosen.rules_only
    for kind, coach in COACHES.items():
        for name in chosen.sets:
            path = set_path(kind, name)
            if not path.is_file():
                continue
            yield measure(coach.load(None, None), path, chosen.misses).line(f"{kind} {name}, rules")
            if trained:
                both = coach.load(load_encoder(chosen.cache_dir), chosen.cache_dir)
                yield measure(both, path, chosen.misses).line(f"{kind} {name}, with classifier")


if __name__ == "__main__":
    try:
        main()
    except GroundworkError as error:
        raise SystemExit(str(error)) from None
