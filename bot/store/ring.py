"""Keys of the installation, and moving everything to a new server secret.

The keyring holds random keys (for chats, phrases, the outbox) wrapped by the server secret alone, so
that a new secret rewraps them like all others and nothing that was derived from them changes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, select, text
from sqlalchemy.engine import Connection

from bot.errors import SealBroken, StoreError
from bot.store.database import Database
from bot.store.keys import ServerSecret, drop_old, held, new_key, rotate
from bot.store.schema import conversations, keyring, phrases

if TYPE_CHECKING:
    from bot.store.store import Store

NAMES = ("chats", "phrases", "outbox")
_BATCH = 200
_LOCK = 0x77726170
"""Name of PostgreSQL's advisory lock between those who wrap a key and those who change the secret."""


def load(connection: Connection, secret: ServerSecret) -> dict[str, bytes]:
    """Return the keys by name, made at first use.

    Raises:
        StoreError: the database belongs to another server secret.
    """
    return {name: _key(connection, secret, name) for name in NAMES}


def _key(connection: Connection, secret: ServerSecret, name: str) -> bytes:
    row = connection.execute(select(keyring).filter_by(name=name)).first()
    if row is not None:
        return _open(secret, row)
    key = new_key()
    key_id, wrapped = secret.wrap(key, "keyring", name)
    connection.execute(keyring.insert().values(name=name, key_id=key_id, wrapped=wrapped))
    return key


def _open(secret: ServerSecret, row: Any) -> bytes:
    try:
        return secret.unwrap(row.key_id, bytes(row.wrapped), "keyring", row.name)
    except SealBroken:
        raise StoreError(
            "the database was sealed with another server secret: put the right one back"
        ) from None


def change_secret(path: Path, open_store: Callable[[], Store]) -> int:
    """Replace the secret in `path` and move everything to the new one; returns how many keys moved.

    Works beside running servers that read the same file. A file with several keys is a change that
    was interrupted: it is brought to its end, and no further key is made.

    Raises:
        StoreError: the file or the database cannot be used; the old secret goes on opening all.
    """
    if held(path) == 1:
        rotate(path)
    store = open_store()
    try:
        moved = store.rewrap()
    finally:
        store.close()
    drop_old(path)
    return moved


def hold(connection: Connection) -> None:
    """Say that this transaction will wrap a key, before it reads the secret: `rewrap` waits for it.

    SQLite needs nothing: it lets one transaction write at a time.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": _LOCK})


def _wait_for_wrappers(database: Database) -> None:
    """Return when every transaction is over that may have read the secret before it was changed."""
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def rewrap(database: Database, secret: ServerSecret) -> int:
    """Wrap every key anew whose outer wrapping is not by the current server key; returns how many.

    Works in batches beside running servers; interrupted, it goes on where it was.
    """
    secret.follow()
    _wait_for_wrappers(database)
    total = 0
    for table, name, place in (
        (keyring, "name", ("keyring",)),
        (conversations, "id", ("conversations", "outer")),
        (phrases, "id", ("phrases", "outer")),
    ):
        while moved := _some(database, secret, table, name, place):
            total += moved
    return total


def _some(
    database: Database, secret: ServerSecret, table: Table, name: str, place: tuple[str, ...]
) -> int:
    columns = table.c[name], table.c.key_id, table.c.wrapped
    with database.write() as connection:
        old = select(*columns).where(table.c.key_id != secret.key_id).limit(_BATCH)
        rows = list(connection.execute(old.with_for_update()))
        for row_name, key_id, wrapped in rows:
            bound = (place[0], row_name, *place[1:])
            inner = secret.unwrap(key_id, bytes(wrapped), *bound)
            new_id, anew = secret.wrap(inner, *bound)
            mine = table.update().where(table.c[name] == row_name)
            connection.execute(mine.values(key_id=new_id, wrapped=anew))
    return len(rows)
