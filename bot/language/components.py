"""Rasa's language components: the shared vector, the intent in the light of the waiting step, the crisis gate.

Each is a thin shell; what it does stands in `bot.language.understanding` and `bot.crisis`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import services
from bot.dialogue.catalog import Step
from bot.dialogue.corrections import replaces
from bot.dialogue.pending import settles
from bot.dialogue.talk import Talk
from bot.language.features import Waiting
from bot.language.understanding import ANSWER, UNCLEAR, Row, Understanding, Understood

logger = logging.getLogger(__name__)
CRISIS, SETTLE, CORRECT = "crisis", "settle", "correct"


def waiting_of(step: Step) -> Waiting:
    """Return what the language side needs to know of a step."""
    return Waiting(step.question, step.kind, step.example, step.choices)


def all_steps() -> list[Waiting]:
    """Return every step of every conversation, as contexts to train in."""
    return [
        waiting_of(step) for conversation in services.catalog().values() for step in conversation
    ]


def talk_of(tracker: DialogueStateTracker | None, text: str) -> Talk:
    """Build the turn from a tracker, as the actions do."""
    slots = tracker.current_slot_values() if tracker else {}
    loop = tracker.active_loop_name if tracker else None
    return Talk(catalog=services.catalog(), slots=slots, loop=loop, text=text)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceTransformerFeaturizer(DenseFeaturizer, GraphComponent):
    """Gives each message one all-MiniLM-L6-v2 vector; the encoder keeps recent ones, so it is made once."""

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceTransformerFeaturizer:  # fmt: skip
        """Build the component."""
        return cls(config, execution_context.node_name)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the configuration Rasa expects of a dense featurizer."""
        return {"alias": None}

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Accept any configuration: there is nothing to set."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add vectors to all examples, in one batch."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add a sentence vector of shape `(1, 384)` to each message."""
        texts = [message.get(TEXT) or "" for message in messages]
        for message, vector in zip(messages, services.encoder().encode(texts), strict=True):
            if message.get(TEXT):
                message.add_features(
                    Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
                )
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ContextIntentClassifier(IntentClassifier, GraphComponent):
    """Names the intent of a message, knowing the step that waits (Rasa hands the tracker to `process`)."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource,
        model: Understanding | None = None,
    ) -> None:  # fmt: skip
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the thresholds: below them a message counts as not understood (see docs/quality.md)."""
        return {"threshold_fresh": 0.15, "threshold_in_step": 0.15}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext,
    ) -> ContextIntentClassifier:  # fmt: skip
        """Build an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> ContextIntentClassifier:  # fmt: skip
        """Load a trained component."""
        with model_storage.read_from(resource) as folder:
            return cls(
                config, model_storage, resource, Understanding.load(folder, services.encoder())
            )

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the examples, with the steps of the conversations as contexts."""
        rows = [
            Row(m.get(TEXT), m.get(INTENT), *_step_of(m))
            for m in training_data.intent_examples
            if m.get(TEXT)
        ]
        self._model = Understanding.train(rows, all_steps(), services.encoder())
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are."""
        return training_data

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Set intent and ranking of each message."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                self._classify(message, talk_of(tracker, text))
        return messages

    def _classify(self, message: Message, talk: Talk) -> None:
        if (message.get("metadata") or {}).get("act") == ANSWER:
            ranking: list[tuple[str, float]] = [(ANSWER, 1.0)]
        elif talk.session.pending and settles(talk, talk.text, services.hotlines()):
            ranking = [(SETTLE, 1.0)]
        else:
            ranking = list(self.understand(talk).ranking)
        found = [{"name": name, "confidence": score} for name, score in ranking[:10]]
        message.set(INTENT, found[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, found, add_to_output=True)

    def understand(self, talk: Talk) -> Understood:
        """Return the ranking for a message at the step that waits, below the threshold as not understood."""
        assert self._model is not None
        step = talk.step
        if step is not None and replaces(talk, talk.text):
            return Understood(((CORRECT, 1.0),))
        understood = self._model.understand(talk.text, waiting_of(step) if step else None)
        threshold = self._config["threshold_in_step" if step else "threshold_fresh"]
        if understood.confidence >= threshold:
            return understood
        return Understood(((UNCLEAR, understood.confidence), *understood.ranking))

    def acts(self, texts: Sequence[str], steps: Sequence[Waiting]) -> list[str]:
        """Return the likeliest intent of each message at its step, in one batch."""
        assert self._model is not None
        return [found.intent for found in self._model.understand_all(texts, steps)]


def _step_of(message: Message) -> tuple[str | None, str | None]:
    about = (message.get("metadata") or {}).get("example") or {}
    return about.get("about"), about.get("kind")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CrisisGate(IntentClassifier, GraphComponent):
    """Puts words that point to danger before every intent, so that any Rasa command escalates too."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext,
    ) -> CrisisGate:  # fmt: skip
        """Build the component."""
        return cls()

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Set the intent `crisis` where the gate calls for an answer."""
        for message in messages:
            text = message.get(TEXT)
            if text and self._grave(talk_of(tracker, text)):
                message.set(INTENT, {"name": CRISIS, "confidence": 1.0}, add_to_output=True)
        return messages

    def _grave(self, talk: Talk) -> bool:
        from bot.dialogue.crisis import assess, handles  # noqa: PLC0415

        return handles(talk, assess(talk, services.detector()), services.crisis_dialogue())
