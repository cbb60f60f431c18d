"""What arrives from Telegram, read into one plain value.

Source of every field: https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telegram import Bot, Message, Update

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
    html: str | None = None


def read(raw: Mapping[str, Any], bot: Bot) -> Arrival | None:
    """Read an update; None where it holds nothing for us. Errors of the library pass through."""
    update = Update.de_json(dict(raw), bot)
    chat = update.effective_chat
    if chat is None:
        return None
    if chat.type != "private":
        return Arrival(update.update_id, chat.id, "nothing", private=False)
    if update.my_chat_member is not None:
        gone = update.my_chat_member.new_chat_member.status in ("kicked", "left")
        return Arrival(update.update_id, chat.id, "blocked" if gone else "nothing")
    if update.callback_query is not None:
        return _press(update, chat.id)
    if update.edited_message is not None:
        return _edit(update.update_id, update.edited_message)
    return _message(update.update_id, update.message) if update.message is not None else None


def _press(update: Update, chat: int) -> Arrival:
    query = update.callback_query
    assert query is not None
    data, shown = query.data or "", query.message
    html = title = None
    if isinstance(shown, Message):
        html = shown.text_html if shown.text else None
        rows = shown.reply_markup.inline_keyboard if shown.reply_markup else ()
        title = next((b.text for row in rows for b in row if b.callback_data == data), None)
    return Arrival(
        update.update_id, chat, "press", message=shown.message_id if shown else None,
        text=title or "", callback=query.id, data=data, html=html,
    )  # fmt: skip


def _edit(update: int, message: Message) -> Arrival:
    # A live location is "edited" all the time: only words count.
    kind = "edit" if message.text else "nothing"
    return Arrival(
        update, message.chat.id, kind, message=message.message_id, text=message.text or ""
    )


def _message(update: int, message: Message) -> Arrival:
    text = message.text or message.caption or ""
    command = _command(message.text or "")
    kind = next((name for field, name in _KINDS.items() if getattr(message, field, None)), None)
    if kind is None:
        kind = "command" if command else "text" if message.text else "nothing"
    reply = message.reply_to_message
    return Arrival(
        update, message.chat.id, kind, message=message.message_id, text=text, command=command,
        forwarded=message.forward_origin is not None,
        reply_to=reply.message_id if reply is not None else None,
    )  # fmt: skip


def _command(text: str) -> str | None:
    """Return the command a text is, `/menu` or `/menu@name`; other slashes are only text."""
    first, _, rest = text.partition(" ")
    name = first.partition("@")[0]
    known = name[1:] if name.startswith("/") and name[1:] in COMMANDS else None
    return known if not rest or known == "start" else None
