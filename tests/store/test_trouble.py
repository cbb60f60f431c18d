"""A disk or database in trouble: a clear sentence, nothing half-written, and on by itself
afterwards."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.errors import StoreError
from bot.store.keys import ServerSecret
from bot.store.store import Outgoing, Receipt, Store


@pytest.fixture
def store(sqlite_url: str, secret: ServerSecret) -> Store:
    return Store.open(sqlite_url, secret, busy_seconds=0.2)


def commit_all(store: Store, opened: Any, size: int = 200_000) -> None:
    receipt = Receipt("k", "f", {"text": "y" * size})
    store.commit(opened, [{"text": "x" * size}], receipt=receipt, outbox=[Outgoing({"a": 1})])


def set_everywhere(store: Store, pragma: str) -> None:
    store._db.engine.dispose()
    event.listen(store._db.engine, "connect", lambda c, _record: c.execute(pragma))


@pytest.mark.parametrize(("pragma", "undo", "said"), [
    ("PRAGMA max_page_count=30", "PRAGMA max_page_count=1000000", "disk is full"),
    ("PRAGMA query_only=ON", "PRAGMA query_only=OFF", "read-only"),
])  # fmt: skip
def test_a_full_or_read_only_disk(store: Store, pragma: str, undo: str, said: str) -> None:
    opened, token = store.create(channel="web")
    store.commit(opened, [{"n": 1}])
    set_everywhere(store, pragma)
    with pytest.raises(StoreError, match=said) as error:
        commit_all(store, opened)
    assert "xxx" not in str(error.value)
    assert store.events(store.unlock(token)) == [{"n": 1}]
    assert store.receipt(opened, "k") is None
    set_everywhere(store, undo)
    commit_all(store, opened)
    assert len(store.events(store.unlock(token))) == 2
    assert len(store.due()) == 1


def test_a_locked_database(store: Store, sqlite_url: str) -> None:
    opened, token = store.create(channel="web")
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        store.commit(opened, [{"n": 1}])
    assert store.events(store.unlock(token)) == [], "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    store.commit(opened, [{"n": 1}])
    assert store.events(store.unlock(token)) == [{"n": 1}]


def test_a_corrupted_page_is_refused(store: Store, sqlite_url: str, secret: ServerSecret) -> None:
    opened, token = store.create(channel="web")
    for _ in range(20):
        store.commit(opened, [{"text": "x" * 3000}])
    store.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    path.write_bytes(bytes(content))
    with pytest.raises(StoreError, match=r"damaged|seal|missing"):
        _open_and_read(sqlite_url, secret, token)


def test_a_file_that_is_no_database(tmp_path: Path, secret: ServerSecret) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, not a database " * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{path}", secret)
    assert path.read_text().startswith("these are my notes")


@pytest.mark.parametrize(("url", "said"), [
    ("sqlite://", "needs a file"), ("sqlite:///:memory:", "needs a file"),
    ("mysql://x/y", "mysql"), ("nonsense", "understood"), ("sqlite:////proc/1/x/db", "opened"),
    ("postgresql://nobody:pw@127.0.0.1:9/none", "cannot be reached"),
])  # fmt: skip
def test_an_address_that_does_not_work(url: str, said: str, secret: ServerSecret) -> None:
    with pytest.raises(StoreError, match=said) as error:
        Store.open(url, secret)
    assert "pw" not in str(error.value)


def test_the_disk_is_really_asked(store: Store) -> None:
    with store._db.read() as c:
        found = {p: c.execute(text(f"PRAGMA {p}")).scalar() for p in (
            "journal_mode", "synchronous", "secure_delete", "foreign_keys",
        )}  # fmt: skip
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


def _open_and_read(url: str, secret: ServerSecret, token: str) -> object:
    store = Store.open(url, secret)
    return store.events(store.unlock(token))
