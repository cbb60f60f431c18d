"""Artifacts as a calendar file: one event that says nothing of what the plan is about (RFC
5545)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import NAMESPACE_OID, uuid5

from icalendar import Calendar, Event

from bot.artifacts.model import Artifact
from bot.wording import say

LOOK_AGAIN = timedelta(days=7)
"""When a plan names no date: a look at it a week on."""
LASTS = timedelta(minutes=30)


def as_calendar(artifact: Artifact) -> bytes:
    """Return one neutral event on the plan's own date, else a week after it was made.

    With a time it stands at that hour wherever the person is ("floating"), else it takes the whole
    day.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//calendar//EN")  # a name would say what this is about
    calendar.add("version", "2.0")
    calendar.add_component(_event(artifact))
    return bytes(calendar.to_ical())


def _event(artifact: Artifact) -> Event:
    event, day = Event(), artifact.calendar_on or artifact.made_on + LOOK_AGAIN
    event.add("uid", str(uuid5(NAMESPACE_OID, artifact.id)))
    event.add("dtstamp", datetime.combine(artifact.made_on, time(), UTC))
    event.add("summary", say("artifacts.event"))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    if artifact.calendar_at is None:
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
    else:
        start = datetime.combine(day, artifact.calendar_at)
        event.add("dtstart", start)
        event.add("dtend", start + LASTS)
    return event
