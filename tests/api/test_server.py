"""The real server over HTTP: three conversations, files, limits, problems, kills."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from bot.debug import known_names
from bot.dialogue.catalog import load_catalog
from tests.api.conftest import Client, Server

pytestmark = pytest.mark.xdist_group("server")
OPENINGS = {
    "pre_brief": "I want to talk before we get close tonight",
    "debrief": "can we look back at how last night went",
    "repair": "I crossed a line and want to make amends properly",
}


@pytest.mark.parametrize("name", OPENINGS)
def test_a_whole_conversation_and_its_files(client: Client, name: str) -> None:
    state = client.say(OPENINGS[name])["state"]
    assert state["conversation"] == name
    while state["conversation"] == name:
        step = load_catalog()[name].step(state["step"])
        answer = {
            "yes_no": "No" if name != "pre_brief" else "Yes",
            "choice": (step.choices or ("",))[0],
        }.get(step.kind, step.example)
        turn = client.say(answer)
        state = turn["state"]
    card = next(r["card"] for r in turn["replies"] if r["card"] and r["card"]["kind"] == "artifact")
    assert card["conversation"] == name
    assert any(section["answer"] for section in card["sections"])
    for download in card["downloads"]:
        file = client.http.get(download["url"])
        assert file.status_code == 200
        assert file.content
        if download["format"] == "pdf":
            assert file.content.startswith(b"%PDF")
        if download["format"] == "ics":
            assert b"BEGIN:VEVENT" in file.content
            assert not any(
                (s["answer"] or "~").encode() in file.content
                for s in card["sections"]
                if s["answer"] and len(s["answer"]) > 6
            )


def test_begin_answers_201_with_a_greeting(client: Client) -> None:
    assert set(client.begun) == {"token", "expires_at", "replies", "state"}
    assert "program" in client.begun["replies"][0]["text"]


def test_a_wrong_token_is_401_and_says_no_more(server: Server) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}):
        response = httpx.get(f"{server.url}/api/conversations", headers=headers)
        assert response.status_code == 401
        assert response.headers["content-type"] == "application/problem+json"


def test_erased_is_erased(client: Client) -> None:
    client.say("hello")
    assert client.http.delete("/api/conversations").status_code == 204
    assert client.http.get("/api/conversations").status_code == 401


def test_the_transcript_leaves_out_crisis_turns(client: Client) -> None:
    client.say("hello")
    client.say("i want to kill myself tonight")
    shown = client.http.get("/api/conversations").json()
    assert [m["text"] for m in shown["messages"] if m["from"] == "person"] == ["hello"]
    assert shown["state"]["crisis"]["level"] == "emergency"


@pytest.mark.parametrize(
    "body", [{}, {"text": "a", "payload": "b"}, {"text": 3}, {"txet": "a"}, []]
)
def test_a_body_that_cannot_be_read_is_422_and_quotes_nothing(client: Client, body: object) -> None:
    response = client.http.post("/api/conversations/messages", json=body)
    assert response.status_code == 422
    assert response.json()["status"] == 422


def test_a_payload_not_offered_is_422(client: Client) -> None:
    assert client.send(payload="/forget_me").status_code == 422


def test_too_long_is_413_and_a_crisis_in_it_is_answered(client: Client) -> None:
    assert client.send(text="x" * 4001).status_code == 413
    response = client.send(text="well " * 1000 + "i am going to kill myself tonight")
    assert response.status_code == 413
    assert "999" in str(response.json()["replies"])
    assert client.send(text="x" * 400_000).status_code == 413


def test_an_idempotency_key_is_answered_once(client: Client) -> None:
    first = client.say(OPENINGS["pre_brief"], key="one")
    assert client.say(OPENINGS["pre_brief"], key="one") == first
    assert client.send(text="another", key="one").status_code == 422


def test_two_people_at_once_do_not_meet(server: Server) -> None:
    def hold(number: int) -> list[str]:
        one = Client(server, region="GB")
        one.say(OPENINGS["pre_brief"])
        one.say("Yes")
        one.say(f"a hug number {number} on the sofa")
        return [m["text"] for m in one.http.get("/api/conversations").json()["messages"]]

    with ThreadPoolExecutor(6) as pool:
        for number, texts in enumerate(pool.map(hold, range(6))):
            own = [text for text in texts if "a hug number" in text]
            assert own == [f"a hug number {number} on the sofa"]


def test_a_kill_loses_no_acknowledged_answer(tmp_path: Path) -> None:
    running = Server(tmp_path)
    try:
        one = Client(running, region="GB")
        one.say(OPENINGS["pre_brief"])
        one.say("Yes")
        state = one.say("a long hug on the sofa")["state"]
        running.kill()
        running.start()
        assert one.http.get("/api/conversations").json()["state"] == state
        assert "a long hug on the sofa" in one.say("read it back")["replies"][0]["text"]
    finally:
        running.stop()
    assert b"a long hug on the sofa" not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_passages_hotlines_documents_and_practice(server: Server) -> None:
    http = httpx.Client(base_url=server.url, timeout=60)
    found = http.post("/api/passages", json={"q": "what helps when I freeze?"}).json()
    assert found["answered"]
    first = found["passages"][0]
    document = http.get(f"/api/documents/{first['document']}").json()
    assert document["text"][first["start"] : first["end"]] == first["text"]
    assert not http.get("/api/passages", params={"q": "how do I bake a cake"}).json()["answered"]
    assert http.get("/api/hotlines", params={"region": "GB"}).json()["emergency"]["number"]
    assert http.get("/api/hotlines", params={"region": "XX"}).status_code == 404
    feedback = http.post("/api/practice/i-statement", json={"text": "You always ignore me."}).json()
    assert feedback["verdict"] == "needs_work"


def test_health_pages_and_headers(server: Server) -> None:
    http = httpx.Client(base_url=server.url, timeout=60)
    for path in ("/", "/chat", "/widget.js", "/healthz", "/readyz", "/metrics", "/openapi.json"):
        response = http.get(path)
        assert response.status_code == 200, path
        assert response.headers["cache-control"] == "no-store"
    assert "{{CONFIG}}" not in http.get("/chat").text
    assert http.get("/nothing").json()["status"] == 404


def test_debug_parse_names_only_what_the_interface_knows(server: Server) -> None:
    texts = [
        "hello",
        "go back",
        "how do we agree on a stop word?",
        "is it normal to freeze?",
        "",
        "🤷",
        "x" * 5000,
    ]
    parsed = httpx.post(f"{server.url}/api/debug/parse", json={"texts": texts}, timeout=60).json()
    assert [p["intent"] for p in parsed[:2]] == ["greet", "back"]
    assert {p["intent"] for p in parsed} <= set(known_names())
