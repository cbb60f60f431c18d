"""Run by Alembic: migrates on the connection, and inside the transaction, that the store hands over."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # SQLite too undoes DDL with its transaction; Alembic takes the opposite for granted.
    transactional_ddl=True,
)
context.run_migrations()
