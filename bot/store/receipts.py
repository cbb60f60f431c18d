"""Receipts: what was answered to a message with an Idempotency-Key, so that it is handled once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.store.keys import derive, keyed_hash, seal, unseal
from bot.store.opened import Opened
from bot.store.schema import receipts

KEPT = 256
"""Receipts kept for one conversation; a client that repeats does so within a few messages."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer to keep under a key, with the fingerprint of the request it answered."""

    key: str
    request: str
    response: Mapping[str, Any]


def fingerprint(request: Mapping[str, Any]) -> str:
    """Return a hash of a request, to tell a repeat from another message under the same key."""
    return hashlib.sha256(json.dumps(dict(request), sort_keys=True).encode()).hexdigest()


def store(connection: Connection, opened: Opened, receipt: Receipt) -> None:
    """Seal a receipt and let go of those that are long past."""
    hidden = _hidden(opened, receipt.key)
    body = {"request": receipt.request, "response": dict(receipt.response)}
    plain = json.dumps(body, separators=(",", ":")).encode()
    connection.execute(
        receipts.insert().values(
            conversation=opened.id, key=hidden, version=opened._version,
            sealed=seal(opened._key, plain, "receipts", opened.id, hidden.hex()),
        )
    )  # fmt: skip
    mine = receipts.c.conversation == opened.id
    old = receipts.c.version <= opened._version - KEPT
    connection.execute(receipts.delete().where(mine, old))


def read(connection: Connection, opened: Opened, key: str) -> dict[str, Any] | None:
    """Return `{"request": fingerprint, "response": …}`, or None where the key is new."""
    hidden = _hidden(opened, key)
    query = select(receipts.c.sealed).filter_by(conversation=opened.id, key=hidden)
    sealed = connection.execute(query).scalar()
    if sealed is None:
        return None
    place = ("receipts", opened.id, hidden.hex())
    found: dict[str, Any] = json.loads(unseal(opened._key, bytes(sealed), *place))
    return found


def _hidden(opened: Opened, key: str) -> bytes:
    # A key chosen by a client may say something by itself: it is stored as a keyed hash.
    return keyed_hash(derive(opened._key, "receipts"), key)
