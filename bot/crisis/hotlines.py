"""Help lines: which number, for whom, in which country, and when somebody last looked.

Facts come from data/crisis/hotlines.yml. Only entries marked `publish: "yes"` exist for people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.crisis.rules import DATA, read
from bot.errors import ContentError, GroundworkError

STALE_AFTER = 90
"""Days after which an entry must be looked at again."""

DIRECTORY = "int_findahelpline"

TOPICS: Mapping[str, tuple[str, ...]] = {
    "suicide": ("suicide", "emotional_crisis", "mental_health_crisis", "crisis"),
    "self_harm": ("self_harm", "suicide", "emotional_crisis", "mental_health_crisis", "crisis"),
    "violence_now": ("domestic_violence", "coercive_control"),
    "ongoing_abuse": ("domestic_violence", "coercive_control"),
    "sexual_assault": ("sexual_assault", "sexual_coercion"),
    "strangulation": ("domestic_violence", "sexual_assault"),
    "stalking_tech": ("tech_monitoring", "stalking", "domestic_violence"),
    "child": ("child_abuse", "youth"),
    "harm_others": ("perpetrator_partner_abuse", "worried_about_own_sexual_behaviour"),
    "medical": ("overdose", "poisoning"),
    "support": ("emotional_crisis", "mental_health_crisis", "suicide"),
    "forced_marriage": ("forced_marriage", "honour_abuse"),
    "child_thoughts": ("worried_about_own_sexual_thoughts_or_behaviour_toward_children",),
}
"""Which topics of a line serve which crisis category (or dialogue topic), best first."""


class UnknownRegion(GroundworkError):
    """We hold no lines for this place; the text says what a person can do instead."""


@dataclass(frozen=True, slots=True)
class Line:
    """One help line as it may be shown."""

    id: str
    name: str
    audience: str
    call: str | None
    text: str | None
    chat: str | None
    hours: str | None
    verified_on: str
    topics: tuple[str, ...]
    area: str | None
    languages: tuple[str, ...]
    special: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the line as the HTTP interface gives it."""
        return {
            "id": self.id, "name": self.name, "for": self.audience, "call": self.call, "text": self.text,
            "chat": self.chat, "hours": self.hours, "verified_on": self.verified_on,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Region:
    """A country, or a nation of it: `code` is always the two-letter country, `area` the nation or None."""

    code: str
    area: str | None
    name: str
    emergency: str
    emergency_note: str
    lines: tuple[Line, ...]


class Hotlines:
    """All lines that may be shown, by region."""

    def __init__(
        self, raw: Mapping[str, Any], names: Mapping[str, Any], local: Mapping[str, Any]
    ) -> None:
        self._raw = raw
        self._directories = {d["id"]: d for d in raw["directories"] if d["publish"] == "yes"}
        self._regions = {code: _region(code, entry) for code, entry in raw["countries"].items()}
        for code, entry in (local.get("countries") or {}).items():
            self._add_local(code, entry)
        self._names = _names(names)
        self._elsewhere = {c: v[0].title() for c, v in names["elsewhere"].items()}

    @classmethod
    def load(cls, path: Path = DATA / "hotlines.yml", local: Path | None = None) -> Hotlines:
        """Return the lines of `path`, an operator's own from `local` first.

        Raises:
            ContentError: a file cannot be read or breaks the form.
        """
        try:
            own = read(local) if local else {}
            return cls(read(path), read(DATA / "countries.yml"), own)
        except (KeyError, TypeError, AttributeError) as error:
            raise ContentError(f"{path.name}: an entry breaks the form ({error})") from None

    def regions(self) -> tuple[Region, ...]:
        """Return all countries with lines, in file order."""
        return tuple(self._regions.values())

    def region(self, code: str | None) -> Region | None:
        """Return a country by two letters, or a nation or province of it (`GB-SCT`); else None."""
        if not code:
            return None
        country, _, area = code.upper().partition("-")
        found = self._regions.get(country)
        if found is None or not area:
            return found
        lines = tuple(ln for ln in found.lines if ln.area in (None, code.upper()))
        return Region(
            found.code, code.upper(), found.name, found.emergency, found.emergency_note, lines
        )

    def name_of(self, code: str) -> str:
        """Return the name of any country we know, with or without lines."""
        found = self.region(code)
        return found.name if found else self._elsewhere.get(code, "your country")

    @property
    def directory(self) -> dict[str, str]:
        """The directory for every other place, as `{"name", "url"}`."""
        entry = self._directories[DIRECTORY]
        return {"name": entry["name"], "url": entry["url"]}

    def directories(self, topic: str) -> list[dict[str, str]]:
        """Return the directories for a topic of a line (such as `tech_monitoring`), as `{"name", "url"}`."""
        return [
            {"name": d["name"], "url": d["url"]}
            for d in self._directories.values()
            if topic in d["topics"]
        ]

    def lines(self, code: str, topic: str) -> tuple[Line, ...]:
        """Return the lines of a region for a category, the best fit first, nearest area first."""
        region = self.region(code)
        if region is None:
            return ()
        wanted = TOPICS.get(topic, (topic,))

        def fit(line: Line) -> tuple[int, bool, int]:
            best = min(wanted.index(t) for t in line.topics if t in wanted)
            return (0 if line.area and line.area == region.area else 1, line.special, best)

        return tuple(sorted((ln for ln in region.lines if set(ln.topics) & set(wanted)), key=fit))

    def as_dict(self, code: str, topic: str | None = None) -> dict[str, Any]:
        """Return a region's lines as `GET /api/hotlines` gives them.

        Raises:
            UnknownRegion: we hold no lines for `code`.
        """
        region = self.region(code)
        if region is None:
            raise UnknownRegion(
                "No checked lines for this place here. In danger now, call your local emergency number. "
                f"For a line near you: {self.directory['url']}"
            )
        lines = region.lines if topic is None else self.lines(code, topic)
        return {
            "region": region.code,
            "name": region.name,
            "emergency": {"number": region.emergency, "note": region.emergency_note},
            "lines": [line.as_dict() for line in lines],
            "directory": self.directory,
        }

    def parse_region(self, text: str) -> str | None:
        """Return the code of the one place that a message names, or None if it names none or several."""
        plain = _plain(text)
        bare = plain.strip()
        if len(bare) == 2 and (bare.upper() in self._regions or bare == "uk"):
            return "GB" if bare == "uk" else bare.upper()
        found = {code for name, code in self._names if f" {name} " in plain}
        found = {c for c in found if not any(o.startswith(f"{c}-") for o in found)}
        if "GB-NIR" in found:
            found.discard("IE")
        return found.pop() if len(found) == 1 else None

    def check(self, today: date) -> list[str]:
        """Return a sentence for every entry that was looked at more than 90 days before `today`."""
        entries = [*self._entries(), *self._directories.values()]
        return [
            f"{e['id']}: last looked at on {e['verified_on']}, {(today - _day(e)).days} days ago"
            for e in entries
            if (today - _day(e)).days > STALE_AFTER
        ]

    def numbers(self) -> frozenset[str]:
        """Return every run of digits of three or more that may be shown, for the check of texts."""
        shown: list[str] = []
        for region in self._regions.values():
            shown += [region.emergency, region.emergency_note]
            shown += [v for ln in region.lines for v in (ln.call, ln.text, ln.name, ln.hours) if v]
        return frozenset(
            re.sub(r"\D", "", n) for s in shown for n in re.findall(r"[\d][\d \-–/]*\d|\d", s)
        )

    def _entries(self) -> Iterable[Mapping[str, Any]]:
        for country in self._raw["countries"].values():
            yield from (ln for ln in country["lines"] if ln["publish"] == "yes")

    def _add_local(self, code: str, entry: Mapping[str, Any]) -> None:
        added = tuple(_line(ln) for ln in entry["lines"])
        known = self._regions.get(code)
        if known is None:
            self._regions[code] = _region(code, entry)
            return
        self._regions[code] = Region(
            known.code, None, known.name, known.emergency, known.emergency_note, added + known.lines
        )


def _region(code: str, raw: Mapping[str, Any]) -> Region:
    lines = tuple(_line(ln) for ln in raw["lines"] if ln.get("publish", "yes") == "yes")
    emergency = raw["emergency"]
    return Region(
        code, None, raw["name"], str(emergency["number"]), emergency.get("note") or "", lines
    )


def _line(raw: Mapping[str, Any]) -> Line:
    return Line(
        id=raw["id"],
        name=raw["name"],
        audience=raw["for"],
        call=raw.get("call"),
        text=raw.get("text"),
        chat=raw.get("chat") or raw.get("web"),
        hours=raw.get("hours"),
        verified_on=str(raw["verified_on"]),
        topics=tuple(raw["topics"]),
        area=raw.get("area"),
        languages=tuple(str(x) for x in raw.get("languages", ())),
        special=bool(raw.get("special")),
    )


def _names(raw: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = [
        (name, code)
        for part in ("regions", "elsewhere")
        for code, names in raw[part].items()
        for name in names
    ]
    return tuple(sorted(pairs, key=lambda p: -len(p[0])))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFD", text.casefold())
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    return f" {re.sub(r'[^a-z]+', ' ', folded).strip()} "


def _day(entry: Mapping[str, Any]) -> date:
    return date.fromisoformat(str(entry["verified_on"]))
