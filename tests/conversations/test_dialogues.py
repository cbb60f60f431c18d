"""Whole conversations, held by people of many voices, with interruptions (tests/conversations/dialogues)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.catalog import CONVERSATIONS
from tests.conftest import Talker

FOLDER = Path(__file__).parent / "dialogues"
FILES = sorted(FOLDER.glob("*.txt"))


def check(talker: Talker, what: str, value: str) -> None:
    """Check one line of a dialogue; what each means stands in dialogues/README.md."""
    state = talker.state
    if what == "at":
        assert state.step == value
    elif what == "runs":
        assert str(state.conversation).lower() == value
    elif what == "waits":
        assert value in state.paused
    elif what == "done":
        assert state.done == int(value)
    elif what == "reads":
        assert value in talker.text
    elif what == "not":
        assert value not in talker.text
    elif what == "button":
        assert value in talker.titles
    elif what == "kept":
        step, _, answer = value.partition(" = ")
        assert str(talker.answer(state.conversation or "", step)) == answer
    elif what == "paper":
        step, _, answer = value.partition(" = ")
        shown = {s["step"]: s["answer"] for s in talker.card("artifact")["sections"]}
        assert str(shown[step]) == answer
    else:
        raise ValueError(f"no such line: {what}")


def hold(talker: Talker, path: Path) -> None:
    """Hold one dialogue; a failure names its line."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        what, _, value = line.strip().partition(": ")
        if not what or what.startswith("#"):
            continue
        try:
            if what == "me":
                talker.say(value)
            elif what == "press":
                talker.press(value)
            else:
                check(talker, what, value)
        except (AssertionError, KeyError, StopIteration) as error:
            raise AssertionError(
                f"{path.name}, line {number}: {line.strip()}\n"
                f"state: {talker.state}\nsaid: {talker.text}"
            ) from error


def test_every_conversation_has_a_long_dialogue() -> None:
    assert {path.stem.split("-")[0] for path in FILES} >= set(CONVERSATIONS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_dialogue(brain: Any, path: Path) -> None:
    hold(Talker(brain, region="GB"), path)
