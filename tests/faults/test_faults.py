"""A disk, a database or a model in trouble: people get a clear answer and the crisis path, nothing is
lost, and when the cause goes it goes on by itself."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot import app_state
from bot.dialogue.agent import Brain
from bot.training import MODEL
from tests.faults.conftest import CRISIS, Site, Sites, is_clear_and_helps


def trouble_and_back(site: Site, begin: object, end: object) -> None:
    """Have trouble come and go, and look at what people see meanwhile and afterwards."""
    assert callable(begin)
    assert callable(end)
    assert site.say("the first thing", key="1").status_code == 200
    begin()
    assert is_clear_and_helps(site.say("the second thing", key="2"))
    assert is_clear_and_helps(site.say(CRISIS, key="3"), crisis=True)
    begun = site.http.post("/api/conversations", json={})
    assert is_clear_and_helps(begun)
    end()
    assert site.say("the second thing", key="2").status_code == 200
    assert site.say("the first thing", key="1").status_code == 200, "answered before"
    assert site.said() == ["the first thing", "the second thing"]
    crisis = site.say(CRISIS, key="3")
    assert crisis.json()["state"]["crisis"]["level"] == "emergency"


@pytest.mark.parametrize(("cause", "cure"), [
    ("PRAGMA max_page_count=1", "PRAGMA max_page_count=1000000"),
    ("PRAGMA query_only=ON", "PRAGMA query_only=OFF"),
], ids=["full", "read-only"])  # fmt: skip
def test_a_disk_that_takes_no_more(site: Site, cause: str, cure: str) -> None:
    def fill() -> None:
        # Free pages would still be used: a full disk has none.
        site.set_everywhere("PRAGMA auto_vacuum=0")
        with site.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("VACUUM")
        site.set_everywhere(cause)

    trouble_and_back(site, fill, lambda: site.set_everywhere(cure))


def test_a_locked_database(site: Site) -> None:
    other = sqlite3.connect(site.folder / "groundwork.db", isolation_level=None)
    site.set_everywhere("PRAGMA busy_timeout=100")
    trouble_and_back(
        site, lambda: other.execute("BEGIN IMMEDIATE"), lambda: other.execute("ROLLBACK")
    )
    other.close()


def test_an_edited_row_is_refused_and_others_go_on(site: Site) -> None:
    site.say("the first thing")
    other = Site(site.http, site.folder)
    with sqlite3.connect(site.folder / "groundwork.db") as raw:
        raw.execute(
            "UPDATE events SET sealed = zeroblob(100) WHERE rowid IN (SELECT min(rowid) FROM events)"
        )
    raw.close()
    answers = [site.say("hello"), other.say("hello")]
    assert sorted(a.status_code for a in answers) == [200, 503]
    broken = site if answers[0].status_code == 503 else other
    assert "seal" in broken.say("hello").json()["title"]
    assert is_clear_and_helps(broken.say(CRISIS), crisis=True)
    assert broken.http.get("/api/conversations", headers=broken.headers).status_code == 503
    assert broken.http.delete("/api/conversations", headers=broken.headers).status_code == 204


def test_a_corrupted_page(site_in: Sites, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with site_in(folder) as site:
        for _ in range(4):
            site.say("something to fill pages with " * 100)
        headers = site.headers
    path = folder / "groundwork.db"
    shutil.copy(path, tmp_path / "backup")
    content = bytearray(path.read_bytes())
    content[len(content) // 3 :] = b"\xff" * (len(content) - len(content) // 3)
    path.write_bytes(bytes(content))
    from fastapi.testclient import TestClient

    from bot.app import create_app
    from bot.settings import Settings

    chosen = Settings(data_dir=folder, rate_limit="off", region="GB")
    with TestClient(create_app(chosen), raise_server_exceptions=False) as http:
        body = {"text": CRISIS}
        answer = http.post("/api/conversations/messages", json=body, headers=headers)
        assert is_clear_and_helps(answer, crisis=True)
    shutil.copy(tmp_path / "backup", path)
    with site_in(folder) as again:
        again.headers = headers
        assert len(again.said()) == 4


def test_a_clock_that_jumps_loses_nothing(site: Site) -> None:
    store = site.state.engine._store
    site.say("the first thing")
    right = store._clock
    store._clock = lambda: right() + timedelta(days=400)
    site.state._sweeper._clock = store._clock
    assert site.state._sweeper.round() == 0
    assert site.say("the second thing").status_code == 401
    store._clock = right
    assert site.say("the second thing").status_code == 200
    assert site.said() == ["the first thing", "the second thing"]


@pytest.mark.parametrize("content", [None, b"", gzip.compress(b"cut" * 99_999)[:-40], b"rubbish"])
def test_a_model_that_is_missing_or_damaged(
    site_in: Sites, tmp_path: Path, content: bytes | None,
    monkeypatch: pytest.MonkeyPatch, look_often: None, brain: object,
) -> None:  # fmt: skip
    path = tmp_path / "model.tar.gz"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(app_state, "MODEL", path)
    with site_in(tmp_path / "data", load=True) as site:
        ready = site.http.get("/readyz")
        assert ready.status_code == 503
        assert "model" in ready.json()["title"]
        assert is_clear_and_helps(site.say("the first thing", key="1"))
        assert site.say(CRISIS, key="2").json()["state"]["crisis"]["level"] == "emergency"
        monkeypatch.setattr(Brain, "load", lambda _path: brain)
        shutil.copy(MODEL, path)
        deadline = time.monotonic() + 20
        while site.http.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        other = Site(site.http, site.folder)
        assert other.say("the first thing").status_code == 200
