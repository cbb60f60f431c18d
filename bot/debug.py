"""What the language side makes of single messages: for measuring, with GROUNDWORK_DEBUG=1 only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot import services
from bot.dialogue.agent import Brain
from bot.dialogue.catalog import CONVERSATIONS
from bot.engine import clean
from bot.language.answers import is_empty

CONTROLS = (
    "greet", "goodbye", "thanks", "help_menu", "stop", "pause", "resume", "back", "skip", "repeat",
    "hotline", "forget_me", "privacy_question", "are_you_human", "feedback_negative",
)  # fmt: skip
"""The fifteen controls, as the HTTP interface names them."""
OUTSIDE = {
    "go_back": "back",
    "out_of_scope": "unclear",
    "finish": "stop",
    "leave_now": "goodbye",
    "read_back": "repeat",
    "ask_why": "question",
    "ask_progress": "unclear",
    "correct": "answer",
    "show_example": "repeat",
    "more": "unclear",
    "not_what_i_meant": "feedback_negative",
    "return_phrase": "privacy_question",
    "entrance_hurt": "answer",
    "entrance_partner": "answer",
    "entrance_harmed": "answer",
    "entrance_helper": "answer",
    "leverage": "question",
}
"""Names inside the Rasa project that the interface does not know, and what it calls them."""


def outside_name(intent: str) -> str:
    """Return the interface's name of an intent."""
    return OUTSIDE.get(intent, intent)


def parse_texts(brain: Brain | None, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return `{"intent", "confidence", "crisis": {"level", "category"}}` of each text, in order."""
    return [_parse(brain, text) for text in texts]


def _parse(brain: Brain | None, text: str) -> dict[str, Any]:
    verdict = services.detector().assess(text)
    sound = clean(text)
    intent, confidence = "unclear", 1.0
    if brain is not None and not is_empty(sound):
        intent, confidence = brain.understand(sound)
    return {
        "intent": outside_name(intent),
        "confidence": round(confidence, 4),
        "crisis": {"level": verdict.level, "category": verdict.category},
    }


def known_names() -> tuple[str, ...]:
    """Return every intent name that the interface knows."""
    return (*CONVERSATIONS, *CONTROLS, "answer", "question", "unclear")
