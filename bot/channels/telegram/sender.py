"""Sends what waits in the outbox: in order within a chat, many chats at once, until it is done.

What Telegram refuses for good is let go; what it refuses for now, a lost line or a restart keeps its
place and is tried again. A message may come twice where a line breaks after Telegram took it, never not
at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import unescape
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.artifacts.model import Artifact
from bot.artifacts.render import render
from bot.channels.telegram import rows
from bot.channels.telegram.api import Client, wait_of
from bot.channels.telegram.reminders import STOP, Reminder
from bot.engine import Engine
from bot.errors import GroundworkError
from bot.store.outbox import Outgoing, Waiting
from bot.store.store import Store, utcnow
from bot.wording import say

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=90)
"""Longer than the longest request: only a killed process lets an item fall back to others."""
TICK = 1.0
AT_ONCE = 100
"""Items under way together: few enough that none waits for its turn until its lease is over."""
A_SECOND = 28
"""Messages a second to all chats together; Telegram's limit is about 30
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)."""
SLOWEST = 60.0
GONE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")
"""What Telegram says of a chat that is no more."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Sender:
    """Works the outbox of one process; several processes share one outbox."""

    def __init__(self, bot: Client, engine: Engine, store: Store) -> None:
        self._bot = bot
        self._engine = engine
        self._store = store
        self._awake = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._tries: dict[str, int] = {}
        self._pace = Pace(A_SECOND)

    def wake(self) -> None:
        """Look at once: something was added."""
        self._awake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self._awake.clear()
            try:
                await self._take()
            except GroundworkError as error:
                logger.error("the outbox cannot be read: %s", error)
                await asyncio.sleep(TICK)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), TICK)

    async def drain(self) -> None:
        """Wait for what is being sent."""
        if self._running:
            await asyncio.wait(self._running, timeout=10)

    async def _take(self) -> None:
        room = AT_ONCE - len(self._running)
        if room <= 0:
            return
        due = await asyncio.to_thread(
            self._store.due, channel="telegram", limit=room, lease=LEASE, in_order=True
        )
        for item in due:
            task = asyncio.create_task(self._handle(item))
            self._running.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._awake.set()

    async def _handle(self, item: Waiting) -> None:
        try:
            await self._do(item)
            self._tries.pop(item.id, None)
        except RetryAfter as error:
            await self._hold(item, wait_of(error))
        except (Forbidden, ChatMigrated):
            await self._clean_up(item)
        except BadRequest as error:
            if any(words in error.message.casefold() for words in GONE):
                await self._clean_up(item)
            else:
                logger.warning("Telegram refused to %s", item.payload["do"])
                await self._done(item)
        except (TelegramError, GroundworkError) as error:
            logger.warning("could not %s (%s)", item.payload["do"], type(error).__name__)
            await self._hold(item, self._later(item))
        except Exception as error:  # one item that fails must not stop its chat for good
            logger.error("could not %s (%s)", item.payload["do"], type(error).__name__)
            await self._done(item)

    def _later(self, item: Waiting) -> timedelta:
        tries = self._tries[item.id] = self._tries.get(item.id, 0) + 1
        return timedelta(seconds=min(2.0 ** (tries - 1), SLOWEST))

    async def _hold(self, item: Waiting, span: timedelta) -> None:
        with contextlib.suppress(GroundworkError):  # else the lease runs out and it is tried again
            await asyncio.to_thread(self._store.hold, item.id, utcnow() + span)

    async def _clean_up(self, item: Waiting) -> None:
        """Forget a chat that has gone: the person blocked the bot, or the account is no more."""
        chat = item.payload["chat"]
        await self._done(item)
        await asyncio.to_thread(
            lambda: self._store.erase(self._store.open_chat("telegram", str(chat)))
        )

    async def _done(self, item: Waiting, *then: Outgoing) -> bool:
        return await asyncio.to_thread(self._store.done, item.id, then)

    # --- one item --------------------------------------------------------------------------------

    async def _do(self, item: Waiting) -> None:
        work: dict[str, Callable[[Waiting], Awaitable[None]]] = {
            "send": self._send, "document": self._document, "edit": self._edit,
            "clear": self._clear, "delete": self._delete, "remind": self._remind,
        }  # fmt: skip
        handler = work.get(item.payload["do"])
        if handler is None:  # a `sent` or `note` whose time is over
            await self._done(item)
        else:
            await handler(item)

    async def _send(self, item: Waiting) -> None:
        message = await self._message(item.payload, protect=bool(item.payload.get("protect")))
        await self._sent(item, message, artifact=item.payload.get("artifact"))

    async def _message(self, payload: dict[str, Any], **more: Any) -> int:
        options = {
            "chat_id": payload["chat"], "reply_markup": _markup(payload.get("keys")),
            "protect_content": more.get("protect", False), "link_preview_options": _NO_PREVIEW,
            "disable_notification": bool(payload.get("timed")),
        }  # fmt: skip
        await self._pace.turn()
        try:
            sent = await self._bot.send_message(
                text=payload["html"], parse_mode=ParseMode.HTML, **options
            )
        except BadRequest as error:
            if "entities" not in error.message:
                raise
            # Bare words are better than none: whatever the format was, the text gets through.
            sent = await self._bot.send_message(text=bare(payload["html"]), **options)
        return sent.message_id

    async def _sent(self, item: Waiting, message: int, *, artifact: str | None = None) -> None:
        payload = item.payload
        # A document keeps its buttons: they are no question that something else could answer.
        keys = bool(payload.get("keys")) and payload["do"] == "send"
        turn = int(payload.get("turn") or 0)
        noted = rows.sent(message, turn, utcnow(), keys=keys, artifact=artifact)
        if not await self._done(item, noted):
            await self._take_back(payload["chat"], message)

    async def _take_back(self, chat: int, message: int) -> None:
        """Delete what was sent while its talk was being erased."""
        with contextlib.suppress(TelegramError):
            await self._bot.delete_message(chat, message)

    async def _document(self, item: Waiting) -> None:
        payload = item.payload
        made = await self._artifact(payload["chat"], payload["artifact"])
        if made is None or payload["format"] not in made.formats:
            await self._done(item)
            return
        data, _, name = await asyncio.to_thread(render, made, payload["format"])
        await self._pace.turn()
        sent = await self._bot.send_document(
            payload["chat"], data, caption=payload["caption"], filename=name,
            protect_content=True, reply_markup=_markup(payload.get("keys")),
        )  # fmt: skip
        await self._sent(item, sent.message_id, artifact=payload["artifact"])

    async def _artifact(self, chat: int, artifact: str) -> Artifact | None:
        opened = await self._engine.open_chat("telegram", str(chat))
        history = await self._engine.history(opened)
        made = history.slots.get("artifacts") or []
        return next((Artifact.from_dict(a) for a in made if a["id"] == artifact), None)

    async def _edit(self, item: Waiting) -> None:
        payload = item.payload
        marks = MessageEntity.de_list(payload["marks"], self._bot)
        try:
            await self._bot.edit_message_text(
                payload["text"], payload["chat"], payload["message"], entities=marks,
                link_preview_options=_NO_PREVIEW,
            )  # fmt: skip
        except BadRequest:
            await self._clear(item)
            return
        await self._done(item)

    async def _clear(self, item: Waiting) -> None:
        with contextlib.suppress(BadRequest):  # it is gone, or has no buttons any more
            await self._bot.edit_message_reply_markup(item.payload["chat"], item.payload["message"])
        await self._done(item)

    async def _delete(self, item: Waiting) -> None:
        chat, numbers = item.payload["chat"], item.payload["messages"]
        try:
            await self._bot.delete_messages(chat, numbers)
        except (BadRequest, InvalidToken):  # the latter: a server that is too old for this call
            await self._delete_each(chat, numbers)
        await self._done(item)

    async def _delete_each(self, chat: int, numbers: list[int]) -> None:
        """Delete one by one: one message that is too old must not keep the others."""
        for number in numbers:
            with contextlib.suppress(BadRequest):
                await self._bot.delete_message(chat, number)

    async def _remind(self, item: Waiting) -> None:
        payload = item.payload
        reminder, now = Reminder(**payload["reminder"]), utcnow()
        if await self._guarded(payload["chat"]):
            await self._done(item)
            return
        if (morning := reminder.waking(now)) is not None:
            await asyncio.to_thread(self._store.postpone, item.id, morning)
            return
        keys = [[[say("telegram.buttons.stop"), STOP]]]
        message = await self._message(
            {"chat": payload["chat"], "html": payload["html"], "keys": keys}
        )
        following = reminder.again(now)
        then = [Outgoing(payload, due_at=following, outlives=True)] if following else []
        if not await self._done(item, rows.sent(message, 0, now), *then):
            await self._take_back(payload["chat"], message)

    async def _guarded(self, chat: int) -> bool:
        opened = await self._engine.open_chat("telegram", str(chat))
        return self._engine.guarded(await self._engine.history(opened))


class Pace:
    """Lets at most so many pass in a second."""

    def __init__(self, a_second: int) -> None:
        self._gap = 1.0 / a_second
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for a place."""
        now = asyncio.get_running_loop().time()
        place = max(now, self._next)
        self._next = place + self._gap
        if place > now:
            await asyncio.sleep(place - now)


def bare(html: str) -> str:
    """Return the text of a message without its marks."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def _markup(keys: list[list[list[str]]] | None) -> InlineKeyboardMarkup | None:
    if not keys:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(title, callback_data=data) for title, data in row] for row in keys]
    )
