"""The nearest vectors: exact up to some ten thousand, inverted lists beyond, chosen by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from bot.errors import ModelError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
FLAT_UP_TO = 25_000
"""Vectors: up to here an exact scan takes about 3 ms on one core (docs/retrieval.md)."""
_SEED = 7


class VectorIndex:
    """An inner-product index over L2-normalised vectors, shape `(n, d)`."""

    def __init__(self, index: Any) -> None:
        self._index = index

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def kind(self) -> str:
        """`flat` (exact) or `ivf` (inverted lists)."""
        return "flat" if isinstance(self._index, faiss.IndexFlat) else "ivf"

    @classmethod
    def build(cls, vectors: Floats, *, flat_up_to: int = FLAT_UP_TO) -> VectorIndex:
        """Return the index that fits the number of vectors."""
        count, width = vectors.shape
        if count <= flat_up_to:
            index: Any = faiss.IndexFlatIP(width)
        else:
            index = _inverted(vectors)
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def search(self, queries: Floats, k: int) -> tuple[Floats, Ints]:
        """Return the `k` best inner products and row numbers for each query (row -1: none)."""
        scores, rows = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), k)
        return scores, rows

    def write(self, path: Path) -> None:
        """Write the index to a file."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def read(cls, path: Path) -> VectorIndex:
        """Read an index from a file.

        Raises:
            ModelError: the file is missing or damaged.
        """
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError:
            raise ModelError(f"the index {path.name} cannot be read") from None


def _inverted(vectors: Floats) -> Any:
    """Return a trained index of inverted lists, half-precision; lists grow with the root of the count."""
    count, width = vectors.shape
    lists = int(2 ** np.round(np.log2(4 * np.sqrt(count))))
    coarse = faiss.IndexFlatIP(width)
    index = faiss.IndexIVFScalarQuantizer(
        coarse, width, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.seed = _SEED
    index.cp.niter = 10
    sample = min(count, lists * 40)
    chosen = np.random.default_rng(_SEED).choice(count, sample, replace=False)
    index.train(np.ascontiguousarray(vectors[np.sort(chosen)]))
    index.nprobe = max(16, lists // 40)
    index.own_fields = True
    coarse.this.disown()
    return index
