"""The one path of a message: every channel calls `Engine.receive` and renders the `Turn` it returns.

Open the conversation, repeat an answer already given, let the crisis gate speak first and alone, hand
ordinary talk to Rasa, store everything in one transaction, and only then answer. One message of a
conversation at a time, many conversations at once; nothing here runs on the event loop for long.
"""

from __future__ import annotations

import asyncio
import json
import logging
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bot import metrics, services
from bot.crisis.detector import Verdict
from bot.dialogue import crisis
from bot.dialogue.history import (
    GUARD_MARK,
    HIDDEN,
    Event,
    History,
    bot_event,
    card_kind,
    listen_event,
    loop_event,
    person_event,
    replies_of,
    slot_events,
)  # fmt: skip
from bot.dialogue.openings import greet
from bot.dialogue.pending import FORGOTTEN, KEEP
from bot.dialogue.route import progress
from bot.dialogue.session import Session, split_slot
from bot.dialogue.talk import Talk, Utterance
from bot.errors import (
    GroundworkError,
    PayloadRefused,
    SealBroken,
    StoreError,
    UnknownConversation,
)
from bot.handover import Service
from bot.order import LocalOrder, Order
from bot.store.opened import Opened
from bot.store.outbox import Plan
from bot.store.receipts import Receipt, fingerprint
from bot.store.store import Store
from bot.store.trouble import ConflictError
from bot.types import Message, Reply, State, Turn
from bot.wording import say

logger = logging.getLogger(__name__)
LIMIT = 4_000
"""Characters of one message (docs: the HTTP interface)."""
TRIES = 5
"""How often a message is tried where another process wrote in the same conversation meanwhile."""
Result = TypeVar("Result")


class Answers(Protocol):
    """What the engine needs of a dialogue model: new events for a message."""

    def turn(
        self, sender: str, before: list[Event], text: str, metadata: dict[str, Any]
    ) -> list[Event]:
        """Return the new events of one turn."""


class TooLong(GroundworkError):
    """A message over the limit; `replies` hold the crisis reply where the gate calls for one."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        super().__init__(say("dialogue.too_long"))
        self.replies = replies


class NothingReplaced(GroundworkError):
    """An edit of something that is no answer given last, or that counts towards safety: nothing was changed."""


class KeyReused(GroundworkError):
    """An Idempotency-Key that came before with another message."""


class Limited(GroundworkError):
    """Too many messages for now; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(say("dialogue.limited", seconds=retry_after))
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a channel with an outbox is told before a turn is stored.

    `guarded`: danger, control or an age came up in this talk, so nothing may be sent unasked.
    `forgotten`: the turn empties the talk.
    """

    turn: Turn
    guarded: bool = False
    forgotten: bool = False


Delivery = Callable[[Outcome], Plan]
"""Turns an outcome into what is to be sent; it is stored in the turn's own transaction."""


@dataclass
class _Incoming:
    """A message after its button or text has been read."""

    text: str
    metadata: dict[str, Any]
    choice: str | None = None
    rasa: str = ""


