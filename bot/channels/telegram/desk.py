"""Makes the plans for a chat's outbox: what is sent, what is cleared away, what is kept to be deleted.

A plan is called in the transaction that stores the turn, with all that waits for the chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.artifacts.model import Artifact
from bot.channels.telegram import rows
from bot.channels.telegram.exercise import exercise_of
from bot.channels.telegram.reminders import ASK, Setup, Step, begin, step
from bot.channels.telegram.render import html, messages, rows_of
from bot.channels.telegram.updates import Arrival
from bot.engine import Engine, Outcome
from bot.store.opened import Opened
from bot.store.outbox import Change, Outgoing, Plan, Waiting
from bot.store.store import utcnow
from bot.types import Reply, Turn
from bot.wording import say

FILE = "~f."
ON_SCREEN = frozenset({"safety_plan"})
"""Papers that become a file only where the person asks for it (care rule 6)."""
_GRAVE = ("crisis", "emergency")


class Desk:
    """The plans of one chat."""

    def __init__(self, engine: Engine, opened: Opened) -> None:
        self._engine = engine
        self._opened = opened

    # --- turns -----------------------------------------------------------------------------------

    def turn(
        self, arrival: Arrival, outcome: Outcome, before: Sequence[str], after: Sequence[str] = ()
    ) -> Plan:
        """Send a turn of the talk; what stands `before` and `after` it is left out in a crisis."""
        first, last = (
            Turn(() if _grave(outcome.turn) else tuple(map(Reply, lines)))
            for lines in (before, after)
        )

        def plan(waiting: Sequence[Waiting]) -> Change:
            now, number = utcnow(), _number(arrival, waiting)
            if outcome.forgotten:
                return Change(_wiped(arrival, waiting) + _said(arrival, outcome.turn, number, now))
            over = rows.ended(waiting, arrival.chat, now, _pressed(arrival))
            sends = [
                *_said(arrival, first, number, now),
                *_said(arrival, outcome.turn, number, now, outcome.guarded, _shown(waiting)),
                *_said(arrival, last, number, now),
                *_timed(arrival, outcome.turn, number, now),
            ]
            add = [*_choice(arrival), *_arrived(arrival, number, now), *sends, *over.add]
            gone = [row.id for row in rows.of(waiting, "remind")] if outcome.guarded else []
            return Change(add, [*over.remove, *gone])

        return plan

    def lines(self, arrival: Arrival, replies: Sequence[Reply]) -> Plan:
        """Say something that is no turn: what waits, and its buttons, stay as they are."""

        def plan(waiting: Sequence[Waiting]) -> Change:
            now, last = utcnow(), rows.last_turn(waiting)
            sends = _said(arrival, Turn(tuple(replies)), last, now)
            return Change([*_arrived(arrival, 0, now), *sends])

        return plan

    def wipe(self, arrival: Arrival, line: str) -> Plan:
        """Delete every message that can be, and leave one line."""

        def plan(waiting: Sequence[Waiting]) -> Change:
            now, number = utcnow(), _number(arrival, waiting)
            return Change(
                [*_wiped(arrival, waiting), *_said(arrival, Turn((Reply(line),)), number, now)]
            )

        return plan

    # --- files -----------------------------------------------------------------------------------

    async def file(self, arrival: Arrival) -> Plan:
        """Send a paper as the file that a button named."""
        _, artifact, kind = arrival.data.split(".", 2)
        history = await self._engine.history(self._opened)
        made = history.slots.get("artifacts") or []
        found = next((Artifact.from_dict(a) for a in made if a["id"] == artifact), None)
        if found is None or kind not in found.formats:
            return self.lines(arrival, [Reply(say("telegram.file_gone"))])
        sent = _document(arrival.chat, found.id, kind, 0, [])
        return lambda waiting: Change([sent])

    # --- reminders -------------------------------------------------------------------------------

    def reminder_begin(self, arrival: Arrival, *, guarded: bool) -> Plan:
        """Ask for the words, or say that there are no reminders in this talk."""
        if guarded:
            return self.lines(arrival, [Reply(say("telegram.reminder.not_now"))])
        return self._reminder(arrival, begin())

    def reminder_step(self, arrival: Arrival, setup: dict[str, Any]) -> Plan:
        """Take an answer about a reminder."""
        return self._reminder(arrival, step(Setup(**setup), arrival.text, utcnow()))

    def no_reminder(self, arrival: Arrival, *, stop: bool) -> Plan:
        """Stop the reminders of this chat, or drop the question about one."""
        line = say("telegram.reminder.stopped" if stop else "telegram.reminder.dropped")
        kinds = ("remind", "note") if stop else ("note",)

        def plan(waiting: Sequence[Waiting]) -> Change:
            now, last = utcnow(), rows.last_turn(waiting)
            over = rows.ended(waiting, arrival.chat, now, _pressed(arrival))
            gone = [*over.remove, *(row.id for row in rows.of(waiting, *kinds))]
            said = _said(arrival, Turn((Reply(line),)), last, now)
            return Change([*_choice(arrival), *_arrived(arrival, 0, now), *said, *over.add], gone)

        return plan

    def _reminder(self, arrival: Arrival, taken: Step) -> Plan:
        def plan(waiting: Sequence[Waiting]) -> Change:
            now, last = utcnow(), rows.last_turn(waiting)
            over = rows.ended(waiting, arrival.chat, now, _pressed(arrival))
            add = [*_choice(arrival), *_arrived(arrival, 0, now)]
            add += [*_said(arrival, Turn((taken.reply,)), last, now), *over.add]
            gone = list(over.remove)
            if taken.setup is not None:
                add.append(rows.note(taken.setup.as_dict(), now))
            if taken.reminder is not None:
                gone += [row.id for row in rows.of(waiting, "remind")]
                add.append(_stored(arrival.chat, taken))
            return Change(add, gone)

        return plan


# --- parts of plans ------------------------------------------------------------------------------


def _number(arrival: Arrival, waiting: Sequence[Waiting]) -> int:
    """Return the number of this turn: the update's, or one more than the latest where it came late."""
    return max(arrival.update, rows.last_turn(waiting) + 1)


