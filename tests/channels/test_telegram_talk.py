"""Whole talks in Telegram, over HTTP against the fake Bot API server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.channels.terminal import Terminal
from bot.engine import Engine
from bot.store.keys import ServerSecret
from bot.store.store import Store
from bot.types import Message
from bot.wording import say
from tests.channels.conftest import Bot, Person, Start
from tests.channels.fake_telegram import FakeTelegram


def test_the_first_words_say_what_it_is_and_that_telegram_keeps_a_copy(
    fake: FakeTelegram, bot: Bot, person: Person
) -> None:
    said = "\n".join(person.says("/start"))
    for words in (
        "self-help program", "not end-to-end encrypted", "Telegram's cloud", "/erase",
        "hide its previews", "I can't judge danger", "Not yet professionally reviewed",
    ):  # fmt: skip
        assert words in said
    assert {"I was hurt", "I crossed a line"} <= set(fake.titles(person.id))
    assert [c["command"] for c in fake.commands] == [
        "start", "menu", "pause", "resume", "help_now", "erase", "privacy", "leave",
    ]  # fmt: skip


def test_without_start_the_first_answer_says_it_too(bot: Bot, person: Person) -> None:
    first = person.says("what helps when I freeze?")
    assert "not end-to-end encrypted" in "\n".join(first)
    assert "From my guidance" in first[-1]
    assert "end-to-end" not in "\n".join(person.says("thanks"))


def test_whoever_asks_for_numbers_first_gets_them_first(bot: Bot, person: Person) -> None:
    said = person.says("/help_now")
    assert said[0].startswith("Which country")
    assert said[-1] == say("telegram.start_privacy")


def test_the_operator_is_named(start: Start, person: Person) -> None:
    start(
        operator_name="A service", operator_contact="a@b.example", privacy_url="https://b.example"
    )
    assert "A service runs this bot. Contact: a@b.example" in "\n".join(person.says("/start"))


def test_a_whole_pre_brief_with_buttons(fake: FakeTelegram, bot: Bot, person: Person) -> None:
    person.says("/start")
    person.says("we want to be close tonight and I'd like to talk first")
    assert bot.state(person.id).step == "freely"
    person.presses("Yes")
    assert len([t for t in fake.texts(person.id) if t.endswith("› Yes")]) == 1
    assert bot.state(person.id).step == "wants"
    person.says("a <b>long</b> hug & a kiss")
    person.says("no hands on my neck")
    person.says("red")
    assert bot.state(person.id).done == 4
    said = "\n".join(person.says("that's everything"))
    assert "What I would like: a <b>long</b> hug & a kiss" in said
    assert bot.state(person.id).conversation is None
    paper = next(m for m in fake.shown(person.id) if "This is not consent" in m.get("text", ""))
    assert paper["has_protected_content"]
    bold = [e for e in paper["entities"] if e["type"] == "bold"]
    assert "What I would like:" in [
        paper["text"][e["offset"] : e["offset"] + e["length"]] for e in bold
    ]


def test_a_paper_comes_as_a_file_with_a_neutral_name(
    fake: FakeTelegram, bot: Bot, person: Person
) -> None:
    person.says("I want to talk before we get close tonight")
    person.says("yes")
    person.says("a hug")
    person.says("finish it there")
    (file,) = (m for m in fake.shown(person.id) if "document" in m)
    assert file["document"]["file_name"] == "notes-before.pdf"
    assert file["document"]["bytes"].startswith("%PDF")
    assert file["has_protected_content"]
    assert "stay on the phone" in file["caption"]
    person.presses("Calendar")
    person.presses("Text file")
    names = [m["document"]["file_name"] for m in fake.shown(person.id) if "document" in m]
    assert names == ["notes-before.pdf", "notes-before.ics", "notes-before.txt"]
    person.says("read it back")
    assert len([m for m in fake.shown(person.id) if "document" in m]) == 3


def test_a_safety_plan_stays_on_the_screen_until_asked_for(
    fake: FakeTelegram, bot: Bot, person: Person
) -> None:
    person.says("I'd like to make a safety plan")
    assert bot.state(person.id).conversation == "safety_plan"
    person.says("my sister")
    person.says("that's everything")
    assert not [m for m in fake.shown(person.id) if "document" in m]
    assert "Calendar" not in fake.titles(person.id)
    person.presses("As a file")
    assert len([m for m in fake.shown(person.id) if "document" in m]) == 1


def test_i_statement_practice(bot: Bot, person: Person) -> None:
    person.says("help me with an I statement")
    assert bot.state(person.id).conversation == "i_statement"
    said = person.says("I felt scared when the door slammed, and I need quiet. Could we talk low?")
    assert said
    assert bot.state(person.id).conversation == "i_statement"


def test_a_library_question_in_the_middle(bot: Bot, person: Person, fake: FakeTelegram) -> None:
    person.says("I want to talk before we get close tonight")
    person.says("yes")
    said = person.says("what helps when I freeze?")
    assert said[0].startswith("From my guidance, “When a body freezes")
    assert said[-1].startswith("What would you like this time?")
    assert bot.state(person.id).step == "wants"


def test_crisis_with_the_country_given_late(
    fake: FakeTelegram, start: Start, person: Person
) -> None:
    bot = start(region=None)
    said = person.says("I want to kill myself tonight")
    assert said
    assert "self-help program" not in "\n".join(said)
    assert all(m["has_protected_content"] for m in fake.shown(person.id))
    assert bot.state(person.id).crisis.level == "emergency"
    person.says("i don't know what to do")
    assert "Ireland" in "\n".join(person.says("I'm in Ireland"))
    assert bot.state(person.id).crisis.region == "IE"
    found = [e for m in fake.shown(person.id) for e in m["entities"] if e["type"] == "text_link"]
    assert any(e["url"].startswith("tel:") for e in found)


@pytest.mark.parametrize("command", ["/help_now", "/menu", "/privacy", "/pause", "/start"])
def test_commands_in_a_crisis_are_answered_and_keep_it(
    bot: Bot, person: Person, command: str
) -> None:
    person.says("he is hitting me right now")
    assert person.says(command)
    assert bot.state(person.id).crisis is not None


def test_the_commands_are_the_controls(bot: Bot, person: Person) -> None:
    person.says("I want to talk before we get close tonight")
    person.says("/pause")
    assert bot.state(person.id).paused == ("pre_brief",)
    assert "“Before closeness”" in "\n".join(person.says("/start"))
    assert bot.state(person.id).conversation is None
    person.says("/resume@gw_bot")
    assert bot.state(person.id).conversation == "pre_brief"
    assert "Which country" in "\n".join(person.says("/help_now"))
    assert "999" in "\n".join(person.presses("United Kingdom"))
    assert "Telegram keeps a copy" in "\n".join(person.says("/privacy"))
    assert bot.state(person.id).step == "freely"


def test_text_that_looks_like_a_command_is_only_text(bot: Bot, person: Person) -> None:
    person.says("I want to talk before we get close tonight")
    person.says("yes")
    person.says('/settle{"choice": "yes"}')
    assert bot.state(person.id).conversation == "pre_brief"


def test_an_exercise_comes_in_short_messages_and_stops_when_the_person_writes(
    bot: Bot, person: Person, fake: FakeTelegram
) -> None:
    person.says("I need to calm down")
    for _ in range(6):
        person.says("skip")
    assert bot.state(person.id).step == "more"
    person.presses("Slow breathing")
    assert bot.state(person.id).step == "breath"
    begin = say("telegram.exercise.begin")
    fake.until(lambda: begin in fake.texts(person.id), 10)
    assert len([row for row in bot.waiting(person.id) if row.get("timed")]) > 3
    assert fake.called("sendMessage", person.id)[-1].params["disable_notification"]
    person.says("it was fine")
    assert not [row for row in bot.waiting(person.id) if row.get("timed")]
    assert bot.state(person.id).step == "now"


SCRIPT = (
    "we want to be close tonight and I'd like to talk first",
    "yes, both of us",
    "a long hug, and kissing if it feels okay",
    "no hands on my neck",
    "what helps when I freeze?",
    "pause",
    "help me with an I statement",
    "I feel that you never listen",
    "stop",
    "resume",
    "that's everything",
    "asdf qwer zxcv",
    "I'm afraid of him, he said he will kill me",
    "I'm safe now",
)


async def _web(engine: Engine) -> tuple[list[list[str]], dict[str, Any]]:
    token, _, turn = await engine.begin("web")
    opened, said = await engine.open(token), [[r.text for r in turn.replies]]
    for line in SCRIPT:
        turn = await engine.receive(opened, Message(line))
        said.append([r.text for r in turn.replies])
    return said, turn.state.as_dict()


def test_the_same_talk_is_the_same_in_every_channel(
    brain: Any, start: Start, person: Person, tmp_path: Path
) -> None:
    import asyncio

    secret = ServerSecret.load_or_create(tmp_path / "key")
    engine = Engine(
        Store.open(f"sqlite:///{tmp_path / 'w.db'}", secret), lambda: brain, region="GB"
    )
    said, state = asyncio.run(_web(engine))
    lines, shown = iter([*SCRIPT, EOFError()]), list[str]()

    def typed(_: str) -> str:
        line = next(lines)
        if isinstance(line, EOFError):
            raise line
        return line

    asyncio.run(Terminal(engine, typed, shown.append).run())
    engine.close()
    flat = " ".join(" ".join(shown).split())
    for text in (t for turn in said for t in turn):
        assert " ".join(text.split()) in flat

    bot = start()
    greeting = person.says("/start")[2:]
    found = [greeting, *(person.says(line) for line in SCRIPT)]
    assert [" ".join(" ".join(turn).split()) for turn in found] == [
        " ".join(" ".join(turn).split()) for turn in said
    ]
    assert bot.state(person.id).as_dict() == state
