"""One message of a conversation at a time: within a process, and over all processes through Redis.

The order guards the conversation's sense, not its safety: two writers who meet all the same are told
apart by the store, which refuses the second. So without Redis work goes on, and says so loudly.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import weakref
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.settings import Settings

logger = logging.getLogger(__name__)
LIFE = 6.0
"""Seconds after which the place of a worker that died is free for the next."""
PATIENCE = 20.0
"""Seconds a message waits at most: somebody in danger is answered even beside a turn that hangs."""
_POLL = 0.02
_SAY_EVERY = 60.0

# A queue for each conversation. Everyone in it keeps a sign of life that runs out by itself; whoever
# finds a head without one removes it. Entering, waiting and holding are the same step, done again.
_STEP = """
redis.call('SET', KEYS[2], 1, 'PX', ARGV[2])
if not redis.call('LPOS', KEYS[1], ARGV[1]) then redis.call('RPUSH', KEYS[1], ARGV[1]) end
local head = redis.call('LINDEX', KEYS[1], 0)
while head ~= ARGV[1] and redis.call('EXISTS', ARGV[3] .. head) == 0 do
  redis.call('LPOP', KEYS[1])
  head = redis.call('LINDEX', KEYS[1], 0)
end
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
return head == ARGV[1] and 1 or 0
"""


class Order(Protocol):
    """Lets one in at a time for each name, in the order they came."""

    def turn(self, name: str) -> AbstractAsyncContextManager[None]:
        """Wait for the turn of this name; it ends with the block."""

    async def ping(self) -> bool:
        """Whether everything the order needs is there."""

    async def close(self) -> None:
        """Let go of connections."""


class LocalOrder:
    """The order within this process."""

    def __init__(self) -> None:
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for the turn of this name; asyncio's locks are first come, first served."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        async with lock:
            yield

    async def ping(self) -> bool:
        """Nothing is needed."""
        return True

    async def close(self) -> None:
        """Nothing is held."""


class SharedOrder:
    """The order over all processes that share a Redis.

    Args:
        url: `redis://…` or `rediss://…`.
        life: seconds until a dead worker's place is free.
        patience: seconds a message waits at most.
    """

    def __init__(self, url: str, *, life: float = LIFE, patience: float = PATIENCE) -> None:
        self._redis: Redis[Any] = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._step = self._redis.register_script(_STEP)
        self._local = LocalOrder()
        self._life = life
        self._patience = patience
        self._said = 0.0

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for the turn of this name, here first and then among all processes."""
        async with self._local.turn(name):
            ticket = secrets.token_hex(8)
            try:
                await self._enter(name, ticket)
                staying = asyncio.create_task(self._stay(name, ticket))
                try:
                    yield
                finally:
                    staying.cancel()
            finally:
                await self._leave(name, ticket)

    async def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.close()

    async def _enter(self, name: str, ticket: str) -> None:
        until = time.monotonic() + self._patience
        while not await self._mine(name, ticket):
            if time.monotonic() > until:
                logger.warning("a turn hangs; the next one does not wait for it any longer")
                return
            await asyncio.sleep(_POLL)

    async def _mine(self, name: str, ticket: str) -> bool:
        try:
            return bool(
                await self._step(
                    keys=[_queue(name), _alive(ticket)],
                    args=[ticket, int(self._life * 1000), _alive("")],
                )
            )
        except (RedisError, OSError) as error:
            self._say(error)
            return True

    async def _stay(self, name: str, ticket: str) -> None:
        while True:
            await asyncio.sleep(self._life / 3)
            await self._mine(name, ticket)

    async def _leave(self, name: str, ticket: str) -> None:
        # What can't be taken back now runs out by itself.
        with suppress(RedisError, OSError):
            async with self._redis.pipeline() as both:
                await both.lrem(_queue(name), 1, ticket).delete(_alive(ticket)).execute()

    def _say(self, error: Exception) -> None:
        if time.monotonic() - self._said > _SAY_EVERY:
            self._said = time.monotonic()
            logger.error(
                "Redis does not answer (%s): order rests on the store", type(error).__name__
            )


def _queue(name: str) -> str:
    return f"groundwork:order:{name}"


def _alive(ticket: str) -> str:
    return f"groundwork:alive:{ticket}"


def order_of(settings: Settings) -> Order:
    """Return the order that the settings ask for: over all processes where there is a Redis."""
    if settings.redis_url is None:
        return LocalOrder()
    return SharedOrder(settings.redis_url.get_secret_value())
