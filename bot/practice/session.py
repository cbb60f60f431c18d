"""The practice talk: draft, feedback, next draft, as often as wanted; a partner to answer; a drill.

A pure, table-driven state machine: `turn` maps a state and a message to replies and the next
state. The
state is plain JSON and the only memory. Every sentence it says stands in
`data/practice/session_*.yml`
or is the person's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from bot.practice.apology import ApologyCoach
from bot.practice.coach import Coach
from bot.practice.i_statement import IStatementCoach
from bot.practice.patterns import Patterns, Rule
from bot.practice.result import Feedback, Kind, Problem, Span
from bot.practice.rulebook import DATA, load_rulebook, read
from bot.practice.text import plain, whole
from bot.practice.wording import LIMIT_WORDS, join, quoted
from bot.types import Button, Reply

State = dict[str, Any]
KINDS: tuple[Kind, ...] = get_args(Kind)
_BUTTONS = {
    "keep": "Keep it",
    "more": "Anything else?",
    "show_example": "Show me an example",
    "listening_partner": "Practise with a partner",
    "drill": "Drill",
    "warm": "Warm",
    "hurt": "Hurt",
    "defensive": "Defensive",
    "next": "Next",
    "own_words": "My own words",
}
_ANSWERS = ("warm", "hurt", "defensive")


@dataclass(frozen=True, slots=True)
class PracticeTurn:
    """What one message led to. `best` is the version that is kept, or the best one so far."""

    replies: tuple[Reply, ...]
    state: State
    done: bool
    best: str | None


@cache
def _requests() -> Mapping[str, Rule]:
    patterns = Patterns({}, {})
    data = read(DATA / "requests.yml")
    return {
        name: Rule(patterns.compile(rf"^ (?:{rule}) ?(?:[.!?] ?)*$" for rule in rules))
        for name, rules in data.items()
    }


def request_in(text: str) -> str | None:
    """Return the request that `text` says in plain words ("show me an example"), or None."""
    said = plain(text, load_rulebook("i_statement").speller).text
    return next((name for name, rule in _requests().items() if rule.first(said)), None)


def _by_rules(kind: Kind) -> Coach:
    if kind == "apology":
        return ApologyCoach.load(None, None)
    return IStatementCoach.load(None, None)


class Practice:
    """The practice talk of one coach."""

    def __init__(self, kind: Kind, coach: Coach | None = None) -> None:
        self.kind: Kind = kind
        self._coach = coach or _by_rules(kind)
        self._say: Mapping[str, Any] = read(DATA / f"session_{kind}.yml")
        self._moves: Mapping[str, Callable[[State], PracticeTurn]] = {
            "show_example": self._example,
            "shorter": self._shorter,
            "not_what_i_meant": self._again,
            "keep": self._keep,
            "more": self._more,
            "listening_partner": self._partner,
            "warm": lambda state: self._answer(state, "warm"),
            "hurt": lambda state: self._answer(state, "hurt"),
            "defensive": lambda state: self._answer(state, "defensive"),
            "drill": self._drill,
            "next": self._drill,
            "own_words": self._own_words,
        }

    def turn(self, state: State, text: str, request: str | None = None) -> PracticeTurn:
        """Return what the message `text`, or the chosen `request`, leads to.

        `state` is `{}` at first and then what the last turn gave back; it is not changed. An
        unknown request is taken as none.
        """
        state = dict(state)
        move = self._moves.get(request or "") or self._moves.get(self._asked(state, text) or "")
        if move is not None:
            return move(state)
        if not text.strip():
            return self._turn(state, self._reply("opening" if not state else "ask_again", _START))
        return self._written(state, text.strip())

    def _asked(self, state: State, text: str) -> str | None:
        asked = request_in(text)
        waiting = state.get("mode") == "partner"
        return None if asked in _ANSWERS and not waiting else asked

    def _written(self, state: State, text: str) -> PracticeTurn:
        feedback = self._coach.check(text)
        if state.get("mode") == "drill":
            return self._drilled(state, text, feedback)
        buttons = ("more", "keep") if len(feedback.problems) > 1 else ("keep",)
        replies = [*self._care(state, text), self._feedback(text, feedback, buttons)]
        if state.get("mode") == "partner":
            replies.append(self._reply("partner_after", (*_ANSWERS, "own_words")))
            return self._turn(state, *replies)
        state |= {"draft": text, "shown": 1}
        if _better(feedback, state.get("left")):
            state |= {"best": text, "left": len(feedback.problems)}
        return self._turn(state, *replies)

    def _care(self, state: State, text: str) -> list[Reply]:
        """Say once, first, that no wording makes an unsafe talk safe; again when an act is
        named.
        """
        level = "force" if self._coach.names_force(text) else "fear"
        if not self._coach.names_fear(text) or level in state.get("said", []):
            return []
        state["said"] = [*state.get("said", []), level]
        return [Reply(self._say[level])]

    def _feedback(self, text: str, feedback: Feedback, buttons: tuple[str, ...]) -> Reply:
        card = {"kind": "feedback", "coach": self.kind, "text": text, **feedback.as_dict()}
        return Reply(self._spoken(text, feedback), _buttons(buttons), card)

    def _spoken(self, text: str, feedback: Feedback) -> str:
        works = self._works(text, feedback)
        if not feedback.problems:
            return join(works, self._say["good"])
        first = feedback.problems[0]
        if isinstance(self._coach, IStatementCoach) and self._coach.is_limit(text):
            return str(self._say["limit"])
        return join(works, self._mark(text, first), first.why, first.try_)

    def _works(self, text: str, feedback: Feedback) -> str:
        marked = [(p.start, p.end) for p in feedback.problems if (p.start, p.end) != whole(text)]
        for name, span in feedback.parts.items():
            if span and name in self._say["works"] and not _overlaps(span, marked):
                return str(self._say["works"][name].format(words=quoted(text, span)))
        return str(self._say["works"]["nothing"])

    def _mark(self, text: str, problem: Problem) -> str:
        span = (problem.start, problem.end)
        if problem.id.startswith("no") or span == whole(text):
            return str(self._say["missing"]) if problem.id.startswith("no_") else ""
        return str(self._say["change"].format(words=quoted(text, span)))

    def _more(self, state: State) -> PracticeTurn:
        draft = state.get("draft")
        if not draft:
            return self._turn(state, self._reply("nothing_yet", _START))
        shown = state.get("shown", 1)
        rest = _distinct(self._coach.check(draft).problems)[shown:]
        if not rest:
            return self._turn(state, self._reply("no_more", ("keep",)))
        state["shown"] = shown + 1
        said = self._say["more"].format_map({"why": rest[0].why, "try": rest[0].try_})
        return self._turn(state, Reply(said, _buttons(("more", "keep"))))

    def _shorter(self, state: State) -> PracticeTurn:
        draft = state.get("draft")
        if not draft:
            return self._turn(state, self._reply("nothing_yet", _START))
        said = self._say["shorter"].format(scaffold=self._coach.scaffold(draft))
        return self._turn(state, Reply(said, _buttons(("keep",))))

    def _again(self, state: State) -> PracticeTurn:
        return self._turn(state, self._reply("not_what_i_meant", ("keep", "show_example")))

    def _keep(self, state: State) -> PracticeTurn:
        kept = state.get("draft") or state.get("best")
        if not kept:
            return self._turn(state, self._reply("kept_nothing"), done=True)
        state["best"] = kept
        said = self._say["kept"].format(words=quoted(kept, whole(kept), LIMIT_WORDS))
        return self._turn(state, Reply(said), done=True)

    def _example(self, state: State) -> PracticeTurn:
        at = state.get("example", 0)
        examples = self._say["examples"]
        state["example"] = at + 1
        said = f"“{examples[at % len(examples)]}”"
        return self._turn(state, Reply(said, _buttons(("show_example", "drill"))))

    def _partner(self, state: State) -> PracticeTurn:
        state["mode"] = "partner"
        return self._turn(state, self._reply("partner", (*_ANSWERS, "own_words")))

    def _answer(self, state: State, tone: str) -> PracticeTurn:
        state["mode"] = "partner"
        lines = self._say["partner_lines"][tone]
        at = state.get(tone, 0)
        state[tone] = at + 1
        said = self._say["partner_turn"].format(line=lines[at % len(lines)])
        return self._turn(state, Reply(said, _buttons(("own_words",))))

    def _own_words(self, state: State) -> PracticeTurn:
        state.pop("mode", None)
        return self._turn(state, self._reply("ask_again", ("show_example", "keep")))

    def _drill(self, state: State) -> PracticeTurn:
        at = state.get("drill", 0)
        drills = self._say["drills"]
        if at >= len(drills):
            state |= {"drill": 0}
            state.pop("mode", None)
            return self._turn(state, self._reply("drill_done", _START))
        state |= {"mode": "drill", "drill": at + 1}
        said = self._say["drill"].format(n=at + 1, of=len(drills), sentence=drills[at])
        return self._turn(state, Reply(said, _buttons(("next", "own_words"))))

    def _drilled(self, state: State, text: str, feedback: Feedback) -> PracticeTurn:
        if feedback.problems:
            said = self._feedback(text, feedback, ("next", "own_words"))
            return self._turn(state, said, self._reply("drill_next", ("next",)))
        following = self._drill(state)
        return self._turn(following.state, self._reply("drill_good"), *following.replies)

    def _reply(self, name: str, buttons: tuple[str, ...] = ()) -> Reply:
        return Reply(str(self._say[name]), _buttons(buttons))

    def _turn(self, state: State, *replies: Reply, done: bool = False) -> PracticeTurn:
        state.setdefault("begun", True)
        return PracticeTurn(replies, state, done, state.get("best"))


_START = ("show_example", "drill", "listening_partner")


def _buttons(names: tuple[str, ...]) -> tuple[Button, ...]:
    return tuple(Button(_BUTTONS[name], name) for name in names)


def _better(feedback: Feedback, left: int | None) -> bool:
    """Take the latest of the drafts that have the fewest problems left."""
    return left is None or len(feedback.problems) <= left


def _overlaps(span: Span, others: list[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _distinct(problems: tuple[Problem, ...]) -> list[Problem]:
    """Leave out a problem that stands on the very words of one before it: it would be said
    twice.
    """
    kept: list[Problem] = []
    for problem in problems:
        same = [p for p in kept if (p.start, p.end) == (problem.start, problem.end)]
        if problem.id.startswith("no_") or not same:
            kept.append(problem)
    return kept
