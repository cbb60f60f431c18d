from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SealBroken, StoreError
from bot.store import keys
from bot.store.keys import ServerSecret

KEY = b"k" * 32
place = st.lists(st.one_of(st.text(), st.integers()), min_size=1, max_size=4)


@given(st.binary(), place)
def test_sealed_bytes_come_back(plain: bytes, where: list[str | int]) -> None:
    assert keys.unseal(KEY, keys.seal(KEY, plain, *where), *where) == plain


@given(st.binary(), place, place)
def test_a_seal_holds_in_its_own_place_only(
    plain: bytes, where: list[str | int], elsewhere: list[str | int]
) -> None:
    sealed = keys.seal(KEY, plain, *where)
    if where != elsewhere:
        with pytest.raises(SealBroken):
            keys.unseal(KEY, sealed, *elsewhere)


@given(st.binary(), st.data())
def test_any_changed_bit_breaks_the_seal(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(keys.seal(KEY, plain, "events", 1))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBroken):
        keys.unseal(KEY, bytes(sealed), "events", 1)


@pytest.mark.parametrize("sealed", [b"", b"short", b"\x00" * 28])
def test_too_short_is_broken(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        keys.unseal(KEY, sealed, "events", 1)


def test_the_file_is_ours_alone_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret.key"
    first = ServerSecret.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ServerSecret.load_or_create(path).key_id == first.key_id
    assert [p.name for p in path.parent.iterdir()] == ["secret.key"]


def test_racing_first_starts_agree(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(ServerSecret.load_or_create(path).key_id))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len(set(found)) == 1


@pytest.mark.parametrize("content", ["", "not base64!", "c2hvcnQ="])
def test_a_damaged_file_is_named_never_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secret.key"
    path.write_text(content)
    with pytest.raises(StoreError, match="damaged"):
        ServerSecret.load_or_create(path)
    assert path.read_text() == content


def test_a_given_secret_needs_no_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    first = ServerSecret.load_or_create(path, "a" * 32)
    assert not path.exists()
    assert first.key_id == ServerSecret.load_or_create(path, "a" * 32).key_id
    assert first.key_id != ServerSecret.load_or_create(path, "b" * 32).key_id


def test_a_short_given_secret_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="too short") as error:
        ServerSecret.load_or_create(tmp_path / "k", "hunter2")
    assert "hunter2" not in str(error.value)


def test_an_older_secret_still_opens_and_the_current_one_wraps() -> None:
    old, new = b"o" * 32, b"n" * 32
    key_id, wrapped = ServerSecret([old]).wrap(b"data key", "here")
    both = ServerSecret([new, old])
    assert both.unwrap(key_id, wrapped, "here") == b"data key"
    assert both.wrap(b"x", "here")[0] != key_id
    with pytest.raises(SealBroken):
        ServerSecret([new]).unwrap(key_id, wrapped, "here")


def test_nothing_secret_is_printed() -> None:
    assert "6f6f6f" not in repr(ServerSecret([b"o" * 32]))


def test_tokens_are_256_bit_and_differ() -> None:
    tokens = {keys.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 43 for token in tokens)


@pytest.mark.parametrize("token", ["", "\x00", "\ud800", "é" * 10_000])
def test_any_text_can_be_looked_up(token: str) -> None:
    assert len(keys.token_lookup(token)) == 32
    assert len(keys.token_key(token, "c")) == 32
