"""The outbox: what is still to be sent, sealed under a key of the installation alone.

It must be readable without a token (a reminder is due when nobody is there), and the documents say
so.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.store.keys import seal, unseal
from bot.store.opened import Opened, from_stamp, to_stamp
from bot.store.schema import outbox


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


def enqueue(
    connection: Connection, key: bytes, opened: Opened, items: Sequence[Outgoing], now: datetime
) -> None:
    """Add items in their order; those without a time are due at once."""
    for item in items:
        item_id = secrets.token_hex(16)
        due = to_stamp(item.due_at or now)
        plain = json.dumps(item.payload, separators=(",", ":")).encode()
        connection.execute(
            outbox.insert().values(
                id=item_id, owner=opened._lookup, channel=opened.channel, outlives=item.outlives,
                due_at=due, claimed_until=0,
                sealed=seal(key, plain, "outbox", item_id, opened.channel),
            )
        )  # fmt: skip


def due(
    connection: Connection, key: bytes, now: datetime, *, channel: str | None, limit: int,
    lease: timedelta,
) -> list[Waiting]:  # fmt: skip
    """Return what is due, earliest first; with a `lease` no other caller gets it meanwhile."""
    stamp = to_stamp(now)
    query = select(outbox).where(outbox.c.due_at <= stamp, outbox.c.claimed_until <= stamp)
    if channel is not None:
        query = query.where(outbox.c.channel == channel)
    query = query.order_by(outbox.c.due_at, outbox.c.number).limit(limit)
    rows = list(connection.execute(query.with_for_update(skip_locked=True)))
    if lease:
        claim = outbox.update().where(outbox.c.number.in_([row.number for row in rows]))
        connection.execute(claim.values(claimed_until=to_stamp(now + lease)))
    return [_open(key, row) for row in rows]


def _open(key: bytes, row: Any) -> Waiting:
    plain = unseal(key, bytes(row.sealed), "outbox", row.id, row.channel)
    return Waiting(row.id, row.channel, from_stamp(row.due_at), json.loads(plain))
