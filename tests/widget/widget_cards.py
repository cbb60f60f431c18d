"""The cards that the fake server shows: each kind once, and hostile ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

STATIC_GB: dict[str, Any] = {
    "region": "GB",
    "name": "United Kingdom",
    "emergency": {"number": "999", "note": "Text 999 after registering with emergencySMS."},
    "lines": [
        {"id": "gb_samaritans", "name": "Samaritans", "for": "anyone in distress", "call": "116 123",
         "text": None, "chat": None, "hours": "24/7", "verified_on": "2026-11-21"},
        {"id": "gb_shout", "name": "Shout", "for": "anyone, by text", "call": None,
         "text": "SHOUT to 85258", "chat": None, "hours": "24/7", "verified_on": "2026-11-21"},
    ],
    "directory": {"name": "Find A Helpline", "url": "https://findahelpline.com"},
}  # fmt: skip
STATIC_US: dict[str, Any] = {
    "region": "US",
    "name": "United States",
    "emergency": {"number": "911", "note": None},
    "lines": [
        {"id": "us_988", "name": "988 Suicide & Crisis Lifeline", "for": None, "call": "988",
         "text": "988 (Spanish: text AYUDA to 988)", "chat": None, "hours": "24/7", "verified_on": "2026-11-21"},
    ],
    "directory": {"name": "Find A Helpline", "url": "https://findahelpline.com"},
}  # fmt: skip
HOTLINES: dict[str, Any] = {
    "kind": "hotlines",
    **STATIC_GB,
    "lines": [
        *STATIC_GB["lines"],
        {"id": "gb_chat", "name": "Rape Crisis England & Wales", "for": "after sexual violence", "call": "0808 500 2222",
         "text": None, "chat": "https://247sexualabusesupport.org.uk/", "hours": "24/7", "verified_on": "2026-11-21"},
    ],
}  # fmt: skip

PASSAGE = "Freezing is a reflex of the body. It is not consent, and nobody chooses it."
DOCUMENT = f"# When the body freezes\n\n{'Some words come first. ' * 30}\n\n{PASSAGE}\n\n{'More words follow. ' * 30}"
PASSAGES: dict[str, Any] = {
    "kind": "passages",
    "answered": True,
    "passages": [
        {
            "id": "p1",
            "document": "freezing",
            "title": "When the body freezes",
            "heading": "What freezing is",
            "text": PASSAGE,
            "start": DOCUMENT.index(PASSAGE),
            "end": DOCUMENT.index(PASSAGE) + len(PASSAGE),
            "score": 0.8,
            "sources": [{"document": "rebuilding-sexual-safety", "paragraph": 3}],
        },
        {
            "id": "p2",
            "document": "blame",
            "title": "Whose fault it is",
            "heading": None,
            "text": "What someone did without your yes is theirs.\n\nA quiet body is no yes.",
            "start": 0,
            "end": 10,
            "score": 0.7,
            "sources": [],
        },
    ],
}
BREATHING: dict[str, Any] = {
    "kind": "exercise",
    "exercise": "breathing",
    "title": "Slow breath",
    "in": 1,
    "out": 1,
    "rounds": 2,
}
SENSES: dict[str, Any] = {"kind": "exercise", "exercise": "five_senses", "title": "Five senses"}
TIMER: dict[str, Any] = {
    "kind": "exercise",
    "exercise": "timer",
    "title": "Ten quiet minutes",
    "seconds": 600,
}


def artifact(steps: Sequence[str], answers: Sequence[str | None]) -> dict[str, Any]:
    return {
        "kind": "artifact",
        "id": "notes",
        "conversation": "pre_brief",
        "title": "Our notes",
        "footer": "This is not consent and no proof of it. A yes is given at the time and can end at any moment.",
        "sections": [
            {"step": s, "label": s.replace("_", " ").capitalize(), "answer": a}
            for s, a in zip(steps, answers, strict=True)
        ],
        "downloads": [
            {"format": f, "url": f"/api/conversations/artifacts/notes?format={f}"}
            for f in ("md", "txt", "pdf", "ics")
        ],
    }


def feedback(text: str, start: int | None = None, end: int | None = None) -> dict[str, Any]:
    found = start is not None
    return {
        "kind": "feedback",
        "text": text,
        "verdict": "needs_work" if found else "good",
        "parts": {"feeling": [0, 6], "situation": None if found else [0, 6], "need": None, "request": [0, 6]},
        "problems": [
            {"id": "generalisation", "start": start, "end": end,
             "why": "“Always” makes it hard to hear the one time you mean.", "try": "last night"},
        ] if found else [],
    }  # fmt: skip


NO_COUNTRY: dict[str, Any] = {
    "kind": "hotlines",
    "region": None,
    "name": "",
    "emergency": {"number": "your local emergency number", "note": None},
    "lines": [],
    "directory": {"name": "Find A Helpline", "url": "https://findahelpline.com"},
}

NUMBERS: dict[str, tuple[str | None, str | None, list[str]]] = {
    "two": ("116 123 (Welsh line 0808 164 0123)", None, ["tel:116123"]),
    "press": ("111 (England and Wales: then press 2)", None, ["tel:111"]),
    "hours": ("0808 500 2222 (24/7)", None, ["tel:08085002222"]),
    "then": ("079, then 1", None, ["tel:079"]),
    "slashes": ("0800 111 0 111 / 0800 111 0 222", None, ["tel:08001110111"]),
    "area": ("(02) 9999 1234", None, ["tel:0299991234"]),
    "abroad": ("+44 (0)20 7946 0000", None, ["tel:+442079460000"]),
    "dashes": ("1-800-799-7233", "START to 678-678", ["tel:18007997233", "sms:678678?&body=START"]),
    "hint": (None, "HOME to 741741 (Spanish: AYUDA)", ["sms:741741?&body=HOME"]),
    "plain": (None, "988 (Spanish: text AYUDA to 988)", ["sms:988"]),
    "sms": (None, "SMS HELP to 31531", ["sms:31531?&body=HELP"]),
    "whatsapp": (None, "WhatsApp 0800 123 456", []),
    "words": ("see the website", None, []),
}
"""What stands in a line's `call` and `text`, and the links it must give."""

MANY_NUMBERS: dict[str, Any] = {
    "kind": "hotlines",
    "region": "XX",
    "name": "Somewhere",
    "emergency": {"number": "999 or 112", "note": None},
    "lines": [
        {"id": n, "name": n, "call": call, "text": text} for n, (call, text, _) in NUMBERS.items()
    ],
    "directory": None,
}

BY_WORD: dict[str, dict[str, Any]] = {
    "breath": BREATHING,
    "senses": SENSES,
    "timer": TIMER,
    "nowhere": NO_COUNTRY,
    "numbers": MANY_NUMBERS,
    "help": HOTLINES,
    "artifact": artifact(("mood", "limits"), ["calm", None]),
    "feedback": feedback("I feel sad when you always leave.", 20, 26),
}

HOSTILE_TEXT = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=2</script> <a href='javascript:1'>x</a>"
HOSTILE_CARD: dict[str, Any] = {
    "kind": "hotlines",
    "region": "<b>GB</b>",
    "name": HOSTILE_TEXT,
    "emergency": {"number": "999\"><svg onload=window.hacked=3>", "note": HOSTILE_TEXT},
    "lines": [
        {"name": HOSTILE_TEXT, "call": "javascript:window.hacked=4", "text": "x to javascript:1",
         "chat": "javascript:window.hacked=5", "hours": HOSTILE_TEXT},
    ],
    "directory": {"name": HOSTILE_TEXT, "url": "javascript:window.hacked=6"},
}  # fmt: skip
