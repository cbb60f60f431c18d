"""Keys: the server secret, keys derived from it and from tokens, and the seal around every row.

A conversation's random data key is wrapped twice: inside by a key from its token (or chat), outside
by the server secret. Neither alone opens it, and a new server secret rewraps the outside only.
AES-256-GCM with random 96-bit nonces (NIST SP 800-38D), HKDF-SHA256 (RFC 5869), scrypt (RFC 7914).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import SealBroken, StoreError

KEY_BYTES = 32
TOKEN_BYTES = 32
"""256 bits: beyond guessing, so a plain hash of a token is enough to look it up."""
MIN_GIVEN = 32
"""Fewest characters of a secret set by an operator; `openssl rand -hex 32` gives 64."""
_NONCE = 12
_TEMP_SUFFIX = ".new"


def new_key() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def new_token() -> str:
    """Return a random token of 256 bits, safe in a header and in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def derive(secret: bytes, purpose: str, salt: str = "") -> bytes:
    """Return a 32-byte key for one purpose, derived from a secret that is already strong."""
    info = b"groundwork/1/" + purpose.encode()
    kdf = HKDF(hashes.SHA256(), KEY_BYTES, salt.encode("utf-8", "surrogatepass") or None, info)
    return kdf.derive(secret)


def token_lookup(token: str) -> bytes:
    """Return the hash a token's conversation is found under; the token itself is never kept."""
    return hashlib.sha256(b"groundwork/token\x00" + _raw(token)).digest()


def token_key(token: str, conversation: str) -> bytes:
    """Return the inner wrapping key that a token gives for one conversation."""
    return derive(_raw(token), "token", conversation)


def keyed_hash(key: bytes, *parts: str) -> bytes:
    """Return HMAC-SHA256 over parts that cannot run into one another."""
    return hmac.digest(key, _bound(parts), "sha256")


def same(left: bytes, right: bytes) -> bool:
    """Compare without telling by time where the first difference is."""
    return hmac.compare_digest(left, right)


def seal(key: bytes, plain: bytes, *place: str | int) -> bytes:
    """Encrypt `plain` for one `place` (table, conversation, number): nonce, ciphertext, tag."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, _bound(place))


def unseal(key: bytes, sealed: bytes, *place: str | int) -> bytes:
    """Decrypt what `seal` made for the same place.

    Raises:
        SealBroken: it was changed, moved to another place or sealed with another key.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(place))
    except (InvalidTag, ValueError):
        raise SealBroken(f"a stored row ({place[0]}) does not fit its seal") from None


class ServerSecret:
    """The secret of this installation: a current key and, while it is being changed, older ones."""

    def __init__(self, keys: Sequence[bytes], path: Path | None = None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._take(keys)

    def _take(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) < KEY_BYTES for key in keys):
            raise StoreError("a server secret needs at least one key of 32 bytes")
        wrapping = {_key_id(key): derive(key, "wrap") for key in keys}
        self._keys = _key_id(keys[0]), wrapping  # in one step: other threads are reading

    @property
    def key_id(self) -> str:
        """Name of the current key; it tells nothing about it."""
        return self._keys[0]

    def __repr__(self) -> str:
        return f"ServerSecret({self.key_id})"

    @classmethod
    def load_or_create(cls, path: Path, given: str | None = None) -> ServerSecret:
        """Return the secret that is `given`, else the one in `path`, made there at the first start.

        `given` may hold several secrets apart by white space: the first is current, the others
        only open. The file (mode 0600) holds one key a line in base64, the current one first.

        Raises:
            StoreError: `given` is too short, or the file cannot be made, read or understood.
        """
        if given:
            return cls([_from_given(part) for part in given.split()])
        try:
            if not path.exists():
                _create(path)
            return cls(_parse(path), path)
        except OSError as error:
            raise StoreError(f"the secret key {path} cannot be used: {error.strerror}") from None

    def derived(self, purpose: str) -> bytes:
        """Return a key for another purpose; it changes with the secret."""
        key_id, wrapping = self._keys
        return derive(wrapping[key_id], purpose)

    def wrap(self, plain: bytes, *place: str | int) -> tuple[str, bytes]:
        """Wrap with the current key; returns the key's id and the wrapped bytes."""
        self.follow()
        key_id, wrapping = self._keys
        return key_id, seal(wrapping[key_id], plain, *place, key_id)

    def unwrap(self, key_id: str, wrapped: bytes, *place: str | int) -> bytes:
        """Open what `wrap` made.

        Raises:
            SealBroken: it was changed or moved, or this secret does not hold the key `key_id`.
        """
        if key_id not in self._keys[1]:
            self.follow()
        key = self._keys[1].get(key_id)
        if key is None:
            raise SealBroken("a stored key was sealed with a server secret that is not here")
        return unseal(key, wrapped, *place, key_id)

    def follow(self) -> None:
        """Take over a file that a rotation has changed: no process needs a restart for it."""
        if self._path is None:
            return
        try:
            found = self._path.stat()
            stamp = found.st_mtime_ns, found.st_ino
            if stamp != self._seen:
                self._take(_parse(self._path))
                self._seen = stamp
        except (OSError, StoreError):
            return  # the keys in hand go on; the next start says what is wrong


