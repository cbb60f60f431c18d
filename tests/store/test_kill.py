"""kill -9 at any moment: every event that was acknowledged is there, once, and nothing half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store.keys import ServerSecret
from bot.store.store import Opened, Store

PER_TALK = 10
"""Kills in one talk; then a new one is begun."""
KILLS = 40
SOAK_KILLS = 900
CHILD = """
import os, sys
from pathlib import Path
from bot.store.keys import ServerSecret
from bot.store.store import Outgoing, Receipt, Store

secret = ServerSecret.load_or_create(Path(sys.argv[2]))
store = Store.open(sys.argv[1], secret)
opened = store.unlock(sys.argv[3])
n = len(store.events(opened))
os.write(1, b"ready\\n")
while True:
    store.commit(
        opened, [{"n": n, "text": "x" * (n % 5000)}], receipt=Receipt(str(n), "f", {"n": n}),
        outbox=[Outgoing({"n": n})],
    )
    os.write(1, b"%d\\n" % n)
    n += 1
"""


def child(url: str, key: Path, token: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", CHILD, url, str(key), token]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def kill_somewhere(process: subprocess.Popen[bytes], rng: random.Random) -> int | None:
    """Let it run a while, kill it, and return the last number it acknowledged."""
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    # However slow the machine is, some children get to write before they are killed.
    lines = [process.stdout.readline().strip() for _ in range(rng.randrange(4))]
    time.sleep(rng.uniform(0, 0.03))
    os.kill(process.pid, signal.SIGKILL)
    lines += process.stdout.read().split(b"\n")[:-1]
    process.wait()
    process.stdout.close()
    return int(lines[-1]) if lines else None


@pytest.mark.parametrize(
    ("database", "kills"),
    [
        ("sqlite_url", KILLS),
        ("fresh_postgres", KILLS // 4),
        pytest.param("sqlite_url", SOAK_KILLS, marks=[pytest.mark.long, pytest.mark.timeout(7200)]),
    ],
)
def test_no_acknowledged_event_is_lost_or_doubled(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, kills: int,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    url, key = request.getfixturevalue(database), tmp_path / "secret.key"
    store = Store.open(url, ServerSecret.load_or_create(key))
    rng, acknowledged = random.Random(7), 0
    for _ in range(kills // PER_TALK):
        opened, token = store.create(channel="web")
        written = kill_often(store, opened, lambda t=token: child(url, key, t), rng)
        acknowledged += written
        assert store.receipt(opened, str(written - 1)) is not None
        sent = [item.payload["n"] for item in store.due(limit=10**6)]
        assert sent == list(range(written)), "the outbox goes with the commit"
        store.erase(opened)
    store.close()
    with capsys.disabled():
        print(f"\n{kills} kills of a writer, {acknowledged} events kept, 0 lost, 0 doubled")


def kill_often(
    store: Store, opened: Opened, start: Callable[[], subprocess.Popen[bytes]], rng: random.Random
) -> int:
    """Kill one child after another in one talk; returns how many events it holds in the end."""
    written = 0
    for _ in range(PER_TALK):
        last = kill_somewhere(start(), rng)
        acknowledged = written if last is None else last + 1
        found = [event["n"] for event in store.events(opened)]
        assert found == list(range(len(found))), "in order, none twice"
        assert len(found) in {acknowledged, acknowledged + 1}, "none lost"
        written = len(found)
    assert written > 5, "the children did write"
    return written


def test_a_killed_purge_can_be_done_again(tmp_path: Path, sqlite_url: str) -> None:
    key = tmp_path / "secret.key"
    store = Store.open(sqlite_url, ServerSecret.load_or_create(key))
    tokens = [store.create(channel="web")[1] for _ in range(1500)]
    purge = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime, timedelta;"
        "from bot.store.keys import ServerSecret; from bot.store.store import Store;"
        "s = Store.open(sys.argv[1], ServerSecret.load_or_create(Path(sys.argv[2])),"
        " lambda: datetime.now(UTC) + timedelta(days=2)); print('ready', flush=True); s.purge()"
    )
    for wait in (0.0, 0.005, 0.01):
        command = [sys.executable, "-c", purge, sqlite_url, str(key)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.kill()
        process.wait()
        process.stdout.close()
    done = subprocess.run([sys.executable, "-c", purge, sqlite_url, str(key)], check=True)
    assert done.returncode == 0
    assert store.purge() == 0
    assert all(_gone(store, token) for token in tokens)
    store.close()


def _gone(store: Store, token: str) -> bool:
    from bot.errors import UnknownConversation

    try:
        store.unlock(token)
    except UnknownConversation:
        return True
    return False
