"""People who write one message after another, whatever happens to the server meanwhile."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx

from tests.api.conftest import Server


class Person(threading.Thread):
    """Writes one numbered message after another, each on a new connection, and repeats what failed.

    Attributes:
        sent: the messages that were answered, in order.
        failed: how many tries were not answered.
    """

    def __init__(self, url: str, number: int) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._number = number
        self._end = threading.Event()
        self.sent: list[str] = []
        self.failed = 0
        self.token = httpx.post(f"{url}/api/conversations", json={}, timeout=60).json()["token"]

    def run(self) -> None:
        while not self._end.is_set():
            text = f"person {self._number} says number {len(self.sent)}"
            if self._send(text, str(len(self.sent))):
                self.sent.append(text)

    def _send(self, text: str, key: str) -> bool:
        try:
            response = httpx.post(
                f"{self._url}/api/conversations/messages", json={"text": text}, timeout=60,
                headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": key},
            )  # fmt: skip
        except httpx.HTTPError:
            self.failed += 1
            return False
        if response.status_code == 503:
            self.failed += 1
            time.sleep(0.2)
            return False
        assert response.status_code == 200, response.text
        return True

    def finish(self) -> None:
        self._end.set()
        self.join()

    def kept(self) -> list[str]:
        """Return what the program has of this person's messages."""
        headers = {"Authorization": f"Bearer {self.token}"}
        found = httpx.get(f"{self._url}/api/conversations", headers=headers, timeout=60).json()
        return [m["text"] for m in found["messages"] if m["from"] == "person"]


class Crowd:
    """Several people writing at once."""

    def __init__(self, server: Server, size: int = 4) -> None:
        self.people = [Person(server.url, number) for number in range(size)]

    def __enter__(self) -> Crowd:
        for person in self.people:
            person.start()
        return self

    def __exit__(self, *_: Any) -> None:
        for person in self.people:
            person.finish()

    @property
    def answered(self) -> int:
        return sum(len(person.sent) for person in self.people)

    def wait_for(self, more: int) -> None:
        """Wait until so many more messages were answered."""
        goal, deadline = self.answered + more, time.monotonic() + 120
        while self.answered < goal:
            assert time.monotonic() < deadline, "nothing is answered any more"
            time.sleep(0.05)

    def nothing_lost_or_doubled(self) -> bool:
        """Whether everything answered was kept, once and in order; a last one may be unanswered."""
        for person in self.people:
            kept = person.kept()
            assert kept[: len(person.sent)] == person.sent
            assert len(kept) <= len(person.sent) + 1
        return True
