"""What the database holds of a chat: no word, no name, no number of a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.errors import SealBroken
from bot.store import schema
from bot.store.keys import ServerSecret, derive
from bot.store.opened import Opened
from tests.channels.conftest import Bot, Person
from tests.channels.fake_telegram import FakeTelegram


def test_at_rest_nothing_names_the_chat_or_holds_its_words(
    bot: Bot, fake: FakeTelegram, tmp_path: Path
) -> None:
    person = Person(fake, 1_234_567_890)
    person.says("I want to talk before we get close tonight")
    person.says("yes")
    person.says("a canary-of-words and a hug")
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("t.db*"))
    for words in (b"canary-of-words", b"1234567890", (1_234_567_890).to_bytes(4, "big")):
        assert words not in everything
    rows = bot.waiting(person.id)
    assert {row["do"] for row in rows} == {"sent"}
    assert not any("chat" in row for row in rows)
    assert all(set(row) <= {"do", "message", "turn", "person", "keys", "artifact"} for row in rows)


def test_the_server_secret_opens_no_talk_without_the_chats_number(
    bot: Bot, fake: FakeTelegram
) -> None:
    Person(fake, 42).says("I want to talk before we get close tonight")
    ring, server = bot.store._ring, bot.store._secret
    with bot.store._db.read() as connection:
        row = connection.execute(select(schema.conversations)).first()
    with pytest.raises(SealBroken):
        Opened.from_row(row, derive(ring["chats"] + row.lookup, "chat-key", "43"), server)
    Opened.from_row(row, derive(ring["chats"] + row.lookup, "chat-key", "42"), server)


def test_another_secret_opens_nothing(bot: Bot, fake: FakeTelegram, tmp_path: Path) -> None:
    Person(fake, 42).says("hello")
    ring = bot.store._ring
    with bot.store._db.read() as connection:
        row = connection.execute(select(schema.conversations)).first()
    key = derive(ring["chats"] + row.lookup, "chat-key", "42")
    with pytest.raises(SealBroken):
        Opened.from_row(row, key, ServerSecret.load_or_create(tmp_path / "other"))
