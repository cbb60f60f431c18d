"""The whole server killed at any moment: every message answered with 200 is there, once, in order."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.api.conftest import Server
from tests.people import Crowd

PER_ROUND = 10
"""Kills in one round of talks; then new ones are begun."""


@pytest.mark.parametrize(
    "kills", [2, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(4 * 3600)])]
)
def test_no_answered_message_is_lost_or_doubled(
    tmp_path: Path, kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    rng, server, answered = random.Random(11), Server(tmp_path), 0
    try:
        for done in range(0, kills, PER_ROUND):
            with Crowd(server, size=3) as crowd:
                for _ in range(min(PER_ROUND, kills - done)):
                    crowd.wait_for(rng.randrange(1, 6))
                    time.sleep(rng.uniform(0, 0.15))
                    server.kill()
                    server.start()
                crowd.wait_for(3)
            assert crowd.nothing_lost_or_doubled()
            answered += crowd.answered
    finally:
        server.stop()
    with capsys.disabled():
        print(f"\n{kills} kills of the server, {answered} messages answered, 0 lost, 0 doubled")
