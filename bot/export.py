"""What a person gave, in one piece they can take away: their words, their answers, their papers.

Crisis turns and the private screen are left out, and the export says so: whoever holds the phone could
ask for it. They can be read nowhere and go with the talk.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.catalog import Catalog
from bot.dialogue.history import History
from bot.dialogue.session import Session, split_slot
from bot.store.opened import Opened
from bot.wording import say


def export(opened: Opened, history: History, catalog: Catalog) -> dict[str, Any]:
    """Return everything of a conversation that may be shown, as plain JSON values."""
    session = Session.from_dict(history.slots.get("session"))
    return {
        "about": say("own.export_about"),
        "begun": opened.created_at.isoformat(timespec="seconds"),
        "goes": opened.expires_at.isoformat(timespec="seconds"),
        "kept": opened.kept,
        "region": session.region,
        "entrance": session.role,
        "messages": history.messages,
        "answers": _answers(history.slots, catalog),
        "papers": history.slots.get("artifacts") or [],
    }


def _answers(slots: Mapping[str, Any], catalog: Catalog) -> list[dict[str, Any]]:
    found = []
    for slot, answer in slots.items():
        conversation, step = split_slot(slot)
        if conversation in catalog and step and answer is not None:
            found.append({"conversation": conversation, "step": step, "answer": answer})
    return found
