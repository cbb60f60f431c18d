"""The words dates are made of, and what people write for them (docs: `dates.py`)."""

from __future__ import annotations

import difflib
import re
import unicodedata

_DAY_NAMES = (
    ("monday", "mon"),
    ("tuesday", "tue", "tues"),
    ("wednesday", "wed", "weds"),
    ("thursday", "thu", "thur", "thurs"),
    ("friday", "fri"),
    ("saturday",),
    ("sunday",),
)
DAYS = {name: index for index, names in enumerate(_DAY_NAMES) for name in names}

_MONTH_NAMES = (
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",),
    ("june", "jun"), ("july", "jul"), ("august", "aug"), ("september", "sep", "sept"),
    ("october", "oct"), ("november", "nov"), ("december", "dec"),
)  # fmt: skip
MONTHS = {name: index for index, names in enumerate(_MONTH_NAMES, 1) for name in names}

_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
_CARDINALS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
)  # fmt: skip
_NUMBERS: dict[str, float] = {
    **{name: n for n, name in enumerate(_CARDINALS, 1)},
    **{name: n for n, name in enumerate(_ORDINALS, 1)},
    **{f"twenty {name}": 20 + n for n, name in enumerate(_ORDINALS[:9], 1)},
    **{f"twenty {name}": 20 + n for n, name in enumerate(_CARDINALS[:9], 1)},
    "thirty": 30, "thirtieth": 30, "thirty first": 31, "ninety": 90, "sixty": 60, "forty": 40,
    "a": 1, "an": 1, "a couple of": 2, "a couple": 2, "couple of": 2, "a few": 3, "few": 3,
    "half a": 0.5, "a half": 0.5, "one and a half": 1.5,
}  # fmt: skip

_HOLIDAYS: dict[str, tuple[int, int]] = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25),
    "xmas": (12, 25), "boxing day": (12, 26), "new years eve": (12, 31), "new year": (1, 1),
    "new years day": (1, 1), "new years": (1, 1), "the new year": (1, 1),
    "valentines day": (2, 14), "valentines": (2, 14), "halloween": (10, 31),
}  # fmt: skip
NAMED: dict[str, tuple[int, int] | None] = {
    **dict(sorted(_HOLIDAYS.items(), key=lambda item: -len(item[0]))),
    "easter": None,
}
"""Days with a name, as month and day; Easter moves."""


def _any(names: list[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


DAY = f"(?:{_any(list(DAYS))})"
MONTH = f"(?:{_any(list(MONTHS))})"
ORDINAL = _any([n for n in _NUMBERS if n.split()[-1] in {*_ORDINALS, "thirtieth"}])
NUMBER = rf"\d{{1,4}}|{_any(list(_NUMBERS))}"
UNIT = "days?|nights?|weeks?|fortnights?|months?|years?|weekends?|hours?|minutes?"

_SHORT = {
    "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "tomoz": "tomorrow",
    "2moro": "tomorrow", "2morrow": "tomorrow", "tomo": "tomorrow", "2day": "today",
    "2nite": "tonight", "tonite": "tonight", "wk": "week", "wks": "weeks", "nxt": "next",
    "wkend": "weekend", "mth": "month", "mths": "months", "yr": "year", "yrs": "years",
    "fortnite": "fortnight", "midnite": "midnight", "coupla": "couple of",
    "overmorrow": "day after tomorrow", "wensday": "wednesday", "febuary": "february",
}  # fmt: skip
_KNOWN = [
    *[name for names in _DAY_NAMES for name in names if len(name) > 5],
    *[name for name in MONTHS if len(name) > 5],
    "tomorrow", "tonight", "fortnight", "weekend",
]  # fmt: skip
_NEARLY = 0.82
"""How alike a word must be to a day or month to be a slip of it; below that other words come in."""


def plain(text: str) -> str:
    """Return a text in small letters, with shortened and mistyped words for days put right."""
    folded = unicodedata.normalize("NFKC", text).casefold()[:2000]
    folded = re.sub("[’‘`´]", "'", folded).replace("–", "-")
    folded = re.sub(r"'(?=(?:d|ll|re|ve|m|t)\b)", " ", folded).replace("'", "")  # "we'd" no "wed"
    folded = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", folded)
    folded = re.sub(r"\bo[ -]clock\b|\boclock\b", "o clock", folded)
    folded = re.sub(r"(?<=[a-z])-(?=[a-z])|[,\"“”()]", " ", folded)
    words = [_repaired(word) for word in folded.split()]
    text = " ".join(words)
    # "Sat" and "sun" are other words as well: a day only after one of these, or alone.
    for short, name in (("sat", "saturday"), ("sun", "sunday")):
        before = r"(^|\b(?:on|this|next|by|until|till|every|coming|or|and|from|before|after) )"
        after = r"(?=$|[.!?;]| (?:at|morning|afternoon|evening|night|or|and)\b)"
        text = re.sub(f"{before}{short}{after}", rf"\1{name}", text)
    return text


def _repaired(word: str) -> str:
    if word in _SHORT:
        return _SHORT[word]
    if len(word) < 6 or not word.isalpha() or word in _NEVER_A_SLIP:
        return word
    plural = word.endswith("s") and word[:-1] in _KNOWN
    near = [] if plural else difflib.get_close_matches(word, _KNOWN, 1, _NEARLY)
    return near[0] if near else word


_NEVER_A_SLIP = frozenset({
    "weekends", "fortnights", "weekdays", "weekday", "remember", "member", "marches", "together",
    "december", "november", "someday", "noday", "monday", "sundays", "birthday", "midnight",
    "workday", "payday", "holiday", "yesterday", "everyday",
})  # fmt: skip


def number(text: str) -> float | None:
    """Return the number in digits, words or as an ordinal, or None."""
    digits = re.fullmatch(r"(\d+)(?:st|nd|rd|th)?", text)
    return float(digits[1]) if digits else _NUMBERS.get(text)
