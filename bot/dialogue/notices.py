"""What a message tells beside its words: a wish for leverage, a limit that isn't respected.

Both are recognised by meaning, by a small classifier over sentences of our own (data/notices/), and held
in check by a few words that must, or must not, stand in it: calling somebody pushy who is being pushed
would hurt, and so would a false alarm at every plain limit. What is grave is the crisis gate's, which
has spoken before.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from bot import services
from bot.dialogue.facts import spans
from bot.dialogue.linear import Linear, Row

Name = Literal["leverage", "ignored"]
FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "notices"
LIKELY, CLEAR, IGNORED = 0.6, 0.1, 0.8
"""Probabilities from which a message counts: a wish for leverage with a verb of making, the same in its
plainest grammar, and an ignored limit (figures: docs/quality.md)."""

_WHO = (
    r"(?:him|her|them|he|she|they|(?:my|our|the) (?:\w+ )?(?:wife|husband|partner|girlfriend|boyfriend|gf|bf|ex|spouse"
    r"|fianc\w+|missus|bloke|man|woman|friend|date)|\bwife\b|\bhusband\b|\bpartner\b)"
)
_YIELD = (
    r"(?:say(?:s|ing)? (?:a )?yes|giv(?:e|es|ing) (?:in|up|me|it)|want(?:s)? (?:it|me|to|sex)|agree|have sex|sleep with|come(?:s)? back"
    r"|take(?:s)? (?:me|it) back|forgiv\w+|stay(?:s)?|change (?:his|her|their) mind|let(?:s)? me|do (?:it|that)|drop|unblock"
    r"|obey|see me|love me|trust me|back down|quiet|refuse|say no|accept|sign|admit|back out)"
)
_PLAINEST = re.compile(
    rf"\b(?:get|make|convince|persuade|talk|pressure|push|guilt|trick|force|bring)s? {_WHO}\b.{{0,25}}?\b{_YIELD}"
    rf"|\bso (?:that )?{_WHO} (?:\w+ ){{0,2}}?(?:finally )?{_YIELD}"
    rf"|\b(?:can'?t|cannot|can not|won'?t) (?:say no|refuse|back out)\b",
    re.IGNORECASE,
)
_MAKING = re.compile(
    r"\b(?:get|getting|make|makes|convinc\w+|persuad\w+|talk|guilt|trick|manipulat\w+|pressur\w+|wear|win|force|threaten"
    r"|push|bring|chang\w+|turn|word\w*|phrase|prove|proof|owe[sd]?|give[s]? (?:in|up)|say yes|a yes|around|round|past"
    r"|lets?|obey|duty|stay|forgive|back)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(rf"\b{_WHO}\b", re.IGNORECASE)
_OWN_WORK = re.compile(
    r"\b(?:own (?:it|that|up|what)|want to stop|stop (?:pressur|push|ask|guilt|nag|tracking|touching|calling)\w*|make it right"
    r"|i(?:'ve| have)? (?:hurt|forced|crossed|pressured|pushed|raped)|respects? my|my no\b|i (?:can |could |want to )?(?:say|said) (?:no|stop)\b|my (?:limit|boundar)\w*|without (?:pressure|pressing|pushing|asking"
    r"|guilt)|(?:stop|stops|leave|leaves) (?:me|my|us|touching|asking|hitting|following)|not push\w*|easy (?:for \w+ )?to say no"
    r"|room to say no|support|safe|safely|believe me|counsellor|therapist|doctor|get help)\b"
    r"|\b(?:he|she|they)(?:'s| is| are)? (?:\w+ )?(?:makes?|pressur\w+|forc\w+|trick\w*|guilt\w*|threaten\w*|convinc\w+|push\w*|talk\w*) me\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|^\W*(?:so |and |ok |please |kindly |pls )*(?:how|what|which|can|could|should|help|tell|give|write|find|tips|best|any|is there"
    r"|i (?:need|want|just want|would like)|make|get|show)\b",
    re.IGNORECASE,
)
_PRESCRIBES = re.compile(
    r"\b(?:should|must|has to|have to stop|will|would|don'?t want|means?|means stop|every time i say|at once|straight away"
    r"|the second|always stops?|stopped|respects? my|i (?:forgot|ignored|kept|keep|didn'?t|don'?t|pushed|went|crossed|did))\b",
    re.IGNORECASE,
)
_NOT_KEPT = re.compile(
    r"n't\b|\bnt\b|\b(?:not|never|no|ignor\w+|forg[eo]t\w*|anyway|although|even tho\w*|though|still|again|laugh\w*|joke"
    r"|sulk\w*|punish\w*|push\w*|tests?|until|times|mad|angry|annoyed|carries|goes|went|keeps?|kept|whatever|broke\w*"
    r"|doesnt|dont|didnt|isnt|wont|wasnt|talks over|works? around|way around|scared|dare)\b",
    re.IGNORECASE,
)


def leverage(text: str, *, in_step: bool) -> bool:
    """Whether a message asks for a way to get a yes, a return or forgiveness out of somebody.

    At a waiting step only a request counts: an answer is an answer.
    """
    if not _OTHER.search(text) or _OWN_WORK.search(text) or (in_step and not _ASKS.search(text)):
        return False
    if not (plainest := bool(_PLAINEST.search(text))) and not _MAKING.search(text):
        return False
    return _probability("leverage", text) >= (CLEAR if plainest else LIKELY)


def ignored(text: str) -> bool:
    """Whether a message says that a limit, a stop or a stop word of the person's own isn't respected."""
    clauses = [text[a:b] for a, b in spans(text)]
    telling = [c for c in clauses if _NOT_KEPT.search(c) and not _PRESCRIBES.search(c)]
    return any(_probability("ignored", clause) >= IGNORED for clause in telling)


def _probability(name: Name, text: str) -> float:
    return classifier(name).probabilities([text])[0][name]


def prepare() -> None:
    """Fit what is not in the cache folder yet, so that no message waits for it (seconds, once)."""
    classifier("leverage")
    classifier("ignored")


@lru_cache(maxsize=2)
def classifier(name: Name) -> Linear:
    """Return the classifier of a notice, made at its first use."""
    rows: list[Row] = [(text, name) for text in _read(name)["rows"]]
    other: Name = "ignored" if name == "leverage" else "leverage"
    others = [*_read(name)["near"], *_read(other)["rows"], *_read(other)["near"]]
    for conversation in services.catalog().values():
        others += [*conversation.examples, *(step.example for step in conversation)]
    rows += [(text, "none") for text in others]
    return Linear.of(f"notice-{name}", rows, services.encoder(), services.settings().cache_dir)


@lru_cache(maxsize=2)
def _read(name: Name) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
