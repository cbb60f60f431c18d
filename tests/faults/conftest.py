"""The whole application in this process, so that a test can reach for its database and its model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from bot import app_state
from bot.app import create_app
from bot.app_state import AppState
from bot.dialogue.agent import Brain
from bot.settings import Settings

CRISIS = "i am going to kill myself tonight, i have the pills here"


class Site:
    """A served application and one person's conversation in it."""

    def __init__(self, http: TestClient, folder: Path) -> None:
        self.http = http
        self.folder = folder
        self.headers = {"Authorization": f"Bearer {self.begin()}"}

    @property
    def state(self) -> AppState:
        found: AppState = self.http.app.state.groundwork  # type: ignore[attr-defined]
        return found

    @property
    def engine(self) -> Any:
        """The database's own engine."""
        return self.state.engine._store._db.engine

    def begin(self) -> str:
        return str(self.http.post("/api/conversations", json={}).json()["token"])

    def say(self, text: str, key: str | None = None) -> httpx.Response:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.http.post("/api/conversations/messages", json={"text": text}, headers=headers)

    def said(self) -> list[str]:
        found = self.http.get("/api/conversations", headers=self.headers).json()
        return [m["text"] for m in found["messages"] if m["from"] == "person"]

    def set_everywhere(self, pragma: str) -> None:
        """Have every connection to the database do this from now on."""
        self.engine.dispose()
        event.listen(self.engine, "connect", lambda c, _record: c.execute(pragma))


Sites = Callable[..., Any]


@pytest.fixture
def site_in(monkeypatch: pytest.MonkeyPatch, brain: Any) -> Sites:
    """Serves a folder; the model is the tests' own, unless a test asks for the real loading."""

    @contextmanager
    def serve(folder: Path, *, load: bool = False, **settings: Any) -> Iterator[Site]:
        if not load:
            monkeypatch.setattr(Brain, "load", lambda _path: brain)
        chosen = Settings(data_dir=folder, rate_limit="off", region="GB", **settings)
        with TestClient(create_app(chosen, wait=True), raise_server_exceptions=False) as http:
            yield Site(http, folder)

    return serve


@pytest.fixture
def site(site_in: Sites, tmp_path: Path) -> Iterator[Site]:
    with site_in(tmp_path / "data") as found:
        yield found


@pytest.fixture
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_state, "LOOK_EVERY", 0.05)


def is_clear_and_helps(response: httpx.Response, *, crisis: bool = False) -> bool:
    """Whether a 503 says what happened and where help is; to a person in danger, that above all."""
    assert response.status_code == 503, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"]
    body = response.json()
    assert "kept" in body["title"] or "damaged" in body["title"] or "seal" in body["title"]
    said = " ".join(reply["text"] for reply in body["replies"])
    assert "999" in said or "116 123" in said
    assert not any(reply["buttons"] for reply in body["replies"]), "nothing is kept of an offer"
    return not crisis or "999" in said
