"""The coaches inside a conversation: a draft, feedback, the next draft, until one is kept.

A step with a coach stays open while its draft can be mended; the best version so far is its answer. A
good draft, the same words again, or "keep it" go on to the next step. The practice talk itself is
`bot.practice.session`; here stands only how it fits between two steps.
"""

from __future__ import annotations

from typing import Any

from bot import services
from bot.dialogue.catalog import Step
from bot.dialogue.finish import alone
from bot.dialogue.talk import DRAFTS, Talk
from bot.language.answers import plain
from bot.practice.session import PracticeTurn, request_in
from bot.types import Button
from bot.wording import say

KIND = "coach"
CHOICE = "coach:"
_CONTROLS = frozenset(
    [
        "done",
        "i am done",
        "im done",
        "finished",
        "that is all",
        "thats all",
        "that is everything",
        "thats everything",
        "skip",
        "back",
        "next",
        "more",
        "go on",
        "enough",
        "wrong",
    ]
)
"""Words that the practice talk knows and that move the conversation here."""
_SOFT = frozenset(
    [
        "feedback_negative",
        "correct",
        "not_what_i_meant",
        "out_of_scope",
        "thanks",
        "resume",
        "question",
        "entrance_hurt",
        "entrance_partner",
        "entrance_harmed",
        "entrance_helper",
    ]
)
"""Intents that a draft is easily taken for: it is meant for somebody else's ears, in any tone."""
_SENTENCE = 5
"""Words from which a message at a coached step can be a draft that only looks like something else."""
_POSSIBLE = 0.05
"""Probability of an answer below which it is none ("that reply was wrong" lies under .01, drafts over .1)."""
_LASHING_OUT = frozenset(["generalisation", "blame", "hidden_you", "faux_feeling", "conditional"])


def asked(talk: Talk, text: str) -> str | None:
    """Return the request to the coach that a message makes at the waiting step, None if it makes none."""
    step = talk.step
    if step is None or step.coach is None:
        return None
    if plain(text) in _CONTROLS:
        drill = _state(talk, step).get("mode") == "drill"
        return "drill" if drill and plain(text) == "next" else None
    return request_in(text)


def is_draft(talk: Talk) -> bool:
    """Whether a message that was taken for something else is a draft, by what the coach finds in it."""
    step = talk.step
    if step is None or step.coach is None or talk.intent not in _SOFT:
        return False
    if len(talk.text.split()) < _SENTENCE or talk.text.rstrip().endswith("?"):
        return False
    if dict(talk.ranking).get("answer", 0.0) < _POSSIBLE:
        return False
    feedback = services.coach(step.coach).check(talk.text)
    return any(feedback.parts.values()) or any(p.id in _LASHING_OUT for p in feedback.problems)


def take_draft(talk: Talk, step: Step, text: str) -> bool:
    """Answer a draft; True where it is settled and the next step may come."""
    state = _state(talk, step)
    if "mode" not in state and text.strip() == state.get("draft"):
        return take_request(talk, step, "keep")
    turn = _practice(step).turn(state, text)
    good = "mode" not in turn.state and _verdict(turn) == "good"
    _remember(talk, step, turn)
    for reply in turn.replies:
        if reply.buttons or reply.card:
            _speak(talk, reply.text, (_partner(),) if good else reply.buttons, reply.card)
        else:  # no wording makes an unsafe talk safe: what can be done alone stands beside it
            talk.utter(reply.text, buttons=alone(talk))
    if good:
        talk.speak("dialogue.draft_good")
    return good


def take_request(talk: Talk, step: Step, request: str) -> bool:
    """Do what is asked of the coach; True where that settles the draft."""
    state = _state(talk, step)
    if request == "keep" and not state.get("draft") and talk.answer(step) is not None:
        return True  # brought back by a return phrase: the answer is there, its drafts are not
    turn = _practice(step).turn(state, "", request)
    _remember(talk, step, turn)
    for reply in turn.replies:
        _speak(talk, reply.text, reply.buttons, reply.card)
    return turn.done and turn.best is not None


def coached_step(talk: Talk) -> Step | None:
    """Return the coached step of the conversation under way, whether or not it is the one that waits."""
    return next((step for step in talk.conversation or () if step.coach), None)


def _speak(talk: Talk, text: str, buttons: tuple[Button, ...], card: Any) -> None:
    named = [Button(b.title, f'/settle{{"choice": "{CHOICE}{b.payload}"}}') for b in buttons]
    talk.utter(text, buttons=named, card=card)


def _partner() -> Button:
    return Button(say("buttons.partner_practice"), "listening_partner")


def _practice(step: Step) -> Any:
    assert step.coach is not None
    return services.practice(step.coach)


def _verdict(turn: PracticeTurn) -> str | None:
    return next((str(r.card["verdict"]) for r in turn.replies if r.card), None)


def _remember(talk: Talk, step: Step, turn: PracticeTurn) -> None:
    if turn.best is not None:
        talk.record(step, turn.best)
    drafts = dict(talk.get(DRAFTS) or {})
    talk.set(DRAFTS, {**drafts, KIND: {"step": step.id, "state": turn.state}})


def _state(talk: Talk, step: Step) -> dict[str, Any]:
    kept = (talk.get(DRAFTS) or {}).get(KIND) or {}
    if kept.get("step") == step.id:
        return dict(kept["state"])
    # In an apology the questions about safety were asked before, one by one.
    return {"said": ["force", "fear"]} if step.coach == "apology" else {}
