"""What every action shares: a tracker becomes a `Talk`, a move works on it, its changes become events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import services
from bot.dialogue.coaching import is_draft
from bot.dialogue.safety import shut, take
from bot.dialogue.talk import Talk

Move = Callable[[Talk], None]


def talk_from(tracker: Tracker) -> Talk:
    """Build the turn from what Rasa knows."""
    message = tracker.latest_message or {}
    intent = (message.get("intent") or {}).get("name")
    entities = message.get("entities") or []
    choice = next((e["value"] for e in entities if e.get("entity") == "choice"), None)
    ranking = [(r["name"], r["confidence"]) for r in message.get("intent_ranking") or []]
    return Talk(
        catalog=services.catalog(),
        slots=tracker.slots,
        loop=(tracker.active_loop or {}).get("name"),
        disabled=frozenset(services.settings().disabled),
        text=message.get("text") or "",
        intent=intent,
        ranking=ranking,
        choice=choice,
    )


def events_of(talk: Talk, tracker: Tracker, dispatcher: CollectingDispatcher) -> list[EventType]:
    """Hand the utterances to Rasa and return the changes as events."""
    for utterance in talk.utterances:
        buttons = [{"title": b.title, "payload": b.payload} for b in utterance.buttons]
        custom = {"card": dict(utterance.card)} if utterance.card is not None else None
        dispatcher.utter_message(text=utterance.text, buttons=buttons, json_message=custom)
    changed = {k: v for k, v in talk.slot_changes().items() if tracker.slots.get(k) != v}
    events: list[EventType] = [SlotSet(name, value) for name, value in changed.items()]
    before = (tracker.active_loop or {}).get("name")
    after = None if talk.closed_loop else talk.loop
    if after != before:
        events.append(ActiveLoop(after))
    return events


OPEN = frozenset(
    {"hotline", "question", "forget_me", "leave_now", "grounding", "safety_plan", "find_support"}
)
"""What is still answered in the turn in which a conversation closes for a person under 18."""


class TalkAction(Action):
    """An action that is one move of `bot.dialogue`."""

    action: str = ""
    settles: bool = False
    """Whether the action answers the side question that waits; any other message lets it drop."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return self.action

    def move(self, talk: Talk) -> None:
        """Work on the turn."""
        raise NotImplementedError

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Run the move and return what changed."""
        talk = talk_from(tracker)
        if not self.settles:
            talk.session.pending = None
        if shut(talk) and talk.intent not in OPEN:
            pass
        elif is_draft(talk) and talk.step is not None:
            take(talk, talk.step, talk.text)
        else:
            self.move(talk)
        if talk.step is not None and not talk.asked and not talk.session.holds:
            talk.ask()
        return events_of(talk, tracker, dispatcher)
