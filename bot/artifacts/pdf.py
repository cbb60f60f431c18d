"""Artifacts as PDF: tagged, with real text, title and language, made by Typst.

PDF/UA-1 (ISO 14289-1) where every character has a glyph; it forbids any other, and what a person
wrote
is never changed to fit, so with a sign no font here has the file is tagged but without that claim.
"""

from __future__ import annotations

import importlib.util
import json
import threading
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from bot.artifacts.model import Artifact
from bot.artifacts.words import long_date, one_line, paragraphs
from bot.wording import say

Paper = Literal["a4", "letter"]
_TEMPLATE = Path(__file__).with_name("plan.typ")
_PAPERS: dict[Paper, str] = {"a4": "a4", "letter": "us-letter"}
_FONTS = ("Libertinus Serif", "DejaVu Sans")
_LANGUAGE = "en"
_UNTITLED = "-"
"""PDF/UA needs a title that is not empty."""
_lock = threading.Lock()


def as_pdf(artifact: Artifact, paper: Paper = "a4") -> bytes:
    """Return the artifact as a tagged PDF, the same bytes for the same artifact."""
    made = datetime.combine(artifact.made_on, time(), UTC)
    try:
        return _compile(_data(artifact, paper), made, ["ua-1"])
    except typst.TypstError:
        # The error names the character; the person's words belong in no log, so it is not kept.
        note = say("artifacts.missing_signs")
    return _compile(_data(artifact, paper) | {"note": note}, made, [])


def _compile(data: dict[str, Any], made: datetime, standards: list[Any]) -> bytes:
    inputs = {"data": json.dumps(data)}
    with _lock:  # the compiler is one object with the fonts loaded once
        made_pdf: Any = _compiler().compile(
            format="pdf", sys_inputs=inputs, pdf_standards=standards, timestamp=made
        )
    return bytes(made_pdf)


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(font_paths=_more_fonts())
    return typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=fonts)


def _more_fonts() -> list[str]:
    """Return matplotlib's folder with DejaVu Sans (Greek, Cyrillic, Hebrew, Arabic and more)."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or not found.origin:
        return []
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return [str(folder)] if folder.is_dir() else []


def _data(artifact: Artifact, paper: Paper) -> dict[str, Any]:
    blank = [[say("artifacts.blank")]]
    return {
        "title": one_line(artifact.title) or _UNTITLED,
        "language": _LANGUAGE,
        "header": artifact.header and one_line(artifact.header),
        "footer": artifact.footer and one_line(artifact.footer),
        "made_on": say("artifacts.made_on", date=long_date(artifact.made_on)),
        "page": say("artifacts.page"),
        "note": None,
        "paper": _PAPERS[paper],
        "fonts": _FONTS,
        "sections": [
            {
                "label": one_line(s.label),
                "answer": blank if s.answer is None else paragraphs(s.answer),
            }
            for s in artifact.paper
        ],
    }
