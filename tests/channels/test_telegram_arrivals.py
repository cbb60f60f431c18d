"""Everything that can arrive besides plain words, in and out of order, once and more often."""

from __future__ import annotations

from typing import Any

import pytest

from bot.wording import say
from tests.channels.conftest import Bot, Person, Start
from tests.channels.fake_telegram import FakeTelegram

FILE = {"file_id": "f", "file_unique_id": "u"}
KINDS: dict[str, dict[str, Any]] = {
    "voice": {"voice": {**FILE, "duration": 3}},
    "audio": {"audio": {**FILE, "duration": 3}},
    "video": {"video": {**FILE, "duration": 3, "width": 1, "height": 1}},
    "video_note": {"video_note": {**FILE, "duration": 3, "length": 1}},
    "animation": {
        "animation": {**FILE, "duration": 3, "width": 1, "height": 1},
        "document": FILE,
    },
    "photo": {"photo": [{**FILE, "width": 1, "height": 1}]},
    "document": {"document": FILE},
    "sticker": {
        "sticker": {
            **FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False,
        }
    },
    "location": {"location": {"latitude": 1.0, "longitude": 1.0}},
    "venue": {
        "venue": {
            "location": {"latitude": 1.0, "longitude": 1.0}, "title": "t", "address": "a",
        },
        "location": {"latitude": 1.0, "longitude": 1.0},
    },
    "contact": {"contact": {"phone_number": "1", "first_name": "A"}},
    "poll": {
        "poll": {
            "id": "1", "question": "q", "options": [], "total_voter_count": 0, "is_closed": False,
            "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
        }
    },
    "dice": {"dice": {"emoji": "🎲", "value": 3}},
}  # fmt: skip
LINES = {
    "audio": "voice", "video_note": "video", "animation": "video", "venue": "location",
    "dice": "other",
}  # fmt: skip


def test_every_kind_of_message_gets_its_line_and_changes_nothing(bot: Bot, person: Person) -> None:
    person.says("I want to talk before we get close tonight")
    before = bot.state(person.id)
    for kind, fields in KINDS.items():
        assert person.sends(**fields) == [say(f"telegram.kinds.{LINES.get(kind, kind)}")]
    assert bot.state(person.id) == before


def test_the_words_under_a_picture_are_read(bot: Bot, person: Person) -> None:
    person.says("I want to talk before we get close tonight")
    said = person.sends(**KINDS["photo"], caption="yes, both of us")
    assert said[0] == say("telegram.kinds.photo")
    assert bot.state(person.id).step == "wants"
    person.sends(**KINDS["photo"], caption="he is strangling me right now")
    assert bot.state(person.id).crisis.level == "emergency"


FORWARDED = {"forward_origin": {"type": "hidden_user", "sender_user_name": "X", "date": 1}}


def test_forwarded_words_are_not_taken_as_the_persons_own(bot: Bot, person: Person) -> None:
    person.says("I want to talk before we get close tonight")
    assert person.says("yes", **FORWARDED) == [say("telegram.forwarded")]
    assert bot.state(person.id).step == "freely"


def test_forwarded_words_of_danger_still_bring_help(bot: Bot, person: Person) -> None:
    person.says("hello")
    person.says("i'm going to kill myself tonight", **FORWARDED)
    assert bot.state(person.id).crisis.level == "emergency"


def test_a_reply_to_an_earlier_message_is_taken_as_an_answer_and_said(
    bot: Bot, person: Person, fake: FakeTelegram
) -> None:
    person.says("hello")
    first = fake.shown(person.id)[0]
    person.says("I want to talk before we get close tonight")
    question = fake.shown(person.id)[-1]
    said = person.says("yes", reply_to_message=first)
    assert said[0] == say("telegram.reply_old")
    assert bot.state(person.id).step == "wants"
    question = fake.shown(person.id)[-1]
    assert say("telegram.reply_old") not in person.says("a hug", reply_to_message=question)


class TestEdits:
    def test_an_edit_of_the_latest_answer_replaces_it(self, bot: Bot, person: Person) -> None:
        person.says("I want to talk before we get close tonight")
        person.says("yes")
        person.says("a long hug")
        said = person.edits(person.latest, "a short hug")
        assert said[0] == say("telegram.edit_taken")
        assert bot.history(person.id).slots["pre_brief__wants"] == "a short hug"
        assert bot.state(person.id).step == "limits"
        person.edits(person.latest, "no hug")
        assert bot.history(person.id).slots["pre_brief__wants"] == "no hug"
        assert bot.state(person.id).done == 2

    def test_an_older_message_stays_and_that_is_said(self, bot: Bot, person: Person) -> None:
        person.says("I want to talk before we get close tonight")
        person.says("yes")
        person.says("a long hug")
        old = person.latest
        person.says("no hands on my neck")
        assert person.edits(old, "a short hug") == [say("telegram.edit_old")]
        assert bot.history(person.id).slots["pre_brief__wants"] == "a long hug"

    def test_an_edit_of_something_else_changes_nothing(self, bot: Bot, person: Person) -> None:
        person.says("what helps when I freeze?")
        assert person.edits(person.latest, "thanks") == [say("telegram.edit_ignored")]

    def test_words_of_danger_cannot_be_edited_away(self, bot: Bot, person: Person) -> None:
        person.says("I want to talk before we get close tonight")
        person.says("i want to kill myself")
        person.edits(person.latest, "ignore that, all good")
        assert bot.state(person.id).crisis is not None

    def test_a_private_answer_cannot_be_edited_away(self, bot: Bot, person: Person) -> None:
        person.says("I want to talk before we get close tonight")
        person.presses("A private question")
        person.presses("Yes")
        person.says("yes")
        person.edits(person.latest, "no")
        assert "unsafe" in bot.history(person.id).slots["session"]["flags"]

    def test_an_edit_that_brings_danger_brings_help(self, bot: Bot, person: Person) -> None:
        person.says("I want to talk before we get close tonight")
        person.says("yes")
        old = person.latest
        person.says("a hug")
        person.edits(old, "he is choking me")
        assert bot.state(person.id).crisis.level == "emergency"

    def test_a_live_location_is_no_edit_of_words(
        self, bot: Bot, fake: FakeTelegram, person: Person
    ) -> None:
        person.sends(**KINDS["location"])
        made = fake.chat(person.id).messages[person.latest]
        before = len(fake.chat(person.id).sent)
        fake.push(edited_message=made)
        fake.quiet()
        assert len(fake.chat(person.id).sent) == before


