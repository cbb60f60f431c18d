"""Two workers on one address, with a real PostgreSQL and a real Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.api.conftest import Server
from tests.servers import RedisServer, postgres_server, redis_server


@pytest.fixture(scope="package")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="package")
def two(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> Iterator[Server]:
    """A server with two workers."""
    with postgres_server() as url:
        running = Server(
            tmp_path_factory.mktemp("two"), "--workers", "2",
            DATABASE_URL=url, REDIS_URL=redis.url,
        )  # fmt: skip
        wait_for_workers(running, 2)
        yield running
        running.stop()


def worker_pids(server: Server) -> list[int]:
    """Return the workers' process ids, oldest first."""
    found = []
    for child in psutil.Process(server.pid).children():
        with suppress(psutil.Error):  # gone meanwhile
            if "spawn_main" in " ".join(child.cmdline()):
                found.append((child.create_time(), child.pid))
    return [pid for _, pid in sorted(found)]


def wait_for_workers(server: Server, count: int) -> None:
    """Wait until that many workers take requests."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        log, pids = server_log(server), worker_pids(server)
        begun = sum(f"Started server process [{pid}]" in log for pid in pids)
        done = log.count("Started server process") == log.count("Application startup complete")
        if len(pids) == begun == count and done:
            return
        time.sleep(0.3)
    pytest.fail("the workers did not get ready")


def server_log(server: Server) -> str:
    """Return what the server has logged so far."""
    return Path(server.log.name).read_text(errors="replace")
