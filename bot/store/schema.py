"""The tables. How an older database is brought to them stands in `migrate.py`.

What a person wrote stands only in columns named `sealed`, `head` or `wrapped`, all of them
encrypted.
Times are microseconds since 1970 UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

alembic_version = Table(
    "alembic_version", metadata, Column("version_num", String(32), primary_key=True)
)
"""Alembic's own table: how far a database has been brought."""

keyring = Table(
    "keyring",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("key_id", String(16), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""Random keys of the installation, wrapped by the server secret alone (`ring.py`)."""

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("key_id", String(16), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kept", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
"""One row a conversation. `head` seals how many events there are and the end of their chain."""


def _owner(*, index: bool = False) -> Column[str]:
    target = ForeignKey("conversations.id", ondelete="CASCADE")
    return Column("conversation", String(32), target, primary_key=True, index=index)


events = Table(
    "events",
    metadata,
    _owner(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""One row a commit, holding a list of events; `first` is the index of its first one."""

receipts = Table(
    "receipts",
    metadata,
    _owner(),
    Column("key", LargeBinary, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""What was answered to a message with an Idempotency-Key."""

phrases = Table(
    "phrases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("key_id", String(16), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

phrase_owners = Table(
    "phrase_owners",
    metadata,
    Column("phrase", String(32), ForeignKey("phrases.id", ondelete="CASCADE"), primary_key=True),
    _owner(index=True),
)
"""Which conversations a phrase came from or was used in: erasing one of them erases the phrase."""

outbox = Table(
    "outbox",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("owner", LargeBinary, nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("outlives", Boolean, nullable=False),
    Column("due_at", BigInteger, nullable=False, index=True),
    Column("claimed_until", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""What is still to be sent. `owner` is its conversation's `lookup`, the same for good in a chat."""
