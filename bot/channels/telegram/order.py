"""Putting updates that arrive side by side back into their order.

Telegram numbers updates in sequence, and a webhook may deliver several at once
(https://core.telegram.org/bots/api#update). An update waits a moment for those before it; a number that
never comes holds nothing up for long.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

PATIENCE = 0.5
"""Seconds an update waits for the ones before it."""
FAR = 100
"""A gap so large is no gap: numbers begin anew at random after a quiet week."""


class Sequence:
    """Begins work in the order of numbers, as far as that can be known."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._moved = asyncio.Event()

    async def take(self, number: int, work: Callable[[], Awaitable[None]]) -> None:
        """Begin `work` once all before `number` have begun, or the patience is over; wait for its end."""
        if self._is_early(number):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._until(number), PATIENCE)
        running = asyncio.ensure_future(work())
        # A task that is ready begins before those that are woken after it.
        self._last = number if self._last is None else max(number, self._last)
        self._moved.set()
        self._moved = asyncio.Event()
        await running

    def _is_early(self, number: int) -> bool:
        return self._last is not None and 1 < number - self._last < FAR

    async def _until(self, number: int) -> None:
        while self._is_early(number):
            await self._moved.wait()
