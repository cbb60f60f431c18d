"""What a message wants: an intent for a fresh talk, or an act at a waiting step.

Two small networks over the shared sentence vector and hashed n-grams. The second one also sees the
waiting step: a classifier over openings and controls alone turns short answers into commands ("stop
touching my neck"), so an answer is a class of its own and the step is its context.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import hstack

from bot.errors import ModelError
from bot.language.answers import is_empty
from bot.language.encoder import DIMENSION, Encoder
from bot.language.features import Waiting, fit, ngrams, shape
from bot.language.network import Features, Network, fit_network
from bot.language.spelling import Spelling

SEED = 20261122
IN_STEP_ONLY = frozenset(
    [
        "ask_why",
        "ask_progress",
        "read_back",
        "correct",
        "finish",
        "show_example",
        "more",
        "not_what_i_meant",
    ]
)
"""Acts that only mean something while a step waits or after something was shown."""
ASIDE = IN_STEP_ONLY | frozenset(
    [
        "greet",
        "goodbye",
        "thanks",
        "help_menu",
        "stop",
        "pause",
        "resume",
        "go_back",
        "skip",
        "repeat",
        "hotline",
        "forget_me",
        "privacy_question",
        "are_you_human",
        "feedback_negative",
        "question",
        "out_of_scope",
        "return_phrase",
        "leave_now",
    ]
)
"""What can be said at any step; everything else is placed at a step only where it asks for something."""
ANSWER_BIAS = 0.9
"""Added to the score of an answer while a step waits. Answers are 28 % of the training rows placed at a
step and at least half of what people write there; the log of the ratio of both odds is .94."""
ANSWER, UNCLEAR = "answer", "out_of_scope"
VECTOR_SCALE = 6.0
"""How much the normalised vector numbers weigh beside the n-grams (chosen by cross-validation)."""
NGRAM_SCALE = 4.0
SHAPE_SCALE = 0.5
NEAR_SCALE = 3.0


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
class Understanding:
    """Both networks with the encoder they share."""

    encoder: Encoder
    spelling: Spelling
    fresh: Network
    in_step: Network
    meta: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def train(
        cls, rows: Sequence[Row], steps: Sequence[Waiting], encoder: Encoder
    ) -> Understanding:
        """Train both networks; same rows and steps, same numbers.

        Args:
            rows: examples; those of intent `answer` carry the step at which they were written.
            steps: the steps of all conversations: contexts for rows that name none, and examples.
            encoder: gives the shared vectors.
        """
        spelling = Spelling.of(row.text for row in rows)
        rows = [replace(row, text=spelling.mend(row.text)) for row in rows]
        placed = place(unlike(rows), steps)
        texts = list(dict.fromkeys(row.text for row in [*rows, *(row for row, _ in placed)]))
        base, place_of = fresh_features(texts, encoder), {t: i for i, t in enumerate(texts)}
        own = unlike([row for row in rows if row.intent not in IN_STEP_ONLY and not row.about])
        at_steps = beside(base.rows([place_of[r.text] for r, _ in placed]), placed, encoder)
        with ThreadPoolExecutor(max_workers=2) as pool:
            in_step = pool.submit(fit_network, at_steps, [r.intent for r, _ in placed])
            alone = base.rows([place_of[r.text] for r in own])
            fresh = fit_network(alone, [r.intent for r in own])
            counts = {"rows": len(rows), "placed": len(placed)}
            return cls(encoder, spelling, fresh, in_step.result(), counts)

    def understand(self, text: str, waiting: Waiting | None = None) -> Understood:
        """Return what one message wants, at a waiting step or in a fresh talk."""
        return self.understand_all([text], [waiting])[0]

    def understand_all(
        self, texts: Sequence[str], waiting: Sequence[Waiting | None]
    ) -> list[Understood]:
        """Return what messages want, in order."""
        found: list[Understood | None] = [None] * len(texts)
        for placed in (False, True):
            chosen = [i for i, w in enumerate(waiting) if (w is not None) == placed]
            if not chosen:
                continue
            part = [self.spelling.mend(texts[i]) for i in chosen]
            if placed:
                steps = [w for w in waiting if w is not None]
                model, features = self.in_step, step_features(part, steps, self.encoder)
            else:
                model, features = self.fresh, fresh_features(part, self.encoder)
            for i, row in zip(chosen, model.probabilities(features), strict=True):
                found[i] = _ranked(
                    model.labels, _favoured(model.labels, row) if placed else row, texts[i]
                )
        return [item for item in found if item is not None]

    def save(self, folder: Path) -> None:
        """Write both networks as plain arrays and names."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, NDArray[Any]] = {}
        for name, network in (("fresh", self.fresh), ("in_step", self.in_step)):
            arrays |= {f"{name}.{part}": value for part, value in network.arrays().items()}
        np.savez_compressed(folder / "understanding.npz", **arrays)
        names = {
            "fresh": self.fresh.labels, "in_step": self.in_step.labels, "meta": self.meta,
            "words": self.spelling.counts,
        }  # fmt: skip
        (folder / "understanding.json").write_text(json.dumps(names), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> Understanding:
        """Read both networks.

        Raises:
            ModelError: a file is missing or damaged.
        """
        try:
            names = json.loads((folder / "understanding.json").read_text(encoding="utf-8"))
            with np.load(folder / "understanding.npz", allow_pickle=False) as stored:
                fresh, in_step = (Network.read(names[n], stored, n) for n in ("fresh", "in_step"))
            return cls(encoder, Spelling(names["words"]), fresh, in_step, names["meta"])
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"the intent model cannot be read ({type(error).__name__}): train again"
            ) from None


