"""When something fails: the safety reply, nothing stored, and the gate works without a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot import services
from bot.engine import ModelFailed
from tests.conftest import Talker


class Broken:
    """A model that fails."""

    def turn(self, *_: Any) -> list[Any]:
        raise RuntimeError("broken")


@pytest.mark.parametrize("model", [None, Broken()])
def test_without_a_model_people_get_the_safety_reply_and_nothing_is_stored(model: Any) -> None:
    one = Talker(model, region="GB")
    with pytest.raises(ModelFailed) as caught:
        one.say("hello there")
    said = "\n".join(reply.text for reply in caught.value.replies)
    assert "999" in said
    assert len(one.store.log) == 1


@pytest.mark.parametrize("model", [None, Broken()])
def test_the_gate_works_without_a_model(model: Any) -> None:
    one = Talker(model, region="GB")
    one.say("i want to kill myself tonight, i have the pills here")
    assert one.state.crisis is not None
    assert "999" in one.text


def test_an_error_in_the_gate_counts_as_a_crisis(
    talker: Callable[..., Talker], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise RuntimeError("broken")

    one = talker(region="GB")
    monkeypatch.setattr(services, "detector", broken)
    one.say("hello there")
    assert "999" in one.text


@pytest.mark.parametrize("nothing", ["", " ", "\n\n", "\u200b", "\x00", " \u2060 "])
def test_nothing_said_is_answered_too(talker: Callable[..., Talker], nothing: str) -> None:
    one = talker(region="GB")
    one.say(nothing)
    assert one.text
    one.say("hello")
    one.say(nothing)
    assert one.text


class Mute:
    """A model that has nothing to say."""

    def turn(self, *_: Any) -> list[Any]:
        return []


def test_a_model_without_a_word_counts_as_failed() -> None:
    one = Talker(Mute(), region="GB")
    with pytest.raises(ModelFailed):
        one.say("hello there")
