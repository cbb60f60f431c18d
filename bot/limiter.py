"""How often a client and a conversation may write, counted in this process or in Redis for all."""

from __future__ import annotations

import ipaddress
import logging
import time

from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from bot.settings import Settings
from bot.store.keys import ServerSecret, keyed_hash

logger = logging.getLogger(__name__)


class Limiter:
    """Counts messages in a moving window.

    Args:
        rate: such as `60/minute`, or `off`.
        key: hides clients' addresses: only a keyed hash of them is counted.
        redis: where processes count together; while it is away each counts for itself.
    """

    def __init__(self, rate: str, key: bytes, redis: str | None = None) -> None:
        self._rate = None if rate == "off" else parse(rate)
        self._key = key
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared = None
        if redis is not None:
            storage = RedisStorage(redis, wrap_exceptions=True, socket_timeout=2)
            self._shared = MovingWindowRateLimiter(storage)

    @classmethod
    def of(cls, settings: Settings, secret: ServerSecret) -> Limiter:
        """Return the limiter that the settings ask for."""
        redis = settings.redis_url.get_secret_value() if settings.redis_url else None
        return cls(settings.rate_limit, secret.derived("limits"), redis)

    def check(self, client: str, conversation: str = "") -> int | None:
        """Count a message; return the seconds to wait where it was one too many, else None."""
        if self._rate is None:
            return None
        hidden = keyed_hash(self._key, "client", network(client)).hex()
        for name in filter(None, (f"client:{hidden}", conversation)):
            wait = self._count(name)
            if wait is not None:
                return wait
        return None

    def _count(self, name: str) -> int | None:
        if self._shared is not None:
            try:
                return self._hit(self._shared, name)
            except StorageError:
                logger.warning("Redis does not answer: this process counts for itself")
        return self._hit(self._own, name)

    def _hit(self, limits: MovingWindowRateLimiter, name: str) -> int | None:
        assert self._rate is not None
        if limits.hit(self._rate, name):
            return None
        reset = limits.get_window_stats(self._rate, name).reset_time
        return max(1, int(reset - time.time()) + 1)


def network(client: str) -> str:
    """Return what one client can't change at will: an IPv4 address, the /64 of an IPv6 address."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)