class Engine:
    """Turns messages into turns."""

    def __init__(
        self, store: Store, brain: Callable[[], Answers | None], *, workers: int = 2,
        region: str | None = None, order: Order | None = None,
    ) -> None:  # fmt: skip
        self._store = store
        self._brain = brain
        self._region = region
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="turn")
        self._order = order or LocalOrder()

    # --- the interface for channels --------------------------------------------------------------

    async def begin(self, channel: str = "web", region: str | None = None) -> tuple[str, str, Turn]:
        """Begin a conversation; returns its token, when it expires, and the greeting."""
        return await self._off_loop(lambda: self._begin(channel, region))

    async def receive(
        self, opened: Opened, message: Message, *, limited: Callable[[], int | None] | None = None,
        delivery: Delivery | None = None,
    ) -> Turn:  # fmt: skip
        """Answer a message.

        Args:
            opened: the conversation, as `open` returned it.
            message: text or an offered button's payload.
            limited: says how many seconds a client must wait, None if it need not; a crisis is
                answered all the same.
            delivery: says what is to be sent, for a channel that sends from the store's outbox. It is
                not asked where an answer given before is repeated.

        Raises:
            TooLong, PayloadRefused, KeyReused, Limited, NothingReplaced: nothing was changed.
            UnknownConversation: it was erased meanwhile.
            NotStored: the store failed; nothing was changed, and help is shown all the same.
        """
        async with self._order.turn(opened.id):
            return await self._off_loop(lambda: self._safely(opened, message, limited, delivery))

    async def unstored(self, message: Message, error: StoreError) -> NotStored:
        """Return what a person is told whose conversation could not be opened."""
        return await self._off_loop(lambda: self._unstored(message, error))

    async def come_back(self, phrase: str) -> tuple[str, str, Turn]:
        """Begin a conversation with what a return phrase keeps (UnknownConversation if there is none)."""
        return await self._off_loop(lambda: self._come_back(phrase))

    async def open(self, token: str) -> Opened:
        """Open the conversation of a token (UnknownConversation if there is none)."""
        return await self._off_loop(lambda: self._store.unlock(token))

    async def open_chat(self, channel: str, chat: str) -> Opened:
        """Open the conversation of a chat, begun anew where there is none."""
        return await self._off_loop(lambda: self._store.open_chat(channel, chat))

    async def history(self, opened: Opened) -> History:
        """Return what a conversation amounts to."""
        return await self._off_loop(lambda: History.of(self._store.events(opened)))

    async def keep(self, opened: Opened, ticked: frozenset[str]) -> str | None:
        """Keep what was ticked under a new return phrase and return it, None where there is nothing."""
        async with self._order.turn(opened.id):
            return await self._off_loop(lambda: self._keep_ticked(opened, ticked))

    async def keep_no_more(self, opened: Opened) -> None:
        """Take back the return phrase of a conversation, with what it keeps."""
        await self._off_loop(lambda: self._store.drop_phrase(opened))

    async def erase(self, token: str) -> None:
        """Erase a conversation and its token."""
        await self._off_loop(lambda: self._store.erase_token(token))

    async def ping(self) -> None:
        """Check the store (StoreError)."""
        await self._off_loop(self._store.ping)

    def guarded(self, history: History) -> bool:
        """Whether danger, control or an age came up: nothing may be sent to this person unasked."""
        talk = self._talk(history)
        return talk.session.joint_closed or bool((talk.get("crisis") or {}).get("state"))

    def state(self, history: History) -> State:
        """Return where a talk stands."""
        return state_of(self._talk(history))

    def safety(self, history: History | None = None) -> tuple[Reply, ...]:
        """Return what is said where nothing else can be: something failed, and here is help."""
        talk = self._talk(history or History())
        crisis.fail_closed(talk, services.crisis_dialogue(), self._region)
        return tuple(map(_aside, talk.utterances))

    def close(self) -> None:
        """Finish what runs and let go."""
        self._pool.shutdown(wait=True)
        self._store.close()

    # --- one message -----------------------------------------------------------------------------

    def _begin(self, channel: str, region: str | None) -> tuple[str, str, Turn]:
        opened, token = self._store.create(channel=channel)
        talk = self._talk(History())
        talk.session.region = region
        greet(talk)
        events = [
            *slot_events(talk.slot_changes()),
            *map(bot_event, talk.utterances),
            listen_event(),
        ]
        self._store.commit(opened, events)
        expires = opened.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return token, expires, Turn(replies_of(events), State())

    def _come_back(self, phrase: str) -> tuple[str, str, Turn]:
        opened, token = self._store.create(channel="web")
        try:
            kept = self._store.redeem_phrase(phrase, into=opened)
        except GroundworkError:
            self._store.erase(opened)
            raise
        history = History(slots=dict(kept["slots"]))
        talk = self._talk(history)
        talk.speak("dialogue.welcome_back")
        greet(talk)
        events = [
            *slot_events({**history.slots, **talk.slot_changes()}),
            *map(bot_event, talk.utterances),
            listen_event(),
        ]
        self._store.keep(opened)
        self._store.commit(opened, events)
        expires = opened.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return token, expires, Turn(replies_of(events), state_of(talk))

    def _safely(
        self, opened: Opened, message: Message, limited: Callable[[], int | None] | None,
        delivery: Delivery | None,
    ) -> Turn:  # fmt: skip
        """Answer a message; where the store fails, the gate still speaks."""
        with metrics.stage("whole"), _counted():
            return self._with_tries(opened, message, limited, delivery)

    def _with_tries(
        self, opened: Opened, message: Message, limited: Callable[[], int | None] | None,
        delivery: Delivery | None,
    ) -> Turn:  # fmt: skip
        try:
            for _ in range(TRIES - 1):
                with suppress(ConflictError):
                    return self._receive(opened, message, limited, delivery)
            return self._receive(opened, message, limited, delivery)
        except StoreError as error:
            raise self._unstored(message, error) from None

    def _unstored(self, message: Message, error: StoreError) -> NotStored:
        logger.error("a message was not stored: %s", error)
        talk = self._talk(History(), _Incoming(clean(message.text or ""), {}))
        _, handled = self._gate(talk)
        said = tuple(map(_aside, talk.utterances)) if handled else self.safety()
        return NotStored(said, damaged=isinstance(error, SealBroken))

    def _receive(
        self, opened: Opened, message: Message, limited: Callable[[], int | None] | None,
        delivery: Delivery | None,
    ) -> Turn:  # fmt: skip
        with metrics.stage("read"):
            before = self._store.events(opened)
            earlier = self._repeated(opened, message)
        if earlier is not None:
            metrics.TURNS.labels("repeated").inc()
            return earlier
        history = History.of(before)
        incoming = _read(message, history)
        talk = self._talk(history, incoming)
        with metrics.stage("gate"):
            verdict, handled = self._gate(talk)
        if len(incoming.text) > LIMIT:
            raise TooLong(tuple(map(_aside, talk.utterances)) if handled else ())
        if not handled and limited is not None and (wait := limited()) is not None:
            raise Limited(wait)
        cut = None
        if message.replaces and not handled:
            cut = last_answer(before)
            before = before[:cut]
            history = History.of(before)
            talk = self._talk(history, incoming)
            verdict, handled = self._gate(talk)
        if handled:
            events = _crisis_events(talk, incoming, history)
        else:
            # What the gate noted (a mild sign, an age) counts in this turn and stays.
            noted = slot_events({k: v for k, v in talk.changes.items() if k == "crisis"})
            if "minor" in talk.session.flags:
                noted += slot_events({"session": talk.session.as_dict()})
            with metrics.stage("dialogue"):
                said = self._ordinary(opened, [*before, *noted], history, incoming)
            events = [*noted, *said]
        self._offer_people(events)
        turn = self._turn(history, events, verdict, handled)
        shown = self._phrase(opened, history, turn) if _phrase_wanted(history, events) else turn
        outcome = Outcome(shown, self.guarded(history), _forgotten(events))
        with metrics.stage("store"):
            self._keep(opened, message, events, turn, cut, delivery(outcome) if delivery else None)
        metrics.LEVEL.labels(verdict.level).inc()
        metrics.TURNS.labels("crisis" if handled else metrics.outcome(events)).inc()
        return shown

    def _offer_people(self, events: list[Event]) -> None:
        """Where help lines are shown, name the operator's own people too."""
        people = Service.of(services.settings())
        shown = [n for n, event in enumerate(events) if card_kind(event) == "hotlines"]
        if people is not None and shown:
            offer = bot_event(Utterance(people.offer()), **(events[shown[-1]]["metadata"] or {}))
            events.insert(shown[-1] + 1, offer)

    def _phrase(self, opened: Opened, history: History, turn: Turn) -> Turn:
        """Make the return phrase that a person said yes to. It is shown this once and stored nowhere."""
        phrase = self._store.make_phrase(opened, {"slots": kept_slots(history)})
        said = Reply(say("dialogue.keep_phrase", phrase=phrase))
        return Turn((said, *turn.replies), turn.state)

    def _keep_ticked(self, opened: Opened, ticked: frozenset[str]) -> str | None:
        kept = kept_slots(History.of(self._store.events(opened)), ticked)
        if not kept["artifacts"] and not kept["session"]["paused"]:
            return None
        return self._store.make_phrase(opened, {"slots": kept})

    def _repeated(self, opened: Opened, message: Message) -> Turn | None:
        if message.idempotency_key is None:
            return None
        kept = self._store.receipt(opened, message.idempotency_key)
        if kept is None:
            return None
        if kept["request"] != fingerprint(_request(message)):
            raise KeyReused(say("dialogue.key_reused"))
        return Turn.from_dict(kept["response"])

    def _gate(self, talk: Talk) -> tuple[Verdict, bool]:
        """Let the gate speak first. An error inside it counts as a crisis, never as silence."""
        try:
            verdict = crisis.assess(talk, services.detector())
            handled = crisis.gate(talk, verdict, services.crisis_dialogue(), self._region)
        except Exception as error:  # whatever failed, the person gets the safety reply
            logger.error("the crisis gate failed (%s)", type(error).__name__)
            talk.utterances.clear()
            crisis.fail_closed(talk, services.crisis_dialogue(), self._region)
            return Verdict.none(), True
        return verdict, handled

    def _ordinary(
        self, opened: Opened, before: list[Event], history: History, incoming: _Incoming
    ) -> list[Event]:
        brain = self._brain()
        if incoming.choice in services.catalog():
            incoming.rasa = f"/{incoming.choice}"
        hidden = (history.slots.get("session") or {}).get("pending") or {}
        try:
            if brain is None:
                raise StoreError("no model is loaded")
            events = brain.turn(opened.id, before, incoming.rasa, incoming.metadata)
            if not replies_of(events):
                raise StoreError("the model said nothing")
        except Exception as error:  # a failing model must not leave a person without an answer
            logger.error("the model failed (%s)", type(error).__name__)
            said = Reply(say("dialogue.error")), *self.safety(history)
            raise ModelFailed(said) from None
        if hidden.get("kind") == "private_screen":
            events = [_hide(event) for event in events]
        return events

    def _turn(self, history: History, events: list[Event], verdict: Verdict, handled: bool) -> Turn:
        for event in events:
            history.apply(event)
        replies = replies_of(events)
        state = self.state(history)
        if not handled and verdict.level == "gentle" and verdict.category and state.crisis is None:
            return self._gentle(history, events, replies, verdict, state)
        return Turn(replies, state)

    def _gentle(
        self,
        history: History,
        events: list[Event],
        replies: tuple[Reply, ...],
        verdict: Verdict,
        state: State,
    ) -> Turn:
        talk = self._talk(history)
        said = crisis.gentle(talk, verdict, services.crisis_dialogue(), self._region)
        if said is not None:
            events[1:1] = [bot_event(said)]
            events.extend(slot_events(talk.slot_changes()))
            replies = (_reply(said), *replies)
        return Turn(
            replies, crisis.with_gentle(state, verdict, talk.session.region or self._region)
        )

    def _keep(
        self, opened: Opened, message: Message, events: list[Event], turn: Turn, cut: int | None,
        plan: Plan | None,
    ) -> None:  # fmt: skip
        receipt = None
        if message.idempotency_key is not None:
            receipt = Receipt(
                message.idempotency_key, fingerprint(_request(message)), turn.as_dict()
            )
        if _forgotten(events):
            # A chat gets its messages again after a lost answer; a web client's token stays empty.
            self._store.empty(opened, receipt=receipt if plan else None, plan=plan)
            return
        self._store.commit(opened, events, receipt=receipt, truncate_from=cut, plan=plan)

    def _talk(self, history: History, incoming: _Incoming | None = None) -> Talk:
        return Talk(
            catalog=services.catalog(),
            slots=history.slots,
            loop=history.loop,
            disabled=frozenset(services.settings().disabled),
            text=incoming.text if incoming else "",
            choice=incoming.choice if incoming else None,
        )

    # --- threads ---------------------------------------------------------------------------------

    async def _off_loop(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


class NotStored(StoreError):
    """The store failed; `replies` say where help is. Nothing was changed."""

    def __init__(self, replies: tuple[Reply, ...], *, damaged: bool) -> None:
        super().__init__("a message could not be stored")
        self.replies = replies
        self.damaged = damaged


class ModelFailed(GroundworkError):
    """The dialogue model failed; `replies` say what was kept and where help is. Nothing was stored."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        super().__init__("the dialogue model failed")
        self.replies = replies


def state_of(talk: Talk) -> State:
    """Return where a talk stands, as channels show it."""
    conversation, step = talk.conversation, talk.step
    done, of = progress(talk)
    asked = (talk.session.pending or {}).get("kind")
    waiting = tuple(w.conversation for w in talk.session.paused if w.conversation in talk.catalog)
    name = "private_screen" if asked == "private_screen" else step.id if step else None
    return State(
        conversation=conversation.name if conversation else None,
        step=name,
        done=done,
        of=of,
        paused=waiting,
        crisis=crisis.crisis_state(talk.get("crisis")),
    )


def last_answer(events: Sequence[Event]) -> int:
    """Return the index from which the latest answer to a step, and what followed it, can be taken back.

    Only where that turn was an ordinary answer: what the gate or the private screen heard stays heard.

    Raises:
        NothingReplaced: the latest message was anything else.
    """
    users = [i for i, event in enumerate(events) if event.get("event") == "user"]
    if not users:
        raise NothingReplaced
    cut = users[-1]
    before, after = History.of(events[:cut]), History.of(events)
    said = events[cut]
    intent = ((said.get("parse_data") or {}).get("intent") or {}).get("name")
    marked = any((event.get("metadata") or {}).get(HIDDEN) for event in events[cut:])
    safety = [_safety_of(history) for history in (before, after)]
    if before.loop is None or intent != "answer" or marked or safety[0] != safety[1]:
        raise NothingReplaced
    return cut


def _safety_of(history: History) -> tuple[Any, Any]:
    session = history.slots.get("session") or {}
    return history.slots.get("crisis"), session.get("flags")


def kept_slots(history: History, ticked: frozenset[str] | None = None) -> dict[str, Any]:
    """Return what a return phrase keeps: papers and unfinished conversations, nothing about danger.

    Args:
        history: the talk.
        ticked: ids of papers and names of conversations to keep; all without it.
    """
    session = Session.from_dict(history.slots.get("session"))
    conversation, step = split_slot(history.slots.get("requested_slot"))
    if history.loop and conversation and step:
        session.wait(conversation, step)

    def wanted(name: str, key: str) -> bool:
        return name not in NEVER_KEPT and (ticked is None or key in ticked)

    waiting = [w for w in session.paused if wanted(w.conversation, w.conversation)]
    names = {w.conversation for w in waiting}
    held = history.slots.get("artifacts") or []
    papers = [a for a in held if wanted(a["conversation"], a["id"])]
    answers = {
        k: v for k, v in history.slots.items() if split_slot(k)[0] in names and v is not None
    }
    runs = {name: run for name, run in session.runs.items() if name in names}
    fresh = Session(paused=waiting, runs=runs, role=session.role, region=session.region)
    return {**answers, "artifacts": papers, "session": fresh.as_dict()}


NEVER_KEPT = frozenset({"safety_plan"})


def _phrase_wanted(history: History, events: list[Event]) -> bool:
    """Whether the person said yes to a return phrase in this turn; the wish is taken out of the talk."""
    session = Session.from_dict(history.slots.get("session"))
    if KEEP not in session.flags:
        return False
    session.flags.remove(KEEP)
    events += slot_events({"session": session.as_dict()})
    history.apply(events[-1])
    return True


def clean(text: str) -> str:
    """Return text without what no one types: control characters, lone surrogates, bidi overrides."""
    sound = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(
        c for c in sound if c in "\n\t\u200d\ufe0f" or unicodedata.category(c) not in _UNWANTED
    )


_UNWANTED = frozenset({"Cc", "Cs", "Co", "Cn", "Cf"})


def _read(message: Message, history: History) -> _Incoming:
    if message.control is not None:
        words = message.text or ""
        return _Incoming(words, {"title": words}, rasa=f"/{message.control}")
    if message.payload is None:
        text = clean(message.text or "")
        guarded = GUARD_MARK + text if text.lstrip().startswith("/") else text
        return _Incoming(text, {}, rasa=guarded if guarded.strip() else GUARD_MARK)
    if message.payload not in history.offered:
        raise PayloadRefused(say("dialogue.payload_refused"))
    return _pressed(message.payload, history)


def _pressed(payload: str, history: History) -> _Incoming:
    """Read a button: `/intent{"choice": …}`, or `slot=words` for an answer to a step."""
    if not payload.startswith("/"):
        slot, _, words = payload.partition("=")
        current = history.slots.get("requested_slot") == slot and history.loop is not None
        if not current:
            return _Incoming("", {"title": words}, rasa="/stale_button")
        return _Incoming(words, {"act": "answer"}, rasa=words)
    _name, brace, rest = payload[1:].partition("{")
    choice = json.loads(brace + rest).get("choice") if brace else None
    return _Incoming("", {"title": history.offered[payload]}, choice=choice, rasa=payload)


_FAILURES: dict[type[Exception], str] = {
    PayloadRefused: "refused", KeyReused: "refused", TooLong: "too_long", Limited: "limited",
    ModelFailed: "model_failed", NotStored: "not_stored", UnknownConversation: "gone",
}  # fmt: skip


@contextmanager
def _counted() -> Iterator[None]:
    """Count a message that was not answered under the kind of its error."""
    try:
        yield
    except GroundworkError as error:
        metrics.TURNS.labels(_FAILURES.get(type(error), "refused")).inc()
        raise


def _request(message: Message) -> dict[str, Any]:
    more = {"control": message.control} if message.control else {}
    return {"text": message.text, "payload": message.payload, **more}


def _reply(utterance: Utterance) -> Reply:
    return Reply(utterance.text, utterance.buttons, utterance.card)


def _aside(utterance: Utterance) -> Reply:
    """Return a reply beside a talk that stays as it was: its buttons would not be known later."""
    return Reply(utterance.text, (), utterance.card)


def _crisis_events(talk: Talk, incoming: _Incoming, history: History) -> list[Event]:
    mark = {**incoming.metadata, HIDDEN: True}
    events = [person_event(incoming.rasa, intent="crisis", **mark)]
    events += slot_events(
        {k: v for k, v in talk.slot_changes().items() if history.slots.get(k) != v}
    )
    if history.loop is not None and talk.closed_loop:
        events.append(loop_event(None))
    events += [bot_event(utterance, **{HIDDEN: True}) for utterance in talk.utterances]
    return [*events, listen_event()]


def _hide(event: Event) -> Event:
    if event.get("event") in ("user", "bot"):
        return {**event, "metadata": {**(event.get("metadata") or {}), HIDDEN: True}}
    return event


def _forgotten(events: list[Event]) -> bool:
    sessions = [
        e["value"] for e in events if e.get("event") == "slot" and e.get("name") == "session"
    ]
    return any(FORGOTTEN in Session.from_dict(value).flags for value in sessions)
