from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.store.keys import ServerSecret
from bot.store.schema import metadata
from bot.store.store import Store
from tests.servers import postgres_server


class Clock:
    """Time that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


Opener = Callable[[], Store]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def secret(tmp_path: Path) -> ServerSecret:
    return ServerSecret.load_or_create(tmp_path / "keys" / "secret.key")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/data/groundwork.db"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def fresh_postgres(postgres: str) -> str:
    """The server's database, without any table of ours."""
    engine = create_engine(postgres, future=True)
    with engine.begin() as connection:
        for table in (*metadata.tables, "schema_version"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table} CASCADE"))
    engine.dispose()
    return postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Each of the two databases, empty."""
    name = "sqlite_url" if request.param == "sqlite" else "fresh_postgres"
    return str(request.getfixturevalue(name))


@pytest.fixture
def opener(url: str, secret: ServerSecret, clock: Clock) -> Iterator[Opener]:
    """Opens the same database as often as a test asks."""
    stores: list[Store] = []

    def open_store() -> Store:
        stores.append(Store.open(url, secret, clock, busy_seconds=5))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


@pytest.fixture
def store(opener: Opener) -> Store:
    return opener()
