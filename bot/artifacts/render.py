"""Artifacts as files: one function for all formats."""

from __future__ import annotations

import re

from bot.artifacts.calendar import as_calendar
from bot.artifacts.model import Artifact, Format
from bot.artifacts.pdf import Paper, as_pdf
from bot.artifacts.text import as_markdown, as_text

MEDIA_TYPES: dict[Format, str] = {
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "pdf": "application/pdf",
    "ics": "text/calendar; charset=utf-8",
}
_UNNAMED = "notes"


def render(artifact: Artifact, format: Format, *, paper: Paper = "a4") -> tuple[bytes, str, str]:
    """Return the file's bytes, its media type, and a file name that says nothing about the content.

    Raises:
        ValueError: the artifact has no such format (`Artifact.formats` names those it has).
    """
    if format not in artifact.formats:
        raise ValueError(f"{artifact.conversation} has no {format} file")
    return _bytes(artifact, format, paper), MEDIA_TYPES[format], f"{_name(artifact)}.{format}"


def _bytes(artifact: Artifact, format: Format, paper: Paper) -> bytes:
    if format == "pdf":
        return as_pdf(artifact, paper)
    if format == "ics":
        return as_calendar(artifact)
    return (as_markdown if format == "md" else as_text)(artifact).encode()


def _name(artifact: Artifact) -> str:
    # It goes into a header and onto a disk: letters, digits and hyphens only.
    return re.sub(r"[^a-z0-9]+", "-", artifact.file_name.lower()).strip("-") or _UNNAMED
