"""Dates and times in free words: "next Friday", "in two weeks", "half past six", "the 3rd of May".

Only what is plainly meant is read; anything else is None, and the plan then has no date of its
own. A day without a year is the next one to come, a day that has passed is none. Numbers are read
day first
(3/5 is the third of May), month first in the United States.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.artifacts.date_words import (
    DAY,
    DAYS,
    MONTH,
    MONTHS,
    NAMED,
    NUMBER,
    ORDINAL,
    UNIT,
    number,
    plain,
)
from bot.artifacts.times import read_time

__all__ = ["read_date", "read_time"]

Reader = Callable[[re.Match[str], date, bool], date | None]

_WEEKEND = 5
_FRIDAY = 4


def read_date(text: str, today: date, *, region: str | None = None) -> date | None:
    """Return the first date named in `text`, today or later, or None.

    Args:
        text: the person's words.
        today: what relative words count from.
        region: two-letter country code; `US` reads 3/5 as the fifth of March.
    """
    words = _without_refused(plain(text))
    for layer in (_EXACT, _RELATIVE, _SPAN):
        found = _first(layer, words, today, region == "US")
        if found is not None:
            return found
    return None


_HOW_OFTEN = re.compile(
    r"\b(?:once|twice|times|days|hours|minutes|nights|evenings|mornings|walks|talks)"
    r" (?:a|per|each|every) (?:day|week|weekend|fortnight|month|year)\b"
)


def _first(
    layer: tuple[tuple[re.Pattern[str], Reader], ...], words: str, today: date, month_first: bool
) -> date | None:
    """Return the date of the earliest, then longest, match that is a date from today on."""
    hits = [
        (m.start(), -m.end(), i, m) for i, (p, _) in enumerate(layer) for m in p.finditer(words)
    ]
    for *_, index, match in sorted(hits, key=lambda hit: hit[:3]):
        found = layer[index][1](match, today, month_first)
        if found is not None and found >= today:
            return found
    return None


def _without_refused(words: str) -> str:
    """Drop a day named only to be refused ("not Friday") and what says how often ("twice a
    week")."""
    words = _HOW_OFTEN.sub("", words)
    return re.sub(
        rf"\b(?:not|rather than|instead of|except|never) (?:on )?(?:a )?{DAY}s?\b", "", words
    )


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(month: int, day: int, today: date) -> date | None:
    """Return the next such day; 29 February may be years away."""
    years = (today.year + n for n in range(9))
    return next((d for y in years if (d := _day(y, month, day)) and d >= today), None)


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _whole(text: str) -> int | None:
    found = number(text)
    return None if found is None else round(found)


def _iso(m: re.Match[str], _today: date, _us: bool) -> date | None:
    return _day(int(m[1]), int(m[2]), int(m[3]))


def _numeric(m: re.Match[str], today: date, us: bool) -> date | None:
    first, second = int(m[1]), int(m[2])
    day, month = (second, first) if (us and first <= 12) or second > 12 else (first, second)
    if not 1 <= month <= 12:
        return None
    return _day(_year(m[3]), month, day) if m[3] else _coming(month, day, today)


def _named_day(m: re.Match[str], today: date, _us: bool) -> date | None:
    day, month = _whole(m["day"]), MONTHS[m["month"]]
    if day is None:
        return None
    return _day(_year(m["year"]), month, day) if m["year"] else _coming(month, day, today)


def _day_of_month(m: re.Match[str], today: date, _us: bool) -> date | None:
    day = _whole(m["day"])
    if day is None:
        return None
    skip = 1 if m["which"] and "next" in m["which"] else 0
    starts = (_months_on(today.replace(day=1), n) for n in range(skip, skip + 13))
    days = (_day(start.year, start.month, day) for start in starts)
    return next((d for d in days if d and d >= today), None)


def _feast(m: re.Match[str], today: date, _us: bool) -> date | None:
    months_days = NAMED[m["feast"]]
    if months_days is None:
        found = next((e for n in range(2) if (e := _easter(today.year + n)) >= today), None)
    else:
        found = _coming(*months_days, today)
    return found + timedelta(days=1 if m["after"] else 0) if found else None


def _easter(year: int) -> date:
    """Return Easter Sunday (the rule of Meeus, Jones and Butcher for the Gregorian calendar)."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (8 * b + 13) // 25 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    month, day = divmod(h + k - 7 * ((a + 11 * h + 22 * k) // 451) + 114, 31)
    return date(year, month, day + 1)


def _weekday_of(m: re.Match[str], today: date, _us: bool) -> date | None:
    which, weekday = m["nth"], DAYS[m["day"]]
    if m["month"] in MONTHS:
        start = _coming(MONTHS[m["month"]], 1, today.replace(day=1))
        starts = [start] if start else []
    else:
        first = 1 if m["month"].startswith("next") else 0
        starts = [_months_on(today.replace(day=1), n) for n in (first, first + 1)]
    days = (_nth(start, which, weekday) for start in starts)
    return next((d for d in days if d and d >= today), None)


def _nth(start: date, which: str, weekday: int) -> date | None:
    if which == "last":
        end = _months_on(start, 1) - timedelta(days=1)
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    weeks = (_whole(which) or 1) - 1
    found = start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * weeks)
    return found if found.month == start.month else None


def _in_month(m: re.Match[str], today: date, _us: bool) -> date | None:
    month, first = MONTHS[m["month"]], today.replace(day=1)
    start = date(_year(m["year"]), month, 1) if m["year"] else _coming(month, 1, first)
    if start is None:
        return None
    found = _part_of_month(start, m["part"])
    # "In November", said in November, is from now on; a month of a year gone by is no date.
    return today if found < today <= _months_on(start, 1) else found


def _part_of_month(start: date, part: str | None) -> date:
    if part and part.startswith(("end", "late")):
        return _months_on(start, 1) - timedelta(days=1)
    return start + timedelta(days=14 if part and part.startswith("mid") else 0)


def _in(m: re.Match[str], today: date, _us: bool) -> date | None:
    return _later(today, m["n"], m["unit"])


def _later(start: date, amount: str, unit: str) -> date | None:
    count = number(amount)
    if count is None or count > 5000:
        return None
    if unit.startswith(("month", "year")):
        return _months_on(start, round(count * (12 if unit.startswith("year") else 1)))
    return start + timedelta(days=round(count * _LENGTH[unit.rstrip("s")]))


_LENGTH = {"day": 1, "night": 1, "week": 7, "fortnight": 14, "weekend": 7, "hour": 0, "minute": 0}


def _months_on(start: date, months: int) -> date:
    """Return the same day some months on, or that month's last day where it is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    tries = (_day(year, month + 1, day) for day in range(start.day, 27, -1))
    return next((d for d in tries if d), None) or date(year, month + 1, min(start.day, 28))


def _today(_m: re.Match[str], today: date, _us: bool) -> date | None:
    return today


def _tomorrow(m: re.Match[str], today: date, _us: bool) -> date | None:
    return today + timedelta(days=2 if m["after"] else 1)


def _next_weekday(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _weekday(m: re.Match[str], today: date, _us: bool) -> date | None:
    """Read a weekday; "next Friday" is that of the week after this one (weeks begin on Monday)."""
    found = _next_weekday(DAYS[m["day"]], today)
    monday = today - timedelta(days=today.weekday())
    if m["which"] == "next" and found < monday + timedelta(days=7):
        found += timedelta(days=7)
    if m["which"] == "last":
        return None
    return found + timedelta(days={"week": 7, "fortnight": 14}.get(m["on"] or "", 0))


def _week_from(m: re.Match[str], today: date, _us: bool) -> date | None:
    start = {"today": today, "tomorrow": today + timedelta(days=1), "now": today}.get(m["from"])
    if start is None:
        start = _next_weekday(DAYS[m["from"]], today)
    return _later(start, m["n"], m["unit"])


def _next_unit(m: re.Match[str], today: date, _us: bool) -> date | None:
    unit, part = m["unit"], m["part"]
    if unit == "weekend":
        return _weekend(today, following=True)
    if unit == "week":
        monday = today + timedelta(days=7 - today.weekday())
        return monday + timedelta(days=_part_of_week(part)) if part else today + timedelta(days=7)
    start = _months_on(today.replace(day=1), 12 if unit == "year" else 1)
    if unit == "year":
        return date(today.year + 1, 1, 1) if part else _months_on(today, 12)
    return _part_of_month(start, part) if part else _months_on(today, 1)


def _part_of_week(part: str) -> int:
    return {"end": _FRIDAY, "lat": _FRIDAY, "mid": 2}.get(part[:3], 0)


def _end_of(m: re.Match[str], today: date, _us: bool) -> date | None:
    if m["unit"] == "week":
        ahead = (_part_of_week(m["part"]) - today.weekday()) % 7
        return today + timedelta(days=ahead)
    start = today.replace(day=1) if m["unit"] == "month" else date(today.year, 12, 1)
    return max(today, _part_of_month(start, m["part"] if m["unit"] == "month" else "end"))


def _weekend(today: date, *, following: bool = False) -> date:
    saturday = today + timedelta(days=(_WEEKEND - today.weekday()) % 7)
    this = today if today.weekday() > _WEEKEND else saturday
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(days=7 + _WEEKEND) if following else this


def _this_weekend(_m: re.Match[str], today: date, _us: bool) -> date | None:
    return _weekend(today)


_TO_COME = r"(?P<which>this|this coming|next|coming|last|every|each)"
_PART = r"(?P<part>end|late|mid|middle|beginning|start|early)"
_NOT_THE_VERB = "".join(
    rf"(?<!\b{word} )" for word in ("i", "we", "you", "he", "she", "it", "they", "that", "this")
)
"""In "we may first talk" May is no month."""
_YEAR = r"(?: (?P<year>20\d\d|19\d\d))?"


def _patterns(*pairs: tuple[str, Reader]) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    return tuple((re.compile(rf"\b(?:{pattern})\b"), reader) for pattern, reader in pairs)


_NTH = "first|second|third|fourth|last|1st|2nd|3rd|4th"
_NUMERAL = r"\d{1,2}(?:st|nd|rd|th)?"
_THIS_MONTH = "(?:the|this|next|every|each) month"
_AFTER_DAY = (
    "at|in|on|around|by|evening|morning|afternoon|or|and|if|so|then|after|before"
)  # fmt: skip

_EXACT = _patterns(
    (r"(\d{4})-(\d{1,2})-(\d{1,2})", _iso),
    (r"(?<![\d/.])(\d{1,2})[/](\d{1,2})(?:[/](\d{4}|\d{2}))?(?![/\d])", _numeric),
    (r"(?<![\d/.])(\d{1,2})[.-](\d{1,2})[.-](\d{4}|\d{2})(?!\d)", _numeric),
    (rf"(?P<day>{_NUMERAL}|{ORDINAL})(?: day)?(?: of)? (?P<month>{MONTH}){_YEAR}", _named_day),
    (
        rf"{_NOT_THE_VERB}(?P<month>{MONTH})(?: the)? (?P<day>{_NUMERAL}|{ORDINAL})(?!\d){_YEAR}",
        _named_day,
    ),
    (rf"(?P<nth>{_NTH}) (?P<day>{DAY}) (?:of|in) (?P<month>{MONTH}|{_THIS_MONTH})", _weekday_of),
    (
        rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th))(?: (?:of )?(?P<which>{_THIS_MONTH}))?"
        rf"(?=$|[.,;!?)]| (?:{_AFTER_DAY})\b)",
        _day_of_month,
    ),
    (rf"(?:(?P<after>after) )?(?P<feast>{'|'.join(NAMED)})", _feast),
)

