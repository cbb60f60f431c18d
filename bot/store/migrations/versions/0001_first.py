"""The tables of 0.1.0."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table("keyring", sa.Column("name", sa.String(32), primary_key=True), *_wrapped())
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False, unique=True),
        *_wrapped(),
        sa.Column("head", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "events",
        _conversation(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("chain", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "receipts",
        _conversation(),
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    _phrases()
    _outbox()
    _indexes()


def _phrases() -> None:
    op.create_table(
        "phrases",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("lookup", sa.LargeBinary, nullable=False, unique=True),
        *_wrapped(),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    target = sa.ForeignKey("phrases.id", ondelete="CASCADE")
    phrase = sa.Column("phrase", sa.String(32), target, primary_key=True)
    op.create_table("phrase_owners", phrase, _conversation())


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("owner", sa.LargeBinary, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("outlives", sa.Boolean, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_until", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def _indexes() -> None:
    for table, column in (
        ("conversations", "key_id"), ("conversations", "expires_at"), ("phrases", "key_id"),
        ("phrases", "expires_at"), ("phrase_owners", "conversation"), ("outbox", "owner"),
        ("outbox", "due_at"),
    ):  # fmt: skip
        op.create_index(f"ix_{table}_{column}", table, [column])


def _wrapped() -> tuple[sa.Column[str], sa.Column[bytes]]:
    return (
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )


def _conversation() -> sa.Column[str]:
    target = sa.ForeignKey("conversations.id", ondelete="CASCADE")
    return sa.Column("conversation", sa.String(32), target, primary_key=True)
