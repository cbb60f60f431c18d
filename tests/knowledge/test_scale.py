"""How the index grows: recall, time a query, memory and time to build, at 10 k, 100 k and 1 M vectors."""

from __future__ import annotations

import os
import time
from pathlib import Path

import faiss
import numpy as np
import psutil
import pytest

from bot.language.encoder import load_encoder
from bot.settings import ROOT
from knowledge import Library, store
from knowledge.vectors import FLAT_UP_TO, Floats, VectorIndex

QUERIES = 300
MIX, NOISE = 0.6, 0.03
"""A vector is this much of one real vector, the rest of another, and this much noise a dimension."""


def real_vectors() -> Floats:
    cache = ROOT / ".cache"
    library = Library.open([ROOT / "knowledge" / "library"], cache, load_encoder(cache))
    return np.asarray(store.read(cache, library.version).vectors)


def mixed(real: Floats, count: int, seed: int) -> Floats:
    """Return `count` vectors made by mixing pairs of real ones with noise, L2-normalised."""
    rng = np.random.default_rng(seed)
    made = np.empty((count, real.shape[1]), dtype=np.float32)
    for start in range(0, count, 50_000):
        part = made[start : start + 50_000]
        one, two = rng.integers(len(real), size=(2, len(part)))
        part[:] = MIX * real[one] + (1 - MIX) * real[two]
        part += NOISE * rng.standard_normal(part.shape, dtype=np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return made


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", [10_000, 100_000, 1_000_000])
def test_scale(count: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faiss.omp_set_num_threads(1)
    real = real_vectors()
    vectors, queries = mixed(real, count, 1), mixed(real, QUERIES, 2)
    before = psutil.Process(os.getpid()).memory_info().rss
    begun = time.perf_counter()
    index = VectorIndex.build(vectors)
    built = time.perf_counter() - begun
    memory = (psutil.Process(os.getpid()).memory_info().rss - before) / 1e6
    assert index.kind == ("flat" if count <= FLAT_UP_TO else "ivf")
    spent, same = [], 0
    for query in queries:
        begun = time.perf_counter()
        _, rows = index.search(query[None], 10)
        spent.append((time.perf_counter() - begun) * 1000)
        exact = np.argpartition(-(vectors @ query), 10)[:10]
        same += len(set(rows[0].tolist()) & set(exact.tolist()))
    index.write(tmp_path / "index")
    recall, p50, p99 = same / (10 * QUERIES), *np.percentile(spent, [50, 99])
    with capsys.disabled():
        size = (tmp_path / "index").stat().st_size / 1e6
        print(
            f"\n{count:>9,} {index.kind}: recall@10 {recall:.3f}, p50 {p50:.2f} ms, p99 {p99:.2f} ms, "
            f"built in {built:.1f} s, {memory:.0f} MB in memory, {size:.0f} MB on disk"
        )
    assert recall >= 0.95
    assert p99 <= 10
