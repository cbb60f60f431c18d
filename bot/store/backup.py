"""A copy of a running SQLite database and its secret, whole and consistent.

A backup holds what was there when it was made: what is forgotten afterwards stays in it, sealed, until
the backup itself is deleted (docs/operating.md says how long to keep one).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.home import database_url

DATABASE, SECRET = "groundwork.db", "secret.key"


def backup(settings: Settings, into: Path) -> list[Path]:
    """Write database and secret into a new folder that only we can read; returns the files.

    To restore, make that folder the data directory and run `groundwork purge`.

    Raises:
        StoreError: the folder is there already, or the database is PostgreSQL, which has its own tools.
    """
    url = make_url(database_url(settings))
    if url.get_backend_name() != "sqlite":
        raise StoreError("PostgreSQL is backed up with pg_dump: see docs/operating.md")
    try:
        into.mkdir(mode=0o700, parents=True)
        copies = [_copy_database(Path(url.database), into / DATABASE)]
        if settings.secret_key is None:
            copies.append(Path(shutil.copy2(settings.data_dir / SECRET, into / SECRET)))
    except FileExistsError:
        raise StoreError(f"{into} is there already: a backup goes into a new folder") from None
    except OSError as error:
        raise StoreError(f"the backup could not be written: {error.strerror}") from None
    except sqlite3.Error as error:
        raise StoreError(f"the backup could not be made ({type(error).__name__})") from None
    return copies


def _copy_database(source: Path, copy: Path) -> Path:
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    # Read-only, so that a wrong path is an error and not an empty database.
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(copy)) as new,
    ):
        old.backup(new)
    return copy
