"""Alembic's scripts: each brings the tables from one released version to the next, forward only."""
