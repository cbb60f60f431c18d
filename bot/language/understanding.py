"""What a message wants: an intent for a fresh talk, or an act at a waiting step.

Two small linear models over the shared sentence vector and hashed n-grams. The second one also sees the
waiting step: a classifier over openings and controls alone turns short answers into commands ("stop
touching my neck"), so an answer is a class of its own and the step is its context.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from bot.errors import ModelError
from bot.language.answers import is_empty
from bot.language.encoder import Encoder
from bot.language.features import Waiting, fit, ngrams, shape

SEED = 20261122
IN_STEP_ONLY = frozenset(
    "ask_why ask_progress read_back correct finish show_example more not_what_i_meant".split()
)
"""Acts that only mean something while a step waits or after something was shown."""
ANSWER, UNCLEAR = "answer", "out_of_scope"
VECTOR_SCALE = 6.0
"""How much the 384 normalised vector numbers weigh beside the n-grams (chosen by cross-validation)."""
NGRAM_SCALE = 4.0
SHAPE_SCALE = 0.3
STRENGTH = {"fresh": 1.0, "in_step": 1.0}
"""Inverse regularisation C of both models (chosen by cross-validation)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One training example; `about` and `kind` describe the step at which it was written, if any."""

    text: str
    intent: str
    about: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """Intents with probabilities, best first; they sum to 1."""

    ranking: tuple[tuple[str, float], ...]

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.ranking[0][1]


@dataclass
class Linear:
    """A multinomial logistic regression reduced to its numbers."""

    labels: list[str]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def fit(cls, features: csr_matrix, labels: Sequence[str], strength: float) -> Linear:
        """Fit deterministically (lbfgs from zero)."""
        model = LogisticRegression(C=strength, max_iter=200, tol=1e-3, class_weight="balanced")
        model.fit(features, labels)
        return cls(list(model.classes_), model.coef_.astype(np.float32), model.intercept_.astype(np.float32))

    def probabilities(self, features: csr_matrix) -> NDArray[np.float32]:
        """Return probabilities of shape `(rows, labels)`."""
        scores = np.asarray(features @ self.weights.T) + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        exponentials = np.exp(scores)
        result: NDArray[np.float32] = exponentials / exponentials.sum(axis=1, keepdims=True)
        return result


@dataclass
class Understanding:
    """Both models with the encoder they share."""

    encoder: Encoder
    fresh: Linear
    in_step: Linear
    meta: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def train(cls, rows: Sequence[Row], steps: Sequence[Waiting], encoder: Encoder) -> Understanding:
        """Train both models; same rows and steps, same numbers.

        Args:
            rows: examples; those of intent `answer` carry the step at which they were written.
            steps: the steps of all conversations: contexts for rows that name none, and examples.
            encoder: gives the shared vectors.
        """
        fresh_rows = [row for row in rows if row.intent not in IN_STEP_ONLY]
        fresh = Linear.fit(
            fresh_features([r.text for r in fresh_rows], encoder), [r.intent for r in fresh_rows],
            STRENGTH["fresh"],
        )
        placed = place(rows, steps)
        in_step = Linear.fit(
            step_features([r.text for r, _ in placed], [w for _, w in placed], encoder),
            [r.intent for r, _ in placed], STRENGTH["in_step"],
        )
        return cls(encoder, fresh, in_step, {"rows": len(rows), "placed": len(placed)})

    def understand(self, text: str, waiting: Waiting | None = None) -> Understood:
        """Return what one message wants, at a waiting step or in a fresh talk."""
        return self.understand_all([text], [waiting])[0]

    def understand_all(self, texts: Sequence[str], waiting: Sequence[Waiting | None]) -> list[Understood]:
        """Return what messages want, in order."""
        found: list[Understood | None] = [None] * len(texts)
        for placed in (False, True):
            chosen = [i for i, w in enumerate(waiting) if (w is not None) == placed]
            if not chosen:
                continue
            part = [texts[i] for i in chosen]
            if placed:
                steps = [w for w in waiting if w is not None]
                model, features = self.in_step, step_features(part, steps, self.encoder)
            else:
                model, features = self.fresh, fresh_features(part, self.encoder)
            for i, row in zip(chosen, model.probabilities(features), strict=True):
                found[i] = _ranked(model.labels, row, texts[i])
        return [item for item in found if item is not None]

    def save(self, folder: Path) -> None:
        """Write both models as plain arrays and names."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, NDArray[Any]] = {}
        for name in ("fresh", "in_step"):
            model: Linear = getattr(self, name)
            arrays[f"{name}_weights"] = model.weights.astype(np.float16)
            arrays[f"{name}_bias"] = model.bias
        np.savez_compressed(folder / "understanding.npz", **arrays)
        names = {"fresh": self.fresh.labels, "in_step": self.in_step.labels, "meta": self.meta}
        (folder / "understanding.json").write_text(json.dumps(names), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> Understanding:
        """Read both models.

        Raises:
            ModelError: a file is missing or damaged.
        """
        try:
            names = json.loads((folder / "understanding.json").read_text(encoding="utf-8"))
            with np.load(folder / "understanding.npz", allow_pickle=False) as arrays:
                models = [
                    Linear(names[n], arrays[f"{n}_weights"].astype(np.float32), arrays[f"{n}_bias"])
                    for n in ("fresh", "in_step")
                ]
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"the intent model cannot be read ({type(error).__name__}): train again") from None
        return cls(encoder, models[0], models[1], names["meta"])


