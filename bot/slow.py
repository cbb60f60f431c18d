"""Clients that don't get to the end: how long a request's head and its body may take to arrive.

uvicorn limits the pause between two requests alone. Without these two limits a few thousand connections
that never finish a request would take every place.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD = 15.0
"""Seconds for the head of a request; a phone on a bad line needs less than five."""
BODY = 30.0
"""Seconds for the body, which is 64 KiB at most in the ordinary."""


class TimedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, which closes a connection whose head takes too long."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a later head."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._end()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._end()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._end()
        self._waiting = self.loop.call_later(HEAD, self.transport.close)

    def _end(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
