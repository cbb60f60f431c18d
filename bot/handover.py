"""Handing over to people: a human service that the operator names, reached only as the person wishes.

Nothing is passed by itself. What would be passed is shown first, word for word; the person says yes to
exactly that, and only papers they chose are in it. Never the talk, never a crisis turn, never the
private screen.
"""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from bot.artifacts.model import Artifact
from bot.artifacts.text import as_text
from bot.dialogue.history import History
from bot.errors import GroundworkError
from bot.settings import Settings
from bot.store.keys import same
from bot.wording import say

Kind = Literal["mail", "phone", "web"]
_KINDS: dict[str, Kind] = {"mailto": "mail", "tel": "phone", "https": "web"}
SECONDS = 10
Send = Callable[[str, bytes], None]


class NotTheSame(GroundworkError):
    """What was agreed to is not what would be passed now; it has to be looked at again."""


class NotHandedOver(GroundworkError):
    """The service did not take it; nothing was kept of it."""


@dataclass(frozen=True, slots=True)
class Service:
    """A human service.

    Attributes:
        name: as people read it.
        contact: `mailto:…`, `tel:…`, or an `https://…` address that takes JSON.
    """

    name: str
    contact: str

    @classmethod
    def of(cls, settings: Settings) -> Service | None:
        """Return the operator's service, None where none is named."""
        if settings.handover_name is None or settings.handover_contact is None:
            return None
        return cls(settings.handover_name, settings.handover_contact)

    @property
    def kind(self) -> Kind:
        """How it is reached."""
        return _KINDS[self.contact.partition(":")[0]]

    @property
    def shown(self) -> str:
        """The contact as people read it; none for an address that is for programs."""
        return "" if self.kind == "web" else self.contact.partition(":")[2].partition("?")[0]

    def offer(self) -> str:
        """Return the sentence that offers it."""
        key = "own.offer_web" if self.kind == "web" else "own.offer"
        return say(key, name=self.name, contact=self.shown)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What would be passed, word for word."""

    service: Service
    text: str

    @property
    def digest(self) -> str:
        """A mark of exactly this text for exactly this service."""
        whole = json.dumps([self.service.name, self.service.contact, self.text])
        return hashlib.sha256(whole.encode()).hexdigest()

    def shown(self) -> dict[str, Any]:
        """Return what is shown before anything is passed."""
        return {
            "service": self.service.name, "kind": self.service.kind,
            "contact": self.service.shown, "notice": say("own.handover_notice"),
            "text": self.text, "digest": self.digest, "link": self._link(),
        }  # fmt: skip

    def _link(self) -> str | None:
        if self.service.kind == "mail":
            return f"{self.service.contact}?body={quote(self.text)}"
        return self.service.contact if self.service.kind == "phone" else None

    def pass_on(self, digest: str, send: Send) -> None:
        """Pass it, if it is what the person agreed to.

        Raises:
            NotTheSame: it is not.
            NotHandedOver: the service is not reached by us, or did not take it.
        """
        if not same(digest.encode("utf-8", "replace"), self.digest.encode()):
            raise NotTheSame(say("own.handover_changed"))
        if self.service.kind != "web":
            raise NotHandedOver(say("own.handover_yourself"))
        body = json.dumps({"service": self.service.name, "text": self.text}).encode()
        send(self.service.contact, body)


def pack(service: Service, history: History, papers: Sequence[str], reach: str) -> Parcel:
    """Put together what would be passed: the chosen papers, and how the person wants to be reached."""
    held = [Artifact.from_dict(raw) for raw in history.slots.get("artifacts") or []]
    parts = [as_text(paper).strip() for paper in held if paper.id in set(papers)]
    if reach.strip():
        parts.insert(0, say("own.handover_reach", reach=reach.strip()))
    return Parcel(service, "\n\n".join(parts))


def post(url: str, body: bytes) -> None:
    """Send JSON to the operator's service (NotHandedOver where it does not take it)."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310  (https by setting)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
            return
    except (urllib.error.URLError, OSError):
        raise NotHandedOver(say("own.handover_failed")) from None
