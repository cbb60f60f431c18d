"""Reminders a person asks for: their own neutral words, their own clock, never at night, one tap to stop.

Pure values: `Setup` is the question that waits, `Reminder` what is stored until used. Whether a reminder
may be offered or sent at all is decided by the engine's `guarded`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from bot.artifacts.dates import read_time
from bot.types import Button, Reply
from bot.wording import say, variants

QUIET = (time(22), time(8))
"""No reminder is sent between these, by the person's own clock."""
LONGEST = 40
"""Letters of a reminder: it is read on a locked screen."""
MISSES = 2
_DAYS = {"tomorrow": 0, "week": 0, "daily": 1, "weekly": 7}
_FIRST = {"tomorrow": 1, "week": 7, "daily": 1, "weekly": 7}
PREFIX = "~r."
STOP = PREFIX + "stop"
ASK = PREFIX + "ask"
NEVER_MIND = PREFIX + "no"


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is sent, at which time of which clock, and how many days later again (0: never)."""

    words: str
    zone: str
    at: str
    days: int

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values; `Reminder(**…)` makes the same again."""
        return asdict(self)

    def after(self, now: datetime, days: int) -> datetime:
        """Return the moment `days` days on at its time, in UTC."""
        local = now.astimezone(zone_of(self.zone))
        day = (local + timedelta(days=days)).date()
        wanted = datetime.combine(day, time.fromisoformat(self.at), zone_of(self.zone))
        return wanted.astimezone(UTC)

    def again(self, now: datetime) -> datetime | None:
        """Return when it is sent next after being sent now, None where that was all."""
        return self.after(now, self.days) if self.days else None

    def waking(self, now: datetime) -> datetime | None:
        """Return when the night is over, if it is night now for this person; else None."""
        local = now.astimezone(zone_of(self.zone))
        if not _at_night(local.time()):
            return None
        day = local.date() + timedelta(days=1 if local.time() >= QUIET[0] else 0)
        return datetime.combine(day, QUIET[1], zone_of(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Setup:
    """The question that waits: words, zone, often, at; and what is known already."""

    stage: str = "words"
    words: str = ""
    zone: str = ""
    often: str = ""
    misses: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values; `Setup(**…)` makes the same again."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Step:
    """What an answer led to: what is said, and what waits or is stored now (neither: it is dropped)."""

    reply: Reply
    setup: Setup | None = None
    reminder: Reminder | None = None
    due: datetime | None = None


def begin() -> Step:
    """Ask for the words."""
    return _ask(Setup())


def step(setup: Setup, text: str, now: datetime) -> Step:
    """Take an answer: a button's title or the person's own words."""
    answer = " ".join(text.split())
    taken = {"words": _words, "zone": _zone, "often": _often, "at": _at}[setup.stage](
        setup, answer, now
    )
    if taken is not None:
        return taken
    if setup.misses + 1 >= MISSES:
        return Step(Reply(say("telegram.reminder.dropped")))
    return _ask(replace(setup, misses=setup.misses + 1))


def _words(setup: Setup, answer: str, now: datetime) -> Step | None:
    if not answer or len(answer) > LONGEST:
        return None
    return _ask(Setup("zone", words=answer))


def _zone(setup: Setup, answer: str, now: datetime) -> Step | None:
    zone = read_zone(answer, now)
    return _ask(replace(setup, stage="often", zone=zone, misses=0), now) if zone else None


def _often(setup: Setup, answer: str, now: datetime) -> Step | None:
    wanted = answer.casefold()
    found = (n for n in _DAYS if say(f"telegram.reminder.choices.{n}").casefold() == wanted)
    often = next(found, None)
    return _ask(replace(setup, stage="at", often=often, misses=0)) if often else None


def _at(setup: Setup, answer: str, now: datetime) -> Step | None:
    at = read_time(answer)
    if at is None:
        return None
    awake = QUIET[1] if _at_night(at) else at
    reminder = Reminder(setup.words, setup.zone, awake.strftime("%H:%M"), _DAYS[setup.often])
    due = reminder.after(now, _FIRST[setup.often])
    local = due.astimezone(zone_of(setup.zone))
    said = say(
        "telegram.reminder.set",
        words=setup.words, day=f"{local:%A} {local.day} {local:%B}", time=f"{local:%H:%M}",
    )  # fmt: skip
    return Step(Reply(said, (Button(say("telegram.buttons.stop"), STOP),)), None, reminder, due)


def _ask(setup: Setup, now: datetime | None = None) -> Step:
    again = setup.misses > 0
    key, titles = {
        "words": ("telegram.reminder.words", _all("telegram.reminder.presets")),
        "zone": ("telegram.reminder.zone", _all("telegram.reminder.zones")),
        "often": ("telegram.reminder.often", [say(f"telegram.reminder.choices.{n}") for n in _DAYS]),
        "at": ("telegram.reminder.at", _all("telegram.reminder.times")),
    }[setup.stage]  # fmt: skip
    key = {"words": f"{key}_long"}.get(setup.stage, f"{key}_again") if again else key
    buttons = [Button(title, PREFIX + str(i)) for i, title in enumerate(titles)]
    never = Button(say("telegram.buttons.never_mind"), NEVER_MIND)
    clock = f"{now.astimezone(zone_of(setup.zone)):%H:%M}" if now and setup.zone else ""
    return Step(Reply(say(key, now=clock), (*buttons, never)), setup)


def _all(key: str) -> list[str]:
    return [say(key, i) for i in range(variants(key))]


def _at_night(at: time) -> bool:
    return at >= QUIET[0] or at < QUIET[1]


# --- clocks --------------------------------------------------------------------------------------


def zone_of(name: str) -> tzinfo:
    """Return a time zone by its name, or a fixed one such as `+05:30`."""
    match = re.fullmatch(r"([+-])(\d\d):(\d\d)", name)
    if match is None:
        return ZoneInfo(name)
    minutes = int(match[2]) * 60 + int(match[3])
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def read_zone(text: str, now: datetime) -> str | None:
    """Return the zone of a city, or the offset that makes it the time named now; None for neither."""
    for words in (text, text.partition(",")[0]):
        letters = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^a-z]+", " ", letters).strip().removeprefix("in ")
        if plain in _cities():
            return _cities()[plain]
    clock = _clock(text)
    return _offset(clock, now) if clock is not None else None


def _clock(text: str) -> time | None:
    """Read a clock as it stands, 14:30 or 2:30 pm: what time it is now needs no guess at the half day."""
    match = re.search(r"\b(\d{1,2})[:.](\d{2})\b\s*(am|pm)?", text.casefold())
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    if match[3]:
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _offset(clock: time, now: datetime) -> str:
    """Return the offset from UTC, to a quarter of an hour: zones run from -12:00 to +14:00."""
    utc = now.astimezone(UTC)
    minutes = (clock.hour - utc.hour) * 60 + clock.minute - utc.minute
    rounded = round(minutes / 15) * 15
    wrapped = (rounded + 12 * 60) % (24 * 60) - 12 * 60
    return f"{'-' if wrapped < 0 else '+'}{abs(wrapped) // 60:02}:{abs(wrapped) % 60:02}"


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    names: Sequence[str] = sorted(n for n in available_timezones() if "/" in n)
    known = {n.rsplit("/", 1)[1].replace("_", " ").casefold(): n for n in names if n[:4] != "Etc/"}
    return {**known, "delhi": "Asia/Kolkata", "mumbai": "Asia/Kolkata", **_MORE}


_MORE = {
    "manchester": "Europe/London", "birmingham": "Europe/London", "glasgow": "Europe/London",
    "leeds": "Europe/London", "liverpool": "Europe/London", "edinburgh": "Europe/London",
    "cardiff": "Europe/London", "cork": "Europe/Dublin", "washington": "America/New_York",
    "boston": "America/New_York", "miami": "America/New_York", "houston": "America/Chicago",
    "dallas": "America/Chicago", "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles", "montreal": "America/Toronto", "ottawa": "America/Toronto",
    "canberra": "Australia/Sydney", "wellington": "Pacific/Auckland",
    "cape town": "Africa/Johannesburg", "durban": "Africa/Johannesburg",
}  # fmt: skip
"""Large places that have no zone of their own name."""
