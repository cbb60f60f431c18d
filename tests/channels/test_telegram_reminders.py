"""Reminders: asked for, in neutral words, by the person's clock, one tap to stop, never after danger."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram import reminders
from bot.channels.telegram.reminders import QUIET, Reminder, Setup, read_zone, step, zone_of
from bot.store.outbox import Change, Outgoing
from bot.store.store import utcnow
from bot.wording import say
from tests.channels.conftest import Bot, Person, Start
from tests.channels.fake_telegram import FakeTelegram

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def setup(person: Person) -> list[str]:
    person.says("remind me")
    person.presses("bins out?")
    person.says("London")
    person.presses("Every week")
    return person.presses("9:00")


def stored(bot: Bot, person: Person) -> list[dict[str, Any]]:
    return [row for row in bot.waiting(person.id) if row["do"] == "remind"]


def let_it_be_due(bot: Bot, person: Person, **changed: Any) -> None:
    """Move the reminder's time to now."""
    opened = bot.store.open_chat("telegram", str(person.id))

    def now(rows: Any) -> Change:
        (row,) = (r for r in rows if r.payload["do"] == "remind")
        payload = {**row.payload, "reminder": {**row.payload["reminder"], **changed}}
        return Change([Outgoing(payload, outlives=True)], [row.id])

    bot.store.commit(opened, [], plan=now)


def awake_zone() -> str:
    """Return an offset at which it is the afternoon now."""
    minutes = (15 - utcnow().hour) * 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:00"


def asleep_zone() -> str:
    """Return an offset at which it is deep in the night now."""
    hours = (2 - utcnow().hour + 12) % 24 - 12
    return f"{'-' if hours < 0 else '+'}{abs(hours):02}:00"


class TestSettingUp:
    def test_with_buttons_and_a_city(self, bot: Bot, person: Person) -> None:
        said = setup(person)
        assert "“bins out?”" in said[0]
        assert "9:00" in said[0]
        (row,) = stored(bot, person)
        assert row["reminder"] == {
            "words": "bins out?", "zone": "Europe/London", "at": "09:00", "days": 7,
        }  # fmt: skip

    def test_with_own_words_and_the_time_it_is(self, bot: Bot, person: Person) -> None:
        person.says("remind me")
        person.says("feed <the> cat")
        said = person.says(f"{utcnow() + timedelta(hours=2):%H:%M}")
        assert "Then it is" in said[0]
        person.presses("Once, tomorrow")
        person.says("half past six in the evening")
        (row,) = stored(bot, person)
        assert row["reminder"]["zone"] == "+02:00"
        assert row["html"] == "feed &lt;the&gt; cat"
        assert row["reminder"]["at"] == "18:30"

    def test_from_a_paper(self, bot: Bot, person: Person) -> None:
        person.says("can we look back at how last night went")
        person.says("no")
        person.says("it was fine")
        person.says("that's everything")
        assert person.presses("A reminder") == [say("telegram.reminder.words")]

    def test_danger_in_the_words_is_heard(self, bot: Bot, person: Person) -> None:
        person.says("remind me")
        person.says("i will kill myself tonight")
        assert bot.state(person.id).crisis.level == "emergency"
        assert not [r for r in bot.waiting(person.id) if r["do"] in ("note", "remind")]

    def test_anything_else_lets_it_drop(self, bot: Bot, person: Person) -> None:
        person.says("remind me")
        person.says("/menu")
        assert not [r for r in bot.waiting(person.id) if r["do"] == "note"]
        person.says("remind me")
        assert person.presses("Never mind")[0] == say("telegram.reminder.dropped")

    def test_two_misses_end_the_question(self) -> None:
        one = step(Setup("zone", words="x"), "nowhere at all", NOON)
        assert one.setup is not None
        assert one.reply.text == say("telegram.reminder.zone_again")
        two = step(one.setup, "still nowhere", NOON)
        assert two.setup is None
        assert two.reminder is None


