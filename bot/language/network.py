"""A small network for intents: a linear layer over all features, plus one hidden layer over the dense ones.

It is trained with torch (deterministic: fixed seed, fixed order, one machine type) and used with numpy,
so that a process that serves imports no torch. Cross-validated on the training rows it is right in .863
where logistic regression on the same features is right in .83 (docs/quality.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
SEED = 20261122
HIDDEN, EPOCHS, BATCH, RATE, DECAY = 384, 10, 256, 4e-3, 0.1
"""Units of the hidden layer, passes, rows a step, peak learning rate, weight decay (cross-validated)."""
SMOOTHING, DROP_IN, DROP_HIDDEN = 0.05, 0.2, 0.4


@dataclass(frozen=True, slots=True)
class Features:
    """Rows of features: `dense` of shape `(rows, d)`, `sparse` of shape `(rows, s)`."""

    dense: Floats
    sparse: csr_matrix

    def __len__(self) -> int:
        return int(self.dense.shape[0])

    def rows(self, places: Sequence[int] | NDArray[np.int64]) -> Features:
        """Return the rows at these places, in this order."""
        return Features(self.dense[places], self.sparse[places])


@dataclass(frozen=True)
class Network:
    """A trained network, as numbers."""

    labels: list[str]
    linear: Floats
    sparse: Floats
    into: Floats
    into_bias: Floats
    out: Floats
    bias: Floats

    def probabilities(self, features: Features) -> Floats:
        """Return probabilities of shape `(rows, labels)`."""
        hidden = np.maximum(features.dense @ self.into + self.into_bias, 0)
        scores = features.dense @ self.linear + hidden @ self.out + self.bias
        scores = scores + np.asarray(features.sparse @ self.sparse)
        scores -= scores.max(axis=1, keepdims=True)
        exponentials = np.exp(scores)
        result: Floats = exponentials / exponentials.sum(axis=1, keepdims=True)
        return result

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the numbers by name, in half precision."""
        return {name: getattr(self, name).astype(np.float16) for name in _PARTS}

    @classmethod
    def read(cls, labels: list[str], stored: Mapping[str, Any], name: str) -> Network:
        """Rebuild a network from stored arrays (KeyError where one is missing)."""
        parts = {part: stored[f"{name}.{part}"].astype(np.float32) for part in _PARTS}
        return cls(labels, **parts)


_PARTS = ("linear", "sparse", "into", "into_bias", "out", "bias")


def fit_network(features: Features, labels: Sequence[str]) -> Network:
    """Train a network; the same rows in the same order give the same numbers.

    It draws from a generator of its own, so that networks may be trained in threads side by side.
    """
    import torch  # noqa: PLC0415

    torch.set_num_threads(
        1
    )  # two threads in one small product wait for each other more than they win
    names = sorted(set(labels))
    wanted = torch.tensor([names.index(label) for label in labels])
    draw = torch.Generator().manual_seed(SEED)
    module = _module(torch, features, len(names), draw)
    _train(torch, module, features, wanted, draw)
    return _numbers(module, names)


def _module(torch: Any, features: Features, classes: int, draw: Any) -> Any:
    width, grams = features.dense.shape[1], features.sparse.shape[1]
    module = torch.nn.ModuleDict({
        "linear": torch.nn.Linear(width, classes, bias=False),
        "sparse": torch.nn.EmbeddingBag(grams, classes, mode="sum"),
        "into": torch.nn.Linear(width, HIDDEN),
        "out": torch.nn.Linear(HIDDEN, classes),
    })  # fmt: skip
    for parameter in module.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.kaiming_uniform_(module["into"].weight, a=5**0.5, generator=draw)
    return module


def _weights(torch: Any, wanted: Any) -> Any:
    """Rare intents count more, by the square root of how much rarer they are."""
    counts = torch.bincount(wanted).float()
    return (counts.mean() / counts).sqrt()


def _train(torch: Any, module: Any, features: Features, wanted: Any, draw: Any) -> None:
    optimiser = torch.optim.AdamW(module.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
    steps = -(-len(features) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=EPOCHS * steps)
    weights, order = _weights(torch, wanted), np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        mixed = order.permutation(len(features))
        for start in range(0, len(features), BATCH):
            rows = mixed[start : start + BATCH]
            loss = torch.nn.functional.cross_entropy(
                _scores(torch, module, features.rows(rows), draw), wanted[torch.from_numpy(rows)],
                weight=weights, label_smoothing=SMOOTHING,
            )  # fmt: skip
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()


def _scores(torch: Any, module: Any, features: Features, draw: Any) -> Any:
    def dropped(values: Any, share: float) -> Any:
        kept = torch.rand(values.shape, generator=draw) >= share
        return values * kept / (1 - share)

    dense, grams = torch.from_numpy(features.dense), features.sparse
    places, starts = (torch.from_numpy(a.astype(np.int64)) for a in (grams.indices, grams.indptr))
    hidden = torch.relu(module["into"](dropped(dense, DROP_IN)))
    counted = module["sparse"](places, starts[:-1], per_sample_weights=torch.from_numpy(grams.data))
    return module["linear"](dense) + counted + module["out"](dropped(hidden, DROP_HIDDEN))


def _numbers(module: Any, names: list[str]) -> Network:
    def numbers(tensor: Any) -> Floats:
        found: Floats = tensor.detach().numpy().astype(np.float32)
        return found

    return Network(
        labels=names,
        linear=numbers(module["linear"].weight).T.copy(),
        sparse=numbers(module["sparse"].weight),
        into=numbers(module["into"].weight).T.copy(),
        into_bias=numbers(module["into"].bias),
        out=numbers(module["out"].weight).T.copy(),
        bias=numbers(module["out"].bias),
    )
