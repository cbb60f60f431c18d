"""The practice talk in a terminal: `groundwork practice`."""

from __future__ import annotations

from typing import TextIO

from bot.practice.coach import Coach
from bot.practice.result import Kind
from bot.practice.session import Practice, PracticeTurn, State

_LEAVE = frozenset({"stop", "quit", "exit", "leave"})


def run(kind: Kind, input: TextIO, output: TextIO, coach: Coach | None = None) -> str | None:
    """Practise until the person keeps a version, says stop, or the input ends.

    Reads one message a line from `input` and writes to `output`. Nothing is stored. Returns
    the version
    that was kept, or None.
    """
    practice = Practice(kind, coach)
    turn = practice.turn({}, "")
    _write(turn, output)
    for line in input:
        if line.strip().lower() in _LEAVE:
            return None
        turn = practice.turn(turn.state, line, _chosen(turn, line))
        _write(turn, output)
        if turn.done:
            return turn.best
    return None


def _chosen(turn: PracticeTurn, line: str) -> str | None:
    """Return the request behind the number of an offered choice."""
    offered = [button.payload for reply in turn.replies for button in reply.buttons]
    number = line.strip()
    in_range = number.isascii() and number.isdigit() and 1 <= int(number) <= len(offered)
    return offered[int(number) - 1] if in_range else None


def _write(turn: PracticeTurn, output: TextIO) -> None:
    number = 0
    for reply in turn.replies:
        output.write(f"{reply.text}\n")
        for button in reply.buttons:
            number += 1
            output.write(f"  {number}. {button.title}\n")
    output.write("> ")
    output.flush()


__all__ = ["State", "run"]
