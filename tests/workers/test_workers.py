"""Two workers, PostgreSQL and Redis: no sticky sessions, a kill under load, replacement one by one."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from bot.training import MODEL
from tests.api.conftest import Client, Server
from tests.people import Crowd
from tests.servers import RedisServer
from tests.workers.conftest import server_log, wait_for_workers, worker_pids

pytestmark = pytest.mark.xdist_group("workers")


def test_a_conversation_goes_on_in_whichever_worker_answers(two: Server) -> None:
    token = Client(two, region="GB").begun["token"]
    headers = {"Authorization": f"Bearer {token}"}

    def say(text: str) -> dict[str, object]:
        # A connection of its own for each message: the kernel picks a worker.
        body, url = {"text": text}, f"{two.url}/api/conversations/messages"
        response = httpx.post(url, json=body, headers=headers, timeout=60)
        assert response.status_code == 200, response.text
        found: dict[str, object] = response.json()
        return found

    say("I want to talk before we get close tonight")
    say("Yes")
    say("a long hug on the sofa")
    for _ in range(6):
        assert "a long hug on the sofa" in str(say("read it back"))


def test_messages_sent_at_once_are_answered_one_after_the_other(two: Server) -> None:
    one = Client(two, region="GB")

    def send(number: int) -> int:
        headers = {"Authorization": f"Bearer {one.begun['token']}"}
        body, url = {"text": f"this is message {number}"}, f"{two.url}/api/conversations/messages"
        return httpx.post(url, json=body, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(16))) == {200}
    kept = one.http.get("/api/conversations").json()["messages"]
    said = [m["text"] for m in kept if m["from"] == "person"]
    assert sorted(said) == sorted(f"this is message {n}" for n in range(16))


def test_a_worker_killed_under_load_loses_nothing(two: Server) -> None:
    with Crowd(two) as crowd:
        crowd.wait_for(12)
        os.kill(worker_pids(two)[0], signal.SIGKILL)
        crowd.wait_for(40)
    assert crowd.nothing_lost_or_doubled()
    wait_for_workers(two, 2)


def test_without_redis_people_are_answered_and_readiness_says_so(
    two: Server, redis: RedisServer
) -> None:
    redis.stop()
    try:
        with Crowd(two, size=2) as crowd:
            crowd.wait_for(6)
        assert crowd.nothing_lost_or_doubled()
        ready = httpx.get(f"{two.url}/readyz", timeout=30)
        assert ready.status_code == 503
        assert "Redis" in ready.json()["title"]
    finally:
        redis.start()
    assert httpx.get(f"{two.url}/readyz", timeout=30).status_code == 200


def a_signal(server: Server) -> None:
    os.kill(server.pid, signal.SIGHUP)


def a_new_model(_server: Server) -> None:
    # The same model under a new stamp: what another training leaves, without four minutes of it.
    os.utime(MODEL)


@pytest.mark.parametrize("cause", [a_signal, pytest.param(a_new_model, marks=pytest.mark.long)])
def test_workers_are_replaced_one_by_one_and_no_message_fails(two: Server, cause: object) -> None:
    before = set(worker_pids(two))
    with Crowd(two) as crowd:
        crowd.wait_for(4)
        assert callable(cause)
        cause(two)
        deadline = time.monotonic() + 400
        while before & set(worker_pids(two)):
            assert time.monotonic() < deadline, server_log(two)[-2000:]
            time.sleep(0.5)
        crowd.wait_for(4)
    assert crowd.nothing_lost_or_doubled()
    assert sum(person.failed for person in crowd.people) == 0
    wait_for_workers(two, 2)


def test_nothing_a_person_wrote_is_in_log_or_metrics(two: Server) -> None:
    canary = "kanarienvogel-7261"
    one = Client(two, region="GB")
    one.say(f"my secret is {canary}")
    one.say(f"i want to kill myself tonight {canary}")
    token = one.begun["token"]
    for text in (server_log(two), httpx.get(f"{two.url}/metrics", timeout=30).text):
        assert canary not in text
        assert token not in text
    folder = Path(two.log.name).parent
    assert not any(canary.encode() in p.read_bytes() for p in folder.iterdir() if p.is_file())


def test_workers_end_when_their_supervisor_is_killed(two: Server) -> None:
    workers = worker_pids(two)
    two.kill()
    deadline = time.monotonic() + 40
    while any(psutil.pid_exists(pid) for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.2)
