"""The outbox: what is still to be sent, sealed under a key of the installation alone.

It must be readable without a token (a reminder is due when nobody is there), and the documents say
so.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Connection

from bot.store.keys import seal, unseal
from bot.store.opened import Opened, from_stamp, to_stamp
from bot.store.schema import conversations, outbox


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something to send. With `outlives` it stays when its conversation expires (a reminder asked
    for);
    erasing removes it all the same.
    """

    payload: Mapping[str, Any]
    due_at: datetime | None = None
    outlives: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something due, as `Store.due` gives it."""

    id: str
    channel: str
    due_at: datetime
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What a turn does to what waits for its conversation: items added, and the ids of those removed."""

    add: Sequence[Outgoing] = ()
    remove: Sequence[str] = ()


Plan = Callable[[Sequence[Waiting]], Change]
"""Decides on a `Change` from all that waits for a conversation, read in the same transaction."""


def enqueue(
    connection: Connection, key: bytes, opened: Opened, items: Sequence[Outgoing], now: datetime
) -> None:
    """Add items in their order; those without a time are due at once."""
    _insert(connection, key, opened._lookup, opened.channel, items, now)


def _insert(
    connection: Connection, key: bytes, owner: bytes, channel: str, items: Sequence[Outgoing],
    now: datetime,
) -> None:  # fmt: skip
    for item in items:
        item_id = secrets.token_hex(16)
        due = to_stamp(item.due_at or now)
        plain = json.dumps(item.payload, separators=(",", ":")).encode()
        connection.execute(
            outbox.insert().values(
                id=item_id, owner=owner, channel=channel, outlives=item.outlives,
                due_at=due, claimed_until=0,
                sealed=seal(key, plain, "outbox", item_id, channel),
            )
        )  # fmt: skip


def waiting(connection: Connection, key: bytes, opened: Opened) -> list[Waiting]:
    """Return all that waits for a conversation, due or not, earliest first."""
    query = select(outbox).where(outbox.c.owner == opened._lookup)
    rows = connection.execute(query.order_by(outbox.c.due_at, outbox.c.number))
    return [_open(key, row) for row in rows]


def carry_out(
    connection: Connection, key: bytes, opened: Opened, plan: Plan, now: datetime
) -> None:
    """Ask the plan what to change, and change it."""
    change = plan(waiting(connection, key, opened))
    if change.remove:
        gone = outbox.c.owner == opened._lookup, outbox.c.id.in_(change.remove)
        connection.execute(outbox.delete().where(*gone))
    enqueue(connection, key, opened, change.add, now)


def replace(
    connection: Connection, key: bytes, item_id: str, items: Sequence[Outgoing], now: datetime
) -> bool:
    """Put items in the place of one; False, and nothing is added, where it is no longer there."""
    mine = outbox.c.id == item_id
    row = connection.execute(select(outbox.c.owner, outbox.c.channel).where(mine)).first()
    if row is None:
        return False
    # The same lock as a turn takes: what is erased meanwhile is not added to (PostgreSQL).
    held = conversations.c.lookup == row.owner
    connection.execute(select(conversations.c.id).where(held).with_for_update())
    if not connection.execute(outbox.delete().where(mine)).rowcount:
        return False
    _insert(connection, key, bytes(row.owner), row.channel, items, now)
    return True


def due(
    connection: Connection, key: bytes, now: datetime, *, channel: str | None, limit: int,
    lease: timedelta, in_order: bool = False,
) -> list[Waiting]:  # fmt: skip
    """Return what is due, earliest first; with a `lease` no other caller gets it meanwhile.

    With `in_order` only the first of each conversation: what stands behind it waits until it is done,
    also while it is claimed or held.
    """
    stamp = to_stamp(now)
    query = select(outbox).where(outbox.c.due_at <= stamp, outbox.c.claimed_until <= stamp)
    if channel is not None:
        query = query.where(outbox.c.channel == channel)
    if in_order:
        query = query.where(~_before())
    query = query.order_by(outbox.c.due_at, outbox.c.number).limit(limit)
    rows = list(connection.execute(query.with_for_update(skip_locked=True)))
    if lease:
        claim = outbox.update().where(outbox.c.number.in_([row.number for row in rows]))
        connection.execute(claim.values(claimed_until=to_stamp(now + lease)))
    return [_open(key, row) for row in rows]


def _before() -> Any:
    """Whether another item of the same conversation stands before a row."""
    other = outbox.alias()
    sooner = or_(
        other.c.due_at < outbox.c.due_at,
        and_(other.c.due_at == outbox.c.due_at, other.c.number < outbox.c.number),
    )
    return select(other.c.id).where(other.c.owner == outbox.c.owner, sooner).exists()


def _open(key: bytes, row: Any) -> Waiting:
    plain = unseal(key, bytes(row.sealed), "outbox", row.id, row.channel)
    return Waiting(row.id, row.channel, from_stamp(row.due_at), json.loads(plain))
