"""The conversations: read from `data/conversations/*.yml`, checked, and held as plain values.

A file is written by someone who knows the subject and no Rasa (docs/writing-a-conversation.md). An error
names the file, the step and the line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import jsonschema
import yaml

from bot.errors import ContentError

Kind = Literal["text", "list", "choice", "yes_no", "scale", "time", "date"]
Setting = Literal["together", "alone", "either"]
Entrance = Literal["hurt", "partner", "harmed", "helper"]
CoachName = Literal["i_statement", "apology"]

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "conversations"
END = "end"


@dataclass(frozen=True, slots=True)
class Condition:
    """True when the answer to `step` belongs to one of the answer classes in `answer`."""

    step: str
    answer: frozenset[str]


@dataclass(frozen=True, slots=True)
class After:
    """What follows an answer whose class is in `when`: words, a jump, a flag, offers."""

    when: frozenset[str]
    say: str | None = None
    go: str | None = None
    set: frozenset[str] = frozenset()
    offer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recall:
    """The question asked instead when an earlier talk holds the answer of `conversation`.`step`.

    With `reuse`, that answer can be taken over as it is.
    """

    conversation: str
    step: str
    question: str
    reuse: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One question of a conversation. Every step can be skipped.

    `coach` names the coach that answers drafts here; `unless_private` leaves the step out where the
    plan has turned into one for the person alone, `inward` after strangulation or dissociation; `tell` names
    the stems by which a choice is known from what was said; `questions` words it anew for an entrance;
    `exercise` is the card of one that is done along with the question.
    """

    id: str
    label: str
    question: str
    simpler: str
    why: str
    example: str
    kind: Kind
    choices: tuple[str, ...] = ()
    keep: bool = True
    recalls: tuple[Recall, ...] = ()
    ask_if: Condition | None = None
    after: tuple[After, ...] = ()
    coach: CoachName | None = None
    unless_private: bool = False
    inward: bool = False
    tell: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    exercise: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """One sentence with a button in the opening, for those for whom this conversation is the wrong one."""

    text: str
    button: str
    leads_to: Literal["not_a_slip", "safety"]


@dataclass(frozen=True, slots=True)
class ArtifactForm:
    """How the finished conversation is headed, footed and named as a file."""

    title: str
    file_name: str
    header: str | None = None
    footer: Literal["joint", "own", "none"] = "none"
    private_title: str | None = None
    private_header: str | None = None
    calendar: bool = True
    date_step: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the practice of a conversation comes from."""

    document: str
    paragraphs: tuple[int, ...]
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A structured conversation: an opening, steps, a closing, and what the person takes away."""

    name: str
    title: str
    purpose: str
    audience: frozenset[Entrance]
    setting: Setting
    opening: str
    examples: tuple[str, ...]
    steps: tuple[Step, ...]
    closing: str
    artifact: ArtifactForm
    sources: tuple[Source, ...]
    reviewer: str | None
    date: str
    guard: Guard | None = None
    links: tuple[str, ...] = ()
    open_to_minors: bool = False
    openings: Mapping[str, str] = field(default_factory=dict)
    _by_id: Mapping[str, Step] = field(default_factory=dict, repr=False, compare=False)

    @property
    def together(self) -> bool:
        """Whether it assumes two people who are both free to say no."""
        return self.setting == "together"

    def step(self, step_id: str) -> Step:
        """Return a step by its id (KeyError if there is none)."""
        return self._by_id[step_id]

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)


class Catalog(Mapping[str, Conversation]):
    """All conversations by name, in the order of their files' names."""

    def __init__(self, conversations: Mapping[str, Conversation]) -> None:
        self._items = dict(conversations)

    def __getitem__(self, name: str) -> Conversation:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


@lru_cache(maxsize=4)
def load_catalog(folder: Path = FOLDER) -> Catalog:
    """Read and check every conversation file of a folder.

    Raises:
        ContentError: a file breaks the schema, or files contradict each other.
    """
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise ContentError(f"{folder}: no conversation files")
    found = {path.stem: read_file(path, folder / "schema.json") for path in files}
    catalog = Catalog(found)
    for path in files:
        _check_references(catalog, path)
    return catalog


def read_file(path: Path, schema: Path = FOLDER / "schema.json") -> Conversation:
    """Read one conversation file.

    Raises:
        ContentError: naming the file, the step and the line.
    """
    text = path.read_text(encoding="utf-8")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506  (a SafeLoader without dates)
    except yaml.YAMLError as error:
        raise ContentError(f"{path.name}: {' '.join(str(error).split())}") from None
    for found in _validator(schema).iter_errors(raw):
        place = list(found.absolute_path)
        raise ContentError(
            f"{path.name}, line {_line(node, place)}{_place(raw, place)}: {found.message}"
        )
    conversation = _build(raw)
    _check_file(conversation, path, node)
    return conversation


class _Loader(yaml.SafeLoader):
    """YAML without implicit dates: a date stays the text that was written."""


_Loader.yaml_implicit_resolvers = {
    key: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@lru_cache(maxsize=4)
def _validator(schema: Path) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


def _place(raw: Any, path: list[str | int]) -> str:
    if len(path) > 1 and path[0] == "steps" and isinstance(path[1], int):
        step = raw["steps"][path[1]]
        name = step.get("id", path[1] + 1) if isinstance(step, dict) else path[1] + 1
        return f", step {name}"
    return f", {path[0]}" if path else ""


def _line(node: yaml.Node | None, path: list[str | int]) -> int:
    line = 1
    for part in path:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            child = next((v for k, v in node.value if k.value == part), None)
        elif (
            isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value)
        ):
            child = node.value[part]
        if child is None:
            break
        node, line = child, child.start_mark.line + 1
    return line


