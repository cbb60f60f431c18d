"""More than one process on one address: uvicorn's supervisor, which also follows a new model.

A worker that dies is replaced. On SIGHUP, and when the trained model changes, workers are replaced one
by one: a new one loads, then an old one finishes its turns and goes. Nothing is refused meanwhile.
"""

from __future__ import annotations

import logging
import os
import signal
import tempfile
import threading
import time
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Any

from uvicorn.config import Config
from uvicorn.supervisors import Multiprocess

from bot.errors import SettingsError
from bot.files import is_whole, stamp
from bot.settings import Settings
from bot.slow import TimedProtocol
from bot.training import MODEL

if TYPE_CHECKING:
    from fastapi import FastAPI

logger = logging.getLogger(__name__)
START = 600
"""Seconds a new worker may take to load on a busy machine before a replacement is given up."""
SILENT = 60
"""Seconds until a worker that does not even answer its supervisor is killed and replaced."""
GRACE = 30
"""Seconds that running turns get to end."""
OPTIONS: dict[str, Any] = {
    "ws": "none", "access_log": False, "log_config": None, "timeout_keep_alive": 15,
    "server_header": False, "http": TimedProtocol,
}  # fmt: skip
"""How uvicorn serves, with one process or with several."""


def worker_app() -> FastAPI:
    """Build the application in a worker; it takes requests when its model is loaded."""
    from bot import logs  # noqa: PLC0415
    from bot.app import create_app  # noqa: PLC0415

    logs.configure()
    threading.Thread(target=_follow_parent, args=(os.getppid(),), daemon=True).start()
    return create_app(wait=True)


def _follow_parent(parent: int) -> None:
    """End when the supervisor is gone: nobody would replace or stop this worker any more."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


class Supervisor(Multiprocess):
    """Keeps workers alive, and replaces them one by one when the model on disk is another.

    Args:
        config: how each worker serves.
        sockets: what they listen on together.
        model: the file to watch.
    """

    def __init__(self, config: Config, sockets: list[socket], model: Path) -> None:
        super().__init__(config, sockets)
        # At once, also while workers are being replaced: uvicorn's own handler waits for that.
        for end in (signal.SIGTERM, signal.SIGINT):
            signal.signal(end, lambda *_: self.should_exit.set())
        self._model = model
        self._seen = stamp(model)

    def keep_subprocess_alive(self) -> None:
        """Replace workers that died, and all of them where the model changed."""
        super().keep_subprocess_alive()
        found = stamp(self._model)
        if found == self._seen:
            return
        self._seen = found
        if found is None or not is_whole(self._model):
            logger.error("the new model is damaged: the workers keep the one they have")
            return
        logger.info("there is a new model: workers finish their turns and are replaced one by one")
        self.restart_all()

    def restart_all(self) -> None:
        """Replace all workers, one by one, each when its successor takes requests."""
        self.config.timeout_worker_healthcheck = START
        super().restart_all()
        self.config.timeout_worker_healthcheck = SILENT


def check(settings: Settings, workers: int) -> None:
    """Refuse what would not hold with several processes.

    Raises:
        SettingsError: Redis or PostgreSQL is missing.
    """
    if workers < 1:
        raise SettingsError("--workers must be 1 or more")
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    needed = {
        "GROUNDWORK_REDIS_URL": settings.redis_url is not None,
        "GROUNDWORK_DATABASE_URL=postgresql://…": url.startswith("postgresql"),
    }
    missing = [name for name, there in needed.items() if not there]
    if workers > 1 and missing:
        raise SettingsError(f"more than one worker needs {' and '.join(missing)}")


def run(settings: Settings, workers: int) -> None:
    """Serve with several workers until SIGTERM or SIGINT."""
    with tempfile.TemporaryDirectory(prefix="groundwork-metrics-") as folder:
        # Prometheus' own name: workers add up their counts in files there. Counts only, no words.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        os.environ["PYTHONWARNINGS"] = (
            "ignore"  # libraries warn of their own future, each worker anew
        )
        config = Config(
            "bot.workers:worker_app", factory=True, host=settings.host, port=settings.port,
            workers=workers, timeout_worker_healthcheck=SILENT, timeout_graceful_shutdown=GRACE,
            **OPTIONS,
        )  # fmt: skip
        Supervisor(config, [config.bind_socket()], MODEL).run()
