"""What one serving process holds: the engine, the model, the limiter; built once, in the background.

The model loads while the server already answers: until it is there the crisis gate works by itself,
`/readyz` says what is missing, and an ordinary message is asked for again.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from limits import parse as parse_limit
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from bot import services
from bot.debug import parse_texts
from bot.dialogue.agent import Brain
from bot.engine import Engine, Limited
from bot.errors import GroundworkError
from bot.settings import ROOT, Settings
from bot.store.keys import ServerSecret
from bot.store.store import Store

logger = logging.getLogger(__name__)
MODEL = Path("models") / "groundwork.tar.gz"


class Limiter:
    """How often a client and a conversation may write."""

    def __init__(self, settings: Settings) -> None:
        redis = settings.redis_url.get_secret_value() if settings.redis_url else None
        self._rate = None if settings.rate_limit == "off" else parse_limit(settings.rate_limit)
        self._limits = MovingWindowRateLimiter(RedisStorage(redis) if redis else MemoryStorage())

    def check(self, request: Request, conversation: str = "") -> int | None:
        """Count a message; return the seconds to wait where it was one too many, else None."""
        client = request.client.host if request.client else "unknown"
        return self.wait(f"client:{client}", conversation)

    def wait(self, *keys: str) -> int | None:
        """Count a message under each key; return the seconds to wait where it was one too many."""
        if self._rate is None:
            return None
        for key in filter(None, keys):
            if not self._limits.hit(self._rate, key):
                reset = self._limits.get_window_stats(self._rate, key).reset_time
                return max(1, int(reset - _now()) + 1)
        return None


def _now() -> float:
    import time  # noqa: PLC0415

    return time.time()


class AppState:
    """Everything a request needs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limiter = Limiter(settings)
        self.brain: Brain | None = None
        self.failure: str | None = None
        self.store = Store.open(
            database_url(settings), secret_of(settings), retention_days=settings.retention_days
        )
        self.engine = Engine(self.store, lambda: self.brain, region=settings.region)
        self._loader = threading.Thread(target=self._load, name="load", daemon=True)

    def start(self) -> None:
        """Load model and index in the background."""
        self._loader.start()

    def loaded(self) -> None:
        """Wait until loading has ended, well or not."""
        self._loader.join()

    def _load(self) -> None:
        try:
            services.detector().assess("hello")
            services.library()
            self.brain = Brain.load(ROOT / MODEL)
            self.brain.parse("hello")
        except GroundworkError as error:
            self.failure = str(error)
            logger.error("not ready: %s", error)

    def limit_begin(self, request: Request) -> None:
        """Count a new conversation (Limited where it is one too many)."""
        wait = self.limiter.check(request)
        if wait is not None:
            raise Limited(wait)

    def parse(self, texts: list[str]) -> list[dict[str, Any]]:
        """Return intent and crisis verdict of each text (only with GROUNDWORK_DEBUG=1)."""
        return parse_texts(self.brain, texts)

    async def missing(self) -> list[str]:
        """Return what is not ready yet."""
        found = [] if self.brain is not None else ["model"]
        try:
            await self.engine.ping()
        except GroundworkError:
            found.append("database")
        return found

    def close(self) -> None:
        """Let go of everything."""
        self.engine.close()


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


def state_of(app: FastAPI) -> AppState:
    """Return an application's state."""
    found: AppState = app.state.groundwork
    return found
