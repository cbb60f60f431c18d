"""What arrives from Telegram, read into one plain value.

Read from the JSON itself and not through the library's classes: those refuse an update that lacks a
field they know, or brings one in a new shape, and a person must not go unanswered for that.
Source of every field: https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""What is asked of Telegram; nothing from channels, inline mode or reactions."""

COMMANDS = ("start", "menu", "pause", "resume", "help_now", "erase", "privacy", "leave")

_KINDS = {
    "voice": "voice", "audio": "voice", "video_note": "video", "video": "video",
    "animation": "video", "photo": "photo", "sticker": "sticker", "venue": "location",
    "location": "location", "contact": "contact", "poll": "poll", "document": "document",
    "dice": "other", "game": "other", "story": "other", "paid_media": "other",
    "checklist": "other", "invoice": "other", "giveaway": "other",
}  # fmt: skip
"""Fields of a message that are not text, and the line each gets (a venue has a location too)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update.

    `kind`: text, command, press, edit, a name of `data/wording/telegram.yml: kinds`, blocked (the person
    blocked the bot) or nothing. `text` is what was written, a caption, or a pressed button's title.
    """

    update: int
    chat: int
    kind: str
    private: bool = True
    message: int | None = None
    text: str = ""
    command: str | None = None
    forwarded: bool = False
    reply_to: int | None = None
    callback: str | None = None
    data: str = ""
    shown: str | None = None
    marks: tuple[Json, ...] = ()


def read(raw: Json) -> Arrival | None:
    """Read an update; None where it holds nothing for us (KeyError or TypeError for what is no update)."""
    number = int(raw["update_id"])
    for name, reader in _READERS.items():
        if (inner := raw.get(name)) is not None:
            chat = _chat(inner)
            if chat is None:
                return None
            if chat.get("type", "private") != "private":
                return Arrival(number, int(chat["id"]), "nothing", private=False)
            return reader(number, int(chat["id"]), inner)
    return None


def _chat(inner: Json) -> Json | None:
    """Return the chat of a message, or of the message whose button was pressed."""
    found = inner.get("chat") or (inner.get("message") or {}).get("chat")
    if (
        found is None and "data" in inner
    ):  # too old for Telegram to tell: a private chat is its person
        return {"id": inner["from"]["id"], "type": "private"}
    return found if isinstance(found, Mapping) else None


def _membership(number: int, chat: int, inner: Json) -> Arrival:
    status = (inner.get("new_chat_member") or {}).get("status")
    return Arrival(number, chat, "blocked" if status in ("kicked", "left") else "nothing")


def _press(number: int, chat: int, inner: Json) -> Arrival:
    data, message = str(inner.get("data") or ""), inner.get("message") or {}
    rows = (message.get("reply_markup") or {}).get("inline_keyboard") or ()
    titles = (b.get("text") for row in rows for b in row if b.get("callback_data") == data)
    return Arrival(
        number, chat, "press", message=message.get("message_id"), text=next(titles, None) or "",
        callback=str(inner["id"]), data=data, shown=message.get("text"),
        marks=tuple(message.get("entities") or ()),
    )  # fmt: skip


def _edit(number: int, chat: int, inner: Json) -> Arrival:
    # A live location is "edited" all the time: only words count.
    text = inner.get("text") or ""
    return Arrival(
        number, chat, "edit" if text else "nothing", message=int(inner["message_id"]), text=text
    )


def _message(number: int, chat: int, inner: Json) -> Arrival:
    text = str(inner.get("text") or inner.get("caption") or "")
    command = _command(text) if inner.get("text") else None
    kind = next((name for field, name in _KINDS.items() if inner.get(field)), None)
    if kind is None:
        kind = "command" if command else "text" if inner.get("text") else "nothing"
    reply = inner.get("reply_to_message") or {}
    return Arrival(
        number, chat, kind, message=int(inner["message_id"]), text=text, command=command,
        forwarded="forward_origin" in inner or "forward_date" in inner,
        reply_to=reply.get("message_id"),
    )  # fmt: skip


_READERS = {
    "message": _message, "edited_message": _edit, "callback_query": _press,
    "my_chat_member": _membership, "channel_post": _message, "edited_channel_post": _edit,
    "business_message": _message,
}  # fmt: skip


def _command(text: str) -> str | None:
    """Return the command a text is, `/menu` or `/menu@name`; other slashes are only text."""
    first, _, rest = text.partition(" ")
    name = first.partition("@")[0]
    known = name[1:] if name.startswith("/") and name[1:] in COMMANDS else None
    return known if not rest or known == "start" else None
