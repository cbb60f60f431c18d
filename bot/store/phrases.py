"""Return phrases: six plain words, shown once, that open what a person chose to keep.

Only a slow hash is stored (scrypt with a salt of this installation), so a stolen database gives no
phrase.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.errors import UnknownConversation
from bot.store.keys import KEY_BYTES, ServerSecret, new_key, seal, unseal
from bot.store.opened import Opened, to_stamp, unwrap_key, wrap_key
from bot.store.schema import phrase_owners, phrases

WORDS = 6
"""Of 2,048 words or more: 66 bits or more."""
_COST = 2**15
"""scrypt N, with r=8 and p=1: 32 MiB and about 80 ms a guess, on top of 66 bits (RFC 7914)."""


@lru_cache(maxsize=1)
def word_list() -> tuple[str, ...]:
    """Return the words phrases are made of."""
    path = Path(__file__).with_name("words.txt")
    return tuple(path.read_text(encoding="ascii").split())


def new_phrase() -> str:
    """Return six random words."""
    return " ".join(secrets.choice(word_list()) for _ in range(WORDS))


def spoken(phrase: str) -> str:
    """Return a phrase as it counts: case, hyphens, commas and spaces do not matter."""
    return " ".join(re.findall(r"[a-z]+", unicodedata.normalize("NFKC", phrase).casefold()))


class PhraseKeys:
    """What a phrase gives, slowly on purpose: the hash it is found under, the key it wraps with."""

    def __init__(self, phrase: str, salt: bytes) -> None:
        kdf = Scrypt(salt=salt, length=2 * KEY_BYTES, n=_COST, r=8, p=1)
        stretched = kdf.derive(spoken(phrase).encode())
        self.lookup = sha256(b"groundwork/phrase\x00" + stretched[:KEY_BYTES]).digest()
        self.secret = stretched[KEY_BYTES:]


def store(
    connection: Connection, server: ServerSecret, keys: PhraseKeys, payload: Mapping[str, Any],
    *, owner: Opened, expires_at: datetime,
) -> None:  # fmt: skip
    """Seal `payload` under a phrase that belongs to `owner`."""
    phrase_id, key = secrets.token_hex(16), new_key()
    plain = json.dumps(payload, separators=(",", ":")).encode()
    connection.execute(
        phrases.insert().values(
            id=phrase_id, lookup=keys.lookup, expires_at=to_stamp(expires_at),
            sealed=seal(key, plain, "phrases", phrase_id),
            **wrap_key(server, keys.secret, "phrases", phrase_id, key),
        )
    )  # fmt: skip
    _own(connection, phrase_id, owner)


def redeem(
    connection: Connection, server: ServerSecret, keys: PhraseKeys,
    *, owner: Opened | None, now: datetime, expires_at: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Return what a phrase keeps and count the visit as use; `owner` may erase it from now on.

    Raises:
        UnknownConversation: no such phrase, or it has expired.
    """
    row = connection.execute(select(phrases).where(phrases.c.lookup == keys.lookup)).first()
    if row is None or row.expires_at <= to_stamp(now):
        raise UnknownConversation("no conversation belongs to this phrase")
    key = unwrap_key(server, keys.secret, "phrases", row)
    payload: dict[str, Any] = json.loads(unseal(key, bytes(row.sealed), "phrases", row.id))
    later = phrases.update().where(phrases.c.id == row.id)
    connection.execute(later.values(expires_at=to_stamp(expires_at)))
    if owner is not None:
        _own(connection, row.id, owner)
    return payload


def drop(connection: Connection, conversation: str) -> None:
    """Remove every phrase that came from this conversation or was used in it."""
    mine = select(phrase_owners.c.phrase).where(phrase_owners.c.conversation == conversation)
    ids = list(connection.execute(mine).scalars())
    connection.execute(phrases.delete().where(phrases.c.id.in_(ids)))


def _own(connection: Connection, phrase_id: str, owner: Opened) -> None:
    row = {"phrase": phrase_id, "conversation": owner.id}
    held = select(phrase_owners).filter_by(**row)
    if connection.execute(held).first() is None:
        connection.execute(phrase_owners.insert().values(**row))
