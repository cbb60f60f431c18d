"""Two workers on one address, with a real PostgreSQL and a real Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
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
    found = [
        child
        for child in psutil.Process(server.pid).children()
        if "resource_tracker" not in " ".join(child.cmdline())
    ]
    return [child.pid for child in sorted(found, key=psutil.Process.create_time)]


def wait_for_workers(server: Server, count: int) -> None:
    """Wait until that many workers listen: each has the address open only once it is ready."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if len(worker_pids(server)) == count and serving(server) == count:
            return
        time.sleep(0.3)
    pytest.fail("the workers did not get ready")


def serving(server: Server) -> int:
    """How many workers have said that they serve since the last start of each."""
    ready = 0
    for pid in worker_pids(server):
        # A worker loads its model with many threads' worth of work and opens its port afterwards:
        # uvicorn logs one line for it.
        ready += f"Started server process [{pid}]" in server_log(server)
    return ready


def server_log(server: Server) -> str:
    return Path(server.log.name).read_text(errors="replace")
