"""What went wrong in a database, as one plain sentence, never with a value of a row in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from bot.errors import StoreError

_SQLITE = (
    (
        "SQLITE_FULL",
        "the disk is full: nothing was stored; free some space",
    ),
    ("SQLITE_BUSY", "the database is locked by another process: nothing was stored; try again"),
    ("SQLITE_LOCKED", "the database is locked by another process: nothing was stored; try again"),
    (
        "SQLITE_READONLY",
        "the database is read-only: nothing was stored; check its rights",
    ),
    ("SQLITE_PERM", "the database may not be opened: check the rights of its file and folder"),
    ("SQLITE_CANTOPEN", "the database cannot be opened: check that its folder exists and is ours"),
    ("SQLITE_CORRUPT", "the database is damaged: stop, and put it back from a backup"),
    ("SQLITE_NOTADB", "the database file is not a database: check the setting or restore a backup"),
    ("SQLITE_IOERR", "the disk of the database gave an error: nothing was stored; check the disk"),
)
"""SQLite result codes (https://www.sqlite.org/rescode.html), matched by their beginning."""

_POSTGRES = (
    ("53100", "the disk of the database is full: nothing was stored; free some space"),
    ("533", "the database has too many connections: nothing was stored; try again"),
    ("25006", "the database is read-only: nothing was stored; check which server this is"),
    ("55P03", "the database is locked: nothing was stored; try again"),
    ("57", "the database is being shut down: nothing was stored; it goes on when it is back"),
    ("28", "the database refuses our name or password: check GROUNDWORK_DATABASE_URL"),
    ("3D000", "that database does not exist: check GROUNDWORK_DATABASE_URL"),
    ("XX00", "the database is damaged: stop, and put it back from a backup"),
)
"""PostgreSQL SQLSTATE codes (appendix A of its manual), matched by their beginning."""

_UNREACHABLE = "the database cannot be reached: nothing was stored; it goes on when it is back"
_OTHER = "the database refused: nothing was stored"
_CONFLICT = "another writer came first: nothing was stored; read it again"


class ConflictError(StoreError):
    """Another writer changed the conversation since it was read; read it again and start over."""


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn every database error inside into a StoreError with a clear sentence."""
    try:
        yield
    except exc.IntegrityError:
        raise ConflictError(_CONFLICT) from None
    except exc.DBAPIError as error:
        # SQLSTATE class 40: a serialisation failure or a deadlock, rolled back as a whole.
        if str(getattr(error.orig, "pgcode", "")).startswith("40"):
            raise ConflictError(_CONFLICT) from None
        raise StoreError(_sentence(error.orig)) from None
    except sqlite3.Error as error:
        raise StoreError(_sentence(error)) from None
    except exc.TimeoutError:
        raise StoreError("the database is too busy: nothing was stored; try again") from None


def _sentence(error: BaseException | None) -> str:
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "")
        return _first(_SQLITE, name) or f"{_OTHER} ({name or type(error).__name__})"
    code = getattr(error, "pgcode", None)
    if code:
        return _first(_POSTGRES, code) or f"{_OTHER} ({code})"
    unreachable = type(error).__name__ in {"OperationalError", "InterfaceError"}
    return _UNREACHABLE if unreachable else f"{_OTHER} ({type(error).__name__})"


def _first(table: tuple[tuple[str, str], ...], code: str) -> str | None:
    return next((text for start, text in table if code.startswith(start)), None)
