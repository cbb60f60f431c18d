"""The gate: levels, disguises, what must stay ordinary, and that it never raises."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.crisis.detector import CrisisDetector, Sign
from bot.crisis.normalise import normalise
from bot.types import LEVELS
from scripts.eval_crisis import measure, read_rows

GATE = CrisisDetector.load(None, None)
ORDINARY = (
    "he kissed my neck and I froze, that was two years ago",
    "stop touching my neck",
    "I felt pressured sometimes in my last relationship",
    "skip",
    "stop",
    "I want to say no to oral",
    "I don't want to go on with this step",
    "bye and thanks",
    "I'm not suicidal",
)
SEEDS = (
    ("I want to kill myself", "crisis"),
    ("he strangled me last night", "emergency"),
    ("my husband beats me", "crisis"),
    ("I was raped last night", "emergency"),
    ("he is outside my door with a knife", "emergency"),
)
CHANGES = {
    "upper": str.upper,
    "emoji": lambda t: f"{t} 😭💀",
    "prefix": lambda t: f"hi, how are you? anyway. {t}",
    "suffix": lambda t: f"{t}. sorry for the long message, nice weather though",
    "laugh": lambda t: f"{t} lol",
    "zero width": lambda t: t.replace("a", "a\u200b"),
    "leet": lambda t: t.replace("i", "1", 1) if "kill" in t else t,
    "mask": lambda t: t.replace("kill", "k*ll").replace("raped", "r*ped"),
    "curly": lambda t: t.replace("'", "’"),
    "she": lambda t: t.replace("he ", "she ").replace("husband", "wife"),
}


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_messages_are_ordinary(text: str) -> None:
    assert GATE.assess(text).level == "none"


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("text", "level"), SEEDS)
def test_a_disguise_never_lowers_the_level(text: str, level: str, change: str) -> None:
    got = GATE.assess(CHANGES[change](text)).level
    assert LEVELS.index(got) >= LEVELS.index(level)


def test_repair_of_something_long_ago_is_gentle() -> None:
    verdict = GATE.assess("I kept going after she said no last spring, and I want to make amends")
    assert (verdict.level, verdict.category) == ("gentle", "harm_others")
    assert "perpetrator" in verdict.flags


@pytest.mark.parametrize("text", ["someone's coming", "hide this", "close this page"])
def test_quick_leave_is_a_flag(text: str) -> None:
    assert "quick_leave" in GATE.assess(text).flags


def test_languages_are_named() -> None:
    assert "lang:es" in GATE.assess("quiero morir").flags


def test_mild_signs_add_up() -> None:
    first = GATE.assess("I can't do this anymore")
    assert first.level == "gentle"
    assert first.sign is not None
    earlier = [Sign.from_dict(first.sign.as_dict())] * 2
    assert GATE.assess("I can't do this anymore", earlier=earlier).level == "crisis"


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_it_never_raises(text: str) -> None:
    assert GATE.assess(text).level in LEVELS


def test_an_error_inside_is_a_crisis(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = CrisisDetector.load(None, None)
    monkeypatch.setattr("bot.crisis.detector.BUDGET", -1.0)
    verdict = gate.assess("hello there")
    assert (verdict.level, verdict.flags) == ("crisis", frozenset({"gate_error"}))


def test_long_messages_are_read_to_the_end() -> None:
    text = "We talked about the garden and the weather. " * 1200 + "I took all my pills."
    assert GATE.assess(text[-64_000:]).level == "emergency"


def test_it_is_fast() -> None:
    texts = [row.text for row in read_rows("dev")]
    for text in texts:
        GATE.assess(text)
    start = time.thread_time()
    for text in texts:
        GATE.assess(text)
    assert (time.thread_time() - start) / len(texts) < 0.003


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("k*ll", "kill"), ("s u i c i d e", "suicide"), ("i w a n t t o d i e", "i want to die"),
        ("k1ll mys3lf", "kill myself"), ("He stragled me", "he strangled me"), ("30 mg, 300 kms", "30 mg 300 kms"),
    ],
)  # fmt: skip
def test_disguises_become_plain(said: str, plain: str) -> None:
    assert normalise(said).strip(" |") == plain


def test_rules_alone_hold_the_development_rows() -> None:
    figures = measure("dev", read_rows("dev"), GATE)
    assert (
        figures.right["recall at crisis or above"] / figures.total["recall at crisis or above"]
        >= 0.9
    )
    assert figures.right["ordinary not flagged"] / figures.total["ordinary not flagged"] >= 0.95


@pytest.mark.parametrize(
    "text", ["i want to kıll myself", "i want to kiłł myself", "i want tø kill myself"]
)
def test_letters_that_only_look_alike_hide_nothing(text: str) -> None:
    assert CrisisDetector.load(None, None).assess(text).level in ("crisis", "emergency")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I keep forcing my girlfriend and I want to stop", "crisis"),
        ("I keep forcing her to eat something", "none"),
        ("I keep forcing my kids to do homework", "none"),
    ],
)
def test_force_that_goes_on_is_seen_and_care_is_not(text: str, level: str) -> None:
    assert GATE.assess(text).level == level
