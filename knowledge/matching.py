"""What questions were written for: a linear match from a question's vector to the passages it belongs to.

One ridge regression from the vectors of the written questions (and the passages' own texts) to the
passages, solved in closed form. It learns which parts of a vector tell passages apart, which the nearest
written question alone does not (docs/retrieval.md gives what it adds).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from knowledge.vectors import Floats

RIDGE = 0.03
TEXT_WEIGHT = 0.5
"""A passage's own text counts half as much as a question written for it."""


def fit(vectors: Floats, owners: NDArray[np.int64], weights: Floats, count: int) -> Floats:
    """Return weights of shape `(d + 1, count)`: the last row is the bias.

    `owners` names for each vector the passage, 0 to `count - 1`, that it belongs to.
    """
    inputs = _with_bias(vectors).astype(np.float64)
    weighted = inputs * weights[:, None]
    width = inputs.shape[1]
    targets = np.zeros((width, count))
    np.add.at(targets.T, owners, weighted)
    gram = weighted.T @ inputs + RIDGE * len(inputs) / width * np.eye(width)
    solved: Floats = np.linalg.solve(gram, targets).astype(np.float32)
    return solved


def match(weights: Floats, vector: Floats) -> Floats:
    """Return how well a question matches each passage: near 1 for its own, near 0 for others."""
    result: Floats = vector @ weights[:-1] + weights[-1]
    return result


def _with_bias(vectors: Floats) -> Floats:
    return np.concatenate([vectors, np.ones((len(vectors), 1), dtype=vectors.dtype)], axis=1)
