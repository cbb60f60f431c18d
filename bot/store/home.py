"""Where an installation keeps things: its database and its secret, by the settings."""

from __future__ import annotations

from bot.settings import Settings
from bot.store.keys import ServerSecret
from bot.store.store import Store


def open_store(
    settings: Settings, secret: ServerSecret | None = None, *, later: bool = False
) -> Store:
    """Open the store of this installation, making or migrating it; with `later`, at its first use.

    Raises:
        StoreError: it can't be opened, which with `later` its first use says.
    """
    return Store.open(
        database_url(settings), secret or secret_of(settings), later=later,
        retention_days=settings.retention_days,
    )  # fmt: skip


def database_url(settings: Settings) -> str:
    """Return the database to use: the one set, or SQLite in the data directory."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return f"sqlite:///{(settings.data_dir / 'groundwork.db').resolve()}"


def secret_of(settings: Settings) -> ServerSecret:
    """Return the server secret, made at the first start."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    given = settings.secret_key.get_secret_value() if settings.secret_key else None
    return ServerSecret.load_or_create(settings.data_dir / "secret.key", given)
