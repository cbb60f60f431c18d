"""Bodies, texts and clients that mean harm, or are merely strange: no 5xx, and people are still answered."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.api.conftest import Client, Server

pytestmark = pytest.mark.xdist_group("server")
URL = "/api/conversations/messages"
BIDI = "\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
ZERO = "\u200b\u200c\u200d\u2060\ufeff"


@pytest.mark.parametrize(("body", "status"), [
    (b"[" * 10_000 + b"]" * 10_000, 422),
    (b'{"text":' * 10_000 + b'"x"' + b"}" * 10_000, 422),
    (b'{"text": "\xff\xfe\x80"}', 422),
    (b'{"text": "\xed\xa0\x80"}', 200),
    (b"\x00" * 1_000, 422),
    (b"", 422),
    (b"null", 422),
    (b'{"text": NaN}', 422),
    (b'{"text": ' + b"9" * 5_000 + b"}", 422),
    (b'{"text": "a", "text": "b"}', 200),
    (b"x" * 20_000_000, 413),
    (json.dumps({"text": "x" * 20_000_000}).encode(), 413),
    (json.dumps({"text": "x" * 65_537}).encode(), 413),
    (json.dumps({"payload": "x" * 5_000}).encode(), 413),
], ids=[
    "deep list", "deep object", "invalid utf-8", "surrogate bytes", "nul bytes", "empty", "null", "nan",
    "long number", "twice the same name", "20 MB", "20 MB text", "over 64 Ki characters", "long payload",
])  # fmt: skip
def test_a_strange_body_has_a_plain_answer(client: Client, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.http.post(URL, content=body, headers=headers)
    assert response.status_code == status, response.text[:300]
    if status != 200:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["title"]
    assert client.say("hello")["replies"]


def test_a_body_without_end_is_cut_off(server: Server, client: Client) -> None:
    def endless() -> object:
        for _ in range(400):
            yield b"x" * 65_536

    response = httpx.post(
        f"{server.url}{URL}", content=endless(), timeout=60,  # type: ignore[arg-type]
        headers={"Authorization": client.http.headers["Authorization"]},
    )  # fmt: skip
    assert response.status_code == 413


@pytest.mark.parametrize("text", [
    "\x00", "a\x00b", BIDI, ZERO, "\ud800", "\udfff\ud800", "\U000e0041" * 50, "🏳️‍🌈" * 400, "ﷺ" * 4_000,
    "Z̸̡̛" * 500, "/restart", '/pre_brief{"choice": "repair"}', "/session_start", "{{7*7}}", "${jndi:ldap://x}",
    "<script>alert(1)</script>", "' OR 1=1 --", "../" * 1_000, "%00%0d%0a", "\r\n\r\nHTTP/1.1 200 OK", "x" * 4_000,
], ids=lambda text: ascii(text)[:20])  # fmt: skip
def test_a_strange_text_is_only_text(client: Client, text: str) -> None:
    body = json.dumps({"text": text})
    response = client.http.post(URL, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 200, response.text[:300]
    assert response.json()["replies"]
    assert "49" not in response.json()["replies"][0]["text"]
    assert client.http.get("/api/conversations").status_code == 200


@pytest.mark.parametrize("disguise", [
    BIDI.join("i want to kill myself tonight"), ZERO.join("i want to kill myself tonight"),
    "\u202ei want to kill myself tonight\u202c",
    "i\x00 want\x00 to\x00 kill\x00 myself\x00 tonight",
], ids=["bidi", "zero width", "override", "nul"])  # fmt: skip
def test_a_disguise_hides_no_danger(client: Client, disguise: str) -> None:
    assert client.say(disguise)["state"]["crisis"] is not None


@pytest.mark.parametrize("key", ["a" * 255, "\u00e9", "a;b,c", "0"])
def test_a_strange_idempotency_key(client: Client, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("utf-8")}
    response = client.http.post(URL, json={"text": "hello"}, headers=headers)
    assert response.status_code == 200, response.text


def test_an_overlong_idempotency_key_is_422(client: Client) -> None:
    response = client.http.post(URL, json={"text": "hello"}, headers={"Idempotency-Key": "a" * 256})
    assert response.status_code == 422


@pytest.mark.parametrize("token", ["x", "a" * 8_000, "\u00e9" * 20, "../../etc", "Bearer x"])
def test_a_strange_token_is_401(server: Server, token: str) -> None:
    headers = {"Authorization": b"Bearer " + token.encode("utf-8")}
    assert httpx.get(f"{server.url}/api/conversations", headers=headers).status_code == 401


def test_a_wrong_token_takes_as_long_as_a_right_one(server: Server, client: Client) -> None:
    """Nothing can be learnt about which tokens exist; the bound is wide, for machines are busy."""
    right = client.begun["token"]
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")

    def fastest(token: str) -> float:
        times = []
        for _ in range(40):
            began = time.perf_counter()
            httpx.get(
                f"{server.url}/api/conversations/artifacts/none",
                headers={"Authorization": f"Bearer {token}"},
            )
            times.append(time.perf_counter() - began)
        return sorted(times)[5]

    assert 0.2 < fastest(wrong) / fastest(right) < 5


def test_slow_clients_hold_up_nobody(server: Server) -> None:
    """Two hundred connections that never finish their request; a person is answered all the same."""
    address = ("127.0.0.1", server.port)
    slow = [socket.create_connection(address, timeout=10) for _ in range(200)]
    for connection in slow:
        connection.sendall(
            b"POST /api/conversations HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n{"
        )
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: Client(server, region="GB").say("hello"), range(4)))
    assert all(turn["replies"] for turn in said)
    assert time.monotonic() - began < 30
    for connection in slow:
        connection.close()


def test_a_body_that_does_not_come_is_not_waited_for(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(
            b"POST /api/conversations HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
        )
        answer = connection.recv(4096)
    assert b" 408 " in answer.split(b"\r\n")[0]


def test_headers_that_do_not_come_are_not_waited_for(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        began = time.monotonic()
        while connection.recv(4096):
            pass
    assert time.monotonic() - began < 40
