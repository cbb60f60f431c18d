"""The wording of the crisis dialogue, read from data/crisis/, and how numbers get into it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from bot.crisis.hotlines import Hotlines, Line
from bot.crisis.rules import DATA, compile_any, read
from bot.errors import ContentError
from bot.types import Category

_BLANKS = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True, slots=True)
class CrisisTexts:
    """All wording: `common`, one mapping per category, `languages`, and compiled answer patterns."""

    common: Mapping[str, Any]
    categories: Mapping[str, Mapping[str, Any]]
    languages: Mapping[str, Any]
    answers: tuple[tuple[str, re.Pattern[str]], ...]
    ordinary: re.Pattern[str]

    @classmethod
    def load(cls, folder: Path = DATA) -> CrisisTexts:
        """Return the texts of a folder. Raises ContentError where a file or a part of it is missing."""
        return _load(folder)

    def node(self, category: str, name: str) -> Mapping[str, Any] | None:
        """Return a node of the category, else the shared one, else None."""
        own = self.categories[category].get("nodes") or {}
        found = own.get(name) or self.common["nodes"].get(name)
        return found if isinstance(found, Mapping) else None

    def button(self, category: str, name: str) -> str:
        """Return what a choice shows."""
        own = self.categories[category].get("buttons") or {}
        return str(own.get(name) or self.common["buttons"][name])


@lru_cache(maxsize=4)
def _load(folder: Path) -> CrisisTexts:
    common = read(folder / "common.yml")
    categories = {name: read(folder / f"{name}.yml") for name in get_args(Category)}
    for name, raw in categories.items():
        missing = {"heard", "ask", "choices", "more", "gentle", "topic"} - set(raw)
        if missing:
            raise ContentError(f"{name}.yml lacks {', '.join(sorted(missing))}")
    answers = tuple(
        (name, compile_any([p])) for name, p in common["answers"].items() if name != "leave"
    )
    return CrisisTexts(
        common,
        categories,
        read(folder / "languages.yml"),
        answers,
        compile_any([common["ordinary"]]),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person is, as far as we know, and the words for its lines."""

    texts: CrisisTexts
    hotlines: Hotlines
    code: str | None
    topic: str

    @property
    def known(self) -> bool:
        """Whether we hold lines for the place."""
        return self.hotlines.region(self.code) is not None

    @property
    def name(self) -> str:
        """The country's name."""
        return self.hotlines.name_of((self.code or "").split("-")[0])

    def fill(self, template: str, **more: str) -> str:
        """Return the template with every placeholder replaced, blanks tidied."""
        text = template
        for name, value in more.items():
            text = text.replace(f"{{{name}}}", value)
        for name in re.findall(r"\{([a-z_]+)\}", text):
            text = text.replace(f"{{{name}}}", self.value(name))
        return "\n".join(_BLANKS.sub(" ", ln).strip() for ln in text.split("\n")).strip()

    def value(self, name: str) -> str:
        """Return what stands for one placeholder. Raises ContentError for an unknown one."""
        makers: dict[str, Callable[[], str]] = {
            "emergency": self._emergency, "silent": self._silent, "line": self._line,
            "line_short": self._line_short, "text": self._text, "all_lines": self._all_lines,
            "tech": self._tech, "poison": self._poison, "country": lambda: self.name,
            "directory": lambda: self.hotlines.directory["url"],
        }  # fmt: skip
        if name in makers:
            return makers[name]()
        if name == "text_option":
            text = self._text()
            return self.texts.common["text_option"].replace("{text}", text) if text else ""
        if name in ("program", "emergency_line", "directory_line"):
            return self.fill(self.texts.common[name])
        raise ContentError(f"a crisis text names {{{name}}}, which nothing fills")

    def lines(self) -> tuple[Line, ...]:
        """Return the lines that fit, best first; never a victim line for someone who did harm."""
        found = self.hotlines.lines(self.code, self.topic) if self.code else ()
        if found or self.topic in ("harm_others", "child_thoughts"):
            return found
        fallback = "ongoing_abuse" if self.topic == "forced_marriage" else "support"
        return self.hotlines.lines(self.code, fallback) if self.code else ()

    def card(self, limit: int = 4) -> dict[str, Any]:
        """Return the hotline card: `GET /api/hotlines` cut to what is shown now."""
        region = self.hotlines.region(self.code)
        if region is None or self.code is None:
            number = self.texts.common["unknown_emergency"]
            shown: dict[str, Any] = {
                "region": None, "name": None, "emergency": {"number": number, "note": ""}, "lines": [],
                "directory": self.hotlines.directory,
            }  # fmt: skip
            return {"kind": "hotlines", **shown}
        lines = self.lines() or self.hotlines.lines(self.code, "support")
        shown = self.hotlines.as_dict(region.code)
        return {"kind": "hotlines", **shown, "lines": [ln.as_dict() for ln in lines[:limit]]}

    def _emergency(self) -> str:
        region = self.hotlines.region(self.code)
        if region is None:
            return str(self.texts.common["unknown_emergency"])
        return f"{region.emergency} ({region.name})"

    def _silent(self) -> str:
        region = self.hotlines.region(self.code)
        if region is None or not region.emergency_note.startswith("cannot speak: "):
            return ""
        note = region.emergency_note.removeprefix("cannot speak: ").split(". ")[0]
        return f"Can't speak? {note[0].upper()}{note[1:]}."

    def _line(self) -> str:
        lines = self.lines()
        if not lines:
            return self._without_lines()
        if self._by_area(lines):
            parts = [f"{self._area(ln)}: {_reach(ln)}" for ln in lines[:4] if ln.area]
            return f"{self.name}: " + "; ".join(parts) + "."
        return f"{lines[0].name} ({self.name}): {_reach(lines[0])}{_hours(lines[0])}."

    def _line_short(self) -> str:
        lines = self.lines() or (self.hotlines.lines(self.code, "support") if self.code else ())
        if not lines or self._by_area(lines):
            return str(self.hotlines.directory["url"]) if not lines else self._line()[:-1] + ":"
        return f"{lines[0].name} ({self.name}), {_reach(lines[0])},"

    def _without_lines(self) -> str:
        if self.known and self.code and self.topic in ("harm_others", "child_thoughts"):
            support = self.hotlines.lines(self.code, "support")
            name = f"{support[0].name}, {_reach(support[0])}." if support else ""
            return self.fill(self.texts.common["no_perpetrator_line"], support=name)
        return self.fill(self.texts.common["directory_line"])

    def _by_area(self, lines: tuple[Line, ...]) -> bool:
        """Whether the best lines differ by nation or province and we don't know which it is."""
        return bool(lines[0].area) and "-" not in (self.code or "")

    def _area(self, line: Line) -> str:
        return str(self.texts.common["areas"].get(line.area, line.area))

    def _text(self) -> str:
        lines = self.lines() if self.lines() or self.topic == "harm_others" else ()
        support = self.hotlines.lines(self.code, "support") if self.code else ()
        near = [ln for ln in lines if not ln.special and (not ln.area or ln.area == self.code)]
        for line in near + list(support):
            if line.text:
                return f"Text {line.text.removeprefix('SMS ')} ({line.name})."
            if line.chat:
                return f"Chat: {line.chat} ({line.name})."
        return ""

    def _all_lines(self) -> str:
        if not self.known:
            return self.fill(self.texts.common["directory_line"])
        lines = self.lines() or self.hotlines.lines(self.code or "", "support")
        rows = [f"{ln.name}: {_reach(ln)}{_hours(ln)}" for ln in lines[:4]]
        head = self.fill(self.texts.common["lines_intro"])
        return "\n".join(
            [head, self._emergency(), *rows, self.fill(self.texts.common["directory_line"])]
        )

    def _tech(self) -> str:
        urls = [d["url"] for d in self.hotlines.directories("tech_monitoring")]
        own = [ln.chat for ln in self.lines() if "tech_monitoring" in ln.topics and ln.chat]
        return (own + urls + [self.hotlines.directory["url"]])[0]

    def _poison(self) -> str:
        lines = self.hotlines.lines(self.code, "medical") if self.code else ()
        return (
            f"{lines[0].name} ({self.name}), {_reach(lines[0])}, only if awake and well."
            if lines
            else ""
        )


def _reach(line: Line) -> str:
    if line.call:
        return f"call {line.call}"
    if line.text:
        return f"text {line.text}"
    return line.chat or ""


def _hours(line: Line) -> str:
    return f", {line.hours}" if line.hours else ""
