"""Several facts in one message: which part of a long answer belongs to which step.

A message is cut into clauses, and a small classifier per conversation (logistic regression over the
shared sentence vector) says which step a clause answers. It learns from short clauses in
data/facts/clauses.yml, from the steps' own examples, and from the openings, which answer none. It is
careful: what is not plainly about a later step stays with the one before it, and in doubt the whole
message is the answer to the step that waits. No word is lost, none is added.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from bot import services
from bot.artifacts.dates import read_date
from bot.dialogue.catalog import Conversation, Step
from bot.dialogue.linear import Linear
from bot.dialogue.route import settled, shown
from bot.dialogue.talk import Talk
from bot.language.answers import classify

CLAUSES = Path(__file__).resolve().parent.parent.parent / "data" / "facts" / "clauses.yml"
Span = tuple[int, int]
NONE = ""
"""The class of what answers no step: the request that opens a conversation."""
FIRST, ONE, SEVERAL = 0.9, 0.8, 0.65
"""Probability from which a clause moves to another step: the first clause, for it mostly answers what was
asked; where a single step beside the waiting one is filled; where several are. Of answers to one step
each, 6 in 363 are cut (docs/quality.md, held by tests/dialogue/test_facts.py)."""
_OVER_WAITING = 3.0
"""How many times likelier than the waiting step the other one must be."""
_WORDS, _DATE_WORDS = 3, 4
_CUT = re.compile(
    r"(?<=[.!?;\n])\s+|,\s+(?:(?:and|but|then|so)\s+)*|\s+-\s+|\s+(?:(?:and|but)\s+)?then\s+"
    r"|\s+and\s+(?=(?:i|i'm|i'd|i'll|we|he|she|they|you|our|my|the|no|not|if|when|after|afterwards|from|next"
    r"|please|it|it's|a tap|two taps)\b)",
    re.IGNORECASE,
)
_COLON = re.compile(r":\s+")
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")


def spans(text: str, *, opening: bool = False) -> list[Span]:
    """Return the clauses of a text as spans, in order; what stands in quotation marks is not cut."""
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    marks = [*_CUT.finditer(text), *(_COLON.finditer(text) if opening else ())]
    cuts = sorted(m.span() for m in marks if not any(a < m.start() < b for a, b in quoted))
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if text[a:b].strip()]


@lru_cache(maxsize=1)
def _clauses() -> Mapping[str, Mapping[str, Sequence[str]]]:
    content: Mapping[str, Any] = yaml.safe_load(CLAUSES.read_text(encoding="utf-8"))
    found: Mapping[str, Mapping[str, Sequence[str]]] = content["conversations"]
    return found


@lru_cache(maxsize=32)
def sorter(name: str) -> Linear | None:
    """Return the classifier of a conversation, made at its first use; None where none is taught."""
    known = _clauses().get(name)
    if known is None:
        return None
    conversation = services.catalog()[name]
    rows = [
        (text, step) for step in known for text in _taught(conversation.step(step), known[step])
    ]
    rows += [(text, NONE) for text in conversation.examples]
    return Linear.of(f"facts-{name}", rows, services.encoder(), services.settings().cache_dir)


def prepare() -> None:
    """Fit what is not in the cache folder yet, so that no message waits for it (seconds, once)."""
    for name in _clauses():
        sorter(name)


def _taught(step: Step, clauses: Sequence[str]) -> list[str]:
    parts = [step.example[a:b] for a, b in spans(step.example)]
    return [*clauses, *parts, step.example, step.label]


def shares(talk: Talk, waiting: Step | None, text: str) -> dict[str, str]:
    """Return the part of a message that belongs to each step; empty where it is one answer.

    Args:
        talk: with the conversation under way.
        waiting: the step that was asked; None for the message that opens a conversation.
        text: the person's words.
    """
    conversation = talk.conversation
    found = spans(text, opening=waiting is None)
    if conversation is None or len(found) < 2 or (waiting is not None and waiting.coach):
        return {}
    known, free = sorter(conversation.name), _open_steps(talk, conversation, waiting)
    if known is None or not free:
        return {}
    asked = waiting.id if waiting else NONE
    pieces = [text[a:b] for a, b in found]
    places = _places(talk, known, pieces, asked, free)
    moved = set(places) - {asked}
    if not moved or not _waiting_served(waiting, places):
        return {}
    shared = {step: _words(text, found, places, step) for step in dict.fromkeys(places)}
    shared.pop(NONE, None)
    return {} if waiting is not None and _leads_away(waiting, shared.get(waiting.id)) else shared


def _open_steps(talk: Talk, conversation: Conversation, waiting: Step | None) -> dict[str, Step]:
    """The steps that a clause may move to: still open, kept on paper, and with nothing hanging on them."""
    known = _clauses().get(conversation.name, {})
    return {
        s.id: s
        for s in shown(talk)
        if s.id in known
        and s.keep
        and not s.after
        and not s.coach
        and s != waiting
        and not settled(talk, s)
    }


def _places(
    talk: Talk, known: Linear, pieces: Sequence[str], asked: str, free: Mapping[str, Step]
) -> list[str]:
    """Return the step of each clause; with one step beside the waiting one, more certainty is asked."""
    rows = known.probabilities(pieces)

    def placed(least: float) -> list[str]:
        places = [asked]
        for number, (piece, row) in enumerate(zip(pieces, rows, strict=True)):
            limit = FIRST if number == 0 and asked else least
            places.append(_place(talk, piece, row, asked, free, limit) or places[-1])
        return places[1:]

    places = placed(SEVERAL)
    return places if len(set(places) - {asked}) > 1 else placed(ONE)


def _place(
    talk: Talk,
    piece: str,
    row: Mapping[str, float],
    asked: str,
    free: Mapping[str, Step],
    limit: float,
) -> str | None:
    """Return the step of one clause, None where it goes with the clause before it."""
    if (dated := _date_step(talk, piece, free)) is not None:
        return dated
    best = max((s for s in row if s in free or s == asked), key=lambda s: row[s], default=asked)
    if best == asked:
        return asked
    sure = row[best] >= limit and row[best] >= _OVER_WAITING * row.get(asked, 0.05)
    return best if sure and len(piece.split()) >= _WORDS else None


def _date_step(talk: Talk, piece: str, free: Mapping[str, Step]) -> str | None:
    if len(piece.split()) > _DATE_WORDS or read_date(piece, talk.today) is None:
        return None
    return next((step.id for step in free.values() if step.kind == "date"), None)


def _waiting_served(waiting: Step | None, places: Collection[str]) -> bool:
    """Whether the waiting step keeps an answer; a step that only steers may stay open for want of one."""
    if waiting is None or waiting.id in places:
        return True
    return waiting.kind in ("yes_no", "choice")


def _leads_away(waiting: Step, words: str | None) -> bool:
    """Whether the waiting step's answer jumps or ends the conversation: then nothing else is filled."""
    if words is None:
        return False
    group = classify(waiting.kind, words, waiting.choices)
    return any(after.go for after in waiting.after if group in after.when)


def _words(text: str, found: Sequence[Span], places: Sequence[str], step: str) -> str:
    """Return the person's own words for a step: neighbouring clauses as they stand, others with a comma."""
    runs = []
    for name, group in groupby(zip(places, found, strict=True), key=lambda pair: pair[0]):
        cut = [span for _, span in group]
        if name == step:
            runs.append(text[cut[0][0] : cut[-1][1]].strip(" \n\t,;"))
    return ", ".join(runs)
