"""Rasa in this process: the model, its actions, and a tracker store that is the engine's own list of events.

The engine hands over a conversation's events and a message, and gets the new events back. Nothing is
written here: what is kept is decided by the engine, after the turn.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

import actions
from bot import services
from bot.dialogue.history import Event
from bot.dialogue.talk import Talk
from bot.errors import ModelError
from bot.language.components import ContextIntentClassifier
from bot.language.features import Waiting

_turn: ContextVar[Turnover] = ContextVar("turn")


class Turnover:
    """The events before a turn, and after it the new ones."""

    def __init__(self, before: list[Event]) -> None:
        self.before = before
        self.after: list[Event] = []


class TurnTrackerStore(TrackerStore):
    """Gives Rasa the tracker of the turn in progress and takes back what it added."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Rebuild the tracker from the turn's events."""
        return DialogueStateTracker.from_dict(sender_id, _turn.get().before, self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Note the events that are new."""
        turn = _turn.get()
        turn.after = [event.as_dict() for event in list(tracker.events)[len(turn.before) :]]

    async def keys(self) -> list[str]:
        """Return nothing: conversations can't be listed."""
        return []


class InProcessActions(EndpointConfig):
    """An action endpoint that is a function call."""

    def __init__(self) -> None:
        super().__init__(url="inprocess://actions")
        self.kwargs["enable_selective_domain"] = True
        self._executor = ActionExecutor()
        self._executor.register_package(actions)

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Run the action that Rasa asks for."""
        return await self._executor.run(json or {})


def _trust(action: RemoteAction, result: dict[str, Any]) -> bool:
    """Accept an action's result: it comes from code of ours, so Rasa's JSON schema has nothing to find."""
    return True


def _call_format(
    action: RemoteAction, tracker: DialogueStateTracker, domain: Domain
) -> dict[str, Any]:
    """Return the call without events: our actions read slots and the latest message only."""
    state = tracker.current_state(EventVerbosity.NONE)
    state["events"] = []
    return {"next_action": action.name(), "sender_id": tracker.sender_id, "tracker": state}


def _spare() -> None:
    """Spare what actions in this process don't need (20-50 ms a call under plain Rasa)."""
    RemoteAction._validate_action_result = _trust
    RemoteAction._action_call_format = _call_format


class Brain:
    """A loaded Rasa model."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._local = threading.local()

    @classmethod
    def load(cls, model: Path) -> Brain:
        """Load a trained model.

        Raises:
            ModelError: it is missing or damaged.
        """
        if not model.is_file():
            raise ModelError(f"no trained model at {model}: run `groundwork train`")
        _spare()
        endpoint = InProcessActions()
        store = TurnTrackerStore(Domain.empty())
        try:
            agent = Agent.load(
                str(model),
                tracker_store=store,
                lock_store=InMemoryLockStore(),
                action_endpoint=endpoint,
            )
        except Exception as error:  # Rasa raises many kinds for a damaged archive
            raise ModelError(
                f"the model {model.name} cannot be loaded ({type(error).__name__})"
            ) from None
        return cls(agent)

    @property
    def version(self) -> str:
        """The model's id."""
        return str(self._agent.model_id)

    def turn(
        self, sender: str, before: list[Event], text: str, metadata: dict[str, Any]
    ) -> list[Event]:
        """Let Rasa answer one message; blocking, for a worker thread.

        Args:
            sender: the conversation's random name.
            before: all of its events so far.
            text: the message, or a button's payload.
            metadata: kept with the message.

        Returns:
            The new events, the message's own among them.
        """
        turn = Turnover(before)
        mark = _turn.set(turn)
        try:
            self._loop().run_until_complete(self._handle(sender, text, metadata))
        finally:
            _turn.reset(mark)
        return turn.after

    async def _handle(self, sender: str, text: str, metadata: dict[str, Any]) -> None:
        message = UserMessage(
            text, CollectingOutputChannel(), sender, input_channel="groundwork", metadata=metadata
        )
        assert self._agent.processor is not None
        await self._agent.processor.handle_message(message)

    def parse(self, text: str) -> dict[str, Any]:
        """Return what Rasa makes of a message in a fresh conversation; blocking."""
        result: dict[str, Any] = self._loop().run_until_complete(self._agent.parse_message(text))
        return result

    def understand(self, text: str) -> tuple[str, float]:
        """Return the intent of a message in a fresh conversation and its probability, without the gate."""
        found = self._classifier().understand(Talk(catalog=services.catalog(), slots={}, text=text))
        return found.intent, found.confidence

    def understand_at(self, texts: Sequence[str], steps: Sequence[Waiting]) -> list[str]:
        """Return the intents of messages at waiting steps, by the network alone (for measuring)."""
        return self._classifier().acts(texts, steps)

    def _classifier(self) -> ContextIntentClassifier:
        assert self._agent.processor is not None
        nodes = self._agent.processor.graph_runner._instantiated_nodes.values()
        return next(
            n._component for n in nodes if isinstance(n._component, ContextIntentClassifier)
        )

    def _loop(self) -> asyncio.AbstractEventLoop:
        if not hasattr(self._local, "loop"):
            self._local.loop = asyncio.new_event_loop()
        loop: asyncio.AbstractEventLoop = self._local.loop
        return loop
