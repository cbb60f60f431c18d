"""A database of every released version is brought forward with all that it holds, or left as it is."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from bot.errors import StoreError
from bot.store import migrate, schema
from bot.store.keys import ServerSecret
from bot.store.store import Store

from .conftest import Opener

RELEASED = sorted((Path(__file__).parent / "released").iterdir())


def restore(url: str, folder: Path, kind: str) -> dict[str, Any]:
    """Put a released version's database in place of an empty one; returns what opens it."""
    script = (folder / f"{kind}.sql").read_text()
    if kind == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True)
        with sqlite3.connect(path) as connection:
            connection.executescript(script)
        connection.close()
    else:
        engine = create_engine(url, future=True)
        with engine.begin() as postgres:
            postgres.exec_driver_sql(script)
        engine.dispose()
    held = json.loads((folder / "held.json").read_text())
    found: dict[str, Any] = {**held[kind], "secret": held["secret"]}
    return found


@pytest.mark.parametrize("folder", RELEASED, ids=lambda folder: folder.name)
def test_a_released_database_is_brought_forward(url: str, folder: Path, tmp_path: Path) -> None:
    held = restore(url, folder, "sqlite" if url.startswith("sqlite") else "postgresql")
    key = tmp_path / "released.key"
    key.write_text(held["secret"] + "\n")
    now = datetime.fromisoformat(held["begun"]) + timedelta(hours=1)
    for _ in range(2):  # the second time there is nothing left to do
        store = Store.open(url, ServerSecret.load_or_create(key), lambda: now)
        opened = store.unlock(held["token"])
        assert store.events(opened) == [{"n": 1}, {"n": 2}]
        assert store.receipt(opened, "key") == {"request": "request", "response": {"n": 3}}
        assert store.events(store.open_chat("telegram", held["chat"])) == [{"n": 4}]
        assert [item.payload for item in store.due()] == [{"n": 5}]
        assert store.redeem_phrase(held["phrase"]) == {"n": 6}
        assert as_the_program_expects(store)
        store.close()


def as_the_program_expects(store: Store) -> bool:
    """Whether the tables are those of `schema.py`, by Alembic's own comparison."""
    from alembic.autogenerate import compare_metadata

    with store._db.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        # Alembic keeps its own table out of the comparison, and so do we.
        found = [d for d in compare_metadata(context, schema.metadata) if "alembic" not in str(d)]
    assert found == []
    return True


def test_a_new_database_is_as_the_program_expects(opener: Opener) -> None:
    assert as_the_program_expects(opener())


def test_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [migrate.HEAD]


def test_opening_twice_changes_nothing(opener: Opener) -> None:
    opened, token = opener().create(channel="web")
    again = opener()
    assert again.unlock(token).id == opened.id
    with again._db.read() as connection:
        assert migrate.version(connection) == migrate.HEAD


def test_a_newer_database_is_refused_unchanged(opener: Opener) -> None:
    store = opener()
    with store._db.write() as connection:
        connection.execute(schema.alembic_version.update().values(version_num="9999"))
    with pytest.raises(StoreError, match="newer program"):
        opener()


NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "next", "{before}"
def upgrade():
    op.create_table("half", sa.Column("n", sa.Integer))
    {more}
"""


@pytest.fixture
def with_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the program one script newer than it is."""
    import shutil

    def make(more: str = "") -> None:
        scripts = tmp_path / "scripts"
        shutil.copytree(migrate.SCRIPTS, scripts, dirs_exist_ok=True)
        (scripts / "versions" / "next.py").write_text(NEXT.format(before=migrate.HEAD, more=more))
        monkeypatch.setattr(migrate, "SCRIPTS", scripts)
        monkeypatch.setattr(migrate, "HEAD", "next")

    return make


def test_a_new_script_runs_while_a_server_of_before_goes_on(opener: Opener, with_next: Any) -> None:
    running = opener()
    opened, token = running.create(channel="web")
    with_next()
    newer = opener()
    try:
        running.commit(opened, [{"n": 1}])
        assert newer.events(newer.unlock(token)) == [{"n": 1}]
        with newer._db.read() as connection:
            assert migrate.version(connection) == "next"
            assert inspect(connection).has_table("half")
    finally:
        with newer._db.write() as connection:
            connection.execute(text("DROP TABLE half"))


def test_a_failed_script_leaves_the_old_version(
    opener: Opener, with_next: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = opener().create(channel="web")
    with_next('op.execute("SELECT * FROM nowhere")')
    with pytest.raises(StoreError):
        opener()
    monkeypatch.undo()
    store = opener()
    assert store.unlock(token)
    with store._db.read() as connection:
        assert migrate.version(connection) == migrate.HEAD
        assert not inspect(connection).has_table("half")
