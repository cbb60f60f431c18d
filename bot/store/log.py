"""The sealed events of one conversation: one row a commit, chained, so that none can go missing.

An edited, moved, swapped or missing row is refused. What cannot be told from inside the database:
that an old copy of a whole conversation, head and all, was put back by someone with the file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.store.keys import seal, unseal
from bot.store.opened import Head, Opened, check, link
from bot.store.schema import events as table

Event = dict[str, Any]


def read(connection: Connection, opened: Opened) -> list[Event]:
    """Return every event in order.

    Raises:
        SealBroken: a row was edited, moved, or cut out of the middle or the end.
    """
    found: list[Event] = []
    chain = Head.empty(opened.id).chain
    rows = _rows(connection, opened)
    for number, row in enumerate(rows):
        check(row.number == number and row.first == len(found))
        found += _open(opened, row)
        chain = link(chain, bytes(row.sealed))
        check(chain == bytes(row.chain))
    head = opened._head
    check((len(rows), len(found), chain) == (head.rows, head.events, head.chain))
    return found


def append(connection: Connection, opened: Opened, events: Sequence[Event]) -> None:
    """Add one row with these events after the last one and move the head."""
    if not events:
        return
    head = opened._head
    plain = json.dumps(list(events), separators=(",", ":")).encode()
    sealed = seal(opened._key, plain, *_place(opened, head.rows, head.events))
    grown = head.grown(sealed, len(events))
    connection.execute(
        table.insert().values(
            conversation=opened.id, number=head.rows, first=head.events, chain=grown.chain,
            sealed=sealed,
        )
    )  # fmt: skip
    opened._head = grown


def truncate(connection: Connection, opened: Opened, keep: int) -> list[Event]:
    """Remove events from index `keep` on; returns those of a row cut in two, to be written again.

    Raises:
        ValueError: there are fewer events than `keep`.
    """
    head = opened._head
    if not 0 <= keep <= head.events:
        raise ValueError(f"cannot truncate from {keep}: there are {head.events} events")
    if keep == head.events:
        return []
    cut = _row_with(connection, opened, keep)
    left = _open(opened, cut)[: keep - cut.first]
    before = _chain_before(connection, opened, cut.number)
    mine = table.c.conversation == opened.id
    connection.execute(table.delete().where(mine, table.c.number >= cut.number))
    opened._head = Head(cut.number, cut.first, before)
    return left


def _rows(connection: Connection, opened: Opened) -> list[Any]:
    query = select(table).where(table.c.conversation == opened.id).order_by(table.c.number)
    return list(connection.execute(query))


def _row_with(connection: Connection, opened: Opened, index: int) -> Any:
    query = (
        select(table)
        .where(table.c.conversation == opened.id, table.c.first <= index)
        .order_by(table.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    check(row is not None)
    return row


def _chain_before(connection: Connection, opened: Opened, number: int) -> bytes:
    if number == 0:
        return Head.empty(opened.id).chain
    query = select(table.c.chain).where(
        table.c.conversation == opened.id, table.c.number == number - 1
    )
    chain = connection.execute(query).scalar()
    check(chain is not None)
    return bytes(chain)


def _open(opened: Opened, row: Any) -> list[Event]:
    place = _place(opened, row.number, row.first)
    events: list[Event] = json.loads(unseal(opened._key, bytes(row.sealed), *place))
    return events


def _place(opened: Opened, number: int, first: int) -> tuple[str | int, ...]:
    return ("events", opened.id, number, first)
