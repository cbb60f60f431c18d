"""Whole talks in Telegram, over HTTP against the fake Bot API server."""

from __future__ import annotations

from tests.channels.conftest import Bot
from tests.channels.fake_telegram import FakeTelegram

CHAT = 4242


def ask(fake: FakeTelegram, text: str, chat: int = CHAT) -> list[str]:
    """Write, wait, and return what the bot has sent since."""
    before = len(fake.chat(chat).sent)
    fake.say(chat, text)
    fake.quiet()
    new = fake.chat(chat).sent[before:]
    return [t for m in new if (t := fake.chat(chat).messages.get(m, {}).get("text"))]


def press(fake: FakeTelegram, title: str, chat: int = CHAT) -> list[str]:
    before = len(fake.chat(chat).sent)
    fake.press(chat, title)
    fake.quiet()
    new = fake.chat(chat).sent[before:]
    return [t for m in new if (t := fake.chat(chat).messages.get(m, {}).get("text"))]


def test_the_first_words_say_what_it_is_and_that_telegram_keeps_a_copy(
    fake: FakeTelegram, bot: Bot
) -> None:
    said = "\n".join(ask(fake, "/start"))
    for words in (
        "self-help program", "not end-to-end encrypted", "Telegram's cloud", "/erase",
        "hide its previews", "I can't judge danger", "Not yet professionally reviewed",
    ):  # fmt: skip
        assert words in said
    assert {"I was hurt", "I crossed a line"} <= set(fake.titles(CHAT))
    assert [c["command"] for c in fake.commands] == [
        "start", "menu", "pause", "resume", "help_now", "erase", "privacy", "leave",
    ]  # fmt: skip


def test_a_whole_pre_brief_with_buttons(fake: FakeTelegram, bot: Bot) -> None:
    ask(fake, "/start")
    ask(fake, "we want to be close tonight and I'd like to talk first")
    assert bot.state(CHAT).step == "freely"
    press(fake, "Yes")
    pressed = [t for t in fake.texts(CHAT) if t.endswith("› Yes")]
    assert len(pressed) == 1
    assert bot.state(CHAT).step == "wants"
    ask(fake, "a <b>long</b> hug & a kiss")
    ask(fake, "no hands on my neck")
    ask(fake, "red")
    said = "\n".join(ask(fake, "that's everything"))
    assert "What I would like: a <b>long</b> hug & a kiss" in said
    assert bot.state(CHAT).conversation is None
    (document,) = fake.called("sendDocument", CHAT)
    assert document.params["protect_content"] is True
    file = fake.shown(CHAT)[-1] if "document" in fake.shown(CHAT)[-1] else None
    file = file or next(m for m in fake.shown(CHAT) if "document" in m)
    assert file["document"]["file_name"] == "notes-before.pdf"
    assert file["document"]["bytes"].startswith("%PDF")
    paper = next(m for m in fake.shown(CHAT) if "This is not consent" in (m.get("text") or ""))
    assert paper["has_protected_content"]


def test_crisis_with_the_country_given_late(fake: FakeTelegram, start) -> None:  # type: ignore[no-untyped-def]
    bot = start(region=None)
    said = ask(fake, "I want to kill myself tonight")
    assert said
    assert "Groundwork, a self-help program" not in "\n".join(said)
    assert all(m["has_protected_content"] for m in fake.shown(CHAT))
    assert bot.state(CHAT).crisis.level == "emergency"
    ask(fake, "i don't know what to do")
    later = "\n".join(ask(fake, "I'm in Ireland"))
    assert "Ireland" in later
    assert bot.state(CHAT).crisis.region == "IE"
    links = [e for m in fake.shown(CHAT) for e in m.get("entities", []) if e["type"] == "text_link"]
    assert any(e["url"].startswith("tel:") for e in links)


def test_erase_deletes_every_message_and_the_persons_own(fake: FakeTelegram, bot: Bot) -> None:
    ask(fake, "/start")
    ask(fake, "I want to talk before we get close tonight")
    press(fake, "Yes")
    before = set(fake.chat(CHAT).messages)
    assert len(before) >= 7
    (line,) = ask(fake, "/erase")
    assert line.startswith("Everything is erased")
    assert before <= set(fake.chat(CHAT).deleted)
    assert len(fake.chat(CHAT).messages) == 1
    assert bot.history(CHAT).messages == []
    assert bot.state(CHAT).conversation is None
