"""One message of a conversation at a time, in the order they came, over processes that may die."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.order import LocalOrder, Order, SharedOrder
from tests.servers import RedisServer, redis_server

LIFE = 1.0


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def pair(redis: RedisServer) -> AsyncIterator[tuple[SharedOrder, SharedOrder]]:
    """Two processes' orders, as far as Redis can tell."""
    both = SharedOrder(redis.url, life=LIFE), SharedOrder(redis.url, life=LIFE)
    yield both
    for order in both:
        await order.close()


class Register:
    """Notes who is in, and fails when two are."""

    def __init__(self) -> None:
        self.came: list[int] = []
        self.inside = 0

    async def visit(self, order: Order, name: str, number: int, stay: float = 0.005) -> None:
        async with order.turn(name):
            self.inside += 1
            assert self.inside == 1
            self.came.append(number)
            await asyncio.sleep(stay)
            self.inside -= 1


async def test_in_one_process_one_at_a_time_in_order() -> None:
    register, order = Register(), LocalOrder()
    await asyncio.gather(*(register.visit(order, "a", n) for n in range(20)))
    assert register.came == list(range(20))


async def test_over_processes_one_at_a_time_in_order(
    pair: tuple[SharedOrder, SharedOrder],
) -> None:
    register = Register()
    tasks = []
    for n in range(20):
        tasks.append(asyncio.create_task(register.visit(pair[n % 2], "b", n, stay=0.05)))
        await asyncio.sleep(0.01)  # they come one after the other, all before the first is out
    await asyncio.gather(*tasks)
    # Each process sends its own in order; among processes it is the order of their first ones.
    assert [n for n in register.came if n % 2 == 0] == list(range(0, 20, 2))
    assert [n for n in register.came if n % 2] == list(range(1, 20, 2))


async def test_two_waiting_in_different_processes_go_in_the_order_they_came(
    redis: RedisServer,
) -> None:
    register = Register()
    orders = [SharedOrder(redis.url, life=LIFE) for _ in range(8)]
    tasks = []
    for n, order in enumerate(orders):
        tasks.append(asyncio.create_task(register.visit(order, "c", n, stay=0.1)))
        await asyncio.sleep(0.03)
    await asyncio.gather(*tasks)
    assert register.came == list(range(8))
    for order in orders:
        await order.close()


async def test_different_conversations_do_not_wait_for_each_other(
    pair: tuple[SharedOrder, SharedOrder],
) -> None:
    began = time.monotonic()
    async with pair[0].turn("d"), pair[1].turn("e"):
        assert time.monotonic() - began < LIFE


async def test_a_long_turn_keeps_its_place(pair: tuple[SharedOrder, SharedOrder]) -> None:
    register = Register()
    long = asyncio.create_task(register.visit(pair[0], "f", 0, stay=3 * LIFE))
    await asyncio.sleep(0.1)
    await asyncio.gather(long, register.visit(pair[1], "f", 1))
    assert register.came == [0, 1]


HOLDER = """
import asyncio, sys
from bot.order import SharedOrder
async def main():
    async with SharedOrder(sys.argv[1], life=float(sys.argv[2])).turn("g"):
        print("in", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_a_dead_workers_place_is_free_soon(
    redis: RedisServer, pair: tuple[SharedOrder, SharedOrder]
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, redis.url, str(LIFE), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"in\n"
    process.kill()
    await process.wait()
    began = time.monotonic()
    async with pair[0].turn("g"):
        assert LIFE / 3 < time.monotonic() - began < LIFE + 1


async def test_a_turn_that_hangs_is_not_waited_for_for_ever(redis: RedisServer) -> None:
    holder, other = SharedOrder(redis.url), SharedOrder(redis.url, patience=0.3)
    async with holder.turn("h"), other.turn("h"):
        pass
    for order in (holder, other):
        await order.close()


async def test_nothing_is_left_in_redis(
    redis: RedisServer, pair: tuple[SharedOrder, SharedOrder]
) -> None:
    async with pair[0].turn("i"):
        pass
    assert await pair[0]._redis.keys("groundwork:order:i") == []


async def test_without_redis_work_goes_on_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with redis_server() as server:
        order = SharedOrder(server.url, life=LIFE)
        assert await order.ping()
        server.stop()
        assert not await order.ping()
        register = Register()
        await asyncio.gather(*(register.visit(order, "j", n) for n in range(3)))
        assert register.came == [0, 1, 2], "the order within the process stays"
        assert "Redis does not answer" in caplog.text
        server.start()
        assert await order.ping()
        await register.visit(order, "j", 3)
        await order.close()
