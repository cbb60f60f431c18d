"""A new server secret: nothing is lost, nothing stops, and the old one then opens nothing."""

from __future__ import annotations

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
