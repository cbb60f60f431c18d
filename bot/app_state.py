"""What one serving process holds: the engine, the model, the limiter; built once, in the background.

The model loads while the server already answers: until it is there the crisis gate works by itself,
`/readyz` says what is missing, and an ordinary message is asked for again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

from fastapi import FastAPI

from bot import metrics, services
from bot.debug import parse_texts
from bot.dialogue.agent import Brain
from bot.engine import Engine, Limited
from bot.errors import GroundworkError
from bot.files import stamp
from bot.limiter import Limiter
from bot.order import order_of
from bot.settings import Settings
from bot.store.home import open_store, secret_of
from bot.store.sweep import Sweeper
from bot.training import MODEL
from bot.version import VERSION

logger = logging.getLogger(__name__)
LOOK_EVERY = 5.0
"""Seconds between two looks whether a model that could not be loaded has been replaced."""


class AppState:
    """Everything a request needs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.brain: Brain | None = None
        self.failure: str | None = None
        secret = secret_of(settings)
        self.limiter = Limiter.of(settings, secret)
        self.order = order_of(settings)
        # The server answers while the database is away, and goes on by itself when it is back.
        self.store = open_store(settings, secret, later=True)
        self.engine = Engine(
            self.store, lambda: self.brain, region=settings.region, order=self.order
        )
        self._sweeper = Sweeper(self.store.purge)
        self._tried, self._end = threading.Event(), threading.Event()
        self._loader = threading.Thread(target=self._load, name="load", daemon=True)

    def start(self) -> None:
        """Load model and index, and remove what has run out, in the background."""
        self._loader.start()
        self._sweeper.start()

    def _load(self) -> None:
        """Load what is needed; where that fails, try again when the files are others."""
        while True:
            tried = stamp(MODEL)
            self.failure = self._try_to_load()
            self._tried.set()
            if self.failure is None:
                return
            logger.error("not ready: %s", self.failure)
            while stamp(MODEL) == tried:
                if self._end.wait(LOOK_EVERY):
                    return

    def _try_to_load(self) -> str | None:
        try:
            services.detector().assess("hello")
            services.library()
            brain = Brain.load(MODEL)
            brain.parse("hello")
        except GroundworkError as error:
            return str(error)
        except Exception as error:  # whatever is wrong with a file, the crisis gate goes on
            return f"the model cannot be used ({type(error).__name__})"
        self.brain = brain
        metrics.VERSIONS.labels(VERSION, brain.version, services.library().version).set(1)
        metrics.READY.set(1)
        return None

    async def wait(self) -> None:
        """Return when the model is loaded, or can't be."""
        await asyncio.to_thread(self._tried.wait)

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
        self._end.set()
        await asyncio.to_thread(self._sweeper.stop)
        await self.order.close()
        self.engine.close()


def state_of(app: FastAPI) -> AppState:
    """Return an application's state."""
    found: AppState = app.state.groundwork
    return found
