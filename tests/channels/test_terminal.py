"""The conversation in a terminal: numbered choices, and a way out that erases."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.channels.terminal import Terminal
from bot.engine import Engine
from bot.store.keys import ServerSecret
from bot.store.store import Store


def held(brain: Any, folder: Path, lines: list[Any]) -> str:
    """Hold a talk from typed lines; an exception among them is raised as if by a key."""
    store = Store.open(f"sqlite:///{folder / 't.db'}", ServerSecret.load_or_create(folder / "key"))
    engine = Engine(store, lambda: brain, region="GB")
    typed, shown = iter(lines), list[str]()

    def read(_: str) -> str:
        line = next(typed)
        if isinstance(line, BaseException):
            raise line
        return str(line)

    try:
        asyncio.run(Terminal(engine, read, shown.append).run())
    finally:
        engine.close()
    return "\n".join(shown)


@pytest.mark.parametrize("way_out", ["/quit", EOFError()])
def test_a_talk_with_numbered_choices_is_left_cleanly_and_erased(
    brain: Any, tmp_path: Path, way_out: Any
) -> None:
    said = held(
        brain, tmp_path, ["I want to talk before we get close tonight", "2", "pause", way_out]
    )
    assert "[2] Yes" in said
    assert "waits where you left it" in said
    assert "What you wrote here is erased" in said
    assert max(len(line) for line in said.splitlines()) <= 80


def test_leaving_at_once_says_that_nothing_was_kept(brain: Any, tmp_path: Path) -> None:
    assert "nothing is kept" in held(brain, tmp_path, ["/quit"])
