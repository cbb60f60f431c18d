"""An artifact: the answers of one finished conversation, with what stands above and below them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal, get_args

Format = Literal["md", "txt", "pdf", "ics"]
FORMATS: tuple[Format, ...] = get_args(Format)

NEVER_IN_CALENDAR = frozenset({"safety_plan"})
"""A calendar is open to whoever looks at the phone (care rule 6)."""


@dataclass(frozen=True, slots=True)
class Section:
    """One step: its fixed label and the person's words, or None where it was skipped.

    `on_paper` is false for an answer that only steered the talk: it stands in the card on the screen
    and in no file, so that no paper reads as proof of a yes.
    """

    step: str
    label: str
    answer: str | None
    on_paper: bool = True


@dataclass(frozen=True, slots=True)
class Artifact:
    """Everything that a card or a file shows. `id` is random and no secret; it names the download.

    `calendar_on` is the plan's own date, `calendar_at` the time it names, in the person's own
    clock.
    """

    id: str
    conversation: str
    title: str
    header: str | None
    footer: str | None
    sections: tuple[Section, ...]
    made_on: date
    file_name: str
    calendar_on: date | None
    calendar_allowed: bool
    calendar_at: time | None = None

    @property
    def paper(self) -> tuple[Section, ...]:
        """The sections that stand in files."""
        return tuple(section for section in self.sections if section.on_paper)

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats it can be had in: no calendar file where that is not allowed."""
        return FORMATS if self._in_calendar else tuple(f for f in FORMATS if f != "ics")

    @property
    def _in_calendar(self) -> bool:
        return self.calendar_allowed and self.conversation not in NEVER_IN_CALENDAR

    def card(self) -> dict[str, Any]:
        """Return the card of a reply, as the HTTP interface gives it."""
        url = f"/api/conversations/artifacts/{self.id}?format="
        return {
            "kind": "artifact",
            "id": self.id,
            "conversation": self.conversation,
            "title": self.title,
            "header": self.header,
            "footer": self.footer,
            "sections": [_section(section) for section in self.sections],
            "downloads": [{"format": name, "url": url + name} for name in self.formats],
        }

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values; `from_dict` makes the same artifact of them."""
        return {
            "id": self.id,
            "conversation": self.conversation,
            "title": self.title,
            "header": self.header,
            "footer": self.footer,
            "sections": [_section(s) | {"on_paper": s.on_paper} for s in self.sections],
            "made_on": self.made_on.isoformat(),
            "file_name": self.file_name,
            "calendar_on": self.calendar_on.isoformat() if self.calendar_on else None,
            "calendar_allowed": self.calendar_allowed,
            "calendar_at": self.calendar_at.isoformat() if self.calendar_at else None,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Artifact:
        """Make an artifact of what `as_dict` returned (KeyError or ValueError for anything
        else)."""
        on, at = raw["calendar_on"], raw.get("calendar_at")
        return cls(
            id=raw["id"],
            conversation=raw["conversation"],
            title=raw["title"],
            header=raw["header"],
            footer=raw["footer"],
            sections=tuple(
                Section(item["step"], item["label"], item["answer"], item.get("on_paper", True))
                for item in raw["sections"]
            ),
            made_on=date.fromisoformat(raw["made_on"]),
            file_name=raw["file_name"],
            calendar_on=date.fromisoformat(on) if on else None,
            calendar_allowed=raw["calendar_allowed"],
            calendar_at=time.fromisoformat(at) if at else None,
        )


def _section(section: Section) -> dict[str, Any]:
    return {"step": section.step, "label": section.label, "answer": section.answer}
