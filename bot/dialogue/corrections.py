"""A correction of an earlier answer in free words: which answer is meant, and what it becomes.

Grammar first: "X rather than Y", "not Y but X", "Y, I mean X", "change the … to X". The replaced words
are looked for in the answers; the named step by the words of its label and question, then by nearness
of vectors. Where that leaves doubt, the likeliest answer is shown and asked again: nothing is guessed
into what a person said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.dialogue.catalog import Step
from bot.dialogue.talk import Talk
from bot.language.answers import plain
from bot.language.encoder import Vectors

Encode = Callable[[Sequence[str]], Vectors]

_LEAD = re.compile(
    r"^\W*(?:(?:oh|ah|ok|okay|hang on|hold on|wait|no|nope|sorry|oops|whoops|actually|scratch that|my mistake|correction|um+|hmm+|"
    r"i mean|i meant|let me (?:correct|change|fix) (?:that|this|it)|on second thoughts?|thinking about it|"
    r"(?:can|could) (?:you|we|i) (?:please )?|please|i(?:'d| would) (?:like|want) to|i (?:want|need) to)\b[\s,.!:;-]*)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,.!]*(?:please|thanks|thank you|sorry|i think|actually|instead|if that'?s ok(?:ay)?)[\s.!]*$",
    re.IGNORECASE,
)
_SPAN = r"[\"'“‘]?(.+?)[\"'”’]?"
_SWAPS: tuple[tuple[re.Pattern[str], int, int], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), new, old)
    for pattern, new, old in (
        (rf"^(?:change|swap|replace|switch|turn) {_SPAN} (?:in)?to {_SPAN}$", 2, 1),
        (rf"^(?:swap|replace|switch) {_SPAN} (?:with|for|by) {_SPAN}$", 2, 1),
        (
            rf"^(?:put|write|make it|say|note|use|it should (?:be|say)|it'?s|it is|that'?s|let'?s (?:say|make it)|have) {_SPAN} (?:rather than|instead of|in place of|and not|,? not) {_SPAN}$",
            1,
            2,
        ),
        (rf"^{_SPAN}(?:,| -)? (?:rather than|instead of|in place of) {_SPAN}$", 1, 2),
        (
            rf"^(?:it'?s |it was |it should be )?not {_SPAN}(?:,| -)? (?:but|it'?s|it should be|i meant|i mean|make it) {_SPAN}$",
            2,
            1,
        ),
        (
            rf"^(?:i (?:said|wrote|put|typed) ){_SPAN}(?:,| -)? (?:but (?:i )?mean[t]?|but it'?s|i mean[t]?|it should (?:be|say|read)|make (?:it|that)|but (?:it'?s|its) (?:really|actually)) {_SPAN}$",
            2,
            1,
        ),
        (rf"^(?:i meant? |it'?s |it is |it was )?{_SPAN}(?:,| -) not {_SPAN}$", 1, 2),
        (rf"^(?:i meant? |it'?s ){_SPAN} and not {_SPAN}$", 1, 2),
        (
            rf"^where i (?:said|wrote|put) {_SPAN},? (?:please )?(?:put|make it|it should be|i meant?|write) {_SPAN}$",
            2,
            1,
        ),
    )
)
_SETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(?:change|set|make|update|correct|edit) (?:the |my |our |that )?(?P<what>.+?) (?:in)?to (?:be )?(?P<new>.+)$",
        r"^(?:for |about |on )?(?:the |my |our )?(?P<what>[\w ]{3,40}?),? (?:it )?(?:should|has to|needs to) (?:be|say|read) (?P<new>.+)$",
        r"^(?:the |my |our )(?P<what>[\w ]{3,40}?) is (?:actually|really|now|in fact) (?P<new>.+)$",
        r"^(?:about|for|on|regarding) (?:the |my |our )?(?P<what>[\w ]{3,40}?)[,:] (?P<new>.+)$",
        r"^(?:earlier|before|just now),? i (?:said|wrote|put) (?P<what>.+?)[,;]? but (?:it'?s |it is |i mean[t]? |actually )*(?P<new>.+)$",
        r"^(?:i meant? (?:to (?:say|write|put) )?)(?P<new>.+)$",
        r"^(?:make (?:it|that)|it'?s (?:actually|really)|it should (?:be|say)|put|say|write) (?P<new>.+)$",
    )
)
_NEAR = 0.30
"""Cosine below which no step is taken to be meant (all-MiniLM-L6-v2; unrelated pairs lie under .2)."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction means: a step, and its new answer where the words say it."""

    step: Step
    answer: str | None


