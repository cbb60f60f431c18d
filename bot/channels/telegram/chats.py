"""Answers what arrives: one chat after the other's order, many chats at once.

Every answer is a plan for the outbox that is stored together with the turn and with a receipt of the
update, so that an update is answered once, and an answer that was promised is sent.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.telegram import rows
from bot.channels.telegram.desk import Desk
from bot.channels.telegram.render import OWN, digest
from bot.channels.telegram.updates import Arrival
from bot.engine import Engine, Limited, ModelFailed, NothingReplaced, TooLong
from bot.errors import PayloadRefused, UnknownConversation
from bot.limiter import Limiter
from bot.order import LocalOrder
from bot.settings import Settings
from bot.store.opened import Opened
from bot.store.receipts import Receipt, fingerprint
from bot.store.store import ConflictError, Store
from bot.types import Message, Reply
from bot.wording import load_wording, say

logger = logging.getLogger(__name__)
CONTROLS = {
    "start": "greet", "menu": "help_menu", "pause": "pause", "resume": "resume",
    "help_now": "hotline", "privacy": "privacy_question",
}  # fmt: skip
"""The commands that are controls of every channel; `/erase` and `/leave` are the chat's own."""
LEAVE = '/crisis_choice{"choice": "leave"}'
"""The way out that a crisis offers; here leaving is clearing the chat."""
TRIES = 3


@dataclass(frozen=True, slots=True)
class Visit:
    """One update at its chat: the conversation, what arrived, and the receipt's key."""

    opened: Opened
    arrival: Arrival

    @property
    def key(self) -> str:
        """The name of the receipt: an update is answered once."""
        return f"update:{self.arrival.update}"


