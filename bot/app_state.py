"""What one serving process holds: the engine, the model, the limiter; built once, in the background.

The model loads while the server already answers: until it is there the crisis gate works by itself,
`/readyz` says what is missing, and an ordinary message is asked for again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from bot import services
from bot.debug import parse_texts
from bot.dialogue.agent import Brain
from bot.engine import Engine, Limited
from bot.errors import GroundworkError
from bot.limiter import Limiter
from bot.order import LocalOrder, Order, SharedOrder
from bot.settings import ROOT, Settings
from bot.store.home import open_store, secret_of
from bot.store.sweep import Sweeper

logger = logging.getLogger(__name__)
MODEL = Path("models") / "groundwork.tar.gz"


class AppState:
    """Everything a request needs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.brain: Brain | None = None
        self.failure: str | None = None
        redis = settings.redis_url.get_secret_value() if settings.redis_url else None
        secret = secret_of(settings)
        self.limiter = Limiter(settings.rate_limit, secret.derived("limits"), redis)
        self.order: Order = SharedOrder(redis) if redis else LocalOrder()
        # The server answers while the database is away, and goes on by itself when it is back.
        store = open_store(settings, secret, later=True)
        self.engine = Engine(store, lambda: self.brain, region=settings.region, order=self.order)
        self._sweeper = Sweeper(store.purge)
        self._loader = threading.Thread(target=self._load, name="load", daemon=True)

    def start(self) -> None:
        """Load model and index, and remove what has run out, in the background."""
        self._loader.start()
        self._sweeper.start()

    def _load(self) -> None:
        try:
            services.detector().assess("hello")
            services.library()
            self.brain = Brain.load(ROOT / MODEL)
            self.brain.parse("hello")
        except GroundworkError as error:
            self.failure = str(error)
            logger.error("not ready: %s", error)

    async def wait(self) -> None:
        """Return when the model is loaded, or can't be."""
        await asyncio.to_thread(self._loader.join)

    async def limit_begin(self, client: str) -> None:
        """Count a new conversation (Limited where it is one too many)."""
        wait = await asyncio.to_thread(self.limiter.check, client)
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
        if not await self.order.ping():
            found.append("Redis")
        return found

    async def close(self) -> None:
        """Let go of everything."""
        await asyncio.to_thread(self._sweeper.stop)
        await self.order.close()
        self.engine.close()


def state_of(app: FastAPI) -> AppState:
    """Return an application's state."""
    found: AppState = app.state.groundwork
    return found
