"""How often one may write: by client and by conversation, in one process or in all of them together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis as client

from bot.limiter import Limiter, network
from tests.servers import RedisServer, redis_server

KEY = b"k" * 32


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


def test_a_client_waits_when_it_is_too_fast() -> None:
    limiter = Limiter("3/minute", KEY)
    assert [limiter.check("192.0.2.1") for _ in range(3)] == [None] * 3
    assert 1 <= (limiter.check("192.0.2.1") or 0) <= 61
    assert limiter.check("192.0.2.2") is None


def test_a_conversation_waits_whoever_writes_in_it() -> None:
    limiter = Limiter("3/minute", KEY)
    waits = [limiter.check(f"192.0.2.{n}", "talk") for n in range(4)]
    assert waits[:3] == [None] * 3
    assert waits[3]


def test_off_is_off() -> None:
    assert Limiter("off", KEY).check("192.0.2.1") is None


@pytest.mark.parametrize(("address", "counted"), [
    ("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
    ("2001:db8:1:2:ffff::", "2001:db8:1:2::"), ("::ffff:192.0.2.1", "192.0.2.1"),
    ("testclient", "testclient"),
])  # fmt: skip
def test_what_counts_as_one_client(address: str, counted: str) -> None:
    assert network(address) == counted


def test_processes_count_together_and_keep_no_address(redis: RedisServer) -> None:
    one, two = Limiter("4/minute", KEY, redis.url), Limiter("4/minute", KEY, redis.url)
    waits = [limiter.check("198.51.100.7") for limiter in (one, two, one, two, one, two)]
    assert waits[:4] == [None] * 4
    assert all(waits[4:])
    held = client.Redis.from_url(redis.url)
    names = held.keys("*")
    held.close()
    assert names
    assert not any(b"198.51.100.7" in name for name in names)


def test_while_redis_is_away_each_process_counts_for_itself() -> None:
    with redis_server() as server:
        limiter = Limiter("2/minute", KEY, server.url)
        server.stop()
        assert [limiter.check("192.0.2.1") for _ in range(2)] == [None] * 2
        assert limiter.check("192.0.2.1")