def _grave(turn: Turn) -> bool:
    return turn.state.crisis is not None and turn.state.crisis.level in _GRAVE


def _pressed(arrival: Arrival) -> int | None:
    """Return the message whose keyboard goes with the edit that shows the choice."""
    return arrival.message if arrival.kind == "press" and arrival.shown and arrival.text else None


def _choice(arrival: Arrival) -> list[Outgoing]:
    """Show the pressed choice under its question; the keyboard goes with it."""
    if _pressed(arrival) is None:
        return []
    choice = say("telegram.pressed", title=arrival.text)
    text = f"{arrival.shown}\n\n{choice}"
    payload = {"do": "edit", "chat": arrival.chat, "message": arrival.message, "text": text}
    return [Outgoing({**payload, "marks": list(arrival.marks)})]


def _arrived(arrival: Arrival, turn: int, now: datetime) -> list[Outgoing]:
    """Note the person's own message, so that it can be deleted too."""
    if arrival.kind == "press" or arrival.message is None:
        return []
    return [rows.sent(arrival.message, turn, now, person=True)]


def _wiped(arrival: Arrival, waiting: Sequence[Waiting]) -> list[Outgoing]:
    return rows.wiped(waiting, arrival.chat, arrival.message)


def _shown(waiting: Sequence[Waiting]) -> frozenset[str]:
    """Return the papers that were sent as a file already: reading one back sends no second one."""
    return frozenset(
        row.payload["artifact"] for row in waiting if row.payload.get("artifact") is not None
    )


def _said(
    arrival: Arrival, turn: Turn, number: int, now: datetime, guarded: bool = True,
    filed: frozenset[str] = frozenset(),
) -> list[Outgoing]:  # fmt: skip
    """Return the messages of a turn; crises, help lines and papers can't be forwarded or saved."""
    found: list[Outgoing] = []
    for reply in turn.replies:
        kind = (reply.card or {}).get("kind")
        protect = turn.state.crisis is not None or kind in ("hotlines", "artifact")
        parts = messages(reply, number)
        if kind == "artifact" and parts:
            parts[-1]["keys"] += _file_keys(reply, number)
        base = {"do": "send", "chat": arrival.chat, "turn": number, "protect": protect}
        found += [Outgoing({**base, **part}) for part in parts]
        found += _paper(arrival.chat, reply, number, guarded, filed)
        if reply.text == say("dialogue.privacy_question"):
            found.append(Outgoing({**base, "html": html(say("telegram.privacy")), "keys": []}))
    return found


def _file_keys(reply: Reply, number: int) -> list[list[list[str]]]:
    card = reply.card or {}
    if card.get("conversation") not in ON_SCREEN:
        return []
    return [[[say("telegram.buttons.file"), f"{FILE}{card['id']}.pdf"]]]


def _paper(
    chat: int, reply: Reply, number: int, guarded: bool, filed: frozenset[str]
) -> list[Outgoing]:
    """Return the file of a paper that has just been finished, with the ways to have it otherwise."""
    card = reply.card or {}
    name = card.get("id")
    if card.get("kind") != "artifact" or card.get("conversation") in ON_SCREEN or name in filed:
        return []
    formats = [d["format"] for d in card["downloads"]]
    pairs = [[say("telegram.buttons.text_file"), f"{FILE}{name}.txt"]]
    pairs += [[say("telegram.buttons.calendar"), f"{FILE}{name}.ics"]] if "ics" in formats else []
    pairs += [] if guarded else [[say("telegram.buttons.reminder"), ASK]]
    return [_document(chat, str(name), "pdf", number, rows_of(pairs))]


def _document(chat: int, artifact: str, kind: str, turn: int, keys: Any) -> Outgoing:
    return Outgoing(
        {
            "do": "document", "chat": chat, "artifact": artifact, "format": kind, "turn": turn,
            "keys": keys, "caption": say("telegram.file_line"),
        }
    )  # fmt: skip


def _timed(arrival: Arrival, turn: Turn, number: int, now: datetime) -> list[Outgoing]:
    base = {"do": "send", "chat": arrival.chat, "turn": number, "timed": True, "keys": []}
    if _grave(turn):
        return []
    return [
        Outgoing({**base, "html": html(text)}, due_at=now + timedelta(seconds=after))
        for after, text in exercise_of(turn.replies)
    ]


def _stored(chat: int, taken: Step) -> Outgoing:
    assert taken.reminder is not None
    return Outgoing(
        {
            "do": "remind", "chat": chat, "reminder": taken.reminder.as_dict(),
            "html": html(taken.reminder.words),
        },
        due_at=taken.due, outlives=True,
    )  # fmt: skip