class TestButtons:
    def test_old_keyboards_go_and_the_choice_is_shown(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        person.says("I want to talk before we get close tonight")
        person.says("what helps when I freeze?")
        with_keys = [m for m in fake.shown(person.id) if m.get("reply_markup")]
        assert len(with_keys) == 1
        person.presses("Yes")
        assert "› Yes" in "\n".join(fake.texts(person.id))
        assert fake.titles(person.id).count("Yes") == 0
        calls = [c.method for c in fake.calls if c.method != "getUpdates"]
        press = calls.index("answerCallbackQuery")
        assert "sendMessage" in calls[press:]

    def test_callback_data_fits_and_the_forged_is_refused(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        person.says("hello")
        message = fake.shown(person.id)[-1]
        before = bot.state(person.id)
        for data in ("/pre_brief", "3e8.AAAAAAAAAAAAAAAA", "x", "~f.nothing.pdf", "~r.3", "."):
            fake.press_data(person.id, message, data)
            fake.quiet()
        assert bot.state(person.id) == before
        assert say("dialogue.payload_refused") in fake.texts(person.id)

    def test_a_late_yes_settles_no_other_question(
        self, bot: Bot, person: Person, fake: FakeTelegram
    ) -> None:
        person.says("I want to talk before we get close tonight")
        person.presses("A private question")
        screen = fake.shown(person.id)[-1]
        data = screen["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        person.says("forget me")
        fake.press_data(person.id, screen, data)
        fake.quiet()
        assert bot.history(person.id).messages
        assert say("dialogue.stale_button") in fake.texts(person.id)


def test_an_update_that_comes_twice_is_answered_once(
    bot: Bot, person: Person, fake: FakeTelegram
) -> None:
    person.says("I want to talk before we get close tonight")
    update = fake.say(person.id, "yes")
    fake.redeliver(update)
    fake.quiet()
    fake.redeliver(update)
    fake.quiet()
    assert bot.state(person.id).step == "wants"
    assert len([t for t in fake.texts(person.id) if t.startswith("What would you like")]) == 1
    leave = fake.say(person.id, "/leave")
    fake.quiet()
    fake.redeliver(leave)
    fake.quiet()
    assert fake.texts(person.id) == [say("telegram.left")]


def test_updates_out_of_order_are_put_in_order(
    bot: Bot, person: Person, fake: FakeTelegram
) -> None:
    person.says("I want to talk before we get close tonight")
    with fake._lock:
        for text in ("yes", "a long hug", "no hands on my neck"):
            fake.say(person.id, text)
        fake.updates.reverse()
    fake.quiet()
    slots = bot.history(person.id).slots
    assert slots["pre_brief__wants"] == "a long hug"
    assert slots["pre_brief__limits"] == "no hands on my neck"


def test_an_update_that_cannot_be_read_stops_nothing(
    bot: Bot, person: Person, fake: FakeTelegram
) -> None:
    fake.push(message={"message_id": "not a number", "odd": True})
    fake.push(something_new={"a": 1})
    assert person.says("hello")


@pytest.mark.parametrize("kind", ["message", "channel_post"])
def test_in_a_group_one_line_and_nothing_else(bot: Bot, fake: FakeTelegram, kind: str) -> None:
    group = -100500
    for text in ("hello all", "I want to kill myself", "/start"):
        made = fake.chat(group).add(
            {"text": text, "from": {"id": 7, "is_bot": False, "first_name": "P"}}
        )
        fake.push(**{kind: made})
    fake.quiet()
    assert fake.texts(group) == [say("telegram.private_only")]
    assert bot.waiting(group) == []


def test_a_flood_gets_one_calm_line_and_a_crisis_is_never_limited(
    start: Start, person: Person, fake: FakeTelegram
) -> None:
    bot = start(rate_limit="3/minute")
    for _ in range(8):
        fake.say(person.id, "hello")
    fake.quiet()
    assert len([t for t in fake.texts(person.id) if t.startswith("That was a lot at once")]) == 1
    person.says("he is hitting me right now")
    assert bot.state(person.id).crisis is not None