def _ranked(labels: Sequence[str], row: NDArray[np.float32], text: str) -> Understood:
    if is_empty(text):
        rest = [(label, 0.0) for label in labels if label != UNCLEAR]
        return Understood(((UNCLEAR, 1.0), *rest))
    order = np.argsort(-row, kind="stable")
    return Understood(tuple((labels[i], float(row[i])) for i in order))


def fresh_features(texts: Sequence[str], encoder: Encoder) -> csr_matrix:
    """Return vector, n-grams and shape of messages as one sparse matrix."""
    words, letters = ngrams(list(texts))
    form = np.stack([shape(t) for t in texts]) * SHAPE_SCALE
    dense = np.hstack([encoder.encode_deep(texts) * VECTOR_SCALE, form])
    return hstack([csr_matrix(dense), words * NGRAM_SCALE, letters * NGRAM_SCALE], format="csr")


def step_features(texts: Sequence[str], waiting: Sequence[Waiting], encoder: Encoder) -> csr_matrix:
    """Return the features of messages together with how they fit the steps that wait."""
    base = fresh_features(texts, encoder)
    vectors = encoder.encode(texts)
    question = (vectors * encoder.encode([w.question for w in waiting])).sum(axis=1, keepdims=True)
    example = (vectors * encoder.encode([w.example or w.question for w in waiting])).sum(axis=1, keepdims=True)
    fits = np.stack([fit(t, w) for t, w in zip(texts, waiting, strict=True)])
    near = np.hstack([question * 3, example * 3, fits * 2])
    return hstack([base, csr_matrix(near.astype(np.float32))], format="csr")


def place(rows: Iterable[Row], steps: Sequence[Waiting]) -> list[tuple[Row, Waiting]]:
    """Give every row a waiting step: its own, or one drawn from the conversations with a fixed seed.

    A command is a command at any step, so rows that belong to no step are placed at two of them. Each
    step's own example and choices are answers there.
    """
    draw = random.Random(SEED)
    by_kind: dict[str, list[Waiting]] = {}
    for step in steps:
        by_kind.setdefault(step.kind, []).append(step)
    placed: list[tuple[Row, Waiting]] = []
    for row in rows:
        if row.intent == ANSWER:
            like = draw.choice(by_kind.get(row.kind or "text") or list(steps))
            placed.append((row, Waiting(row.about, row.kind or "text") if row.about else like))
        else:
            placed += [(row, draw.choice(steps)) for _ in range(2)]
    for step in steps:
        placed.append((Row(step.example, ANSWER), step))
        placed += [(Row(title, ANSWER), step) for title in step.choices]
    return placed


def rows_from(examples: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Build rows from mappings with text, intent and optional metadata `about` and `kind`."""
    return [
        Row(e["text"], e["intent"], (e.get("metadata") or {}).get("about"), (e.get("metadata") or {}).get("kind"))
        for e in examples
    ]
