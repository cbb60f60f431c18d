"""Train the small crisis classifier from data/crisis/training/*.yml: deterministic, seconds, no pickle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from bot.crisis.classifier import FILE, with_bias
from bot.crisis.detector import CrisisDetector
from bot.crisis.normalise import normalise
from bot.crisis.rules import DATA, read
from bot.dialogue.catalog import load_catalog
from bot.errors import ContentError
from bot.language.encoder import Encoder

TRAINING = DATA / "training"
ORDINARY = DATA.parent / "nlu"
"""Example sentences of ordinary messages: what no rule takes for a crisis teaches the classifier calm."""
_EVERY = 3
"""Of those, every third: enough, and the kernel stays small."""
CLASSES = (
    "none", "gentle", "suicide", "self_harm", "violence_now", "ongoing_abuse", "sexual_assault",
    "strangulation", "stalking_tech", "child", "harm_others", "medical",
)  # fmt: skip
THRESHOLDS = (0.12, 0.40, 0.60)
"""Chosen on the development set: margin of the whole message, of one clause; chance of an emergency."""
GAMMA = 1.0
"""Width of the kernel: about the distance between two sentences that say the same."""
_LABELS = ("none", "gentle", "crisis", "emergency")


@dataclass(frozen=True, slots=True)
class Row:
    """One training sentence with its class and whether it is an emergency."""

    text: str
    label: str
    emergency: bool


def rows(folder: Path = TRAINING) -> list[Row]:
    """Return all training rows, in file order. Raises ContentError for an unknown label."""
    return [row for path in sorted(folder.glob("*.yml")) for row in _rows_of(path)]


def ordinary(folder: Path = ORDINARY) -> list[Row]:
    """Return examples of ordinary messages on which all rules are silent: every third, and all answers.

    Answers to the steps are what people here write most, so all of them teach the classifier calm.
    """
    rules = CrisisDetector.load(None, None)
    answers = set(_step_examples())
    others: set[str] = set()
    for path in sorted(folder.glob("*.yml")):
        for block in read(path)["nlu"]:
            (answers if block["intent"] == "answer" else others).update(
                _examples(block["examples"])
            )
    kept = sorted(answers | set(sorted(others)[::_EVERY]))
    return [Row(t, "none", False) for t in kept if rules.assess(t).level == "none"]


def _step_examples() -> Iterable[str]:
    return (step.example for conversation in load_catalog().values() for step in conversation)


def _examples(raw: object) -> Iterable[str]:
    """Return Rasa's examples in either of its two forms: one text of lines, or entries with metadata."""
    if isinstance(raw, str):
        return (line[2:].strip() for line in raw.splitlines() if line.startswith("- "))
    entries = raw if isinstance(raw, list) else []
    return (str(entry["text"]).strip() for entry in entries)


def train(encoder: Encoder, out: Path) -> None:
    """Train and write `out`, a folder or the file itself. Same inputs, same numbers."""
    data = [r for row in rows() for r in _both_forms(row)] + ordinary()
    plain_vectors = encoder.encode([r.text for r in data])
    vectors = with_bias(plain_vectors)
    weights = _heads(vectors, np.array([CLASSES.index(r.label) for r in data]))
    urgent = np.array([r.label not in ("none", "gentle") for r in data])
    urgency = _one(vectors[urgent], np.array([r.emergency for r in data])[urgent])
    support, dual, offset = _gate(plain_vectors, urgent)
    path = out if out.suffix == ".npz" else out / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp.npz")
    np.savez(
        temporary,
        classes=np.array(CLASSES),
        weights=weights,
        urgency=urgency,
        support=support,
        dual=dual,
        kernel=np.array([GAMMA, offset], dtype=np.float32),
        thresholds=np.array(THRESHOLDS, dtype=np.float32),
    )
    temporary.replace(path)


def _rows_of(path: Path) -> Iterable[Row]:
    raw = read(path)
    for level in _LABELS:
        label = raw["category"] if level in ("crisis", "emergency") else level
        if raw.get(level) and label not in CLASSES:
            raise ContentError(f"{path.name}: unknown class {label}")
        for text in raw.get(level) or ():
            yield Row(str(text), label, level == "emergency")


def _both_forms(row: Row) -> list[Row]:
    """The sentence as written and in plain form: the gate looks at both."""
    plain = normalise(row.text).replace("|", " ").strip()
    return [row, Row(" ".join(plain.split()), row.label, row.emergency)]


def _gate(
    vectors: NDArray[np.float32], urgent: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Return support vectors, their weights and the offset of the crisis-or-not decision."""
    model = SVC(C=5.0, gamma=GAMMA, class_weight="balanced").fit(vectors, urgent)
    dual = np.asarray(model.dual_coef_[0], dtype=np.float32)
    return np.asarray(model.support_vectors_, dtype=np.float32), dual, float(model.intercept_[0])


def _heads(vectors: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    model = LogisticRegression(
        C=30.0, max_iter=600, fit_intercept=False, class_weight=_weights(labels)
    )
    model.fit(vectors, labels)
    return np.asarray(model.coef_, dtype=np.float32)


def _weights(labels: NDArray[np.int64]) -> dict[int, float]:
    """Half way between even classes and the counts as they are."""
    counts = np.bincount(labels, minlength=len(CLASSES)).astype(float)
    return {i: float(np.sqrt(counts.max() / max(n, 1.0))) for i, n in enumerate(counts)}


def _one(vectors: NDArray[np.float32], labels: NDArray[np.bool_]) -> NDArray[np.float32]:
    model = LogisticRegression(C=10.0, max_iter=600, fit_intercept=False)
    model.fit(vectors, labels)
    return np.asarray(model.coef_[0], dtype=np.float32)
