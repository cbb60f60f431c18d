"""The crisis gate: rules first, a small classifier beside them, one verdict with the ids of its reasons.

It never raises. Whatever goes wrong inside gives a crisis verdict with the flag `gate_error`, and so
does a message that takes longer than its budget: silence is the one mistake that cannot be made good.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

from bot.crisis.classifier import Classifier
from bot.crisis.normalise import normalise
from bot.crisis.rules import Context, Rule, load_context, load_rules
from bot.language.encoder import Encoder
from bot.types import LEVELS, Category, Level

BUDGET = 0.050
"""Seconds of this thread's own time for one window of text, without the encoder."""
WINDOW = 1_500
"""Characters looked at together; longer messages are cut between clauses."""
RAISE_AT = 1.0
"""Mild signs whose weights reach this sum over a talk are a crisis."""
_MILD = 0.4


@dataclass(frozen=True, slots=True)
class Sign:
    """What one message adds to a talk: rule ids, category and weight, never any text."""

    rules: tuple[str, ...]
    category: Category
    weight: float

    def as_dict(self) -> dict[str, Any]:
        """Return the sign as JSON values."""
        return {"rules": list(self.rules), "category": self.category, "weight": self.weight}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Sign:
        """Return the sign that `as_dict` described. Raises ValueError for anything else."""
        if raw.get("category") not in get_args(Category):
            raise ValueError("no such category")
        return cls(
            tuple(map(str, raw["rules"])), cast(Category, raw["category"]), float(raw["weight"])
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate makes of one message. `category` is None exactly where `level` is none."""

    level: Level
    category: Category | None = None
    rules: tuple[str, ...] = ()
    second: Category | None = None
    flags: frozenset[str] = frozenset()
    sign: Sign | None = None

    @classmethod
    def none(cls) -> Verdict:
        """Return the verdict on an ordinary message."""
        return cls("none")

    @property
    def urgent(self) -> bool:
        """Whether a crisis reply is due."""
        return self.level in ("crisis", "emergency")


@dataclass(frozen=True, slots=True)
class _Hit:
    rule: str
    category: Category
    level: Level
    rank: int
    second: Category | None = None
    flags: frozenset[str] = frozenset()


_RANKS = {
    "su.overdose": 98, "sh.now": 96, "sh.now_more": 96, "su.now": 94, "su.third_now": 94, "md.soon": 60,
    "md": 95, "su.means": 94, "su.plan": 93, "su.goodbye": 92, "su.attempt": 91, "su.dose_question": 91,
    "ch.danger": 90, "ch.more_now": 90, "ch.family_minor": 89, "ho.threat": 94, "ho.more_now": 93, "st": 87,
    "vn.now": 86, "vn.more": 86, "su.partner_threat": 85, "ch.forced_marriage": 84, "sx.image_threat": 83,
    "ch": 82, "su.kill_self": 78, "su.die": 77, "su.third": 76, "su": 75, "sx.trafficked": 74,
    "ho.did_harm": 73, "ho": 72, "sx": 71, "tk": 67, "ab.coerced_sex": 69, "vn": 68, "ab.threat": 63,
    "ab.control": 62, "ab.more": 62, "ab": 66, "sh": 79, "mi": 1, "cl": 40,
}  # fmt: skip
"""Who speaks first when several rules hold at one level: danger of death, then who is in the room."""

_FOREIGN_RANKS: dict[Category, int] = {
    "medical": 95, "suicide": 78, "child": 90, "strangulation": 87, "violence_now": 86, "self_harm": 79,
    "sexual_assault": 71, "ongoing_abuse": 66, "harm_others": 72, "stalking_tech": 64,
}  # fmt: skip

_HARM_TO_MINOR = frozenset(
    ("violence_now", "ongoing_abuse", "sexual_assault", "strangulation", "stalking_tech", "child")
)


class CrisisDetector:
    """Assesses messages; holds compiled rules and, where there is one, the classifier."""

    def __init__(
        self, rules: Sequence[Rule], context: Context, classifier: Classifier | None = None
    ) -> None:
        self._rules = tuple(rules)
        self._context = context
        self._classifier = classifier

    @classmethod
    def load(cls, cache_dir: Path | None, encoder: Encoder | None) -> CrisisDetector:
        """Return a detector; without encoder or trained classifier it goes by rules alone.

        Raises:
            ContentError: a rule file is broken.
            ModelError: there is a trained classifier, but it is damaged.
        """
        classifier = None
        if cache_dir is not None and encoder is not None:
            classifier = Classifier.find(cache_dir, encoder)
        return cls(load_rules(), load_context(), classifier)

    def assess(
        self, text: str, *, earlier: Sequence[Sign] = (), role: str | None = None
    ) -> Verdict:
        """Return the verdict on one message of any length up to 64 KiB. Never raises."""
        try:
            verdict = self._assess(text)
            return self._add_up(verdict, earlier)
        except Exception:  # whatever it was, it must not be silence
            return Verdict("crisis", "suicide", ("gate.error",), flags=frozenset({"gate_error"}))

    def _assess(self, text: str) -> Verdict:
        plain = normalise(text)
        hits: list[_Hit] = []
        flags: set[str] = set()
        for window in _windows(plain):
            reading = _Reading(window, self._context, self._rules)
            hits += reading.hits()
            flags |= reading.flags()
        hits += _Reading(normalise(text, mend=False), self._context, ()).foreign()
        hits += self._guess(text, plain, hits, flags)
        return _combine(hits, frozenset(flags))

    def _guess(self, text: str, plain: str, hits: Sequence[_Hit], flags: set[str]) -> list[_Hit]:
        if self._classifier is None or any(h.level == "emergency" for h in hits):
            return []
        guess = self._classifier.guess(text, plain, stricter=self._told(plain))
        if guess is None:
            return []
        if any(
            h.level == "crisis" for h in hits
        ):  # rules name it better; the guess may only raise it
            same = [h for h in hits if h.category == guess.category and h.level == "crisis"]
            return [replace(same[0], level=guess.level)] if same else []
        own = guess.category in ("suicide", "self_harm")
        times = self._context.time
        past = times["own_past" if own else "past"].search(plain) and not times["recent"].search(
            plain
        )
        level: Level = "gentle" if past else guess.level
        return [_Hit(f"cl.{guess.category}", guess.category, level, _RANKS["cl"])]

    def _told(self, plain: str) -> bool:
        """Whether the message tells of a story, study or agreed play, or denies: the classifier is easily misled."""
        frames = self._context.frames
        if any(frames[name].search(plain) for name in ("story", "work", "play", "message")):
            return True
        return bool(self._context.inner.search(plain) or _NO_DANGER.search(plain))

    def _add_up(self, verdict: Verdict, earlier: Sequence[Sign]) -> Verdict:
        if verdict.urgent or verdict.sign is None:
            return verdict
        total = verdict.sign.weight + sum(s.weight for s in earlier)
        if total < RAISE_AT:
            return verdict
        return replace(verdict, level="crisis", rules=(*verdict.rules, "talk.sum"))


def _windows(plain: str) -> Iterator[str]:
    """Cut the plain form into windows of about WINDOW characters, between clauses or words."""
    start = 0
    while len(plain) - start > WINDOW:
        end = plain.rfind(" | ", start + WINDOW // 2, start + WINDOW)
        end = plain.rfind(" ", start, start + WINDOW) if end < 0 else end + 2
        end = start + WINDOW if end <= start else end
        yield f" {plain[start:end].strip()} | "
        start = end
    yield f" {plain[start:].strip()} "


class _Reading:
    """One window of a message, matched rule by rule."""

    def __init__(self, plain: str, context: Context, rules: Sequence[Rule]) -> None:
        self.full = plain
        self.context = context
        self.rules = rules
        self.plain = context.idioms.sub("idiom", plain)
        self.past = bool(context.time["past"].search(plain))
        self._until = time.thread_time() + BUDGET

    def hits(self) -> list[_Hit]:
        found: list[_Hit] = []
        for rule in self.rules:
            found += self._of_rule(rule)
            if time.thread_time() > self._until:
                raise TimeoutError("the gate ran past its budget")
        return found

    def flags(self) -> set[str]:
        flags = {name for name, p in self.context.flags.items() if p.search(self.full)}
        if self.past:
            flags.add("past")
        return flags

    def _of_rule(self, rule: Rule) -> list[_Hit]:
        if rule.needs == "minor" and not self._flag("minor"):
            return []
        text = self.plain
        best: _Hit | None = None
        for found in rule.pattern.finditer(text):
            hit = self._weigh(rule, found, text)
            if hit and (best is None or LEVELS.index(hit.level) > LEVELS.index(best.level)):
                best = hit
        return [best] if best else []

    def _weigh(self, rule: Rule, found: re.Match[str], text: str) -> _Hit | None:
        clause = _clause(text, found)
        if not rule.keep_negation and self._negated(rule, text, found):
            return None
        if rule.id in ("su.overdose", "su.now") and _ACCIDENT.search(clause):
            return None
        if rule.id == "su.means" and _OTHERS.search(clause):
            return None
        if rule.id == "ch.family_minor" and _ADULT.search(self.full):
            return None
        if rule.id in ("st.neck", "st.more") and self._preferred(text, found):
            return None
        if not rule.keep_frame and self._framed(rule, clause):
            return None
        level, category = self._level(rule, clause)
        if level is None:
            return None
        flags = rule.flags | ({"perpetrator"} if rule.perpetrator else set())
        flags |= {"third_person"} if rule.kind == "third" else set()
        return _Hit(rule.id, category, level, _rank(rule.id), rule.second, frozenset(flags))

    def _negated(self, rule: Rule, text: str, found: re.Match[str]) -> bool:
        """Whether one of the three words before the match, in its clause, takes it back."""
        start = text.rfind("|", 0, found.start()) + 1
        before = text[start : found.start()].split()[-4:]
        if _DENIAL.fullmatch(found[0]):
            return True
        phrase = " ".join(before)
        if rule.kind != "own" and self.context.inner.search(found[0]):
            return True
        joined = phrase + " " + " ".join(found[0].split()[:2])
        taken_back = rule.kind in ("own", "own_other") and _TAKEN_BACK.search(
            f"{phrase} {found[0]}"
        )
        if not taken_back and self.context.not_negation.search(joined):
            return False
        return bool(self.context.negation.search(" ".join(before[-3:])))

    def _preferred(self, text: str, found: re.Match[str]) -> bool:
        """Whether the words before name a limit ("no hands on my throat"), not something that was done."""
        start = text.rfind("|", 0, found.start()) + 1
        return bool(self.context.preference.search(text[start : found.start()]))

    def _framed(self, rule: Rule, clause: str) -> bool:
        frames = self.context.frames
        if rule.kind in ("own", "mild"):
            return bool(frames["story"].search(clause)) and rule.level != "emergency"
        if any(frames[name].search(clause) for name in ("story", "work", "play")):
            return True
        return bool(frames["message"].search(self.full))

    def _flag(self, name: str) -> bool:
        return bool(self.context.flags[name].search(self.full))

    def _time(self, name: str, text: str) -> bool:
        return bool(self.context.time[name].search(text))

    def _level(self, rule: Rule, clause: str) -> tuple[Level | None, Category]:
        if rule.kind in ("own", "mild"):
            past = self._time("own_past", clause) and not (
                self._time("recent", clause) and not _BETTER_NOW.search(clause)
            )
            return ("gentle" if past and rule.kind == "own" else rule.level), rule.category
        moment = self._moment(clause, rule.kind)
        if rule.needs == "recent" and moment != "recent":
            return None, rule.category
        if moment == "past":
            return "gentle", rule.category
        return self._present_level(rule, moment)

    def _present_level(self, rule: Rule, moment: str) -> tuple[Level, Category]:
        level, category = rule.level, rule.category
        if moment == "recent" and rule.recent:
            level, category = rule.recent, rule.recent_category or category
        elif moment == "week" and rule.week:
            level = rule.week
        if rule.symptoms and (moment == "ongoing" or self._time("symptoms", self.full)):
            level = rule.symptoms
        if rule.now and self._time("now_fear", self.full):
            level = rule.now
        if rule.kind == "third" and rule.category == "suicide" and self._third_now():
            level = "emergency"
        return level, category

    def _third_now(self) -> bool:
        return self._time("recent", self.full) or bool(_THIRD_NOW.search(self.full))

    def _moment(self, clause: str, kind: str) -> str:
        """Return when it happened: recent, ongoing, past, week or unknown; nearest words count first."""
        if self._time("recent", clause):
            return "recent"
        if self._time("past", clause):
            return "ongoing" if self._time("ongoing", clause) else "past"
        if self._time("ongoing", clause):
            return "ongoing"
        return self._wider_moment(kind)

    def _wider_moment(self, kind: str) -> str:
        if self.past:
            return "ongoing" if self._time("ongoing", self.full) else "past"
        if self._time("recent", self.full):
            return "recent"
        if self._time("week", self.full):
            return "week"
        if self._time("ongoing", self.full):
            return "ongoing"
        return "past" if kind != "state" and self._time("safe", self.full) else "unknown"

    def foreign(self) -> list[_Hit]:
        """Return hits for plain wordings in other languages."""
        hits = []
        for entry in self.context.foreign:
            if any(p in self.full for p in entry.phrases):
                level: Level = entry.level
                if (
                    level == "crisis"
                    and entry.category != "suicide"
                    and self._time("recent", self.full)
                ):
                    level = "emergency"
                if self.past and entry.category not in ("suicide", "self_harm"):
                    level = "gentle"
                rank = _FOREIGN_RANKS[entry.category]
                hits.append(
                    _Hit(
                        entry.id,
                        entry.category,
                        level,
                        rank,
                        None,
                        frozenset({f"lang:{entry.lang}"}),
                    )
                )
        return hits


_THIRD_NOW = re.compile(
    r"\b(?:took|taken|swallowed|bridge|roof|goodbye|pills|right now|tonight|note|not answering|wont answer"
    r"|isnt answering|wont pick up|gun|rope|ledge|tracks|locked (?:her|him)self|means|plan|today|overdos\w+)\b"
)


_OTHERS = re.compile(
    r"\b(?:he|she|they|hes|shes|husband|wife|boyfriend|girlfriend|partner|ex|dad|father|brother)\b"
)
_ADULT = re.compile(
    r"\b(?:im|i am) (?:\w+ )?(?:1[89]|[2-9]\d|an adult|thirty|forty|fifty|twenty(?: \w+)?)\b"
)
_ACCIDENT = re.compile(
    r"\b(?:by accident|accidentally|by mistake|mistakenly|in error|didnt mean to take)\b"
)
_NO_DANGER = re.compile(
    r"\b(?:(?:im|i am|was) (?:\w+ )?not (?:\w+ )?(?:suicidal|thinking (?:about|of)|in danger|afraid|scared|planning)"
    r"|no (?:violence|one hurts|thoughts|danger|abuse)|dont have any (?:thoughts|plans)"
    r"|(?:stopped|stops) (?:when|as soon as|the moment) i|isnt (?:threatening|hurting|forcing)|nobody (?:hurts|hurt|is))\b"
)
_BETTER_NOW = re.compile(
    r"\b(?:today|now|these days) (?:i dont|im (?:\w+ )?(?:fine|okay|ok|good|better|safe|glad|happy|well)|i love|not any)"
)
_TAKEN_BACK = re.compile(
    r"\b(?:dont|do not|didnt|never) (?:actually |really |ever )?(?:want|wish|plan|intend|need)(?: to)? "
    r"(?:hurt|kill|harm|cut|burn|punch|hit|slap|do anything)"
)
_DENIAL = re.compile(r"(?:i|im|i am|am)? ?(?:\w+ )?(?:not|never|isnt|wasnt) (?:\w+ )?suicidal")


def _clause(text: str, found: re.Match[str]) -> str:
    start = text.rfind("|", 0, found.start() + 1) + 1
    end = text.find("|", found.end() - 1)
    return f" {text[start : end if end >= 0 else len(text)].strip()} "


def _rank(rule: str) -> int:
    return _RANKS.get(rule, _RANKS.get(rule.split(".", maxsplit=1)[0], 50))


def _combine(hits: Sequence[_Hit], flags: frozenset[str]) -> Verdict:
    if not hits:
        return Verdict("none", flags=flags & _BARE_FLAGS)
    hits = [_for_minor(h) for h in hits] if "minor" in flags else list(hits)
    if any(h.rule.startswith("ho.") and h.level in ("crisis", "emergency") for h in hits):
        hits = [h for h in hits if h.rule != "ch.more_now"]
    ordered = sorted(hits, key=lambda h: (-LEVELS.index(h.level), -h.rank, h.rule))
    first = ordered[0]
    mild = [h for h in ordered if h.rule.startswith("mi.")]
    if first.level == "gentle" and len({h.rule for h in mild}) >= 2:
        first = replace(first, level="crisis")
    rules = tuple(dict.fromkeys(h.rule for h in ordered))
    all_flags = flags.union(*(h.flags for h in ordered))
    return Verdict(
        first.level, first.category, rules, _second(ordered), all_flags, _sign(first, rules, mild)
    )


_BARE_FLAGS = frozenset({"minor", "quick_leave", "no_contact", "cant_talk"})
"""Flags that mean something without any crisis."""


def _for_minor(hit: _Hit) -> _Hit:
    """Harm to someone under 18 is a matter of its own, and graver."""
    if hit.category not in _HARM_TO_MINOR or hit.level != "crisis" or hit.rule == "ch.minor_harm":
        return hit
    return replace(hit, level="emergency", category="child", rank=90)


def _second(ordered: Sequence[_Hit]) -> Category | None:
    first = ordered[0]
    others = [
        h.category
        for h in ordered
        if h.level in ("crisis", "emergency") and h.category != first.category
    ]
    return others[0] if others else first.second


def _sign(first: _Hit, rules: tuple[str, ...], mild: Sequence[_Hit]) -> Sign | None:
    if first.level == "none":
        return None
    if first.level == "gentle":
        return Sign(rules, first.category, _MILD) if mild else None
    return Sign(rules, first.category, RAISE_AT)