class Chats:
    """Private chats. Nothing here is on the event loop for long."""

    def __init__(
        self, engine: Engine, store: Store, settings: Settings, limiter: Limiter,
        wake: Callable[[], None], ready: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._store = store
        self._settings = settings
        self._limiter = limiter
        self._wake = wake
        self._ready = ready
        self._lanes = LocalOrder()
        self._calmed: dict[int, float] = {}

    async def take(self, arrival: Arrival) -> None:
        """Answer an update; what it raises means that nothing was stored and it may come again."""
        async with self._lanes.turn(str(arrival.chat)):  # in the order in which they came
            await self._with_patience(arrival)
        self._wake()

    async def _with_patience(self, arrival: Arrival) -> None:
        for left in reversed(range(TRIES)):
            try:
                await self._visit(arrival)
                return
            except (ConflictError, UnknownConversation):
                # Somebody else wrote, or the talk ran out just now: read it again.
                if not left:
                    raise

    async def _visit(self, arrival: Arrival) -> None:
        opened = await self._engine.open_chat("telegram", str(arrival.chat))
        visit = Visit(opened, arrival)
        if await asyncio.to_thread(self._store.receipt, opened, visit.key) is not None:
            return
        if arrival.kind == "blocked":
            await asyncio.to_thread(self._store.erase, opened)
        elif arrival.kind == "press":
            await self._press(visit)
        elif arrival.kind == "edit":
            await self._edit(visit)
        elif arrival.kind == "command":
            await self._command(visit)
        elif arrival.kind == "text":
            await self._text(visit)
        elif arrival.kind != "nothing":
            await self._other(visit)

    # --- kinds of arrivals -----------------------------------------------------------------------

    async def _command(self, visit: Visit) -> None:
        command = visit.arrival.command or ""
        if command == "leave":
            await self._wipe(visit, say("telegram.left"))
        elif command == "erase":
            await self._wipe(visit, say("telegram.erased"))
        else:
            control = CONTROLS[command]
            message = Message(say(f"telegram.words.{control}"), control=control)
            intro = self._intro() if command == "start" else []
            await self._receive(visit, message, before=intro)

    async def _text(self, visit: Visit) -> None:
        text = visit.arrival.text
        if _is_one_of(text, "telegram.leave_words"):
            await self._wipe(visit, say("telegram.left"))
        elif visit.arrival.forwarded:
            await self._only_if_grave(visit, say("telegram.forwarded"))
        elif (setup := await self._note(visit)) is not None:
            await self._reminder_answer(visit, setup)
        elif _is_one_of(text, "telegram.remind_words"):
            await self._reminder_begin(visit)
        else:
            before = [say("telegram.reply_old")] if await self._old_reply(visit) else []
            await self._receive(visit, Message(text), before=before)

    async def _other(self, visit: Visit) -> None:
        """A voice message, a picture, a place: one helpful line, and the words beside it if there are any."""
        line = say(f"telegram.kinds.{visit.arrival.kind}")
        if visit.arrival.text and not visit.arrival.forwarded:
            await self._receive(visit, Message(visit.arrival.text), before=[line])
        elif visit.arrival.text:
            await self._only_if_grave(visit, line)
        else:
            await self._say(visit, Reply(line))

    async def _edit(self, visit: Visit) -> None:
        waiting = await self._rows(visit)
        turn = rows.turn_of(waiting, visit.arrival.message or 0)
        if turn is None or turn != rows.last_turn(waiting):
            await self._only_if_grave(visit, say("telegram.edit_old"))
            return
        message = Message(visit.arrival.text, replaces=True)
        try:
            await self._receive(visit, message, before=[say("telegram.edit_taken")])
        except NothingReplaced:
            await self._say(visit, Reply(say("telegram.edit_ignored")))

    async def _press(self, visit: Visit) -> None:
        data = visit.arrival.data
        if data.startswith(OWN):
            await self._own_button(visit)
            return
        turn, _, wanted = data.partition(".")
        history = await self._engine.history(visit.opened)
        payload = next((p for p in history.offered if digest(p) == wanted), None)
        if payload is None:
            await self._say(visit, Reply(say("dialogue.payload_refused")))
            return
        if payload == LEAVE:
            await self._wipe(visit, say("telegram.left"))
            return
        title = history.offered[payload]
        settled = Visit(visit.opened, replace(visit.arrival, text=visit.arrival.text or title))
        if payload.startswith("/settle") and await self._is_old(visit, turn):
            message = Message(title, control="stale_button")
        else:
            message = Message(payload=payload)
        await self._receive(settled, message)

    async def _own_button(self, visit: Visit) -> None:
        data = visit.arrival.data
        desk = Desk(self._engine, visit.opened)
        if data.startswith("~f."):
            await self._commit(visit, await desk.file(visit.arrival))
        elif data == "~r.ask":
            await self._reminder_begin(visit)
        elif data in ("~r.stop", "~r.no"):
            await self._commit(visit, desk.no_reminder(visit.arrival, stop=data == "~r.stop"))
        elif (setup := await self._note(visit)) is not None:
            await self._commit(visit, desk.reminder_step(visit.arrival, setup))
        else:
            await self._say(visit, Reply(say("telegram.reminder.dropped")))

    # --- reminders -------------------------------------------------------------------------------

    async def _note(self, visit: Visit) -> dict[str, Any] | None:
        notes = rows.of(await self._rows(visit), "note")
        return notes[-1].payload["setup"] if notes else None

    async def _reminder_begin(self, visit: Visit) -> None:
        desk = Desk(self._engine, visit.opened)
        history = await self._engine.history(visit.opened)
        guarded = self._engine.guarded(history)
        await self._commit(visit, desk.reminder_begin(visit.arrival, guarded=guarded))

    async def _reminder_answer(self, visit: Visit, setup: dict[str, Any]) -> None:
        """Take words for a reminder, once the gate has heard them."""
        try:
            await self._receive(visit, Message(visit.arrival.text), limited=_never)
        except Limited:
            desk = Desk(self._engine, visit.opened)
            await self._commit(visit, desk.reminder_step(visit.arrival, setup))

    # --- answers ---------------------------------------------------------------------------------

    async def _only_if_grave(self, visit: Visit, line: str) -> None:
        """Let the gate hear words that are not taken as an answer; else say one line."""
        try:
            await self._receive(visit, Message(visit.arrival.text), limited=_never)
        except Limited:
            await self._say(visit, Reply(line))

    async def _receive(
        self, visit: Visit, message: Message, *, before: Sequence[str] = (),
        limited: Callable[[], int | None] | None = None,
    ) -> None:  # fmt: skip
        chat = visit.arrival.chat
        intro = [] if visit.opened.begun else self._intro()
        # Whoever asks for numbers first gets the numbers first.
        after = intro if message.control == "hotline" else []
        lines = list(before) or ([] if after else intro)
        keyed = replace(message, channel="telegram", idempotency_key=visit.key)
        desk = Desk(self._engine, visit.opened)
        try:
            await self._engine.receive(
                visit.opened, keyed,
                limited=limited or (lambda: self._limiter.check(f"telegram:{visit.opened.id}")),
                delivery=lambda outcome: desk.turn(visit.arrival, outcome, lines, after),
            )  # fmt: skip
        except TooLong as error:
            await self._say(visit, Reply(str(error)), *error.replies)
        except PayloadRefused as error:
            await self._say(visit, Reply(str(error)))
        except ModelFailed as error:
            if not self._ready():  # still loading: nothing is stored, and Telegram sends it again
                raise
            await self._say(visit, *error.replies)
        except Limited as error:
            if limited is not None:
                raise
            await self._say(visit, *self._calm(chat, error))

    def _calm(self, chat: int, error: Limited) -> list[Reply]:
        """One calm line until the wait is over; then nothing, or the answer is a flood itself."""
        now = time.monotonic()
        if self._calmed.get(chat, 0.0) > now:
            return []
        self._calmed = {c: until for c, until in self._calmed.items() if until > now}
        self._calmed[chat] = now + error.retry_after
        return [Reply(str(error))]

    def _intro(self) -> list[str]:
        settings = self._settings
        lines = [say("telegram.start_what"), say("telegram.start_privacy")]
        if settings.operator_name:
            lines.append(
                say(
                    "telegram.operator", name=settings.operator_name,
                    contact=settings.operator_contact, url=settings.privacy_url,
                )
            )  # fmt: skip
        return lines

    async def _say(self, visit: Visit, *replies: Reply) -> None:
        """Say something that is no turn of the talk."""
        desk = Desk(self._engine, visit.opened)
        await self._commit(visit, desk.lines(visit.arrival, replies))

    async def _commit(self, visit: Visit, plan: Any) -> None:
        receipt = Receipt(visit.key, fingerprint({}), {})
        await asyncio.to_thread(self._store.commit, visit.opened, [], receipt=receipt, plan=plan)

    async def _wipe(self, visit: Visit, line: str) -> None:
        """Empty the talk, delete every message that can be, and leave one line."""
        receipt = Receipt(visit.key, fingerprint({}), {})
        plan = Desk(self._engine, visit.opened).wipe(visit.arrival, line)
        await asyncio.to_thread(self._store.empty, visit.opened, receipt=receipt, plan=plan)

    # --- what is known of a chat -----------------------------------------------------------------

    async def _rows(self, visit: Visit) -> list[Any]:
        return await asyncio.to_thread(self._store.waiting, visit.opened)

    async def _is_old(self, visit: Visit, turn: str) -> bool:
        """Whether a button belongs to an earlier turn: a late "yes" must not settle another question."""
        try:
            pressed = int(turn, 16)
        except ValueError:
            return True
        return pressed < rows.last_turn(await self._rows(visit))

    async def _old_reply(self, visit: Visit) -> bool:
        if visit.arrival.reply_to is None:
            return False
        waiting = await self._rows(visit)
        turn = rows.turn_of(waiting, visit.arrival.reply_to)
        return turn is None or turn < rows.last_turn(waiting)


def _never() -> int:
    """Let only a crisis through."""
    return 1


def _is_one_of(text: str, key: str) -> bool:
    return text.strip(" \n.!").casefold() in load_wording()[key]
