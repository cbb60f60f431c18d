"""The conversation in a terminal: wrapped text, numbered choices, and a clean way out."""

from __future__ import annotations

import asyncio
import shutil
import textwrap
from collections.abc import Callable

from bot.engine import Engine, ModelFailed, TooLong
from bot.errors import GroundworkError
from bot.store.opened import Opened
from bot.types import Button, Message, Reply, Turn
from bot.wording import say

Read = Callable[[str], str]
Write = Callable[[str], None]


class Terminal:
    """One talk in a terminal."""

    def __init__(self, engine: Engine, read: Read = input, write: Write = print) -> None:
        self._engine = engine
        self._read = read
        self._write = write
        self._choices: tuple[Button, ...] = ()

    async def run(self) -> None:
        """Talk until the person leaves with Ctrl-C, Ctrl-D or /quit."""
        token, _, turn = await self._engine.begin("terminal")
        opened = await self._engine.open(token)
        self._show(turn)
        try:
            while (line := await self._line()) is not None:
                await self._answer(opened, line)
        finally:
            kept = await self._kept(opened)
            await self._engine.erase(token)
            self._write("\n" + _wrapped(say("terminal.left" if kept else "terminal.left_empty")))

    async def _kept(self, opened: Opened) -> bool:
        history = await self._engine.history(opened)
        return any(message["from"] == "person" for message in history.messages)

    async def _line(self) -> str | None:
        try:
            line = await asyncio.to_thread(self._read, "\n> ")
        except (EOFError, KeyboardInterrupt):
            return None
        return None if line.strip() == "/quit" else line

    async def _answer(self, opened: Opened, line: str) -> None:
        try:
            self._show(await self._engine.receive(opened, self._message(line)))
        except (TooLong, ModelFailed) as error:
            self._write(_wrapped(str(error) if isinstance(error, TooLong) else ""))
            self._print(error.replies)
        except GroundworkError as error:
            self._write(_wrapped(str(error)))

    def _message(self, line: str) -> Message:
        number = line.strip()
        if number.isdigit() and 1 <= int(number) <= len(self._choices):
            return Message(payload=self._choices[int(number) - 1].payload, channel="terminal")
        return Message(text=line, channel="terminal")

    def _show(self, turn: Turn) -> None:
        self._choices = ()
        self._print(turn.replies)

    def _print(self, replies: tuple[Reply, ...]) -> None:
        for reply in replies:
            self._write("\n" + _wrapped(reply.text))
            for button in reply.buttons:
                self._choices = (*self._choices, button)
                self._write(f"  [{len(self._choices)}] {button.title}")


def _wrapped(text: str) -> str:
    width = min(shutil.get_terminal_size((80, 24)).columns, 80) - 2
    lines = (
        textwrap.fill(line, width, subsequent_indent="  " if line.startswith("•") else "")
        for line in text.splitlines()
    )
    return "\n".join(lines)
