"""The index built from documents: only what changed is embedded, and the switch comes last."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.errors import KnowledgeError, ModelError
from bot.language.encoder import DIMENSION, Encoder
from knowledge import guide, matching, scope, store
from knowledge.reading import files, read
from knowledge.splitting import split, title_of
from knowledge.types import BuildReport, Document, Passage
from knowledge.units import KINDS, Unit, units
from knowledge.vectors import Floats, VectorIndex

Progress = Callable[[int, int], None]
_BATCH = 64


def inputs() -> tuple[Path, ...]:
    """Return the files besides the documents that an index depends on."""
    return (*guide.inputs(), *scope.files())


def up_to_date(dirs: Sequence[Path], cache_dir: Path) -> bool:
    """Say whether the index that serves was built from the documents as they are now."""
    return store.current(cache_dir) == store.fingerprint(dirs, inputs())


def build(
    dirs: Sequence[Path],
    cache_dir: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    full: bool = False,
) -> BuildReport:
    """Build the index if the documents changed, embedding only what is new; `full` embeds all of it.

    `progress` is told how many texts are embedded of how many. A document that cannot be read is named
    in the report and the rest goes on. Until the new index is complete the old one serves.
    """
    begun = time.monotonic()
    version = store.fingerprint(dirs, inputs())
    documents, passages, skipped = _read_all(dirs)
    if not full and store.current(cache_dir) == version:
        return BuildReport(
            len(documents), len(passages), 0, 0, skipped, 0.0, version, changed=False
        )
    made = units(passages)
    guided = units(guide.joined(passages))
    asked = [unit.text for unit in guided if unit.kind == "question"]
    texts = [unit.text for unit in (*made, *guided)] + scope.texts(asked)
    embedded = _embed(texts, {} if full else _known(cache_dir), encoder, progress)
    stored = _assemble(version, documents, passages, made, embedded)
    stored.extra = _trained(guided, asked, embedded)
    store.write(stored, cache_dir)
    fresh, reused = embedded.fresh, len(embedded.places) - embedded.fresh
    seconds = round(time.monotonic() - begun, 2)
    return BuildReport(len(documents), len(passages), fresh, reused, skipped, seconds, version)


def _read_all(
    dirs: Sequence[Path],
) -> tuple[list[Document], list[Passage], tuple[tuple[str, str], ...]]:
    documents: list[Document] = []
    passages: list[Passage] = []
    skipped: list[tuple[str, str]] = []
    names: set[str] = set()
    for path in files(dirs):
        try:
            raw = read(path)
            found = split(raw)
            if raw.name in names:
                raise KnowledgeError(f"{path.name}: another document has the name {raw.name!r}")
        except KnowledgeError as error:
            skipped.append((str(path), str(error)))
            continue
        names.add(raw.name)
        documents.append(Document(raw.name, title_of(raw), raw.text))
        passages.extend(found)
    return documents, passages, tuple(skipped)


def _known(cache_dir: Path) -> dict[bytes, Floats]:
    """Return the vectors of the index that serves, by key."""
    version = store.current(cache_dir)
    if version is None:
        return {}
    try:
        old = store.read(cache_dir, version)
    except ModelError:
        return {}
    return dict(zip(old.keys.tolist(), old.vectors, strict=True))


@dataclass(frozen=True, slots=True)
class _Embedded:
    """Texts with their vectors: `places` names each text's row by its key; `fresh` were new."""

    places: dict[bytes, int]
    vectors: Floats
    fresh: int

    def of(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts, shape `(len(texts), 384)`."""
        return self.vectors[[self.places[store.key(text)] for text in texts]]


def _embed(
    texts: Sequence[str], known: dict[bytes, Floats], encoder: Encoder, progress: Progress | None
) -> _Embedded:
    named = {store.key(text): text for text in texts}
    missing = [name for name in named if name not in known]
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        known.update(zip(batch, encoder.encode([named[name] for name in batch]), strict=True))
        if progress:
            progress(min(start + _BATCH, len(missing)), len(missing))
    places = {name: place for place, name in enumerate(named)}
    vectors = np.zeros((len(named), DIMENSION), dtype=np.float32)
    for name, place in places.items():
        vectors[place] = known[name]
    return _Embedded(places, vectors, len(missing))


def _assemble(
    version: str,
    documents: list[Document],
    passages: list[Passage],
    made: Sequence[Unit],
    embedded: _Embedded,
) -> store.Stored:
    listed = [(u.passage, KINDS.index(u.kind), embedded.places[store.key(u.text)]) for u in made]
    rows = np.array(listed, dtype=np.int64).reshape(-1, 3)
    return store.Stored(
        version=version,
        documents=documents,
        passages=passages,
        rows=rows,
        keys=np.array(list(embedded.places), dtype="S16"),
        vectors=embedded.vectors,
        index=VectorIndex.build(embedded.vectors[rows[:, 2]]),
    )


def _trained(
    guided: Sequence[Unit], asked: Sequence[str], embedded: _Embedded
) -> dict[str, NDArray[Any]]:
    """Return the small arrays learned from the written questions (none without questions)."""
    if not asked:
        return {}
    owners = np.array([unit.passage for unit in guided], dtype=np.int64)
    weights = np.array(
        [1.0 if u.kind == "question" else matching.TEXT_WEIGHT for u in guided], dtype=np.float32
    )
    count = int(owners.max()) + 1
    vectors = embedded.of([unit.text for unit in guided])
    words = embedded.of([unit.text for unit in guided if unit.kind == "passage"])
    outside = embedded.of([line for _, line in scope.examples()])
    learned: dict[str, NDArray[Any]] = {
        "match_weights": matching.fit(vectors, owners, weights, count),
        "guide_vectors": words,
        "guide_owners": owners[[unit.kind == "question" for unit in guided]],
    }
    return learned | scope.train(embedded.of(asked), outside)
