"""Files of guidance as raw documents: Markdown and text by hand, the rest through converters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.errors import KnowledgeError
from knowledge.types import RawDocument

TEXT_SUFFIXES = frozenset({".md", ".markdown", ".txt", ".text"})
SUFFIXES = TEXT_SUFFIXES | {".html", ".htm", ".pdf", ".docx"}
QUESTIONS = ".questions.yml"
"""`freezing.questions.yml` beside `freezing.md` holds the questions written for its headings."""
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)\s*", re.S)
LARGEST = 20_000_000
"""Bytes: a larger file is skipped (a book is about one million)."""


def files(dirs: Sequence[Path]) -> Iterator[Path]:
    """Yield the documents of the folders, in a stable order; a folder that is not there holds none."""
    for folder in dirs:
        if folder.is_dir():
            yield from sorted(p for p in folder.rglob("*") if is_document(p))


def is_document(path: Path) -> bool:
    """Say whether a path is a document (by its ending; hidden files are not)."""
    return (
        path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~$"))
    )


def document_name(path: Path) -> str:
    """Return the name a document goes by: its file name without extension, lower-cased."""
    return path.stem.lower()


def read(path: Path) -> RawDocument:
    """Read one document.

    Raises:
        KnowledgeError: it cannot be read; the text names the file and the reason.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise KnowledgeError(f"{path.name}: {error.strerror or 'cannot be read'}") from None
    if size > LARGEST:
        raise KnowledgeError(f"{path.name}: larger than {LARGEST // 1_000_000} MB")
    if path.suffix.lower() in TEXT_SUFFIXES:
        return _read_text(path)
    from knowledge.convert import convert  # noqa: PLC0415  (the converters are heavy)

    title, text = convert(path)
    return RawDocument(document_name(path), title or _titled(path), text)


def _read_text(path: Path) -> RawDocument:
    text = decode(path)
    front = _FRONT.match(text)
    meta = _front_matter(path, front.group(1)) if front else {}
    body = text[front.end() :] if front else text
    if not body.strip():
        raise KnowledgeError(f"{path.name}: no text in it")
    return RawDocument(
        document_name(path), str(meta.get("title") or ""), body, meta, questions_beside(path)
    )


def decode(path: Path) -> str:
    """Return a file's text: UTF-8 (with or without a mark) or else Windows-1252, line ends as one.

    Raises:
        KnowledgeError: it cannot be read, or holds no text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"{path.name}: {error.strerror or 'cannot be read'}") from None
    if b"\x00" in data[:4096]:
        raise KnowledgeError(f"{path.name}: not a text file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _front_matter(path: Path, text: str) -> Mapping[str, Any]:
    try:
        meta = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  (BaseLoader: only strings)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise KnowledgeError(f"{path.name}, line {line}: front matter is not valid YAML") from None
    if not isinstance(meta, Mapping):
        raise KnowledgeError(f"{path.name}: front matter must be a list of names and values")
    return meta


def questions_beside(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Return the questions written for a document's headings, if a file of them lies beside it.

    Raises:
        KnowledgeError: the file is not a mapping from heading to a list of questions.
    """
    beside = path.with_name(path.stem + QUESTIONS)
    if not beside.is_file():
        return {}
    try:
        found = yaml.load(decode(beside), Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError:
        raise KnowledgeError(f"{beside.name}: not valid YAML") from None
    if not isinstance(found, Mapping) or not all(isinstance(v, list) for v in found.values()):
        raise KnowledgeError(f"{beside.name}: must give a list of questions for each heading")
    return {str(k): tuple(str(q) for q in v) for k, v in found.items()}


def _titled(path: Path) -> str:
    return re.sub(r"[-_\s]+", " ", path.stem).strip().capitalize()
