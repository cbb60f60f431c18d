"""What waits for a chat in the store's outbox, beside the reminders: one small JSON value each.

`send document edit clear delete` are still to be done at Telegram. `sent` is the number of a message
in the chat, kept while it can be deleted and no longer; `note` is a question about a reminder that
waits. Nothing else is remembered about a chat outside its talk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.store.outbox import Change, Outgoing, Waiting

DELETABLE = timedelta(hours=48)
"""How long a message can be deleted (https://core.telegram.org/bots/api#deletemessage)."""
NOTE = timedelta(minutes=30)
_AT_ONCE = 100
"""Messages of one deletion (https://core.telegram.org/bots/api#deletemessages)."""


def sent(
    message: int, turn: int, now: datetime, *, person: bool = False, keys: bool = False,
    artifact: str | None = None,
) -> Outgoing:  # fmt: skip
    """Note a message of the chat for as long as it can be deleted; it outlives the talk."""
    payload: dict[str, Any] = {"do": "sent", "message": message, "turn": turn}
    payload |= {"person": True} if person else {}
    payload |= {"keys": True} if keys else {}
    payload |= {"artifact": artifact} if artifact else {}
    return Outgoing(payload, due_at=now + DELETABLE, outlives=True)


def note(setup: dict[str, Any], now: datetime) -> Outgoing:
    """Note which question about a reminder waits."""
    return Outgoing({"do": "note", "setup": setup}, due_at=now + NOTE)


def of(rows: Iterable[Waiting], *kinds: str) -> list[Waiting]:
    """Return the rows of some kinds."""
    return [row for row in rows if row.payload["do"] in kinds]


def last_turn(rows: Iterable[Waiting]) -> int:
    """Return the latest turn that the rows know of, 0 if they know none."""
    return max((int(row.payload.get("turn") or 0) for row in rows), default=0)


def turn_of(rows: Iterable[Waiting], message: int) -> int | None:
    """Return the latest turn of a message in the chat, None where it is not noted."""
    found = [r.payload["turn"] for r in of(rows, "sent") if r.payload["message"] == message]
    return max(found, default=None)


def ended(rows: Sequence[Waiting], chat: int, now: datetime, pressed: int | None = None) -> Change:
    """Return what a new turn ends: old keyboards, exercises under way, questions about a reminder.

    The keyboard of a pressed message goes with the edit that shows the choice.
    """
    add, remove = [], []
    for row in rows:
        payload = row.payload
        if payload["do"] == "note" or payload.get("timed"):
            remove.append(row.id)
        elif payload["do"] == "sent" and payload.get("keys"):
            remove.append(row.id)
            add.append(
                Outgoing(
                    {k: v for k, v in payload.items() if k != "keys"},
                    due_at=row.due_at,
                    outlives=True,
                )
            )
            if payload["message"] != pressed:
                add.append(Outgoing({"do": "clear", "chat": chat, "message": payload["message"]}))
    return Change(add, remove)


def wiped(rows: Sequence[Waiting], chat: int, *more: int | None) -> list[Outgoing]:
    """Return the deletion of every message that is noted, and of some more, in as few calls as can be."""
    noted = {int(row.payload["message"]) for row in of(rows, "sent")}
    numbers = sorted(noted | {number for number in more if number is not None})
    return [
        Outgoing(
            {"do": "delete", "chat": chat, "messages": numbers[i : i + _AT_ONCE]}, outlives=True
        )
        for i in range(0, len(numbers), _AT_ONCE)
    ]
