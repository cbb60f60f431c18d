"""A conversation that its token (or chat) has opened. It hides its keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.errors import SealBroken
from bot.store.keys import ServerSecret, seal, unseal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_stamp(moment: datetime) -> int:
    """Return microseconds since 1970 UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_stamp(stamp: int) -> datetime:
    """Return the moment of a stamp, in UTC."""
    return _EPOCH + timedelta(microseconds=stamp)


@dataclass(frozen=True, slots=True)
class Head:
    """How many rows and events a conversation has, and the end of the chain over its rows."""

    rows: int
    events: int
    chain: bytes

    @classmethod
    def empty(cls, conversation: str) -> Head:
        """Return the head of a conversation without events."""
        return cls(0, 0, sha256(b"groundwork/chain\x00" + conversation.encode()).digest())

    def grown(self, sealed: bytes, events: int) -> Head:
        """Return the head after one more row."""
        return Head(self.rows + 1, self.events + events, link(self.chain, sealed))


def link(chain: bytes, sealed: bytes) -> bytes:
    """Return the next link: it changes with every row before it."""
    return sha256(chain + sealed).digest()


class Opened:
    """An opened conversation: what may be seen of it, and the keys, which may not.

    Attributes:
        id: its random name, no secret.
        channel: where it was begun.
        created_at, expires_at: moments in UTC.
        kept: whether the person asked for it to be kept.
    """

    __slots__ = (
        "_head", "_key", "_lookup", "_secret", "_version", "_wrapped",
        "channel", "created_at", "expires_at", "id", "kept",
    )  # fmt: skip

    def __init__(self, conversation: str, channel: str, lookup: bytes, secret: bytes) -> None:
        self.id = conversation
        self.channel = channel
        self.created_at = self.expires_at = _EPOCH
        self.kept = False
        self._lookup = lookup
        self._secret = secret
        self._wrapped = b""
        self._key = b""
        self._version = 0
        self._head = Head.empty(conversation)

    def __repr__(self) -> str:
        return f"Opened({self.id})"

    @property
    def begun(self) -> bool:
        """Whether anything has been said in it yet."""
        return self._head.events > 0

    @classmethod
    def from_row(cls, row: Any, secret: bytes, server: ServerSecret) -> Opened:
        """Open a row of `conversations` with the inner wrapping key.

        Raises:
            SealBroken: the row or its key was changed, or sealed with another server secret.
        """
        opened = cls(row.id, row.channel, bytes(row.lookup), secret)
        opened.refresh(row, server)
        return opened

    def refresh(self, row: Any, server: ServerSecret) -> None:
        """Take over what the row says now, after checking its seal."""
        wrapped = bytes(row.wrapped)
        if wrapped != self._wrapped:
            self._key = unwrap_key(server, self._secret, "conversations", row)
            self._wrapped = wrapped
        place = _place({**row._mapping, "kept": bool(row.kept)})
        rows, events, chain = json.loads(unseal(self._key, bytes(row.head), *place))
        self._head = Head(rows, events, bytes.fromhex(chain))
        self._version, self.kept = row.version, bool(row.kept)
        self.created_at, self.expires_at = from_stamp(row.created_at), from_stamp(row.expires_at)

    def state(self) -> tuple[Any, ...]:
        """Return all that a write changes, for `restore` when it fails."""
        return (
            self._key, self._wrapped, self._version, self._head, self.kept, self.expires_at,
        )  # fmt: skip

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier `state`."""
        self._key, self._wrapped, self._version, self._head, self.kept, self.expires_at = state

    def columns(self) -> dict[str, Any]:
        """Return the changing columns of the row, the head sealed for exactly these values."""
        plain = json.dumps([self._head.rows, self._head.events, self._head.chain.hex()]).encode()
        changing = {
            "version": self._version,
            "kept": self.kept,
            "expires_at": to_stamp(self.expires_at),
        }
        fixed = {
            "id": self.id, "channel": self.channel, "created_at": to_stamp(self.created_at),
        }  # fmt: skip
        return changing | {"head": seal(self._key, plain, *_place(fixed | changing))}


def _place(row: Mapping[str, Any]) -> tuple[str | int, ...]:
    """Return what the head is bound to: the plain columns too, none can be edited unseen."""
    bound = ("id", "channel", "version", "kept", "created_at", "expires_at")
    values = (row[name] for name in bound)
    return ("conversations", *(int(v) if isinstance(v, bool) else v for v in values))


def wrap_key(
    server: ServerSecret, secret: bytes, table: str, row_id: str, key: bytes
) -> dict[str, Any]:
    """Wrap a data key inside by `secret`, outside by the server; returns its columns."""
    inner = seal(secret, key, table, row_id, "inner")
    key_id, wrapped = server.wrap(inner, table, row_id, "outer")
    return {"key_id": key_id, "wrapped": wrapped}


def unwrap_key(server: ServerSecret, secret: bytes, table: str, row: Any) -> bytes:
    """Return the data key of a row that `wrap_key` made."""
    inner = server.unwrap(row.key_id, bytes(row.wrapped), table, row.id, "outer")
    return unseal(secret, inner, table, row.id, "inner")


def check(condition: bool) -> None:
    """Refuse rows that do not belong together."""
    if not condition:
        raise SealBroken("rows of a conversation are missing, changed or out of order")
