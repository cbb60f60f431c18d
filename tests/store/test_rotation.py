"""A new server secret: nothing is lost, nothing stops, and the old one then opens nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bot.errors import SealBroken, StoreError
from bot.store import keys, ring
from bot.store.keys import ServerSecret
from bot.store.store import Outgoing, Store

from .conftest import Clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "secret.key"


def fill(store: Store) -> dict[str, Any]:
    opened, token = store.create(channel="web")
    chat = store.open_chat("telegram", "42")
    store.commit(opened, [{"n": 1}])
    store.commit(chat, [{"n": 2}], outbox=[Outgoing({"n": 3})])
    return {"token": token, "phrase": store.make_phrase(opened, {"n": 4}), "opened": opened}


def is_all_there(store: Store, held: dict[str, Any]) -> None:
    assert store.events(store.unlock(held["token"]))[0] == {"n": 1}
    assert store.events(store.open_chat("telegram", "42")) == [{"n": 2}]
    assert store.due()[0].payload == {"n": 3}
    assert store.redeem_phrase(held["phrase"]) == {"n": 4}


def test_everything_moves_beside_a_running_server(
    url: str, secret: ServerSecret, path: Path, clock: Clock
) -> None:
    running = Store.open(url, secret, clock)
    held = fill(running)
    before = secret.key_id
    old_file = path.read_bytes()
    keys.rotate(path)
    other = Store.open(url, ServerSecret.load_or_create(path), clock)
    assert other.rewrap() == len(ring.NAMES) + 3
    assert other.rewrap() == 0
    is_all_there(running, held)
    running.commit(held["opened"], [{"n": 5}])
    _, late = running.create(channel="web")
    assert secret.key_id != before, "the running server wraps with the new key"
    assert other.rewrap() == 0
    keys.drop_old(path)
    again = Store.open(url, ServerSecret.load_or_create(path), clock)
    is_all_there(again, held)
    assert again.unlock(late)
    path.write_bytes(old_file)
    with pytest.raises(StoreError, match="another server secret"):
        Store.open(url, ServerSecret.load_or_create(path), clock)
    for store in (running, other, again):
        store.close()


def test_an_interrupted_rewrap_goes_on(
    url: str, secret: ServerSecret, path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(url, secret, clock)
    held = fill(store)
    keys.rotate(path)
    monkeypatch.setattr(ring, "_BATCH", 1)
    wrap, calls = secret.wrap, []

    def fails_later(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return wrap(*args)

    monkeypatch.setattr(secret, "wrap", fails_later)
    with pytest.raises(KeyboardInterrupt):
        store.rewrap()
    is_all_there(store, held)
    monkeypatch.undo()
    assert store.rewrap() == len(ring.NAMES) + 3 - 3
    is_all_there(store, held)
    store.close()


def test_a_damaged_secret_is_not_rotated(path: Path, secret: ServerSecret) -> None:
    path.write_text("damaged")
    with pytest.raises(StoreError, match="damaged"):
        keys.rotate(path)
    assert path.read_text() == "damaged"
    path.unlink()
    with pytest.raises(StoreError, match="cannot be used"):
        keys.rotate(path)


def test_a_file_gone_while_running_stops_nothing(path: Path, secret: ServerSecret) -> None:
    key_id, wrapped = secret.wrap(b"x", "here")
    path.unlink()
    assert secret.unwrap(*secret.wrap(b"y", "here"), "here") == b"y"
    assert secret.unwrap(key_id, wrapped, "here") == b"x"
    with pytest.raises(SealBroken):
        secret.unwrap("0" * 12, wrapped, "here")


WRITER = """
import os, sys
from pathlib import Path
from bot.store.keys import ServerSecret
from bot.store.store import Store
store = Store.open(sys.argv[1], ServerSecret.load_or_create(Path(sys.argv[2])))
while True:
    opened, token = store.create(channel="web")
    store.commit(opened, [{"n": 1}])
    store.make_phrase(opened, {}) if len(token) % 8 == 0 else store.empty(opened)
    os.write(1, token.encode() + b"\\n")
"""


def test_nothing_is_lost_while_others_write_and_the_change_is_killed(
    url: str, secret: ServerSecret, path: Path
) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    first = [w.stdout.readline().strip() for w in writers if w.stdout]
    before = path.read_bytes()
    rng = random.Random(3)
    for _ in range(6):
        kill_a_change(url, path, rng.uniform(0, 0.4))
    ring.change_secret(path, lambda: Store.open(url, ServerSecret.load_or_create(path)))
    tokens = list(first)
    for writer in writers:
        writer.kill()
        tokens += (writer.communicate()[0] or "").split()
    assert keys.held(path) == 1
    assert path.read_bytes() != before
    store = Store.open(url, ServerSecret.load_or_create(path))
    assert len(tokens) > 4
    for token in tokens:
        assert store.unlock(token), "every token given out opens under the new secret alone"
    store.close()


CHANGE = """
import sys
from pathlib import Path
from bot.store.keys import ServerSecret
from bot.store.ring import change_secret
from bot.store.store import Store
path = Path(sys.argv[2])
print("ready", flush=True)
change_secret(path, lambda: Store.open(sys.argv[1], ServerSecret.load_or_create(path)))
"""


def kill_a_change(url: str, path: Path, after: float) -> None:
    command = [sys.executable, "-c", CHANGE, url, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    time.sleep(after)
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_command_changes_the_secret(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "data"
    path, url = folder / "secret.key", f"sqlite:///{folder / 'groundwork.db'}"
    store = Store.open(url, ServerSecret.load_or_create(path))
    _, token = store.create(channel="web")
    before = path.read_bytes()
    assert "4 keys moved" in groundwork(folder, "rotate-key")
    assert path.read_bytes() != before
    assert path.stat().st_mode & 0o077 == 0
    again = Store.open(url, ServerSecret.load_or_create(path))
    assert again.unlock(token)
    assert store.unlock(token), "and the server that was running goes on"
    store.close()
    again.close()


def test_the_command_with_a_secret_from_the_environment(tmp_path: Path) -> None:
    folder, old, new = tmp_path / "data", "o" * 40, "n" * 40
    url, path = f"sqlite:///{folder / 'groundwork.db'}", folder / "secret.key"
    store = Store.open(url, ServerSecret.load_or_create(path, old))
    _, token = store.create(channel="web")
    store.close()
    said = groundwork(folder, "rotate-key", SECRET_KEY=f"{new} {old}")
    assert "the others can go" in said
    again = Store.open(url, ServerSecret.load_or_create(path, new))
    assert again.unlock(token)
    again.close()


def groundwork(folder: Path, *arguments: str, **settings: str) -> str:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("GROUNDWORK_")}
    env = plain | {f"GROUNDWORK_{k}": v for k, v in {"DATA_DIR": str(folder), **settings}.items()}
    command = [sys.executable, "-m", "bot.cli", *arguments]
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    return done.stdout