def _build(raw: Mapping[str, Any]) -> Conversation:
    steps = tuple(_build_step(item) for item in raw["steps"])
    form = dict(raw["artifact"])
    private = form.pop("private", {})
    return Conversation(
        name=raw["conversation"],
        title=raw["title"],
        purpose=raw["purpose"],
        audience=frozenset(raw["for"]),
        setting=raw["setting"],
        opening=_text(raw["opening"]),
        examples=tuple(raw["examples"]),
        steps=steps,
        closing=_text(raw["closing"]),
        artifact=ArtifactForm(
            **form, private_title=private.get("title"), private_header=private.get("header")
        ),
        sources=tuple(
            Source(s["document"], tuple(s["paragraphs"]), s.get("url")) for s in raw["sources"]
        ),
        reviewer=raw["reviewer"],
        date=raw["date"],
        guard=Guard(**raw["guard"]) if "guard" in raw else None,
        links=tuple(raw.get("links", ())),
        open_to_minors=raw.get("open_to_minors", False),
        openings={name: _text(text) for name, text in raw.get("openings", {}).items()},
        _by_id={step.id: step for step in steps},
    )


def _build_step(raw: Mapping[str, Any]) -> Step:
    recalls = raw.get("recall", [])
    ask_if = raw.get("ask_if")
    return Step(
        id=raw["id"],
        label=raw["label"],
        question=_text(raw["question"]),
        simpler=_text(raw["simpler"]),
        why=_text(raw["why"]),
        example=_text(raw["example"]),
        kind=raw["kind"],
        choices=tuple(raw.get("choices", ())),
        keep=raw.get("keep", True),
        recalls=tuple(map(_build_recall, [recalls] if isinstance(recalls, dict) else recalls)),
        ask_if=Condition(ask_if["step"], _classes(ask_if["answer"])) if ask_if else None,
        after=tuple(
            After(
                when=_classes(item["when"]),
                say=_text(item["say"]) if "say" in item else None,
                go=item.get("go"),
                set=frozenset(item.get("set", ())),
                offer=tuple(item.get("offer", ())),
            )
            for item in raw.get("after", ())
        ),
        coach=raw.get("coach"),
        unless_private=raw.get("unless_private", False),
        inward=raw.get("inward", False),
        exercise=raw.get("exercise"),
        tell={choice: rf"\b(?:{'|'.join(stems)})" for choice, stems in raw.get("tell", {}).items()},
        questions={name: _text(text) for name, text in raw.get("questions", {}).items()},
    )


def _build_recall(raw: Mapping[str, Any]) -> Recall:
    conversation, step = raw["from"].split(".")
    return Recall(conversation, step, _text(raw["question"]), raw.get("reuse", False))


def _text(raw: str) -> str:
    return raw.strip()


def _classes(raw: list[str]) -> frozenset[str]:
    return frozenset(item.casefold() for item in raw)


def _check_file(conversation: Conversation, path: Path, node: yaml.Node | None) -> None:
    def fail(index: int, what: str) -> None:
        line = _line(node, ["steps", index])
        raise ContentError(f"{path.name}, line {line}, step {conversation.steps[index].id}: {what}")

    if conversation.name != path.stem:
        raise ContentError(
            f"{path.name}, line 1: the conversation is named {conversation.name}, not as its file"
        )
    ids = [step.id for step in conversation.steps]
    for index, step in enumerate(conversation.steps):
        if step.id in ids[:index]:
            fail(index, "this id stands twice")
        if foreign := set(step.tell) - set(step.choices):
            fail(index, f"tell names {', '.join(sorted(foreign))}, which is no choice")
        if step.ask_if and step.ask_if.step not in ids[:index]:
            fail(index, f"ask_if names {step.ask_if.step}, which is not an earlier step")
        allowed = {"given", "skipped"} | _answer_classes(step)
        for after in step.after:
            if after.go and after.go != END and after.go not in ids[index + 1 :]:
                fail(index, f"go names {after.go}, which is not a later step")
            if unknown := after.when - allowed:
                fail(
                    index,
                    f"when names {', '.join(sorted(unknown))}; it can be {', '.join(sorted(allowed))}",
                )
    date_step = conversation.artifact.date_step
    if date_step and date_step not in ids:
        raise ContentError(f"{path.name}, artifact: date_step names {date_step}, which is no step")


def _answer_classes(step: Step) -> set[str]:
    if step.kind == "yes_no":
        return {"yes", "no", "unsure"}
    return {choice.casefold() for choice in step.choices}


def _check_references(catalog: Catalog, path: Path) -> None:
    conversation = catalog[path.stem]
    named = set(conversation.links) | {o for s in conversation for a in s.after for o in a.offer}
    for name in sorted(named - set(CONVERSATIONS)):
        raise ContentError(f"{path.name}: {name} is no conversation")
    for step in conversation:
        for recall in step.recalls:
            other = catalog.get(recall.conversation)
            if other is not None and recall.step not in {s.id for s in other}:
                raise ContentError(
                    f"{path.name}, step {step.id}: {other.name} has no step {recall.step}"
                )


CONVERSATIONS: tuple[str, ...] = (
    "pre_brief", "debrief", "repair", "i_statement", "listening_practice", "consent_practice",
    "boundary_agreement", "pause_plan", "check_in", "trigger_map", "pace_ladder", "accountability_plan",
    "structured_talk", "return_to_intimacy", "setback_review", "connection_ritual", "grounding",
    "safety_plan", "find_support", "renewal_story",
)  # fmt: skip
"""The names of all conversations, as the HTTP interface fixes them."""
