"""Backup and restore, rehearsed: a copy made beside writers is whole, opens again, and forgets what has run
out meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from bot.errors import StoreError, UnknownConversation
from bot.settings import Settings
from bot.store.backup import backup
from bot.store.home import open_store
from bot.store.keys import ServerSecret
from bot.store.store import Store, utcnow
from tests.servers import POSTGRES_BIN

from .conftest import Clock


def test_a_copy_beside_a_writer_is_whole_and_opens(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    store = open_store(settings)
    opened, token = store.create(channel="web")
    store.commit(opened, [{"n": 0}])
    end = threading.Event()

    def write() -> None:
        other, _ = store.create(channel="web")
        while not end.is_set():
            store.commit(other, [{"text": "x" * 5_000}])

    writer = threading.Thread(target=write)
    writer.start()
    copies = [backup(settings, tmp_path / f"copy{n}") for n in range(3)]
    end.set()
    writer.join()
    store.commit(opened, [{"n": 1}])
    store.close()
    assert [path.name for path in copies[0]] == ["groundwork.db", "secret.key"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in copies[0])
    for n in range(3):
        restored = open_store(Settings(data_dir=tmp_path / f"copy{n}"))
        assert restored.events(restored.unlock(token)) == [{"n": 0}]
        restored.close()


def test_a_restored_copy_forgets_what_has_run_out(tmp_path: Path, clock: Clock) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    store = open_store(settings)
    _, token = store.create(channel="web")
    store.close()
    backup(settings, tmp_path / "copy")
    later = Store.open(
        f"sqlite:///{tmp_path}/copy/groundwork.db",
        ServerSecret.load_or_create(tmp_path / "copy" / "secret.key"),
        lambda: utcnow() + timedelta(days=2),
    )
    assert later.purge() == 1
    with pytest.raises(UnknownConversation):
        later.unlock(token)
    later.close()


def test_without_its_secret_a_copy_opens_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    open_store(settings).close()
    backup(settings, tmp_path / "copy")
    (tmp_path / "copy" / "secret.key").unlink()
    with pytest.raises(StoreError, match="another server secret"):
        open_store(Settings(data_dir=tmp_path / "copy"))


def test_a_backup_replaces_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    open_store(settings).close()
    (tmp_path / "copy").mkdir()
    with pytest.raises(StoreError, match="new folder"):
        backup(settings, tmp_path / "copy")


def test_a_database_that_is_not_there_is_no_empty_backup(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        backup(Settings(data_dir=tmp_path / "data"), tmp_path / "copy")


def test_the_command(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    open_store(settings).close()
    command = [sys.executable, "-m", "bot.cli", "backup", str(tmp_path / "copy")]
    env = {"PATH": "/usr/bin:/bin", "GROUNDWORK_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    assert "secret.key" in done.stdout
    assert (tmp_path / "copy" / "groundwork.db").stat().st_size > 0


def test_postgresql_by_its_own_tools(
    fresh_postgres: str, tmp_path: Path, secret: ServerSecret
) -> None:
    """The lines of docs/operating.md: dump, restore into an empty database, open."""
    with pytest.raises(StoreError, match="pg_dump"):
        backup(Settings(database_url=SecretStr(fresh_postgres)), tmp_path / "copy")
    store = Store.open(fresh_postgres, secret)
    opened, token = store.create(channel="web")
    store.commit(opened, [{"n": 0}])
    store.close()
    assert POSTGRES_BIN is not None
    dump, other = tmp_path / "groundwork.dump", fresh_postgres.replace("/postgres?", "/restored?")
    run = lambda name, *more: subprocess.run([str(POSTGRES_BIN / name), *more], check=True)  # noqa: E731
    run("pg_dump", "-Fc", "--no-owner", "-f", str(dump), "-d", fresh_postgres)
    engine = create_engine(fresh_postgres, future=True, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS restored"))
        connection.execute(text("CREATE DATABASE restored"))
    engine.dispose()
    run("pg_restore", "--no-owner", "--exit-on-error", "-d", other, str(dump))
    assert b'"n"' not in dump.read_bytes(), json.dumps({"n": 0})
    again = Store.open(other, secret)
    assert again.events(again.unlock(token)) == [{"n": 0}]
    again.close()