class TestSending:
    def test_it_comes_and_comes_again_and_one_tap_stops_it(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        setup(person)
        let_it_be_due(bot, person, zone=awake_zone())
        fake.until(lambda: "bins out?" in fake.texts(person.id), 10)
        fake.quiet()
        assert len(stored(bot, person)) == 1
        last = fake.shown(person.id)[-1]
        stop = last["reply_markup"]["inline_keyboard"][0][0]
        assert stop["text"] == "Stop these"
        fake.press_data(person.id, last, stop["callback_data"])
        fake.quiet()
        assert stored(bot, person) == []
        assert fake.texts(person.id)[-1] == say("telegram.reminder.stopped")

    def test_at_night_it_waits_for_the_morning(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        setup(person)
        let_it_be_due(bot, person, zone=asleep_zone())
        fake.quiet(2.0)
        assert "bins out?" not in fake.texts(person.id)
        assert len(stored(bot, person)) == 1

    def test_it_survives_a_restart_and_the_end_of_the_talk(
        self, start: Start, person: Person, fake: FakeTelegram
    ) -> None:
        first = start()
        setup(person)
        first.close()
        second = start()
        opened = second.store.open_chat("telegram", str(person.id))
        second.store._clock = lambda: utcnow() + timedelta(hours=25)
        assert second.store.purge() == 1
        second.store._clock = utcnow
        assert second.store.open_chat("telegram", str(person.id)).id != opened.id
        let_it_be_due(second, person, zone=awake_zone(), days=0)
        fake.until(lambda: "bins out?" in fake.texts(person.id), 10)
        fake.quiet()
        assert stored(second, person) == []

    @pytest.mark.parametrize("words", ["I want to kill myself", "he is hitting me right now"])
    def test_never_after_a_crisis(self, bot: Bot, person: Person, words: str) -> None:
        setup(person)
        person.says(words)
        assert stored(bot, person) == []
        assert person.says("remind me")

    def test_never_after_a_control_flag(self, bot: Bot, person: Person) -> None:
        setup(person)
        person.says("I want to talk before we get close tonight")
        person.presses("A private question")
        person.presses("Yes")
        person.says("yes, he goes through my phone")
        assert stored(bot, person) == []
        assert person.says("remind me")[-1] == say("telegram.reminder.not_now")

    @pytest.mark.parametrize("words", ["/erase", "/leave"])
    def test_erasing_takes_it(self, bot: Bot, person: Person, words: str) -> None:
        setup(person)
        person.says(words)
        assert stored(bot, person) == []


class TestClocks:
    @given(
        st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
        st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "+05:45", "-11:00"]),
        st.times(),
    )
    def test_nothing_is_ever_due_at_night(self, now: datetime, zone: str, at: time) -> None:
        asked = Setup("at", "x", zone, "daily")
        taken = reminders._at(asked, f"{at:%H:%M}", now)
        if taken is None:
            return
        assert taken.due is not None
        local = taken.due.astimezone(zone_of(zone)).time()
        assert QUIET[1] <= local < QUIET[0]
        assert timedelta(0) < taken.due - now < timedelta(days=3)

    @given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
    def test_the_night_ends_in_the_morning(self, now: datetime) -> None:
        reminder = Reminder("x", "Europe/London", "09:00", 1)
        morning = reminder.waking(now)
        local = now.astimezone(zone_of("Europe/London")).time()
        assert (morning is None) == (QUIET[1] <= local < QUIET[0])
        if morning is not None:
            assert timedelta(0) <= morning - now <= timedelta(hours=11)

    def test_a_daily_one_keeps_its_hour_when_the_clocks_change(self) -> None:
        before = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)
        due = Reminder("x", "Europe/London", "09:00", 1).again(before)
        assert due == datetime(2026, 3, 29, 8, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("words", "zone"),
        [
            ("London", "Europe/London"), ("in new york", "America/New_York"),
            ("Leeds, UK", "Europe/London"), ("São Paulo?", "America/Sao_Paulo"), ("14:30", "+02:30"),
            ("2:30 pm", "+02:30"), ("23:00", "+11:00"), ("Buenos Aires", "America/Buenos_Aires"),
            ("whatever", None), ("25:10", None),
        ],
    )  # fmt: skip
    def test_zones(self, words: str, zone: str | None) -> None:
        assert read_zone(words, NOON) == zone
