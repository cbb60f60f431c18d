"""The transcript in README.md, produced by the program; `--write` puts it there, a test compares it."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import textwrap
from pathlib import Path

from bot import logs
from bot.dialogue.agent import Brain
from bot.engine import Engine
from bot.settings import ROOT
from bot.store.keys import ServerSecret
from bot.store.store import Store
from bot.training import MODEL
from bot.types import Message

README = ROOT / "README.md"
SAID = (
    "we want to be close tonight and I'd like to talk first",
    "yes, both of us",
    "a long hug, and kissing if it feels okay",
    "no hands on my neck",
    "what helps when I freeze?",
    "that's everything",
)
"""What the person in the transcript writes."""
WIDTH = 84
MARKS = re.compile(r"(<!-- transcript -->\n).*?(<!-- /transcript -->)", re.DOTALL)


def transcript(brain: Brain) -> str:
    """Hold the talk and return it as a Markdown block."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        store = Store.open(
            f"sqlite:///{place / 't.db'}", ServerSecret.load_or_create(place / "key")
        )
        engine = Engine(store, lambda: brain, region="GB")
        try:
            lines = asyncio.run(_hold(engine))
        finally:
            engine.close()
    return block(lines)


async def _hold(engine: Engine) -> list[str]:
    token, _, _ = await engine.begin("web", "GB")
    opened = await engine.open(token)
    lines: list[str] = []
    for text in SAID:
        turn = await engine.receive(opened, Message(text=text))
        lines += [f"you         {text}", ""]
        for reply in turn.replies:
            lines += [*spoken(wrapped(reply.text, WIDTH)), ""]
    return lines[:-1]


def wrapped(text: str, width: int) -> list[str]:
    """Return the rows of a text, empty ones kept."""
    return [row for line in text.splitlines() for row in textwrap.wrap(line, width) or [""]]


def spoken(rows: list[str]) -> list[str]:
    """Return rows as the program's turn: its name before the first."""
    return [("groundwork  " if not i else " " * 12) + row for i, row in enumerate(rows)]


def block(lines: list[str]) -> str:
    """Return lines as a Markdown block."""
    return "```text\n" + "\n".join(lines) + "\n```\n"


def show(made: str, page: Path) -> None:
    """Print a transcript, or put it into its page with `--write`."""
    if "--write" in sys.argv:
        text = page.read_text(encoding="utf-8")
        page.write_text(MARKS.sub(lambda m: m[1] + made + m[2], text), encoding="utf-8")
    else:
        print(made)


def main() -> None:
    """Print the transcript, or put it into README.md."""
    logs.configure()
    show(transcript(Brain.load(MODEL)), README)


if __name__ == "__main__":
    main()
