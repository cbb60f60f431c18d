"""Built indexes on disk: each version in its own folder, and one pointer that is switched atomically."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.errors import ModelError
from knowledge.reading import QUESTIONS, files
from knowledge.types import Document, Passage, Source
from knowledge.vectors import Floats, VectorIndex

FORMAT = "4"
"""Changed whenever what is stored, or how it is made, changes: the index is then built anew."""
_POINTER = "current"
Keys = NDArray[np.bytes_]


@dataclass(slots=True)
class Stored:
    """All of one built version.

    `keys` and `vectors` hold every text once embedded, shape `(m,)` and `(m, 384)`; `rows` names for
    each index row its passage, kind and place among them, shape `(n, 3)`; `extra` holds small trained
    arrays by name.
    """

    version: str
    documents: list[Document]
    passages: list[Passage]
    rows: NDArray[np.int64]
    keys: Keys
    vectors: Floats
    index: VectorIndex
    extra: dict[str, NDArray[Any]] = field(default_factory=dict)


def key(text: str) -> bytes:
    """Return the name a text's vector is stored under."""
    return hashlib.sha256(text.encode()).digest()[:15] + b"\x01"  # numpy drops trailing zero bytes


def home(cache_dir: Path) -> Path:
    """Return the folder of the built indexes."""
    return cache_dir / "knowledge"


def fingerprint(dirs: Sequence[Path], extra: Sequence[Path] = ()) -> str:
    """Return what the inputs come to: names and contents of all documents, questions and `extra`."""
    digest = hashlib.sha256(FORMAT.encode())
    for path in [*_inputs(dirs), *extra]:
        digest.update(path.name.encode() + b"\0")
        with suppress(OSError):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:20]


def _inputs(dirs: Sequence[Path]) -> Iterator[Path]:
    for path in files(dirs):
        yield path
        beside = path.with_name(path.stem + QUESTIONS)
        if beside.is_file():
            yield beside


def current(cache_dir: Path) -> str | None:
    """Return the version that serves, or None."""
    try:
        name = (home(cache_dir) / _POINTER).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if name and (home(cache_dir) / name / "passages.json").is_file() else None


def write(stored: Stored, cache_dir: Path) -> None:
    """Write a version beside the others, then switch to it; an older one stays for readers at work."""
    base = home(cache_dir)
    base.mkdir(parents=True, exist_ok=True)
    before = current(cache_dir)
    with _new_folder(base) as folder:
        stored.index.write(folder / "index.faiss")
        np.save(folder / "rows.npy", stored.rows)
        np.save(folder / "keys.npy", stored.keys)
        np.save(folder / "vectors.npy", stored.vectors)
        np.savez(folder / "extra.npz", **stored.extra)
        _dump(folder / "documents.json", [asdict(document) for document in stored.documents])
        _dump(folder / "passages.json", [asdict(passage) for passage in stored.passages])
        target = base / stored.version
        if target.exists():
            shutil.rmtree(target)
        os.replace(folder, target)
    _switch(base, stored.version)
    _sweep(base, {stored.version, before})


@contextmanager
def _new_folder(base: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".new-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _dump(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def _switch(base: Path, version: str) -> None:
    handle, name = tempfile.mkstemp(prefix=".pointer-", dir=base)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(version)
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, base / _POINTER)


def _sweep(base: Path, keep: set[str | None]) -> None:
    for path in base.iterdir():
        if path.is_dir() and path.name not in keep and not path.name.startswith("."):
            shutil.rmtree(path, ignore_errors=True)


def read(cache_dir: Path, version: str) -> Stored:
    """Read a version.

    Raises:
        ModelError: a part is missing or damaged.
    """
    folder = home(cache_dir) / version
    try:
        with np.load(folder / "extra.npz", allow_pickle=False) as arrays:
            extra = dict(arrays)
        return Stored(
            version=version,
            documents=[Document(**item) for item in _load(folder / "documents.json")],
            passages=[_passage(item) for item in _load(folder / "passages.json")],
            rows=np.load(folder / "rows.npy", allow_pickle=False),
            keys=np.load(folder / "keys.npy", allow_pickle=False),
            vectors=np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False),
            index=VectorIndex.read(folder / "index.faiss"),
            extra=extra,
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError(f"the knowledge index {version} is damaged: build it anew") from None


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _passage(item: Mapping[str, Any]) -> Passage:
    lists = ("path", "conversations", "audience", "questions")
    values = dict(item) | {name: tuple(item[name]) for name in lists}
    return Passage(**values | {"sources": tuple(Source(**source) for source in item["sources"])})
