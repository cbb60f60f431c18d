"""What is said in a crisis: a small table-driven talk, pure functions over a JSON session.

The session holds ids only: category, level, flags, which texts were said, how often the person said
that they are safe. The level never falls; the talk ends after two such claims, or by erasing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from bot.crisis.detector import Verdict
from bot.crisis.hotlines import Hotlines
from bot.crisis.normalise import normalise
from bot.crisis.texts import CrisisTexts, Place
from bot.types import LEVELS, Button, Category, CrisisState, Level, Reply

CLAIMS = 2
"""How often a person says that they are safe before the crisis is no longer in view."""

OPEN_SOLO: frozenset[Category] = frozenset(("ongoing_abuse", "stalking_tech", "strangulation"))
"""Categories after which everything solo is open, unless it is an emergency (interface, section 3)."""

ELSEWHERE = frozenset(("grounding", "safety_plan", "find_support"))
"""Choices that open a conversation; the ordinary engine does that."""

OF_SOMEONE = "of_someone"
"""A flag: a helper was told of it and asks how to stand by that person."""
_VARIANTS = (
    "forced_marriage",
    "trafficking",
    "partner_threat",
    "image_threat",
    "drugged",
    "no_contact",
)
_ADULT_CHILD_TOPICS = frozenset(
    ("violence_now", "ongoing_abuse", "sexual_assault", "strangulation", "stalking_tech")
)


@dataclass(frozen=True, slots=True)
class CrisisTurn:
    """One turn of the crisis talk. `state` None: resolved; `leave`: say one neutral word and go."""

    replies: tuple[Reply, ...]
    session: dict[str, Any]
    state: CrisisState | None
    region: str | None = None
    open_solo: bool = False
    leave: bool = False


_YES = (
    "yes",
    "yeah",
    "yep",
    "yup",
    "y",
    "i am",
    "yes i am",
    "sure",
    "yes please",
    "si",
    "oui",
    "ja",
    "haan",
    "sim",
    "i do",
    "yes i do",
)
_NO = (
    "no",
    "nope",
    "nah",
    "n",
    "not really",
    "no im not",
    "im not",
    "not now",
    "non",
    "nein",
    "nahi",
    "nao",
    "i dont",
    "no i dont",
)
_BARE: Mapping[str, str] = {**dict.fromkeys(_YES, "yes"), **dict.fromkeys(_NO, "no")}
"""Plain forms of a bare yes or no, in the languages we answer in."""


class CrisisDialogue:
    """The talk itself; holds nothing between turns."""

    def __init__(self, texts: CrisisTexts, hotlines: Hotlines) -> None:
        self._texts = texts
        self._hotlines = hotlines

    def open(self, verdict: Verdict, session: Mapping[str, Any], region: str | None) -> CrisisTurn:
        """Begin, or deepen, the talk for an urgent verdict. A running talk keeps its gravest level."""
        if "gate_error" in verdict.flags:
            return self._unsure(session, region)
        talk = _Talk.begin(verdict, session, region)
        return self._opening(talk)

    def respond(
        self,
        text: str,
        choice: str | None,
        verdict: Verdict,
        session: Mapping[str, Any],
        region: str | None,
    ) -> CrisisTurn | None:
        """Answer within a running talk; None where the ordinary engine should handle the message."""
        talk = _Talk.resume(session, region)
        if choice is not None:
            return self._chosen(talk, choice)
        if "quick_leave" in verdict.flags and not verdict.urgent:
            return self._leave(talk)
        if verdict.urgent:
            return self._deepen(talk, verdict)
        return self._answer(talk, text)

    def gentle(self, verdict: Verdict, session: Mapping[str, Any], region: str | None) -> Reply:
        """Return one warm sentence, with a line the first time (`session["gentle"]` unset)."""
        category = verdict.category or "ongoing_abuse"
        warm = self._texts.categories[category]["gentle"]
        if OF_SOMEONE in verdict.flags:
            warm = self._texts.common["gentle_of_someone"]
        if session.get("gentle"):
            return Reply(warm)
        place = Place(
            self._texts,
            self._hotlines,
            session.get("area") or region,
            _topic(category, verdict.flags),
        )
        name = "gentle_line" if place.known else "gentle_line_unknown"
        return Reply(place.fill(f"{warm} {self._texts.common[name]}"))

    def static_card(self, region: str | None) -> dict[str, Any]:
        """Return a card that needs no server: the hotline card and a plain `text`."""
        place = Place(self._texts, self._hotlines, region, "support")
        return {**place.card(), "text": place.fill(self._texts.common["static"])}

    def safety_reply(self, region: str | None) -> Reply:
        """Return what is said when anything fails."""
        place = Place(self._texts, self._hotlines, region, "support")
        return Reply(place.fill(self._texts.common["safety"]), card=place.card())

    # ------------------------------------------------------------------ opening

    def _opening(self, talk: _Talk) -> CrisisTurn:
        key = f"heard:{talk.category}:{talk.level}"
        if not talk.say_once(key):
            return self._node(talk, "again")
        place = self._place(talk)
        text = self._heard(talk, place)
        ask, choices = self._question(talk)
        question = (
            ask if talk.say_once("program") is False else f"{ask}\n{self._texts.common['program']}"
        )
        asked = self._ask_place(talk, place)
        first = Reply(
            "\n".join([text, asked[0]]) if asked else text, asked[1] if asked else (), place.card()
        )
        talk.asked = True
        own = self._first_in_language(talk, place)
        last = Reply(place.fill(question), self._buttons(talk, choices))
        return self._turn(talk, *own, first, last)

    def _first_in_language(self, talk: _Talk, place: Place) -> tuple[Reply, ...]:
        text = self._language(talk, place)
        return (Reply(text, card=place.card(2)),) if text else ()

    def _heard(self, talk: _Talk, place: Place) -> str:
        """Return what was heard, the emergency number first if it is now, one line, one silent way."""
        heard = self._pick(talk, "heard")
        parts = [heard]
        if "{emergency}" not in heard:
            parts.insert(0 if talk.level == "emergency" else 1, "{emergency_line}")
        parts += ["{line}", "{text_option}"]
        return place.fill("\n".join(parts)).replace("\n\n", "\n")

    def _language(self, talk: _Talk, place: Place) -> str:
        for flag in talk.flags:
            entry = (
                self._texts.languages.get(flag.removeprefix("lang:"))
                if flag.startswith("lang:")
                else None
            )
            if entry:
                number = place.value("emergency") if place.known else str(entry["number"])
                line = str(entry["line"]).replace("{line}", place.value("line_short").rstrip(",:"))
                return place.fill(str(entry["say"]), number=number, line=line)
        return ""

    def _question(self, talk: _Talk) -> tuple[str, list[str]]:
        return self._pick(talk, "ask"), list(self._pick_any(talk, "choices"))

    def _pick(self, talk: _Talk, part: str) -> str:
        return str(self._pick_any(talk, part))

    def _pick_any(self, talk: _Talk, part: str) -> Any:
        options = self._texts.categories[talk.category][part]
        for variant in talk.variants():
            if variant in options:
                return options[variant]
        return options[talk.level]

    def _ask_place(self, talk: _Talk, place: Place) -> tuple[str, tuple[Button, ...]] | None:
        if talk.region is None and not talk.elsewhere:
            return str(self._texts.common["ask_country"]), self._country_buttons()
        lines = place.lines()
        if (
            talk.region == "GB"
            and talk.area is None
            and lines
            and (lines[0].area or "").startswith("GB-")
        ):
            nations = self._texts.common["nations"].items()
            return str(self._texts.common["ask_nation"]), tuple(
                _button(n, f"region_{c}") for c, n in nations
            )
        return None

    def _country_buttons(self) -> tuple[Button, ...]:
        regions = [_button(r.name, f"region_{r.code}") for r in self._hotlines.regions()]
        return (*regions, _button(self._texts.common["country_button_other"], "region_other"))

    def _unsure(self, session: Mapping[str, Any], region: str | None) -> CrisisTurn:
        verdict = Verdict("crisis", cast(Category, session.get("category") or "suicide"))
        talk = _Talk.begin(verdict, session, region)
        return self._turn(talk, self.safety_reply(talk.code))

    # ------------------------------------------------------------------ answering

    def _deepen(self, talk: _Talk, verdict: Verdict) -> CrisisTurn:
        if "gate_error" in verdict.flags:
            return self._turn(talk, self.safety_reply(talk.code))
        talk.claims = 0
        return self._opening(talk.deepen(verdict))

    def _chosen(self, talk: _Talk, choice: str) -> CrisisTurn | None:
        if choice in ELSEWHERE:
            return None
        if choice == "leave":
            return self._leave(talk)
        if choice.startswith("region_"):
            return self._located(talk, choice.removeprefix("region_"))
        return self._act(talk, choice)

    def _answer(self, talk: _Talk, text: str) -> CrisisTurn | None:
        plain = normalise(text)
        place = self._hotlines.parse_region(text)
        if place and (talk.region is None or place.startswith("GB-")) and len(plain.split()) <= 12:
            return self._located(talk, place)
        if self._texts.ordinary.search(plain):
            return None
        bare = _BARE.get(plain.strip(" |"))
        if bare:
            return self._bare(talk, bare)
        for name, pattern in self._texts.answers:
            if pattern.search(plain):
                return self._act(talk, name)
        return self._fallback(talk)

    def _bare(self, talk: _Talk, word: str) -> CrisisTurn:
        """A plain yes or no means what the question before it asked."""
        options = self._texts.categories[talk.category].get("bare") or {}
        fits = [options[v] for v in (*talk.variants(), talk.level) if v in options]
        if talk.asked and fits:
            return self._act(talk, str(fits[0][word]))
        return self._act(talk, "safe" if word == "yes" else "not_safe")

    def _act(self, talk: _Talk, name: str) -> CrisisTurn:
        if name == "safe":
            return self._claimed_safe(talk)
        if name in ("not_safe", "in_house", "unsure", "again"):
            talk.claims = 0
        if self._texts.node(talk.category, name) is None:
            return self._fallback(talk)
        return self._node(talk, name)

    def _claimed_safe(self, talk: _Talk) -> CrisisTurn:
        talk.claims += 1
        if talk.claims < CLAIMS:
            return self._node(talk, "safe")
        turn = self._node(talk, "resolved")
        return CrisisTurn(turn.replies, {**turn.session, "resolved": True}, None, talk.region)

    def _located(self, talk: _Talk, code: str) -> CrisisTurn:
        if code == "other" or self._hotlines.region(code) is None:
            talk.elsewhere = True
            country = self._hotlines.name_of(code) if code != "other" else "your country"
            place = self._place(talk)
            text = place.fill(self._texts.common["country_unlisted"], country=country)
            return self._with_question(talk, text, place)
        talk.region, _, nation = code.partition("-")
        talk.area = code if nation else None
        talk.elsewhere = False
        place = self._place(talk)
        text = "{country_noted}\n{emergency_line}\n{line}\n{text_option}"
        noted = place.fill(self._texts.common["country_noted"])
        return self._with_question(
            talk, place.fill(text, country_noted=noted).replace("\n\n", "\n"), place
        )

    def _with_question(self, talk: _Talk, text: str, place: Place) -> CrisisTurn:
        asked = self._ask_place(talk, place)
        first = Reply(
            "\n".join([text, asked[0]]) if asked else text, asked[1] if asked else (), place.card()
        )
        ask, choices = self._question(talk)
        talk.asked = True
        return self._turn(talk, first, Reply(place.fill(ask), self._buttons(talk, choices)))

    def _fallback(self, talk: _Talk) -> CrisisTurn:
        """Give the next thing worth knowing here, each once; then ask anew in other words."""
        place = self._place(talk)
        for index, text in enumerate(self._texts.categories[talk.category]["more"]):
            if talk.say_once(f"more:{talk.category}:{index}"):
                choices = list(self._pick_any(talk, "choices"))
                return self._turn(
                    talk, Reply(place.fill(text), self._buttons(talk, choices), place.card(2))
                )
        return self._node(talk, "still")

    def _node(self, talk: _Talk, name: str) -> CrisisTurn:
        node = self._texts.node(talk.category, name)
        if node is None:
            return self._fallback(talk)
        say = [str(s) for s in node["say"]]
        fresh = next((i for i in range(len(say)) if talk.say_once(f"{name}:{i}")), None)
        if fresh is None and name not in ("still", "safe", "resolved"):
            return self._fallback(talk)
        place = self._place(talk)
        index = fresh if fresh is not None else talk.turns % len(say)
        talk.asked = False
        text = place.fill(say[index], question=self._pick(talk, "ask"))
        return self._turn(
            talk, Reply(text, self._buttons(talk, list(node["choices"])), place.card(2))
        )

    def _leave(self, talk: _Talk) -> CrisisTurn:
        turn = self._turn(talk, Reply(str(self._texts.common["leave"])))
        return CrisisTurn(
            turn.replies, turn.session, turn.state, turn.region, turn.open_solo, leave=True
        )

    # ------------------------------------------------------------------ parts

    def _place(self, talk: _Talk) -> Place:
        return Place(
            self._texts, self._hotlines, talk.code, _topic(talk.category, frozenset(talk.flags))
        )

    def _buttons(self, talk: _Talk, choices: list[str]) -> tuple[Button, ...]:
        return tuple(_button(self._texts.button(talk.category, c), c) for c in choices)

    def _turn(self, talk: _Talk, *replies: Reply) -> CrisisTurn:
        talk.turns += 1
        state = CrisisState(talk.level, talk.category, talk.region)
        solo = talk.category in OPEN_SOLO and talk.level == "crisis"
        return CrisisTurn(replies, talk.as_dict(), state, talk.region, solo)


@dataclass(slots=True)
class _Talk:
    """A session while a turn is worked out; every turn starts from a fresh copy."""

    category: Category
    level: Level
    flags: list[str]
    said: list[str]
    claims: int = 0
    turns: int = 0
    region: str | None = None
    area: str | None = None
    elsewhere: bool = False
    second: Category | None = None
    asked: bool = False

    @classmethod
    def begin(cls, verdict: Verdict, session: Mapping[str, Any], region: str | None) -> _Talk:
        if session.get("category") and not session.get("resolved"):
            return cls.resume(session, region).deepen(verdict)
        talk = cls.resume({**session, "category": verdict.category, "level": verdict.level}, region)
        talk.flags = sorted(verdict.flags)
        talk.second, talk.claims = verdict.second, 0
        talk.said = [s for s in talk.said if not s.startswith(("heard:", "resolved:", "safe:"))]
        return talk

    @classmethod
    def resume(cls, session: Mapping[str, Any], region: str | None) -> _Talk:
        given = (region or session.get("region") or "").upper()
        country, _, nation = given.partition("-")
        area = given if nation else session.get("area")
        return cls(
            category=session.get("category") or "suicide",
            level=session.get("level") or "crisis",
            flags=list(session.get("flags", ())),
            said=list(session.get("said", ())),
            claims=int(session.get("claims", 0)),
            turns=int(session.get("turns", 0)),
            region=country or None,
            area=area if area and area.startswith(f"{country}-") else None,
            elsewhere=bool(session.get("elsewhere")),
            second=session.get("second"),
            asked=bool(session.get("asked")),
        )

    @property
    def code(self) -> str | None:
        return self.area or self.region

    def deepen(self, verdict: Verdict) -> _Talk:
        """Take up a new urgent verdict: the gravest level stays, its category leads."""
        graver = LEVELS.index(verdict.level) >= LEVELS.index(self.level)
        if verdict.category and verdict.category != self.category and graver:
            self.category, self.second = verdict.category, self.category
            self.flags = [f for f in self.flags if f == "minor" or f.startswith("lang:")]
        elif verdict.category != self.category:
            self.second = verdict.category
        self.level = verdict.level if graver else self.level
        self.flags = sorted({*self.flags, *verdict.flags})
        return self

    def variants(self) -> list[str]:
        """Return the names of special wordings that fit, most telling first."""
        found = [v for v in _VARIANTS if v in self.flags]
        if "minor" in self.flags:
            found.insert(len(found) if self.category == "child" else 0, "minor")
        return [*found, *(["third_person"] if "third_person" in self.flags else [])]

    def say_once(self, key: str) -> bool:
        """Return whether `key` was not said yet, and note it."""
        if key in self.said:
            return False
        self.said.append(key)
        return True

    def as_dict(self) -> dict[str, Any]:
        return {
            "category": self.category, "level": self.level, "flags": self.flags, "said": self.said,
            "claims": self.claims, "turns": self.turns, "region": self.region, "area": self.area,
            "elsewhere": self.elsewhere, "second": self.second,
            "asked": self.asked,
        }  # fmt: skip


def _topic(category: Category, flags: frozenset[str]) -> str:
    """Return whose line fits: the line is for the person in front of us."""
    if "minor" in flags and category in _ADULT_CHILD_TOPICS:
        return "child"
    if "forced_marriage" in flags:
        return "forced_marriage"
    if "perpetrator" in flags and category == "harm_others":
        return "harm_others"
    if category == "medical":
        return "support"
    return category


def _button(title: str, choice: str) -> Button:
    return Button(title, "/crisis_choice" + json.dumps({"choice": choice}))
