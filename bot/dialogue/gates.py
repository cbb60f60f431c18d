"""What is recognised in a message before its intent counts: a wish for leverage (bot.dialogue.notices)."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.dialogue.facts import prepare as prepare_facts
from bot.dialogue.notices import leverage
from bot.dialogue.notices import prepare as prepare_notices

LEVERAGE = "leverage"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LeverageGate(IntentClassifier, GraphComponent):
    """Sets the intent `leverage` where a message asks for a way to get somebody to yield."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext,
    ) -> LeverageGate:  # fmt: skip
        """Build the component, with everything small that has to be fitted once (bot.dialogue.linear)."""
        prepare_notices()
        prepare_facts()
        return cls()

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Look at what a person wrote; an offered answer that was pressed is left alone."""
        for message in messages:
            text, pressed = message.get(TEXT), (message.get("metadata") or {}).get("act")
            if text and not pressed and leverage(text, in_step=bool(tracker.active_loop_name)):
                message.set(INTENT, {"name": LEVERAGE, "confidence": 1.0}, add_to_output=True)
        return messages
