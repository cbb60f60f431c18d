from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.artifacts.dates import read_date, read_time
from bot.artifacts.words import long_date

WEDNESDAY = date(2027, 3, 10)
SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(("text", "expected"), [
    ("today", "2027-03-10"),
    ("tonight after the kids are asleep", "2027-03-10"),
    ("tomorrow", "2027-03-11"),
    ("tmrw pls", "2027-03-11"),
    ("tomorow evening", "2027-03-11"),
    ("the day after tomorrow", "2027-03-12"),
    ("Friday", "2027-03-12"),
    ("on fri", "2027-03-12"),
    ("this Friday, when he is at work", "2027-03-12"),
    ("next Friday", "2027-03-19"),
    ("next Monday", "2027-03-15"),
    ("Wednesday", "2027-03-17"),
    ("thrusday", "2027-03-11"),
    ("Wensday", "2027-03-17"),
    ("this sat", "2027-03-13"),
    ("Sat", "2027-03-13"),
    ("Sunday evenings", "2027-03-14"),
    ("every Sunday after lunch", "2027-03-14"),
    ("a week on Friday", "2027-03-19"),
    ("Friday week", "2027-03-19"),
    ("a fortnight on Monday", "2027-03-29"),
    ("a week today", "2027-03-17"),
    ("a week from tomorrow", "2027-03-18"),
    ("next week", "2027-03-17"),
    ("end of next week", "2027-03-19"),
    ("by the end of the week", "2027-03-12"),
    ("this weekend", "2027-03-13"),
    ("over the weekend", "2027-03-13"),
    ("next weekend", "2027-03-20"),
    ("in two weeks", "2027-03-24"),
    ("In 2 weeks' time", "2027-03-24"),
    ("two weeks", "2027-03-24"),
    ("in a fortnight", "2027-03-24"),
    ("let's say in about ten days", "2027-03-20"),
    ("three weeks from now", "2027-03-31"),
    ("in a couple of months", "2027-05-10"),
    ("in half a year", "2027-09-10"),
    ("a month from today", "2027-04-10"),
    ("next month", "2027-04-10"),
    ("beginning of next month", "2027-04-01"),
    ("end of the month", "2027-03-31"),
    ("the 3rd of May", "2027-05-03"),
    ("3 May", "2027-05-03"),
    ("May 3rd", "2027-05-03"),
    ("may the 3rd", "2027-05-03"),
    ("third of may", "2027-05-03"),
    ("twenty-first of June", "2027-06-21"),
    ("Monday 3 May 2027, at half past six", "2027-05-03"),
    ("3rd Jan", "2028-01-03"),
    ("29 February", "2028-02-29"),
    ("3/5", "2027-05-03"),
    ("3/5/27", "2027-05-03"),
    ("31/12", "2027-12-31"),
    ("5/31", "2027-05-31"),
    ("03.05.2027", "2027-05-03"),
    ("2027-05-03", "2027-05-03"),
    ("the 15th", "2027-03-15"),
    ("on the 1st of every month", "2027-04-01"),
    ("the 15th of next month", "2027-04-15"),
    ("first Sunday of the month", "2027-04-04"),
    ("last Friday of May", "2027-05-28"),
    ("in April", "2027-04-01"),
    ("by the end of April", "2027-04-30"),
    ("mid June", "2027-06-15"),
    ("May 2028", "2028-05-01"),
    ("after Christmas", "2027-12-26"),
    ("New Year’s Eve", "2027-12-31"),
    ("Easter", "2027-03-28"),
    ("not Friday, Saturday", "2027-03-13"),
    ("Saturday rather than Thursday", "2027-03-13"),
    ("whichever comes first: Friday or Sunday", "2027-03-12"),
])  # fmt: skip
def test_dates_people_write(text: str, expected: str) -> None:
    assert read_date(text, WEDNESDAY) == date.fromisoformat(expected)


@pytest.mark.parametrize("text", [
    "", "no", "skip", "I don't know yet", "whenever it feels right", "when I am ready", "soon",
    "some day", "yesterday", "last Friday", "3 May 2020", "we sat down together", "I may march",
    "in the sun", "the second time", "we may first talk", "my 3rd limit", "three times a week",
    "two days a week", "31/31", "99/99/99", "32 May", "30 February", "half past six", "8",
    "once a month", "two weeks ago", "we'd like that", "it's been two years", "since we’d stopped",
    "he is 5 years old", "not Friday", "😀",
])  # fmt: skip
def test_what_names_no_day_to_come(text: str) -> None:
    assert read_date(text, WEDNESDAY) is None


