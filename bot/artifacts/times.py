"""Times of day in free words: "half past six", "6pm", "19h30", "quarter to seven"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

from bot.artifacts.date_words import DAY, MONTH, number, plain

Clock = tuple[int, int, str | None]
"""Hour, minute, and `am`, `pm`, `24` (the hour as it stands) or None where nothing was said."""


def read_time(text: str) -> time | None:
    """Return the first time of day named in `text`, or None.

    Without am, pm or a part of the day, one to seven is read as afternoon or evening, for plans are
    rarely made for before eight in the morning.
    """
    words = plain(text)
    late = re.search(r"\b(evening|afternoon|tonight|night|pm)\b", words) is not None
    early = re.search(r"\b(morning|am)\b", words) is not None
    hits = [(m.start(), i, m) for i, (p, _) in enumerate(_CLOCK) for m in p.finditer(words)]
    for _, index, match in sorted(hits, key=lambda hit: hit[:2]):
        found = _CLOCK[index][1](match)
        if found is not None:
            return _half_of_day(*found, late=late, early=early)
    return None


_HOURS = r"\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_MINUTES = r"twenty[ -]five|five|ten|twenty|quarter|half|5|10|15|20|25"
_AFTER_HOUR = (
    r"(?! ?(?:/|[.:]\d|days?|weeks?|months?|years?|hours?|minutes?|times?|%|st\b|nd\b|rd\b|th\b))"
)


def _spoken(m: re.Match[str]) -> Clock | None:
    hour, minutes = number(m["h"]), m["m"].replace("a ", "")
    amount = {"quarter": 15, "half": 30}.get(minutes) or number(minutes)
    if hour is None or amount is None or amount > 59 or hour > 23:
        return None
    whole = round(hour * 60 + (amount if m["way"] in {"past", "after"} else -amount)) % 1440
    return whole // 60, whole % 60, m["half"]


def _half_hour(m: re.Match[str]) -> Clock | None:
    hour = number(m["h"])
    return None if hour is None or hour > 12 else (round(hour), 30, m["half"])


def _digits(m: re.Match[str]) -> Clock | None:
    hour, minute = number(m["h"]), int(m["m"] or 0)
    if hour is None or hour > 24 or minute > 59 or (hour > 12 and m["half"] == "am"):
        return None
    # A leading zero and the hours past twelve are the clock of 24 hours.
    half = m["half"] or ("24" if m["h"].startswith("0") or hour > 12 else None)
    return round(hour) % 24, minute, half


def _noon(_m: re.Match[str]) -> Clock:
    return 12, 0, "24"


def _midnight(_m: re.Match[str]) -> Clock:
    return 0, 0, "24"


_AMPM = r"(?: ?(?P<half>am|pm)\b)"
_ALONE = r"(?<![\d/.:])"
_AT = r"\b(?:at|around|about|by|from|until|till|before|after)"
_BARE = rf"(?P<h>{_HOURS})(?P<m>)(?P<half>)"

_GOES_ON = (
    r"(?=$|[.,;!?)]| (?:on|in|at|tonight|tomorrow|today|this|or|and|if|so|when|sharp|every|we|i|"
    r"he|she|they|ish|latest)\b)"
)
"""What may follow an hour in words: "at six we talk", but not "after one bad day"."""

_PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], Clock | None]], ...] = (
    (
        rf"\b(?P<m>(?:a )?(?:{_MINUTES}))(?: minutes)? (?P<way>past|to|after|before) "
        rf"(?P<h>{_HOURS})\b{_AMPM}?{_AFTER_HOUR}",
        _spoken,
    ),
    (rf"\bhalf (?P<h>{_HOURS})\b{_AMPM}?{_AFTER_HOUR}", _half_hour),
    (rf"{_ALONE}(?P<h>\d{{1,2}})[:h](?P<m>\d\d)(?![\d:]){_AMPM}?", _digits),
    (rf"{_ALONE}(?P<h>\d{{1,2}})\.(?P<m>\d\d){_AMPM}", _digits),
    (rf"{_AT} (?P<h>\d{{1,2}})\.(?P<m>[0-5]\d)(?![\d.]){_AMPM}?", _digits),
    (rf"\b(?P<h>{_HOURS})(?P<m>){_AMPM}", _digits),
    (rf"\b(?P<h>{_HOURS})(?P<m>) o ?clock\b{_AMPM}?", _digits),
    (
        rf"{_AT} (?:about |around )?(?P<h>\d{{1,2}})(?P<m>)(?P<half>)\b{_AFTER_HOUR}"
        rf"(?! (?:of|or more|to|the|{MONTH}|{DAY}))",
        _digits,
    ),
    (rf"{_AT} (?:about |around )?{_BARE}\b{_GOES_ON}", _digits),
    (rf"^{_BARE}(?: ish| or so)?[.!]?$", _digits),
    (rf"\b{_BARE}(?= (?:in the (?:morning|afternoon|evening)|at night))", _digits),
    (r"\b(?:noon|midday)\b", _noon),
    (r"\bmidnight\b", _midnight),
)
_CLOCK = tuple((re.compile(pattern), reader) for pattern, reader in _PATTERNS)

_EVENING_HOURS = range(1, 8)


def _half_of_day(hour: int, minute: int, half: str | None, *, late: bool, early: bool) -> time:
    if half == "24" or hour > 12:
        return time(hour, minute)
    if half == "am" or (early and not late):
        return time(hour % 12, minute)
    if half == "pm" or (late and hour != 12) or hour in _EVENING_HOURS:
        return time(hour % 12 + 12, minute)
    return time(hour, minute)
