"""A person who does anything in any order: whatever they do, the interface keeps its word."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.app import create_app
from bot.app_state import AppState
from bot.dialogue.agent import Brain
from bot.dialogue.catalog import CONVERSATIONS
from bot.settings import Settings
from tests.faults.conftest import CRISIS

WORDS = (
    "hello", "stop", "pause", "resume", "back", "skip", "repeat", "yes", "no", "why", "that's everything",
    "I want to talk before we get close tonight", "I crossed a line and want to make amends properly",
    "help me calm down", "a long hug on the sofa", "no hands on my neck", "pineapple", "read it back",
    "what helps when I freeze?", "how do I bake a cake?", "hotline", "I'm safe now", "forget me",
    "keep this", "/restart", "", " ", "🤷", "x" * 4_001,
)  # fmt: skip
SOLO_IN_CRISIS = {None, "safety_plan", "grounding", "find_support"}
FEW, MANY = 6, 250


class Person(RuleBasedStateMachine):
    """One person with one conversation."""

    http: TestClient

    def __init__(self) -> None:
        super().__init__()
        begun = self.http.post("/api/conversations", json={"region": "GB"}).json()
        self.headers = {"Authorization": f"Bearer {begun['token']}"}
        self.state: dict[str, Any] = begun["state"]
        self.offered = self._buttons(begun)
        self.answers: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self.secrets: list[str] = []
        self.gone = False

    def teardown(self) -> None:
        self.http.request("DELETE", "/api/conversations", headers=self.headers)

    def _send(self, body: dict[str, Any], key: str | None = None) -> Any:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        response = self.http.post("/api/conversations/messages", json=body, headers=headers)
        if self.gone:
            assert response.status_code == 401
        elif response.status_code == 200:
            found = response.json()
            self.state = found["state"]
            self.offered += self._buttons(found)
            assert found["replies"], "never silence"
            assert all(reply["text"] for reply in found["replies"])
        return response

    @staticmethod
    def _buttons(found: dict[str, Any]) -> list[str]:
        return [b["payload"] for reply in found["replies"] for b in reply["buttons"]]

    @rule(text=st.sampled_from(WORDS) | st.text(max_size=60))
    def say(self, text: str) -> None:
        response = self._send({"text": text})
        assert response.status_code in ({413} if len(text) > 4_000 else {200, 401})

    @rule(key=st.integers(0, 3), text=st.sampled_from(WORDS[:-1]))
    def say_with_a_key(self, key: int, text: str) -> None:
        before = self.state
        response = self._send({"text": text}, str(key))
        if self.gone or text == "forget me" or response.status_code != 200:
            assert response.status_code in {200, 401, 422}
            if response.status_code == 200:
                self.answers.clear()
        elif str(key) in self.answers:
            body, answer = self.answers[str(key)]
            assert body == {"text": text}
            assert response.json() == answer
            self.state = before  # told again how it was then; nothing has changed
        else:
            self.answers[str(key)] = ({"text": text}, response.json())

    @precondition(lambda self: self.offered)
    @rule(data=st.data())
    def press(self, data: st.DataObject) -> None:
        payload = data.draw(st.sampled_from(self.offered))
        response = self._send({"payload": payload})
        # After "forget me" what was offered before is forgotten as well.
        assert response.status_code in {200, 401, 422}

    @rule()
    def press_what_was_not_offered(self) -> None:
        assert self._send({"payload": "/forget_me_not"}).status_code in {422, 401}

    @rule(number=st.integers(0, 10**6))
    def be_in_danger(self, number: int) -> None:
        text = f"{CRISIS} {number}"
        response = self._send({"text": text})
        if not self.gone:
            self.secrets.append(str(number) if number > 99_999 else text)
            assert response.status_code == 200
            assert self.state["crisis"]["level"] in {"crisis", "emergency"}
            assert "999" in response.text

    @rule()
    def erase(self) -> None:
        response = self.http.request("DELETE", "/api/conversations", headers=self.headers)
        assert response.status_code == (401 if self.gone else 204)
        self.gone = True

    @invariant()
    def the_state_is_sound(self) -> None:
        state = self.state
        assert state["conversation"] is None or state["step"] is not None
        assert state["conversation"] in {None, *CONVERSATIONS}
        assert 0 <= state["done"] <= state["of"]
        assert len(set(state["paused"])) == len(state["paused"])
        if state["crisis"] and state["crisis"]["level"] in {"crisis", "emergency"}:
            assert state["conversation"] in SOLO_IN_CRISIS

    @invariant()
    def the_transcript_keeps_no_crisis(self) -> None:
        response = self.http.get("/api/conversations", headers=self.headers)
        assert response.status_code == (401 if self.gone else 200)
        assert not any(secret in response.text for secret in self.secrets)
        if not self.gone:
            assert response.json()["state"] in (self.state, {**self.state, "crisis": None})


@pytest.mark.parametrize(
    "examples", [FEW, pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(7200)])]
)
def test_whatever_a_person_does(brain: Any, monkeypatch: pytest.MonkeyPatch, examples: int) -> None:
    monkeypatch.setattr(Brain, "load", lambda _path: brain)
    with tempfile.TemporaryDirectory() as folder:
        chosen = Settings(data_dir=Path(folder), rate_limit="off")
        with TestClient(create_app(chosen, wait=True), raise_server_exceptions=False) as http:
            state: AppState = http.app.state.groundwork  # type: ignore[attr-defined]
            assert state.brain is not None
            Person.http = http
            run_state_machine_as_test(  # type: ignore[no-untyped-call]
                Person,
                settings=settings(
                    max_examples=examples, stateful_step_count=15, deadline=None,
                    suppress_health_check=list(HealthCheck), database=None, derandomize=True,
                ),
            )  # fmt: skip
