"""A disk or database in trouble: a clear sentence, nothing half-written, and on by itself
afterwards."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text

from bot.errors import StoreError
from bot.store import schema
from bot.store.keys import ServerSecret
from bot.store.store import Outgoing, Receipt, Store

from .conftest import Opener


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


class TestMigration:
    def test_opening_twice_changes_nothing(self, opener: Opener) -> None:
        opened, token = opener().create(channel="web")
        again = opener()
        assert again.unlock(token).id == opened.id
        with again._db.read() as c:
            versions = list(c.execute(select(schema.schema_version.c.version)).scalars())
        assert versions == [schema.VERSION]

    def test_an_older_database_is_brought_forward(
        self, opener: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, token = opener().create(channel="web")
        steps = (*schema.MIGRATIONS, lambda c: c.execute(text("CREATE TABLE extra (n INTEGER)")))
        monkeypatch.setattr(schema, "MIGRATIONS", steps)
        monkeypatch.setattr(schema, "VERSION", len(steps))
        try:
            store = opener()
            assert store.unlock(token)
            with store._db.write() as c:
                assert list(c.execute(text("SELECT * FROM extra"))) == []
                assert c.execute(select(schema.schema_version.c.version)).scalar() == len(steps)
        finally:
            with store._db.write() as c:
                c.execute(text("DROP TABLE extra"))

    def test_a_newer_database_is_refused_unchanged(self, opener: Opener) -> None:
        store = opener()
        with store._db.write() as c:
            c.execute(schema.schema_version.update().values(version=schema.VERSION + 1))
        with pytest.raises(StoreError, match="newer program"):
            opener()

    def test_a_failed_step_leaves_the_old_version(
        self, opener: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opener()

        def fails(c: Any) -> None:
            c.execute(text("CREATE TABLE half (n INTEGER)"))
            c.execute(text("SELECT * FROM nowhere"))

        monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, fails))
        monkeypatch.setattr(schema, "VERSION", len(schema.MIGRATIONS))
        with pytest.raises(StoreError):
            opener()
        monkeypatch.undo()
        store = opener()
        with store._db.read() as c:
            found = c.execute(select(schema.schema_version.c.version)).scalar()
            assert found == schema.VERSION
            assert re.search("half", str(_tables(c))) is None


def _tables(connection: Any) -> list[str]:
    from sqlalchemy import inspect

    return list(inspect(connection).get_table_names())


def _open_and_read(url: str, secret: ServerSecret, token: str) -> object:
    store = Store.open(url, secret)
    return store.events(store.unlock(token))
