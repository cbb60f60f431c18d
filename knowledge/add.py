"""An operator's own documents: added to a folder, listed, removed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import yaml

from bot.errors import KnowledgeError
from knowledge.paragraphs import blocks
from knowledge.reading import QUESTIONS, SUFFIXES, TEXT_SUFFIXES, files, read
from knowledge.splitting import split, title_of
from knowledge.types import AddReport, Listed, RawDocument


def add(paths: Iterable[Path], into: Path) -> AddReport:
    """Add files, and all documents in folders, to a knowledge folder.

    Markdown and text are copied as they are; HTML, PDF and Word are stored as the text read from them.
    A file that cannot be read, or whose words are there already, is named with the reason; the rest
    goes on. A document of the same name is replaced.
    """
    into.mkdir(parents=True, exist_ok=True)
    known = {_words(raw): raw.name for raw in _readable([into])}
    added: list[str] = []
    skipped: list[tuple[str, str]] = []
    duplicates: list[tuple[str, str]] = []
    for path, problem in _walk(paths):
        try:
            if problem:
                raise KnowledgeError(problem)
            raw = _checked(path)
        except KnowledgeError as error:
            skipped.append((str(path), _reason(path, error)))
            continue
        words = _words(raw)
        if words in known:
            duplicates.append((str(path), f"the same text as {known[words]!r}"))
            continue
        known[words] = raw.name
        _store(path, raw, into)
        added.append(raw.name)
    return AddReport(tuple(added), tuple(skipped), tuple(duplicates))


def list_documents(dirs: Sequence[Path]) -> tuple[Listed, ...]:
    """Return the documents of the folders with their ids, titles and numbers of passages."""
    listed = []
    for path in files(dirs):
        try:
            raw = read(path)
            count = len(split(raw))
        except KnowledgeError:
            continue
        listed.append(Listed(document_id(raw.name), raw.name, title_of(raw), count, str(path)))
    return tuple(listed)


def remove(doc_id: str, dirs: Sequence[Path]) -> Path | None:
    """Remove the document with this id or name from the folders; return its path (None: none has it)."""
    for listed in list_documents(dirs):
        if doc_id in (listed.id, listed.document):
            path = Path(listed.path)
            path.unlink()
            path.with_name(path.stem + QUESTIONS).unlink(missing_ok=True)
            return path
    return None


def document_id(name: str) -> str:
    """Return the short id of a document, made from its name."""
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def _walk(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Yield each file with the reason why it cannot be taken, or an empty string."""
    for path in paths:
        if path.is_dir():
            inside = sorted(
                p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")
            )
            yield from ((p, _problem(p)) for p in inside if not p.name.endswith(QUESTIONS))
        else:
            yield path, _problem(path)


def _problem(path: Path) -> str:
    if not path.exists():
        return "no such file"
    if path.suffix.lower() not in SUFFIXES:
        return "not Markdown, text, HTML, PDF or Word (.docx)"
    return ""


def _checked(path: Path) -> RawDocument:
    raw = read(path)
    if not split(raw):
        raise KnowledgeError(f"{path.name}: no body text in it")
    return raw


def _reason(path: Path, error: KnowledgeError) -> str:
    return str(error).removeprefix(f"{path.name}: ").removeprefix(f"{path.name}, ")


def _readable(dirs: Sequence[Path]) -> Iterator[RawDocument]:
    for path in files(dirs):
        try:
            yield read(path)
        except KnowledgeError:
            continue


def _words(raw: RawDocument) -> str:
    """Return what the body's words come to: spacing, marks and capitals do not tell texts apart."""
    body = " ".join(block.text for block in blocks(raw.text) if block.kind == "body")
    return hashlib.sha256(" ".join(re.findall(r"\w+", body.lower())).encode()).hexdigest()


def _store(path: Path, raw: RawDocument, into: Path) -> None:
    plain = path.suffix.lower() in TEXT_SUFFIXES
    suffix = path.suffix.lower() if plain else ".md"
    for other in files([into]):
        if other.stem.lower() == raw.name and other != path:
            other.unlink()
    _write(into / f"{raw.name}{suffix}", path.read_bytes() if plain else _as_markdown(raw, path))
    beside = path.with_name(path.stem + QUESTIONS)
    if beside.is_file():
        _write(into / f"{raw.name}{QUESTIONS}", beside.read_bytes())


def _as_markdown(raw: RawDocument, path: Path) -> bytes:
    front = yaml.safe_dump({"title": raw.title, "read_from": path.name}, allow_unicode=True)
    return f"---\n{front}---\n{raw.text}".encode()


def _write(target: Path, data: bytes) -> None:
    """Write a file at once or not at all."""
    handle, name = tempfile.mkstemp(prefix=".add-", dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.chmod(name, 0o644)
    os.replace(name, target)
