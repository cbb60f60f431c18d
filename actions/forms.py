"""The validation action of each conversation's form: it takes the answer and decides what is asked next.

Rasa names such an action after the form (`validate_pre_brief_form`), so one class is made per
conversation file.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import events_of, talk_from
from bot import services
from bot.dialogue.safety import shut, take
from bot.dialogue.session import form_name


class ConversationForm(Action):
    """Take the answer to the waiting step, or ask the waiting step again."""

    conversation: str = ""

    def name(self) -> str:
        """Return the name by which Rasa's form calls it."""
        return f"validate_{form_name(self.conversation)}"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Return the slot to ask next; none where the conversation has ended or a side question waits."""
        talk = talk_from(tracker)
        talk.loop = form_name(self.conversation)
        if talk.intent == "answer" and talk.step is not None:
            talk.session.pending = None
            if not shut(talk):
                take(talk, talk.step, talk.text)
            events = events_of(talk, tracker, dispatcher)
            if not talk.closed_loop:  # said even where it stays: else Rasa's form looks for another
                events.append(SlotSet("requested_slot", talk.get("requested_slot")))
            if talk.session.holds:
                return [*events, ActionExecutionRejected(form_name(self.conversation))]
            if talk.closed_loop:
                return [e for e in events if e.get("name") != "requested_slot"] + [
                    SlotSet("requested_slot", None)
                ]
            return events
        if talk.session.holds:
            return [ActionExecutionRejected(form_name(self.conversation))]
        return [SlotSet("requested_slot", tracker.slots.get("requested_slot"))]


def _make(conversation: str) -> type[ConversationForm]:
    title = "".join(part.title() for part in conversation.split("_"))
    made = type(f"Validate{title}", (ConversationForm,), {"conversation": conversation})
    made.__module__ = __name__
    return made


FORMS = tuple(_make(name) for name in services.catalog())