_RELATIVE = _patterns(
    (r"today|tonight|this (?:morning|afternoon|evening)|right (?:now|away)", _today),
    (r"(?:the )?(?P<after>day after )?tomorrow", _tomorrow),
    (
        rf"in (?:about |around |another |the next )?(?P<n>{NUMBER}) (?P<unit>{UNIT})(?: time)?",
        _in,
    ),
    (rf"(?P<n>{NUMBER}) (?P<unit>{UNIT}) (?:on|later|away|ahead|time)(?! {DAY}| on)", _in),
    (
        rf"(?P<n>{NUMBER}) (?P<unit>{UNIT}) (?:from |on )?(?:this )?"
        rf"(?P<from>now|today|tomorrow|{DAY})",
        _week_from,
    ),
    (rf"(?:{_TO_COME} )?(?P<day>{DAY})s?(?: (?P<on>week|fortnight))?", _weekday),
    (rf"(?:{_PART}(?: of)?(?: the)? )?next (?P<unit>week|weekend|month|year)", _next_unit),
    (rf"{_PART} of (?:(?:the|this|that) )?(?P<unit>week|month|year)", _end_of),
    (r"(?:this|the|coming) weekend|weekends|every weekend", _this_weekend),
    (
        rf"(?:{_PART}(?: of)? |(?:in|by|until|till|before|from|during|next|this|of) )"
        rf"(?P<month>{MONTH}){_YEAR}",
        _in_month,
    ),
    (rf"(?P<month>{MONTH}) (?P<year>20\d\d)(?P<part>)", _in_month),
)

_NOT_GONE = "".join(rf"(?<!\b{w} )" for w in ("been", "since", "last", "past", "these", "was"))
_SPAN = _patterns(
    (
        rf"{_NOT_GONE}(?:after |within )?(?P<n>{NUMBER}) "
        r"(?P<unit>days?|weeks?|fortnights?|months?|years?)"
        r"(?! (?:a|per|each|every|ago|old|long)\b)",
        _in,
    ),
)
