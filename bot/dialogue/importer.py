"""Conversation files as Rasa data: forms, slots, mappings, responses and examples.

`config.yml` names this importer beside Rasa's own file importer, so that `rasa train`, `rasa test` and
`rasa data validate` see ordinary Rasa data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.catalog import Conversation, Recall, Step, load_catalog
from bot.dialogue.session import form_name, slot_name
from bot.dialogue.talk import REUSE, recall_name
from bot.wording import say

SKIP = {"title": "Skip", "payload": "/skip"}


class ProjectFiles(RasaFileImporter):
    """Rasa's own file importer, for the folders that hold Rasa's data.

    Other folders under data/ have formats of their own, whose keys Rasa would take for its own.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths, **kwargs)
        for name in ("_nlu_files", "_story_files"):
            setattr(self, name, [path for path in getattr(self, name) if not _foreign(path)])


_OWN_FORMATS = {"conversations", "crisis", "practice", "wording", "knowledge"}


def _foreign(path: str) -> bool:
    return Path(path).parent.name in _OWN_FORMATS


class ConversationImporter(TrainingDataImporter):
    """Expands `data/conversations/*.yml`."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        **kwargs: Any,
    ) -> None:
        self._catalog = load_catalog()

    def get_domain(self) -> Domain:
        """Return intents, slots, forms, responses and validation actions of all conversations."""
        return Domain.from_dict(domain_of(self._catalog.values()))

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Return one rule per conversation: its intent opens it."""
        reader = YAMLStoryReader()
        return StoryGraph(
            reader.read_from_parsed_yaml({"rules": [_opens(n) for n in self._catalog]})
        )

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the example openings of every conversation."""
        return TrainingData([
            Message.build(text=example, intent=conversation.name)
            for conversation in self._catalog.values()
            for example in conversation.examples
        ])  # fmt: skip

    def get_conversation_tests(self) -> StoryGraph:
        """Return no tests: they stand in tests/."""
        return StoryGraph([])

    def get_config(self) -> dict[str, Any]:
        """Return no configuration of its own."""
        return {}

    def get_config_file_for_auto_config(self) -> str | None:
        """Return no file: nothing is configured automatically."""
        return None


def _opens(conversation: str) -> dict[str, Any]:
    steps = [{"intent": conversation}, {"action": "action_open_conversation"}]
    return {"rule": f"open {conversation}", "steps": steps}


def domain_of(conversations: Iterable[Conversation]) -> dict[str, Any]:
    """Return the part of the domain that the conversations make up, as a domain file would hold it."""
    found = list(conversations)
    return {
        "intents": [c.name for c in found],
        "actions": [f"validate_{form_name(c.name)}" for c in found],
        "slots": {slot_name(c.name, s.id): _slot(c, s) for c in found for s in c},
        "forms": {
            form_name(c.name): {"required_slots": [slot_name(c.name, s.id) for s in c]}
            for c in found
        },
        "responses": {_ask(c, s): _questions(s, slot_name(c.name, s.id)) for c in found for s in c},
    }


def _slot(conversation: Conversation, step: Step) -> dict[str, Any]:
    slot = slot_name(conversation.name, step.id)
    condition = {"active_loop": form_name(conversation.name), "requested_slot": slot}
    return {
        "type": "any",
        "influence_conversation": False,
        "mappings": [{"type": "from_text", "intent": "answer", "conditions": [condition]}],
    }


def _ask(conversation: Conversation, step: Step) -> str:
    return f"utter_ask_{form_name(conversation.name)}_{slot_name(conversation.name, step.id)}"


def _questions(step: Step, slot: str) -> list[dict[str, Any]]:
    """The question and its variants; the slot `ask_variant` chooses between them.

    An answer's button names its step, so that one pressed later can't answer another question.
    """
    buttons = [{"title": title, "payload": f"{slot}={title}"} for title in titles(step)] + [SKIP]
    found: list[dict[str, Any]] = [{"text": _escape(step.question), "buttons": buttons}]
    earlier = (
        say("forms.earlier")
        .replace("{answer}", "{recalled}")
        .replace("{question}", _escape(step.question))
    )
    texts: Mapping[str, str | None] = {
        "simpler": _escape(step.simpler),
        "earlier": earlier,
        "again": _escape(say("forms.again")) if step.coach else None,
        **{name: _escape(text) for name, text in step.questions.items()},
    }
    found += [_variant(name, text, buttons) for name, text in texts.items() if text]
    for number, recall in enumerate(step.recalls):
        text = recall.question.replace("{answer}", "{recalled}")
        found.append(_variant(recall_name(number), text, [*_reuse(recall), *buttons]))
    if step.exercise is not None:
        card = {"card": {"kind": "exercise", **step.exercise}}
        found = [{**response, "custom": card} for response in found]
    return found


def _variant(name: str, text: str, buttons: list[dict[str, str]]) -> dict[str, Any]:
    condition = [{"type": "slot", "name": "ask_variant", "value": name}]
    return {"text": text, "buttons": buttons, "condition": condition}


def _reuse(recall: Recall) -> list[dict[str, str]]:
    return [{"title": say("forms.reuse"), "payload": f"/{REUSE}"}] if recall.reuse else []


def _escape(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


def titles(step: Step) -> tuple[str, ...]:
    """Return the quick replies of a step; each is sent as the person's own words."""
    if step.kind == "yes_no":
        return tuple(say(f"forms.{name}") for name in ("yes", "no", "unsure"))
    return step.choices
