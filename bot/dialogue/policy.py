"""Rasa's rule policy, with interruptions: a control, a question or an opening goes before the form.

Plain RulePolicy runs the form on every message and considers other rules only if the form rejects it.
Here only an answer goes to the form first; anything else runs its own rule, and then the form asks
again what was waiting. Rules stay ordinary Rasa rules in data/stories.
"""

from __future__ import annotations

from rasa.core.policies.rule_policy import LOOP_RULES, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.trackers import DialogueStateTracker

ANSWER = "answer"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class InterruptiblePolicy(RulePolicy):
    """Predicts the form for answers, and each other intent's rule before the form."""

    @staticmethod
    def _find_action_from_loop_happy_path(
        tracker: DialogueStateTracker,
    ) -> tuple[str | None, str | None]:
        loop = tracker.active_loop_name
        if loop is None or tracker.latest_action_name != ACTION_LISTEN_NAME:
            found: tuple[str | None, str | None] = RulePolicy._find_action_from_loop_happy_path(
                tracker
            )
            return found
        if tracker.latest_message and tracker.latest_message.intent.get("name") == ANSWER:
            return loop, LOOP_RULES + loop
        return None, None
