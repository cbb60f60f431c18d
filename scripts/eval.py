"""Quality figures: one table on standard output and in reports/eval.md, with counts and 95 % intervals.

Rows in tests/eval were written apart from everything that is trained or written by rule, and are never
tuned on. `--floor` makes the command fail where a figure falls below the floor that main has reached.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot import logs, services
from bot.debug import outside_name
from bot.dialogue.agent import Brain
from bot.language.components import waiting_of
from bot.language.features import Waiting
from bot.settings import ROOT
from bot.training import MODEL

ROWS = ROOT / "tests" / "eval" / "nlu"
REPORT = ROOT / "reports" / "eval.md"
INSIDE = {"go_back": "back", "out_of_scope": "unclear"}


@dataclass(frozen=True, slots=True)
class Figure:
    """How many of how many were right."""

    name: str
    right: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % Wilson interval."""
        n, p, z = self.of, self.right / self.of, 1.96
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)

    def row(self) -> str:
        """Return a line of the table."""
        low, high = self.interval
        return f"| {self.name} | {self.right / self.of:.3f} | {self.of} | {low:.3f}-{high:.3f} |"


def load(name: str) -> list[dict[str, Any]]:
    """Read evaluation rows."""
    return [json.loads(line) for line in (ROWS / name).read_text(encoding="utf-8").splitlines()]


def counted(pairs: Iterable[tuple[str, bool]]) -> list[Figure]:
    """Count right and all by name."""
    found: dict[str, list[bool]] = defaultdict(list)
    for name, right in pairs:
        found[name].append(right)
    return [Figure(name, sum(values), len(values)) for name, values in found.items()]


def intents(brain: Brain) -> tuple[list[Figure], list[str]]:
    """Measure intents of a fresh talk, and list what is confused with what."""
    rows = load("intents.jsonl")
    got = [outside_name(brain.understand(row["text"])[0]) for row in rows]
    pairs = [
        (row["intent"], row["intent"] == intent) for row, intent in zip(rows, got, strict=True)
    ]
    wrong: dict[tuple[str, str], int] = defaultdict(int)
    for row, intent in zip(rows, got, strict=True):
        if row["intent"] != intent:
            wrong[row["intent"], intent] += 1
    worst = sorted(wrong.items(), key=lambda item: -item[1])[:25]
    lines = [f"| {a} | {b} | {n} |" for (a, b), n in worst]
    return [
        Figure("intents, all names", sum(r for _, r in pairs), len(pairs)),
        *counted(pairs),
    ], lines


def acts(brain: Brain) -> list[Figure]:
    """Measure what a message is at a waiting step."""
    rows = load("in_step.jsonl")
    steps = [step_of(row) for row in rows]
    got = brain.understand_at([row["text"] for row in rows], steps)
    named = [INSIDE.get(intent, intent) for intent in got]
    pairs = [
        (f"at a step: {_group(row)}", row["act"] == act)
        for row, act in zip(rows, named, strict=True)
    ]
    return [Figure("at a step, all", sum(r for _, r in pairs), len(pairs)), *counted(pairs)]


def step_of(row: dict[str, Any]) -> Waiting:
    """Return the step of a conversation that a row's description means: the nearest of its questions."""
    steps = services.catalog()[row["conversation"]].steps
    vectors = services.encoder().encode([row["step_question"], *(s.question for s in steps)])
    return waiting_of(steps[int(np.argmax(vectors[1:] @ vectors[0]))])


def _group(row: dict[str, Any]) -> str:
    kind = str(row["kind"])
    return "answers that look like something else" if kind.startswith("looks_like") else kind


def main() -> None:
    """Measure, print, write the report."""
    logs.configure()
    services.encoder()
    brain = Brain.load(MODEL)
    first, confused = intents(brain)
    figures = [*first, *acts(brain)]
    head = ["| figure | right | rows | 95 % |", "|---|---|---|---|"]
    table = [*head, *(figure.row() for figure in figures)]
    confusion = [
        "",
        "## Confused intents",
        "",
        "| is | taken for | rows |",
        "|---|---|---|",
        *confused,
    ]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(
        "\n".join(["# Quality figures", "", *table, *confusion, ""]), encoding="utf-8"
    )
    print("\n".join(table))


if __name__ == "__main__":
    sys.exit(main())
