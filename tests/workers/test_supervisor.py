"""What needs several workers, and when they are replaced."""

from __future__ import annotations

import gzip
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr
from uvicorn.config import Config

from bot.errors import SettingsError
from bot.files import is_whole
from bot.settings import Settings
from bot.workers import Supervisor, check


class Recording(Supervisor):
    """Counts replacements instead of making them."""

    restarts = 0

    def restart_all(self) -> None:
        self.restarts += 1


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "groundwork.tar.gz"
    path.write_bytes(gzip.compress(b"one" * 1000))
    return path


@pytest.fixture
def supervisor(model: Path) -> Recording:
    config = Config("bot.workers:worker_app", factory=True, workers=2)
    return Recording(config, [socket.socket()], model)


def test_the_same_model_replaces_nobody(supervisor: Recording) -> None:
    supervisor.keep_subprocess_alive()
    assert supervisor.restarts == 0


def test_another_model_replaces_everybody_once(supervisor: Recording, model: Path) -> None:
    model.write_bytes(gzip.compress(b"another" * 1000))
    for _ in range(3):
        supervisor.keep_subprocess_alive()
    assert supervisor.restarts == 1


@pytest.mark.parametrize(
    "content",
    [None, b"", b"rubbish", gzip.compress(b"cut" * 9999, mtime=0)[:-20]],
    ids=["missing", "empty", "rubbish", "cut"],
)
def test_a_damaged_model_replaces_nobody_and_a_whole_one_then_does(
    supervisor: Recording, model: Path, content: bytes | None
) -> None:
    model.unlink()
    if content is not None:
        model.write_bytes(content)
    supervisor.keep_subprocess_alive()
    assert supervisor.restarts == 0
    model.write_bytes(gzip.compress(b"whole" * 1000))
    supervisor.keep_subprocess_alive()
    assert supervisor.restarts == 1


def test_a_whole_archive_is_whole(model: Path) -> None:
    assert is_whole(model)


@pytest.mark.parametrize(("given", "missing"), [
    ({}, "REDIS_URL and GROUNDWORK_DATABASE_URL"),
    ({"redis_url": SecretStr("redis://x")}, "DATABASE_URL"),
    ({"database_url": SecretStr("postgresql://x/y")}, "REDIS_URL"),
])  # fmt: skip
def test_several_workers_need_both(given: dict[str, SecretStr], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        check(Settings(**given), 2)
    check(Settings(**given), 1)


def test_at_least_one() -> None:
    with pytest.raises(SettingsError):
        check(Settings(), 0)
