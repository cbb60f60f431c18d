"""The person's words, made safe for a file: as written, and never able to become markup."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_STEERING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\u2028\u2029]")
"""Marks that turn the direction of text around and can make it read as something else."""

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#~|&!$@^=])")
_LINK = re.compile(r"((?<=[A-Za-z]):(?=\S)|(?<=[A-Za-z0-9])\.(?=[A-Za-z])|:(?=[a-z0-9_+-]+:))")
"""What addresses (and `:smile:` names) are made of: without them no renderer makes a link of its
own."""
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")
_LINE_START = re.compile(r"^([-+:])")


def long_date(day: date) -> str:
    """Return a date in words, the same in every country: `3 May 2027`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def lines(text: str) -> list[str]:
    """Return the lines of a text without control characters, and without spaces that mean code."""
    plain = _STEERING.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n"))
    kept = (_printable(line) for line in re.split(r"[\n\v\f]", plain))
    return list(kept)


def _printable(line: str) -> str:
    signs = (" " if sign == "\t" else sign for sign in line)
    return "".join(s for s in signs if unicodedata.category(s) not in {"Cc", "Cs", "Cn"}).strip()


def one_line(text: str) -> str:
    """Return a title or label on one line."""
    return " ".join(line for line in lines(text) if line)


def paragraphs(text: str) -> list[list[str]]:
    """Return the lines grouped into paragraphs; empty lines part them."""
    groups: list[list[str]] = [[]]
    for line in lines(text):
        if line:
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def markdown(line: str) -> str:
    """Return one line with everything escaped that Markdown (CommonMark or GitHub's) could read."""
    escaped = _LINK.sub(r"\\\1", _MARKUP.sub(r"\\\1", line))
    escaped = _NUMBERED.sub(r"\1\\\2", escaped)
    return _LINE_START.sub(r"\\\1", escaped)
