"""Training the small classifiers of both coaches: deterministic, seconds, weights as plain JSON.

Every clause of the development set becomes one example. A clause that holds the marked words is
an example
of that problem; a clause in which a rule finds a part is an example of that part; all others
are counter-
examples. Each threshold is set on clauses held out in five folds, so that hardly any clause of
a good
sentence passes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np

from bot.language.encoder import Encoder
from bot.practice.clauses import clauses
from bot.practice.result import Kind, Span
from bot.practice.rulebook import Rulebook, load_rulebook
from bot.practice.sets import Row, rows, set_path
from bot.practice.text import plain
from bot.practice.widen import VERSION, weights_path

_FOLDS = 5
_STRENGTH = 8.0
"""Inverse regularisation of the regressions; between 2 and 20 the figures hardly move."""
_SPARED: dict[Kind, float] = {"i_statement": 0.998, "apology": 1.0}
"""Share of the held-out clauses of good sentences that must stay below a problem's threshold."""
_SPARED_PART = 0.95
"""Share of the held-out clauses of sentences without a part that must stay below its threshold."""
MISSING = {
    "feeling": "no_feeling",
    "behaviour": "no_specific_behaviour",
    "impact": "no_impact",
    "repair": "no_repair_or_prevention",
}
_FLOOR = {"problem": 0.85, "part": 0.45}
"""The lowest threshold: above it the classifier is right far more often than not."""
LEARNED: dict[Kind, dict[str, tuple[str, ...]]] = {
    "i_statement": {
        "problem": ("passive_aggressive", "blame", "demand_or_threat"),
        "part": ("feeling",),
    },
    "apology": {
        "problem": (
            "blame_shift",
            "but_justification",
            "minimising",
            "self_pity",
            "demands_forgiveness",
            "passive",
        ),
        "part": ("behaviour", "impact", "repair"),
    },
}
"""What is learned: what rules alone leave open. Conditional, generalisation and faux feelings
are closed.
"""


@dataclass(frozen=True)
class Example:
    """One clause, the names that hold for it, the row it came from, and that row's label."""

    text: str
    names: frozenset[str]
    row: int
    label: str


def train(encoder: Encoder, out: Path) -> None:
    """Train the classifiers of both coaches and write them into the cache directory `out`.

    Raises:
        ContentError: a set or the rules are damaged.
    """
    content: dict[str, Any] = {"version": VERSION}
    for kind in get_args(Kind):
        content[kind] = _train(kind, encoder)
    path = weights_path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content), "utf-8")
    temporary.replace(path)


def _train(kind: Kind, encoder: Encoder) -> list[dict[str, Any]]:
    examples = list(_examples(kind))
    vectors = encoder.encode([example.text for example in examples])
    return [
        _classifier(name, what, examples, vectors, _SPARED[kind])
        for what, names in LEARNED[kind].items()
        for name in names
    ]


def _examples(kind: Kind) -> Iterator[Example]:
    book = load_rulebook(kind)
    for number, row in enumerate(rows(set_path(kind, "dev"))):
        for span in clauses(row.text):
            names = _names(row, span, book, kind)
            yield Example(row.text[slice(*span)], names, number, row.label)
    path = set_path(kind, "clauses")
    listed = rows(path) if path.is_file() else iter(())
    for number, row in enumerate(listed):
        yield Example(row.text, frozenset({row.label}), -1 - number, row.label)


def _names(row: Row, span: Span, book: Rulebook, kind: Kind) -> frozenset[str]:
    names = set()
    if row.marked and row.marked[0] < span[1] and span[0] < row.marked[1]:
        names.add(row.label)
    read = plain(row.text[slice(*span)], book.speller)
    names |= {part for part in LEARNED[kind]["part"] if book.parts[part].first(read.text)}
    return frozenset(names)


def _classifier(
    name: str, what: str, examples: list[Example], vectors: Any, spared: float
) -> dict[str, Any]:
    holds = np.array([name in example.names for example in examples])
    likely = _held_out(vectors, holds, np.array([example.row % _FOLDS for example in examples]))
    labels = np.array([example.label for example in examples])
    if what == "problem":
        others = ~holds & np.isin(labels, ("good", "none"))
    else:
        others, spared = ~holds & (labels == MISSING[name]), _SPARED_PART
    limit = float(np.quantile(likely[others], spared))
    model = _fit(vectors, holds)
    return {
        "name": name,
        "weights": [round(float(w), 5) for w in model.coef_[0]],
        "bias": round(float(model.intercept_[0]), 5),
        "threshold": round(max(limit, _FLOOR[what]), 3),
    }


def _held_out(vectors: Any, holds: Any, folds: Any) -> Any:
    likely = np.zeros(len(holds))
    for fold in range(_FOLDS):
        model = _fit(vectors[folds != fold], holds[folds != fold])
        likely[folds == fold] = model.predict_proba(vectors[folds == fold])[:, 1]
    return likely


def _fit(vectors: Any, holds: Any) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - only when training

    model = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=1000)
    return model.fit(vectors, holds)
