"""The broom: removes what has run out while the server runs, and distrusts a clock that jumps."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from bot.errors import GroundworkError
from bot.store.store import utcnow

logger = logging.getLogger(__name__)
EVERY = 600.0
"""Seconds between two rounds: what ran out can't be opened from that moment on, and is gone ten minutes later."""
JUMP = 3_600.0
"""Seconds the clock may gain on the time that really passed; leap seconds and NTP stay far below."""
PATIENCE = 86_400.0
"""Seconds after which a clock that jumped and stayed there is believed."""


def elapsed() -> float:
    """Return seconds that nobody can set, counted through suspension."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Sweeper:
    """Calls `purge` now and again in a thread of its own.

    Args:
        purge: removes what has run out; safe to repeat, to run twice at once, and to interrupt.
        every: seconds between two rounds.
        clock: the time by which things run out.
        steady: seconds that really pass.
    """

    def __init__(
        self, purge: Callable[[], int], *, every: float = EVERY,
        clock: Callable[[], datetime] = utcnow, steady: Callable[[], float] = elapsed,
    ) -> None:  # fmt: skip
        self._purge = purge
        self._every = every
        self._clock = clock
        self._steady = steady
        self._offset = self._gap()
        self._jumped_at: float | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)

    def start(self) -> None:
        """Begin with a first round."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round that runs."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def round(self) -> int:
        """Remove what has run out; returns how many talks, none while the clock is not to be trusted."""
        if self._leapt():
            return 0
        try:
            return self._purge()
        except GroundworkError as error:
            logger.warning("what has run out stays for now: %s", error)
            return 0

    def _run(self) -> None:
        while True:
            self.round()
            if self._end.wait(self._every):
                return

    def _gap(self) -> float:
        return self._clock().timestamp() - self._steady()

    def _leapt(self) -> bool:
        """Whether the clock ran ahead: a wrong date must not empty the store."""
        gain = self._gap() - self._offset
        if gain <= JUMP:
            self._offset, self._jumped_at = self._gap(), None  # slow drift is followed
            return False
        if self._jumped_at is None:
            self._jumped_at = self._steady()
            logger.error("the clock jumped ahead: nothing is removed until it is set right")
        if self._steady() - self._jumped_at < PATIENCE:
            return True
        self._offset, self._jumped_at = self._gap(), None
        return False
