"""HTML, PDF and Word files read as text: headings marked as in Markdown, web clutter left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.errors import KnowledgeError

_END = re.compile(r"[.!?:…][\"”’')\]]*$")
_PAGE_NUMBER = re.compile(
    r"^(?:page\s*)?[-–—]?\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\s*[-–—]?$", re.I
)


def convert(path: Path) -> tuple[str, str]:
    """Return the title and the text of an HTML, PDF or Word file.

    Raises:
        KnowledgeError: it is damaged, locked or holds no text; the text names the file.
    """
    readers = {".html": _html, ".htm": _html, ".pdf": _pdf, ".docx": _word}
    title, text = readers[path.suffix.lower()](path)
    if not text.strip():
        raise KnowledgeError(f"{path.name}: no text in it (a scan has none until it is recognised)")
    return " ".join(title.split()), text.strip() + "\n"


def _html(path: Path) -> tuple[str, str]:
    from trafilatura import bare_extraction, extract  # noqa: PLC0415

    from knowledge.reading import decode  # noqa: PLC0415

    page = decode(path)
    options = {"include_comments": False, "include_tables": False, "favor_recall": True}
    text = extract(page, output_format="markdown", with_metadata=False, **options)
    found = bare_extraction(page, with_metadata=True, **options)
    title = str(getattr(found, "title", "") or "")
    return title, _spaced(text or "")


def _spaced(text: str) -> str:
    """Part paragraphs by blank lines, but keep the lines of one list together."""
    lines = [line.rstrip() for line in text.splitlines()]
    result: list[str] = []
    for line in lines:
        both_items = bool(result) and result[-1].startswith("- ") and line.startswith("- ")
        if line and result and result[-1] and not both_items:
            result.append("")
        if line or (result and result[-1]):
            result.append(line)
    return "\n".join(result)


def _word(path: Path) -> tuple[str, str]:
    import docx  # noqa: PLC0415

    try:
        document = docx.Document(str(path))
    except Exception:  # python-docx lets zip, XML and key errors through
        raise KnowledgeError(f"{path.name}: not a readable Word file") from None
    parts: list[str] = []
    for paragraph in document.paragraphs:
        text = " ".join(paragraph.text.split())
        if text:
            parts.append(_marked(text, str(getattr(paragraph.style, "name", "") or "")))
    return str(document.core_properties.title or ""), "\n\n".join(parts)


def _marked(text: str, style: str) -> str:
    if style == "Title":
        return f"# {text}"
    level = re.fullmatch(r"Heading (\d)", style)
    if level:
        return f"{'#' * min(6, int(level.group(1)) + 1)} {text}"
    return f"- {text}" if style.startswith("List") else text


def _pdf(path: Path) -> tuple[str, str]:
    from pypdf import PdfReader  # noqa: PLC0415
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(str(path))
        if reader.is_encrypted and not reader.decrypt(""):
            raise KnowledgeError(f"{path.name}: locked with a password")
        pages = [page.extract_text() or "" for page in reader.pages]
        title = str((reader.metadata.title if reader.metadata else "") or "")
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise KnowledgeError(f"{path.name}: not a readable PDF") from None
    return title, "\n\n".join(_joined(list(_body_lines(pages))))


def _body_lines(pages: Sequence[str]) -> Iterator[str]:
    """Yield the lines of all pages without page numbers and what heads or foots most pages."""
    split = [[line.strip() for line in page.splitlines()] for page in pages]
    edges = Counter(
        line for lines in split for line in {*lines[:1], *lines[-1:]} if line and len(pages) > 2
    )
    repeated = {line for line, count in edges.items() if count > len(pages) / 2}
    for lines in split:
        for line in lines:
            if line not in repeated and not _PAGE_NUMBER.match(line):
                yield line


def _joined(lines: list[str]) -> Iterator[str]:
    """Yield paragraphs: lines joined until a blank line, or a short line that ends a sentence."""
    usual = sorted(len(line) for line in lines if line)[-max(1, len(lines) // 4) :][:1] or [80]
    paragraph = ""
    for line in lines:
        if not line:
            if paragraph and _END.search(paragraph):
                yield paragraph
                paragraph = ""
            continue
        if paragraph and _starts_anew(paragraph, line):
            yield paragraph
            paragraph = ""
        paragraph = _appended(paragraph, line)
        if _END.search(line) and len(line) < usual[0] * 0.8:
            yield paragraph
            paragraph = ""
    if paragraph:
        yield paragraph


def _starts_anew(paragraph: str, line: str) -> bool:
    """Say whether a line cannot belong to the paragraph before it: a heading stands on its own."""
    short = len(paragraph) < 60 and not _END.search(paragraph)
    return (short and line[:1].isupper()) or bool(re.match(r"[•▪●*-]\s", line))


def _appended(paragraph: str, line: str) -> str:
    if not paragraph:
        return line
    if re.search(r"[a-z]-$", paragraph) and line[:1].islower():
        return paragraph[:-1] + line
    return f"{paragraph} {line}"
