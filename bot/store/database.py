"""The database: SQLite in one file, or PostgreSQL. A write that has returned is on disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, exc
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import QueuePool

from bot.errors import StoreError
from bot.store.trouble import plain_errors

POOL = 8
"""Connections kept open; as many again may be opened for a moment."""

_SCRUB_MS = 1000

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a commit survives a power cut, not only a crash of ours
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten with zeros
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)


class Database:
    """Transactions on one engine, safe to use from many threads.

    Args:
        url: `sqlite:///file` or `postgresql://…`; SQLite without a file is refused: it keeps nothing.
        busy_seconds: how long to wait for another process that writes.
    """

    def __init__(self, url: str, *, busy_seconds: float = 10.0) -> None:
        self._busy = busy_seconds
        self._turn = threading.Lock()
        self._prepare: Callable[[Connection], None] | None = None
        self._preparing = threading.Lock()
        self._file: Path | None = None
        with plain_errors():
            self.engine = self._connect_to(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"

    def _connect_to(self, url: str) -> Engine:
        try:
            parsed = make_url(url)
        except exc.ArgumentError:
            raise StoreError("the database address cannot be understood") from None
        kind = parsed.get_backend_name()
        if kind == "sqlite":
            return self._sqlite(parsed)
        if kind == "postgresql":
            return _postgres(parsed)
        raise StoreError(f"{kind} is no database we know: sqlite:///file or postgresql://…")

    def _sqlite(self, url: Any) -> Engine:
        if not url.database or url.database == ":memory:":
            raise StoreError("sqlite:// needs a file: memory alone keeps nothing")
        self._file = Path(url.database)
        engine = create_engine(
            url,
            future=True,
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=POOL,
            max_overflow=POOL,
            connect_args={"timeout": self._busy, "check_same_thread": False},
        )
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def before_first_use(self, prepare: Callable[[Connection], None]) -> None:
        """Have `prepare` done once, in a transaction of its own, before anything else is."""
        self._prepare = prepare

    def _make_ready(self) -> None:
        if self._prepare is None:
            return
        with self._preparing:
            if self._prepare is None:
                return
            if self._file is not None:
                _prepare_file(self._file)
            with self._transaction() as connection:
                self._prepare(connection)
            self._prepare = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view for several reads."""
        self._make_ready()
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with plain_errors(), self.engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, on disk when the block has ended, undone as a whole when it fails."""
        self._make_ready()
        with self._transaction() as connection:
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._one_writer(), plain_errors(), self.engine.connect() as connection:
            connection.execution_options(groundwork_writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        # SQLite lets one write at a time: threads wait here in turn instead of polling its lock.
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=self._busy):
            raise StoreError("the database is too busy: nothing was stored; try again")
        try:
            yield
        finally:
            self._turn.release()

    def scrub(self) -> bool:
        """Remove what deleted rows left behind; False where a reader was in the way: call again.

        In SQLite the write-ahead log is written back and cut to nothing; in PostgreSQL dead rows are
        vacuumed.
        """
        self._make_ready()
        with self._one_writer(), plain_errors():
            raw = self.engine.raw_connection()
            try:
                return _truncate_log(raw) if self.is_sqlite else _vacuum(raw)
            finally:
                raw.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _prepare_file(path: Path) -> None:
    """Make the file ours alone before SQLite does; its log files take over the mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"the database {path} cannot be opened: {error.strerror}") from None


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a read lock that has to grow can fail half-way.
    writes = connection.get_execution_options().get("groundwork_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres(url: Any) -> Engine:
    engine = create_engine(
        url,
        future=True,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=POOL,
        max_overflow=POOL,
    )
    event.listen(engine, "connect", _set_up_postgres)
    return engine


def _set_up_postgres(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        if cursor.fetchone()[0] in {"off", "local"}:
            cursor.execute("SET synchronous_commit TO on")
    connection.commit()


def _truncate_log(raw: Any) -> bool:
    cursor = raw.cursor()
    before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
    cursor.execute(f"PRAGMA busy_timeout={_SCRUB_MS}")  # writers wait meanwhile: not for long
    try:
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        cursor.execute(f"PRAGMA busy_timeout={before}")
    return not busy


def _vacuum(raw: Any) -> bool:
    raw.dbapi_connection.autocommit = True
    try:
        with raw.cursor() as cursor:
            cursor.execute("VACUUM (SKIP_LOCKED) conversations, events, receipts, phrases, outbox")
    finally:
        raw.dbapi_connection.autocommit = False
    return True