def _favoured(labels: Sequence[str], row: NDArray[np.float32]) -> NDArray[np.float32]:
    found = row.copy()
    found[labels.index(ANSWER)] *= np.exp(ANSWER_BIAS)
    result: NDArray[np.float32] = found / found.sum()
    return result


def _ranked(labels: Sequence[str], row: NDArray[np.float32], text: str) -> Understood:
    if is_empty(text):
        rest = [(label, 0.0) for label in labels if label != UNCLEAR]
        return Understood(((UNCLEAR, 1.0), *rest))
    order = np.argsort(-row, kind="stable")
    return Understood(tuple((labels[i], float(row[i])) for i in order))


def fresh_features(texts: Sequence[str], encoder: Encoder) -> Features:
    """Return vector and shape of messages (dense) and their n-grams (sparse)."""
    words, letters = ngrams(list(texts))
    form = np.stack([shape(t) for t in texts]) * SHAPE_SCALE
    dense = np.hstack([encoder.encode_deep(texts) * VECTOR_SCALE, form])
    grams = hstack([words * NGRAM_SCALE, letters * NGRAM_SCALE], format="csr")
    return Features(dense.astype(np.float32), grams.astype(np.float32))


def step_features(texts: Sequence[str], waiting: Sequence[Waiting], encoder: Encoder) -> Features:
    """Return the features of messages together with how they fit the steps that wait."""
    pairs = [(Row(text, ANSWER), step) for text, step in zip(texts, waiting, strict=True)]
    return beside(fresh_features(texts, encoder), pairs, encoder)


def beside(base: Features, placed: Sequence[tuple[Row, Waiting]], encoder: Encoder) -> Features:
    """Return features of messages with how near they are to the question and the example that wait."""
    vectors = base.dense[:, :DIMENSION] / VECTOR_SCALE
    asked = encoder.encode([w.question for _, w in placed])
    shown = encoder.encode([w.example or w.question for _, w in placed])
    question, example = ((vectors * v).sum(axis=1, keepdims=True) for v in (asked, shown))
    fits = np.stack([fit(row.text, w) for row, w in placed])
    dense = np.hstack([base.dense, question * NEAR_SCALE, example * NEAR_SCALE, fits])
    return Features(dense.astype(np.float32), base.sparse)


def unlike(rows: Iterable[Row]) -> list[Row]:
    """Return rows without those whose text came before (in any case)."""
    seen: dict[str, Row] = {}
    for row in rows:
        seen.setdefault(row.text.casefold(), row)
    return list(seen.values())


def place(rows: Iterable[Row], steps: Sequence[Waiting]) -> list[tuple[Row, Waiting]]:
    """Give every row a waiting step: its own, or one drawn from the conversations with a fixed seed.

    A command is a command at any step. Each step's own example and choices are answers there. A
    situation that is told opens a conversation only where nothing waits: at a step it is an answer, so
    only openings that ask for something are placed at one.
    """
    draw = random.Random(SEED)
    asked = {step.question: step for step in reversed(steps)}
    by_kind: dict[str, list[Waiting]] = {}
    for step in steps:
        by_kind.setdefault(step.kind, []).append(step)
    placed: list[tuple[Row, Waiting]] = []
    for row in rows:
        drawn = draw.choice(by_kind.get(row.kind or "", steps))
        if row.about:
            placed.append((row, asked.get(row.about) or Waiting(row.about, row.kind or "text")))
        elif row.intent in (ANSWER, *ASIDE) or (
            not row.intent.startswith("entrance_") and _REQUEST.search(row.text)
        ):
            placed.append((row, drawn))
    for step in steps:
        placed.append((Row(step.example, ANSWER), step))
        placed += [(Row(title, ANSWER), step) for title in step.choices]
    return placed


_REQUEST = re.compile(
    r"\b(can|could|want|wanna|wants|like to|need|help|let'?s|lets|start|open|how (?:do|can|to)|show me|take me|switch|instead|"
    r"exercise|practi[sc]e|begin|go to|teach|do the|do a|make a|write a|guide|walk me|please|pls)\b",
    re.IGNORECASE,
)
