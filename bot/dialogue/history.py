"""What a conversation's stored events amount to: slots, the running loop, the transcript, offered buttons.

Plain folding over Rasa's event dictionaries, without Rasa: the crisis gate and the transcript work when
no model does.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.talk import Utterance
from bot.types import Button, Reply

Event = dict[str, Any]
GUARD_MARK = "\u2060"
"""Stands before a person's text that begins like a Rasa command, so that it is only text."""
HIDDEN = "hidden"
"""Metadata mark of what never appears in a transcript: crisis turns and the private screen."""


@dataclass
class History:
    """The folded events of one conversation."""

    slots: dict[str, Any] = field(default_factory=dict)
    loop: str | None = None
    offered: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, events: Iterable[Mapping[str, Any]]) -> History:
        """Fold events in order."""
        found = cls()
        for event in events:
            found.apply(event)
        return found

    def apply(self, event: Mapping[str, Any]) -> None:
        """Take one more event into account."""
        match event.get("event"):
            case "slot":
                self.slots[event["name"]] = event.get("value")
            case "active_loop":
                self.loop = event.get("name")
            case "user":
                self._message("person", shown_text(event), event)
            case "bot":
                for button in (event.get("data") or {}).get("buttons") or []:
                    self.offered[button["payload"]] = button["title"]
                self._message("bot", event.get("text") or "", event)
            case "restart" | "reset_slots":
                self.slots.clear()
                self.loop = None

    def _message(self, sender: str, text: str, event: Mapping[str, Any]) -> None:
        if text and not (event.get("metadata") or {}).get(HIDDEN):
            self.messages.append({"from": sender, "text": text, "at": iso(event.get("timestamp"))})


def shown_text(event: Mapping[str, Any]) -> str:
    """Return a person's message as they saw it: a button's title, or their words."""
    title = (event.get("metadata") or {}).get("title")
    return str(title or event.get("text") or "").lstrip(GUARD_MARK)


def iso(timestamp: float | None) -> str:
    """Return a moment as an RFC 3339 text in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(timestamp or 0))


def person_event(text: str, *, intent: str | None = None, **metadata: Any) -> Event:
    """Return the event of a person's message that Rasa did not parse."""
    return {
        "event": "user",
        "text": text,
        "timestamp": time.time(),
        "parse_data": {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": []},
        "metadata": metadata,
    }


def bot_event(utterance: Utterance, **metadata: Any) -> Event:
    """Return the event of a message of ours."""
    buttons = [{"title": b.title, "payload": b.payload} for b in utterance.buttons]
    custom = {"card": dict(utterance.card)} if utterance.card is not None else None
    data = {"buttons": buttons or None, "custom": custom}
    return {
        "event": "bot",
        "text": utterance.text,
        "timestamp": time.time(),
        "data": data,
        "metadata": metadata,
    }


def slot_events(changes: Mapping[str, Any]) -> list[Event]:
    """Return the events that set slots."""
    now = time.time()
    return [{"event": "slot", "name": k, "value": v, "timestamp": now} for k, v in changes.items()]


def loop_event(name: str | None) -> Event:
    """Return the event that opens or closes a form."""
    return {"event": "active_loop", "name": name, "timestamp": time.time()}


def listen_event() -> Event:
    """Return the event with which Rasa waits for the next message."""
    return {"event": "action", "name": "action_listen", "timestamp": time.time()}


def card_kind(event: Mapping[str, Any]) -> str | None:
    """Return the kind of the card that a message of ours carries."""
    card = ((event.get("data") or {}).get("custom") or {}).get("card") or {}
    return card.get("kind")


def replies_of(events: Sequence[Mapping[str, Any]]) -> tuple[Reply, ...]:
    """Return the replies among events."""
    found = []
    for event in events:
        if event.get("event") != "bot" or not event.get("text"):
            continue
        data = event.get("data") or {}
        buttons = tuple(Button(b["title"], b["payload"]) for b in data.get("buttons") or [])
        found.append(Reply(event["text"], buttons, (data.get("custom") or {}).get("card")))
    return tuple(found)