@pytest.mark.parametrize(("text", "today", "expected"), [
    ("next Friday", SUNDAY, date(2026, 11, 27)),
    ("Sunday", SUNDAY, date(2026, 11, 29)),
    ("next Sunday", SUNDAY, date(2026, 11, 29)),
    ("in a month", date(2027, 1, 31), date(2027, 2, 28)),
    ("next month", date(2026, 12, 31), date(2027, 1, 31)),
    ("the 31st", date(2027, 2, 1), date(2027, 3, 31)),
    ("in March", date(2027, 3, 10), date(2027, 3, 10)),
])  # fmt: skip
def test_edges_of_weeks_and_months(text: str, today: date, expected: date) -> None:
    assert read_date(text, today) == expected


@pytest.mark.parametrize(("text", "us", "elsewhere"), [
    ("3/5", date(2028, 3, 5), date(2027, 5, 3)),
    ("3/5/2027", None, date(2027, 5, 3)),
    ("12/25", date(2027, 12, 25), date(2027, 12, 25)),
    ("25/12", date(2027, 12, 25), date(2027, 12, 25)),
])  # fmt: skip
def test_the_order_of_numbers(text: str, us: date | None, elsewhere: date) -> None:
    assert read_date(text, WEDNESDAY, region="US") == us
    assert read_date(text, WEDNESDAY, region="AU") == elsewhere
    assert read_date(text, WEDNESDAY) == elsewhere


@pytest.mark.parametrize(("text", "expected"), [
    ("half past six", "18:30"),
    ("half six", "18:30"),
    ("quarter to seven", "18:45"),
    ("a quarter past 9", "09:15"),
    ("twenty to 8", "19:40"),
    ("ten past six in the morning", "06:10"),
    ("at six", "18:00"),
    ("at 6", "18:00"),
    ("6pm", "18:00"),
    ("6 p.m.", "18:00"),
    ("5 a.m.", "05:00"),
    ("9am on Friday", "09:00"),
    ("12:30am", "00:30"),
    ("18:30", "18:30"),
    ("19h30", "19:30"),
    ("6:30", "18:30"),
    ("6.30pm", "18:30"),
    ("at 10.15", "10:15"),
    ("07:00", "07:00"),
    ("six o'clock", "18:00"),
    ("7 o’clock in the morning", "07:00"),
    ("eight in the evening", "20:00"),
    ("around nine", "09:00"),
    ("Friday at half past ten", "10:30"),
    ("8", "08:00"),
    ("noon", "12:00"),
    ("midnight", "00:00"),
    ("on 3 May at 7", "19:00"),
    ("at six we talk", "18:00"),
    ("at 6 we talk", "18:00"),
    ("from eight on", "08:00"),
])  # fmt: skip
def test_times_people_write(text: str, expected: str) -> None:
    assert read_time(text) == time.fromisoformat(expected)


@pytest.mark.parametrize("text", [
    "", "no", "tomorrow evening", "in 3 weeks", "by 3 May", "25:00", "6:75", "at 6 days",
    "about 3 times", "after six months", "3/5", "1 in 4", "half of it", "10:30:45", "two of us",
    "after one bad day", "the one before one like it", "about two of them", "from 1 to 10",
])  # fmt: skip
def test_what_names_no_time(text: str) -> None:
    assert read_time(text) is None


@given(st.dates(date(2026, 1, 1), date(2040, 12, 31)))
def test_every_date_we_write_is_read_back(day: date) -> None:
    assert read_date(long_date(day), date(2026, 1, 1)) == day
    assert read_date(day.isoformat(), date(2026, 1, 1)) == day
    assert read_date(f"{day:%B} {day.day}, {day.year}", date(2026, 1, 1)) == day


@given(st.times())
def test_every_time_of_the_clock_is_read_back(moment: time) -> None:
    whole = moment.replace(second=0, microsecond=0)
    assert read_time(f"{whole:%I:%M} {'am' if whole.hour < 12 else 'pm'}") == whole


_WORDS = st.sampled_from(
    [
        "in",
        "a",
        "the",
        "next",
        "last",
        "week",
        "weeks",
        "month",
        "friday",
        "sunday",
        "may",
        "march",
        "3",
        "31",
        "3rd",
        "99",
        "0",
        "2027",
        "/",
        ".",
        "at",
        "half",
        "past",
        "to",
        "six",
        "end",
        "of",
        "year",
        "every",
        "not",
        "from",
        "now",
        "12",
        "30",
        "first",
        "second",
        "five",
        "couple",
        "few",
        "after",
        "5000",
    ]
)


@given(
    st.one_of(st.text(), st.lists(_WORDS, max_size=9).map(" ".join)),
    st.dates(date(1990, 1, 1), date(2200, 1, 1)),
)
def test_no_words_make_it_fail_or_go_back(text: str, today: date) -> None:
    found = read_date(text, today)
    assert found is None or found >= today
    read_time(text)