def rotate(path: Path) -> None:
    """Put a new key in front of the secret file's keys; the older ones go on opening what they wrapped.

    Then `Store.rewrap` moves everything to the new key, and `drop_old` ends the rotation. Each step
    may be interrupted and done again (`ring.change_secret` does all three).

    Raises:
        StoreError: the file is missing or damaged.
    """
    _replace(path, [new_key(), *_read(path)])


def held(path: Path) -> int:
    """Return how many keys the secret file holds: one, or more while a change is under way."""
    return len(_read(path))


def drop_old(path: Path) -> None:
    """Keep only the current key. Run `Store.rewrap` until it returns 0 first."""
    _replace(path, _read(path)[:1])


def _read(path: Path) -> list[bytes]:
    try:
        return _parse(path)
    except OSError as error:
        raise StoreError(f"the secret key {path} cannot be used: {error.strerror}") from None


def _raw(text: str) -> bytes:
    # What a stranger sends as a token may hold lone surrogates; hashing them must not fail.
    return text.encode("utf-8", "surrogatepass")


def _bound(parts: Sequence[str | int]) -> bytes:
    return json.dumps(list(parts), separators=(",", ":")).encode()


def _key_id(key: bytes) -> str:
    return derive(key, "id")[:6].hex()


def _from_given(text: str) -> bytes:
    if len(text) < MIN_GIVEN:
        raise StoreError(f"GROUNDWORK_SECRET_KEY is too short: {MIN_GIVEN} characters or more")
    return hashlib.sha256(b"groundwork/secret\x00" + text.encode()).digest()


def _parse(path: Path) -> list[bytes]:
    lines = path.read_text(encoding="ascii", errors="replace").split()
    try:
        keys = [base64.b64decode(line, validate=True) for line in lines]
    except ValueError:
        keys = []
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise StoreError(f"the secret key {path} is damaged: put it back from a backup")
    return keys


def _create(path: Path) -> None:
    """Write a new key so that it is there whole or not at all; of two racers one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temp = _write_beside(path, [new_key()])
    try:
        with contextlib.suppress(FileExistsError):
            os.link(temp, path)
    finally:
        temp.unlink()
    _sync_folder(path.parent)


def _replace(path: Path, keys: Sequence[bytes]) -> None:
    try:
        _write_beside(path, keys).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"the secret key {path} cannot be changed: {error.strerror}") from None


def _write_beside(path: Path, keys: Sequence[bytes]) -> Path:
    temp = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_TEMP_SUFFIX}")
    handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(b"".join(base64.b64encode(key) + b"\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return temp


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
