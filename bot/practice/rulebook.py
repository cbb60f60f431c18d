"""The rules and the wording of a coach, read once from `data/practice/`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ContentError
from bot.practice.patterns import Patterns, Rule, words_in
from bot.practice.result import Kind
from bot.practice.text import Speller

DATA = Path(__file__).resolve().parents[2] / "data" / "practice"


@dataclass(frozen=True)
class Advice:
    """What is said about one problem: why it matters, and what to try; `{part}` stands for own
    words.
    """

    why: str
    try_: str


@dataclass(frozen=True)
class Rulebook:
    """A coach's rules in compiled form. `order` names the problems, most important first."""

    speller: Speller
    parts: Mapping[str, Rule]
    trim: re.Pattern[str]
    problems: Mapping[str, Rule]
    extra: Mapping[str, Rule]
    order: Sequence[str]
    spared_by_force: frozenset[str]
    advice: Mapping[str, Advice]


def read(path: Path) -> Any:
    """Return a YAML file's content.

    Raises:
        ContentError: the file is missing or is no YAML.
    """
    try:
        return yaml.load(path.read_text("utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
    except (OSError, yaml.YAMLError) as error:
        raise ContentError(f"{path.name} cannot be read ({type(error).__name__})") from None


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _list(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


@cache
def load_rulebook(kind: Kind, data: Path = DATA) -> Rulebook:
    """Read and compile the rules of one coach; about half a second, once per process.

    Raises:
        ContentError: a file is missing, or a rule in it cannot be compiled.
    """
    lexicon, own, wording = (
        read(data / f"{name}.yml") for name in ("lexicon", kind, f"{kind}_wording")
    )
    pieces = {**lexicon["pieces"], **own["pieces"], **own.get("protective", {})}
    patterns = Patterns({name: _list(words) for name, words in lexicon["lists"].items()}, pieces)
    rules = {
        name: own[name]
        for name in ("limit", "not_own", "felt_force", "passive_anyway")
        if name in own
    }
    shared = {name: lexicon[name] for name in ("force", "fear")}
    return Rulebook(
        speller=Speller.build(lexicon["slang"], words_in([lexicon["lists"], own])),
        parts=_rules(own["parts"], patterns),
        trim=patterns.compile([own["trim"]])[0],
        problems=_rules(own["problems"], patterns),
        extra=_rules({**shared, **rules}, patterns),
        order=tuple(own["order"]),
        spared_by_force=frozenset(own.get("spared_by_force", ())),
        advice={name: Advice(a["why"], a["try"]) for name, a in wording.items()},
    )


def _rules(data: Mapping[str, Any], patterns: Patterns) -> dict[str, Rule]:
    return {name: Rule.from_data(rule, patterns) for name, rule in data.items()}