def read(talk: Talk, text: str, encode: Encode) -> Correction | None:
    """Return what a correction changes; None where no earlier answer can be meant."""
    given = talk.answered()
    if not given:
        return None
    core = _TAIL.sub("", _LEAD.sub("", text.strip())).strip()
    return (
        _swap(talk, given, core)
        or _set(talk, given, core, encode)
        or _nearest(talk, given, text, encode)
    )


def replaces(talk: Talk, text: str) -> bool:
    """Whether the grammar alone makes a message a correction: it names words of an earlier answer to replace.

    "X, not Y" alone could be an answer of its own, so it counts only after "no", "actually", "I meant".
    """
    given = talk.answered()
    core = _TAIL.sub("", _LEAD.sub("", text.strip())).strip()
    if not given or (_NOT.search(core) and not _LEAD.match(text)):
        return False
    return _swap(talk, given, core) is not None


_NOT = re.compile(r"(,| -| and) not\b|^(it'?s )?not\b", re.IGNORECASE)


def _swap(talk: Talk, given: Sequence[Step], core: str) -> Correction | None:
    for pattern, new_at, old_at in _SWAPS:
        if not (found := pattern.match(core)):
            continue
        new, old = _clean(found.group(new_at)), _clean(found.group(old_at))
        for step in reversed(given):
            answer = talk.answer(step) or ""
            if (changed := replace_words(answer, old, new)) is not None:
                return Correction(step, changed)
    return None


def replace_words(answer: str, old: str, new: str) -> str | None:
    """Replace `old` in an answer, as whole words and in any case; None where it does not stand there."""
    for words in _shrinking(old):
        pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
        if pattern.search(answer):
            return pattern.sub(lambda _: new, answer, count=1)
    return None


def _shrinking(words: str) -> list[str]:
    """The words themselves, then without a leading article or possessive."""
    short = re.sub(r"^(?:the|a|an|my|our|on|at|in)\s+", "", words, flags=re.IGNORECASE)
    return [words] if short == words else [words, short]


def _set(talk: Talk, given: Sequence[Step], core: str, encode: Encode) -> Correction | None:
    for pattern in _SETS:
        if not (found := pattern.match(core)):
            continue
        new, what = _clean(found.group("new")), found.groupdict().get("what")
        step = _named(talk, given, what, encode) if what else given[-1]
        if step is not None and new:
            return Correction(step, _without_old(talk.answer(step) or "", new))
    return None


def _without_old(answer: str, new: str) -> str:
    """Return what a new answer says where it also names what it replaces: "mango, not lemon"."""
    pair = _NEW_AND_OLD.match(new)
    changed = replace_words(answer, _clean(pair["old"]), _clean(pair["new"])) if pair else None
    return new if changed is None else changed


_NEW_AND_OLD = re.compile(
    r"(?P<new>.+?),?\s+(?:and\s+)?(?:not|rather than|instead of)\s+(?P<old>.+)", re.IGNORECASE
)


def _named(talk: Talk, given: Sequence[Step], what: str, encode: Encode) -> Step | None:
    wanted = set(plain(what).split()) - _EMPTY
    for step in reversed(given):
        if wanted and wanted <= set(plain(f"{step.label} {step.id} {talk.answer(step)}").split()):
            return step
    return _closest(talk, given, what, encode)


_EMPTY = frozenset(
    [
        "the",
        "a",
        "an",
        "my",
        "our",
        "your",
        "their",
        "his",
        "her",
        "of",
        "for",
        "to",
        "in",
        "on",
        "at",
        "answer",
        "one",
        "thing",
        "bit",
        "part",
        "what",
        "i",
        "said",
        "about",
    ]
)


def _closest(talk: Talk, given: Sequence[Step], what: str, encode: Encode) -> Step | None:
    texts = [f"{step.label}. {step.question} {talk.answer(step)}" for step in given]
    vectors = encode([what, *texts])
    scores = vectors[1:] @ vectors[0]
    best = int(np.argmax(scores))
    return given[best] if scores[best] >= _NEAR else None


def _nearest(talk: Talk, given: Sequence[Step], text: str, encode: Encode) -> Correction:
    return Correction(_closest(talk, given, text, encode) or given[-1], None)


def _clean(words: str) -> str:
    return _TAIL.sub("", words).strip(" \t\"'“”‘’.,;:!")


def correct(talk: Talk, text: str, encode: Encode) -> None:
    """Change the answer that is meant, or show the likeliest one and ask it again."""
    found = read(talk, text, encode) if talk.conversation else None
    if found is None:
        talk.speak("dialogue.correct_nothing")
        talk.ask()
    elif found.answer is None:
        talk.speak("dialogue.correct_which", label=found.step.label)
        talk.ask(found.step)
    else:
        talk.record(found.step, found.answer)
        talk.speak("dialogue.corrected", label=found.step.label, answer=found.answer)
        talk.ask()
