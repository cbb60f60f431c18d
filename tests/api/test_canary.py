"""A word that only one person wrote is in no file of the data directory, no log and no figure: sealed while
the talk is kept, and afterwards not even that."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.conftest import Client, Server

pytestmark = pytest.mark.xdist_group("server")
CANARY = "kanarienvogel7261"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("canary"))
    yield running
    running.stop()


def say_it_everywhere(client: Client) -> None:
    """Write the canary through every door there is."""
    http = client.http
    client.say(f"I want to talk before we get close tonight {CANARY}", key=CANARY)
    client.say("Yes")
    client.say(f"a long hug {CANARY}")
    client.say(f"what helps when I freeze {CANARY}?")
    client.say(f"i want to kill myself tonight {CANARY}")
    client.send(text=CANARY * 400)
    client.send(payload=f"/{CANARY}")
    client.send(text="another", key=CANARY)
    http.post("/api/conversations/messages", json={CANARY: CANARY})
    http.post("/api/conversations/messages", content=f'{{"text": "{CANARY}')
    http.post("/api/conversations/return", json={"phrase": CANARY})
    http.post("/api/passages", json={"q": CANARY})
    http.get("/api/passages", params={"q": CANARY})
    http.get(f"/api/documents/{CANARY}")
    http.get(f"/{CANARY}")
    http.post("/api/practice/apology", json={"text": f"I'm sorry I {CANARY}"})
    http.get("/api/conversations", headers={"Authorization": f"Bearer {CANARY}"})
    http.get("/api/conversations/export")


def files(server: Server) -> list[Path]:
    return [p for p in Path(server.log.name).parent.rglob("*") if p.is_file()]


def found(server: Server, needles: list[bytes]) -> list[str]:
    return [p.name for p in files(server) if any(n in p.read_bytes() for n in needles)]


def sealed(server: Server) -> list[bytes]:
    """What the database holds for the talk, sealed, in pieces that can't occur by chance."""
    path = next(p for p in files(server) if p.name == "groundwork.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT sealed FROM events UNION ALL SELECT sealed FROM receipts")
        pieces = [bytes(row[0])[12:44] for row in rows]
    connection.close()
    return pieces


def test_before_and_after(watched: Server) -> None:
    client = Client(watched, region="GB")
    say_it_everywhere(client)
    names = {p.name for p in files(watched)}
    assert {"groundwork.db", "groundwork.db-wal", "secret.key", "server.log"} <= names
    token = client.begun["token"].encode()
    needles = [CANARY.encode(), token, CANARY.encode("utf-16-le"), b"a long hug"]
    assert found(watched, needles) == []
    figures = httpx.get(f"{watched.url}/metrics", timeout=30).content
    assert not any(needle in figures for needle in needles)
    pieces = sealed(watched)
    assert len(pieces) > 5
    assert found(watched, pieces), "the search does find what is there"
    assert client.http.delete("/api/conversations").status_code == 204
    assert found(watched, [*needles, *pieces]) == []


def test_the_log_does_say_something(watched: Server) -> None:
    log = Path(watched.log.name).read_text()
    assert "logger=uvicorn.error" in log
    assert "level=info" in log


def test_a_crash_leaves_no_dump(watched: Server) -> None:
    limits = Path(f"/proc/{watched.pid}/limits").read_text().splitlines()
    core = next(line for line in limits if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
    assert os.getpid() != watched.pid
