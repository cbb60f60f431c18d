"""Bringing a database to this program's version, with Alembic, in one transaction.

A released script is never changed; a change of the tables is a new script. Scripts only add (a new
table, a column with a default), so that a server of the version before goes on during a rolling
restart; what nothing uses any more goes one release later.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, select, text
from sqlalchemy.engine import Connection

from bot.errors import StoreError
from bot.store.schema import alembic_version

HEAD = "0001"
"""The newest script in `migrations/versions`; a database that has it needs no Alembic at the start."""
SCRIPTS = Path(__file__).with_name("migrations")
_BEFORE_ALEMBIC = "schema_version"
_LOCK = 0x67726F756E64
"""Name of the lock under which one of several starting processes migrates."""


def migrate(connection: Connection) -> None:
    """Bring the database to `HEAD` inside the caller's transaction.

    Raises:
        StoreError: a newer program made this database.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = version(connection)
    if found == HEAD:
        return
    if found is None and inspect(connection).has_table(_BEFORE_ALEMBIC):
        _adopt(connection)
    _upgrade(connection, found)


def version(connection: Connection) -> str | None:
    """Return the script a database has come to, None for one without tables of ours."""
    if not inspect(connection).has_table(alembic_version.name):
        return None
    found = connection.execute(select(alembic_version.c.version_num)).scalar()
    return str(found) if found is not None else None


def _upgrade(connection: Connection, found: str | None) -> None:
    # Alembic takes a moment to import and is needed at the first start only.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(f"the database has version {found}, made by a newer program than this one")
    command.upgrade(config, "head")


def _adopt(connection: Connection) -> None:
    """Take over a database whose version was counted before there were scripts: it is the first."""
    alembic_version.create(connection)
    connection.execute(alembic_version.insert().values(version_num="0001"))
    connection.execute(text(f"DROP TABLE {_BEFORE_ALEMBIC}"))
