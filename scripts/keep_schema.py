"""Keep what this release's database looks like, with a talk in it, for the tests of later migrations.

Run once at each release: `python -m scripts.keep_schema`. It writes `tests/store/released/VERSION/`:
the whole database as SQL for SQLite and for PostgreSQL, and in `held.json` what opens it (a secret
made for this purpose alone).
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bot.settings import ROOT
from bot.store.keys import ServerSecret
from bot.store.store import Outgoing, Receipt, Store
from bot.version import VERSION
from tests.servers import POSTGRES_BIN, postgres_server

FOLDER = ROOT / "tests" / "store" / "released"


def fill(url: str, secret: ServerSecret) -> dict[str, Any]:
    """Put one of everything into a database and return what opens it."""
    store = Store.open(url, secret)
    opened, token = store.create(channel="web")
    store.keep(opened)
    store.commit(opened, [{"n": 1}, {"n": 2}], receipt=Receipt("key", "request", {"n": 3}))
    chat = store.open_chat("telegram", "42")
    store.commit(chat, [{"n": 4}], outbox=[Outgoing({"n": 5}, outlives=True)])
    held = {"token": token, "chat": "42", "phrase": store.make_phrase(opened, {"n": 6})}
    store.close()
    return held | {"begun": opened.created_at.isoformat()}


def sqlite_dump(url: str) -> str:
    """Return a SQLite database as SQL."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def postgres_dump(url: str) -> str:
    """Return a PostgreSQL database as SQL without psql's own commands."""
    assert POSTGRES_BIN is not None
    command = [str(POSTGRES_BIN / "pg_dump"), "--inserts", "--no-owner", "-d", url]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    wanted = (
        line for line in found.splitlines() if line and not line.startswith(("--", "\\", "SET "))
    )
    return "\n".join(line for line in wanted if "set_config" not in line) + "\n"


def main() -> None:
    """Write the files of this version."""
    folder = FOLDER / VERSION
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place, postgres_server() as server:
        key = Path(place) / "secret.key"
        secret = ServerSecret.load_or_create(key)
        held: dict[str, Any] = {"secret": key.read_text().strip()}
        for name, url, dump in (
            ("sqlite", f"sqlite:///{place}/x.db", sqlite_dump),
            ("postgresql", server, postgres_dump),
        ):
            held[name] = fill(url, secret)
            (folder / f"{name}.sql").write_text(dump(url))
    (folder / "held.json").write_text(json.dumps(held, indent=1) + "\n")


if __name__ == "__main__":
    main()
