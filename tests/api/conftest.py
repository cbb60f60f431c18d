"""A real server in a process of its own, on a free port, with a data directory of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


class Server:
    """A running `groundwork serve`."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self._folder = folder
        self._arguments = arguments
        self._settings = settings
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        plain = {k: v for k, v in os.environ.items() if not k.startswith("GROUNDWORK_")}
        env = {
            **plain,
            "GROUNDWORK_PORT": str(self.port),
            "GROUNDWORK_DATA_DIR": str(self._folder),
            "GROUNDWORK_RATE_LIMIT": "off",
            **{f"GROUNDWORK_{k}": v for k, v in self._settings.items()},
        }
        self.log = (self._folder / "server.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "serve", *self._arguments],
            cwd=ROOT,
            env=env,
            stdout=self.log,
            stderr=self.log,
        )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                pytest.fail((self._folder / "server.log").read_text(errors="replace")[-3000:])
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.3)
        self.kill()
        pytest.fail("the server did not get ready")

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self.log.close()


class Client:
    """A person's client."""

    def __init__(self, server: Server, **begin: Any) -> None:
        self._server = server
        self.http = httpx.Client(base_url=server.url, timeout=60)
        begun = self.http.post("/api/conversations", json=begin)
        assert begun.status_code == 201, begun.text
        self.begun = begun.json()
        self.http.headers["Authorization"] = f"Bearer {self.begun['token']}"

    def send(self, **body: Any) -> httpx.Response:
        headers = {"Idempotency-Key": body.pop("key")} if "key" in body else {}
        return self.http.post("/api/conversations/messages", json=body, headers=headers)

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        response = self.send(text=text, **more)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server"), DEBUG="1")
    yield running
    running.stop()


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server, region="GB")
