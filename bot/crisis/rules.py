"""Read the rule and context files and turn their shorthand into compiled patterns.

In a pattern `<n>` stands for up to n words of the same clause and `{name}` for a macro of rules.yml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml

from bot.crisis.normalise import normalise
from bot.errors import ContentError
from bot.types import LEVELS, Category, Level

DATA = Path(__file__).resolve().parent.parent.parent / "data" / "crisis"

Kind = Literal["own", "own_other", "event", "state", "fixed", "third", "mild"]
_NAME = re.compile(r"\{([a-z]+)\}")
_GAP = re.compile(r"<(\d)>")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is about, how grave it is, and how time changes that."""

    id: str
    category: Category
    level: Level
    kind: Kind
    pattern: re.Pattern[str]
    second: Category | None = None
    recent: Level | None = None
    recent_category: Category | None = None
    week: Level | None = None
    symptoms: Level | None = None
    now: Level | None = None
    needs: str | None = None
    keep_frame: bool = False
    keep_negation: bool = False
    perpetrator: bool = False
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Foreign:
    """Plain wordings of one language that mean one category."""

    id: str
    category: Category
    level: Level
    lang: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Compiled patterns for what surrounds a match, by name."""

    idioms: re.Pattern[str]
    frames: Mapping[str, re.Pattern[str]]
    time: Mapping[str, re.Pattern[str]]
    negation: re.Pattern[str]
    not_negation: re.Pattern[str]
    preference: re.Pattern[str]
    inner: re.Pattern[str]
    flags: Mapping[str, re.Pattern[str]]
    languages: Mapping[str, re.Pattern[str]]
    foreign: tuple[Foreign, ...]


def read(path: Path) -> dict[str, Any]:
    """Return a content file as a mapping.

    Raises:
        ContentError: it cannot be read, or is no mapping.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ContentError(f"{path.name} cannot be read ({type(error).__name__})") from None
    if not isinstance(raw, dict):
        raise ContentError(f"{path.name} is no mapping")
    return raw


@lru_cache(maxsize=4)
def load_rules(path: Path = DATA / "rules.yml") -> tuple[Rule, ...]:
    """Return all rules, in file order. Raises ContentError for a rule that breaks the form."""
    raw = read(path)
    macros = _expand_macros(raw["macros"])
    return tuple(_rule(item, macros) for item in raw["rules"])


@lru_cache(maxsize=4)
def load_context(path: Path = DATA / "context.yml") -> Context:
    """Return the compiled context patterns. Raises ContentError for a broken file."""
    raw = read(path)
    return Context(
        idioms=compile_any(raw["idioms"]),
        frames={name: compile_any(items) for name, items in raw["frames"].items()},
        time={name: compile_any(items) for name, items in raw["time"].items()},
        negation=compile_any([raw["negation"]["before"]]),
        not_negation=compile_any([raw["negation"]["not_negation"]]),
        preference=compile_any([raw["negation"]["preference"]]),
        inner=compile_any([raw["negation"]["inner"]]),
        flags={
            name: compile_any(items, bare=name == "quick_leave")
            for name, items in raw["flags"].items()
        },
        languages={name: compile_any([item]) for name, item in raw["languages"].items()},
        foreign=tuple(_foreign(item) for item in raw["foreign"]),
    )


def _rule(raw: Mapping[str, Any], macros: Mapping[str, str]) -> Rule:
    name = str(raw.get("id", "?"))
    if raw.get("category") not in get_args(Category) or raw.get("level") not in LEVELS:
        raise ContentError(f"rules.yml, rule {name}: unknown category or level")
    if raw.get("kind") not in get_args(Kind):
        raise ContentError(f"rules.yml, rule {name}: unknown kind")
    return Rule(
        id=name,
        category=cast(Category, raw["category"]),
        level=cast(Level, raw["level"]),
        kind=cast(Kind, raw["kind"]),
        pattern=compile_any([_fill(p, macros) for p in raw["any"]]),
        second=raw.get("second"),
        recent=raw.get("recent"),
        recent_category=raw.get("recent_category"),
        week=raw.get("week"),
        symptoms=raw.get("symptoms"),
        now=raw.get("now"),
        needs=raw.get("needs"),
        keep_frame=raw.get("frame") == "keep",
        keep_negation=raw.get("neg") == "keep",
        perpetrator=bool(raw.get("perp")),
        flags=frozenset(raw.get("flags", ())),
    )


def _foreign(raw: Mapping[str, Any]) -> Foreign:
    phrases = tuple(normalise(p, mend=False).strip(" |") for p in raw["any"])
    return Foreign(
        f"{raw['id']}.{raw['lang']}", raw["category"], raw["level"], raw["lang"], phrases
    )


def _expand_macros(raw: Mapping[str, str]) -> dict[str, str]:
    done: dict[str, str] = {}
    for name, pattern in raw.items():
        done[name] = _fill(pattern, done)
    return done


def _fill(pattern: str, macros: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: macros.get(found[1], found[0]), pattern)


def compile_any(patterns: Sequence[str], *, bare: bool = False) -> re.Pattern[str]:
    """Return one pattern for any of several, at word borders unless `bare`. Raises ContentError."""
    joined = "|".join(f"(?:{_GAP.sub(_gap, p)})" for p in patterns)
    try:
        return re.compile(joined if bare else rf"(?<!\w)(?:{joined})(?!\w)")
    except re.error as error:
        raise ContentError(f"a pattern cannot be compiled: {error.msg} in {joined[:60]}…") from None


def _gap(found: re.Match[str]) -> str:
    return rf"(?:\w+ ){{0,{found[1]}}}"
