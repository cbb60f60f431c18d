"""The transcript in docs/telegram.md: a chat with the running bot; `--write` puts it there."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bot import logs
from bot.settings import ROOT
from bot.training import MODEL
from scripts.transcript import block, show, spoken, wrapped
from tests.channels.conftest import Bot, Person
from tests.channels.fake_telegram import FakeTelegram

PAGE = ROOT / "docs" / "telegram.md"
WIDTH = 76


def transcript(brain: Any) -> str:
    """Hold the talk and return it as a Markdown block."""
    with FakeTelegram() as fake, tempfile.TemporaryDirectory() as folder:
        bot = Bot(fake, brain, Path(folder))
        try:
            lines = _hold(Person(fake))
        finally:
            bot.close()
    return block(lines)


def _hold(person: Person) -> list[str]:
    lines: list[str] = []
    for act, words in (
        ("says", "/start"),
        ("says", "I want to talk before we get close tonight"),
        ("presses", "Yes"),
        ("says", "a long hug, and kissing if it feels okay"),
        ("sends", "a voice message"),
        ("says", "that's everything"),
        ("says", "leave"),
    ):
        before = len(person.chat.sent)
        if act == "sends":
            person.sends(voice={"file_id": "f", "file_unique_id": "u", "duration": 3})
        else:
            getattr(person, act)(words)
        said = {"says": words, "presses": f"presses [ {words} ]", "sends": f"({words})"}[act]
        lines += [f"you         {said}", ""]
        for number in person.chat.sent[before:]:
            lines += [*_message(person.chat.messages.get(number)), ""]
    gone = len(person.chat.deleted)
    return [*lines, f"            ({gone} messages have gone from the chat, the person's own too)"]


def _message(message: dict[str, Any] | None) -> list[str]:
    assert message is not None
    rows = wrapped(_text(message), WIDTH)
    keyboard = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    rows += ["  ".join(f"[ {button['text']} ]" for button in row) for row in keyboard]
    return spoken(rows)


def _text(message: dict[str, Any]) -> str:
    if "document" in message:
        return f"({message['document']['file_name']})\n{message['caption']}"
    return str(message["text"])


def main() -> None:
    """Print the transcript, or put it into the page."""
    from bot.dialogue.agent import Brain

    logs.configure()
    show(transcript(Brain.load(MODEL)), PAGE)


if __name__ == "__main__":
    main()
