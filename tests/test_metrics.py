"""Figures say how much and how long, never who or what; crises in tens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from bot import metrics
from bot.engine import TooLong
from bot.errors import PayloadRefused
from bot.types import LEVELS, Message
from tests.conftest import Talker

CANARY = "kanarienvogel-7261"


def figure(name: str, **labels: str) -> float:
    """Read a figure as it is shown."""
    inside = ",".join(f'{k}="{v}"' for k, v in sorted(labels.items()))
    pattern = re.escape(f"{name}{{{inside}}}") + r" (\S+)"
    found = re.search(pattern, metrics.exposition().decode())
    assert found, f"{name} {labels}"
    return float(found[1])


def outcomes() -> dict[str, float]:
    return {name: figure("groundwork_turns_total", outcome=name) for name in metrics.OUTCOMES}


def test_crises_are_shown_in_tens() -> None:
    shown = figure("groundwork_levels_total", level="crisis")
    assert shown % metrics.STEP == 0
    for _ in range(metrics.STEP):
        metrics.LEVEL.labels("crisis").inc()
        assert figure("groundwork_levels_total", level="crisis") % metrics.STEP == 0
    assert figure("groundwork_levels_total", level="crisis") == shown + metrics.STEP


def test_nothing_tells_when_the_first_came() -> None:
    text = metrics.exposition().decode()
    assert "groundwork_levels_created" not in text
    for level in LEVELS:
        assert f'groundwork_levels_total{{level="{level}"}}' in text


@pytest.mark.parametrize(("said", "outcome"), [
    ("what helps when I freeze?", "answered"),
    ("how do I bake a cake?", "unanswered"),
    ("hello", "ordinary"),
    ("i am going to kill myself tonight, i have the pills here", "crisis"),
])  # fmt: skip
def test_each_message_counts_once(talker: Callable[..., Talker], said: str, outcome: str) -> None:
    one, before = talker(region="GB"), outcomes()
    one.say(said)
    grown = {name: n - before[name] for name, n in outcomes().items() if n != before[name]}
    assert grown == {outcome: 1.0}


def test_what_was_not_answered_counts_too(talker: Callable[..., Talker]) -> None:
    one, before = talker(region="GB"), outcomes()
    with pytest.raises(TooLong):
        one.say("x" * 5000)
    with pytest.raises(PayloadRefused):
        one.send(Message(payload="/never_offered"))
    after = outcomes()
    assert after["too_long"] == before["too_long"] + 1
    assert after["refused"] == before["refused"] + 1


def test_stages_are_measured(talker: Callable[..., Talker]) -> None:
    def count(name: str) -> float:
        return figure("groundwork_stage_seconds_count", stage=name)

    before = {name: count(name) for name in metrics.STAGES}
    talker(region="GB").say("hello")
    assert {name: count(name) - before[name] for name in metrics.STAGES} == dict.fromkeys(
        metrics.STAGES, 1.0
    )


def test_no_words_in_figures(talker: Callable[..., Talker]) -> None:
    one = talker(region="GB")
    one.say(f"hello {CANARY}")
    one.say(f"i want to kill myself {CANARY}")
    assert CANARY not in metrics.exposition().decode()


def test_labels_are_a_closed_list(talker: Callable[..., Talker]) -> None:
    talker(region="GB").say("hello")
    allowed: dict[str, Any] = {
        "outcome": metrics.OUTCOMES, "stage": metrics.STAGES, "level": LEVELS,
    }  # fmt: skip
    for name, value in re.findall(r'(\w+)="([^"]*)"', metrics.exposition().decode()):
        if name in allowed:
            assert value in allowed[name]
        else:
            assert name in {
                "route", "status", "le", "program", "model", "index", "generation",
                "implementation", "major", "minor", "patchlevel", "version",
            }  # fmt: skip
