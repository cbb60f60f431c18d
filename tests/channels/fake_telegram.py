"""A Bot API server for tests, on a real port: it keeps chats as Telegram does and is as strict.

It refuses what Telegram refuses (HTML that is not well formed, 64 bytes of callback data, 4,096 letters,
unknown methods, a wrong token), and does wrong on demand: 429, 500, silence, blocked chats.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "123456789:AAfake-token-for-tests-only_0123456789"
TAGS = {"b", "i", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler"}
ENTITIES = {"b": "bold", "i": "italic", "a": "text_link", "blockquote": "blockquote"}


class _Html(HTMLParser):
    """Reads Telegram's HTML: text and entities, or an error where it is not well formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[dict[str, Any]] = []
        self._open: list[tuple[str, int, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise ValueError(f"can't parse entities: unsupported start tag {tag}")
        self._open.append((tag, len(self.text.encode("utf-16-le")) // 2, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise ValueError("can't parse entities: unexpected end tag")
        name, start, attrs = self._open.pop()
        end = len(self.text.encode("utf-16-le")) // 2
        entity = {"type": ENTITIES.get(name, name), "offset": start, "length": end - start}
        if name == "a":
            # Telegram drops links of a kind it does not know, and keeps their text.
            entity["url"] = attrs.get("href")
        self.entities.append(entity)

    def handle_data(self, data: str) -> None:
        self.text += data

    def read(self, html: str) -> tuple[str, list[dict[str, Any]]]:
        if html.count("<") != html.count(">") or re.search(r"&(?!amp;|lt;|gt;|quot;|#)", html):
            raise ValueError("can't parse entities: a sign was not escaped")
        self.feed(html)
        self.close()
        if self._open:
            raise ValueError("can't parse entities: unclosed tag")
        return self.text, self.entities


@dataclass
class Chat:
    """One chat as Telegram keeps it."""

    id: int
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    next_id: int = 1
    blocked: bool = False
    deleted: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    """Numbers of every message the bot has sent, deleted or not."""

    def add(self, message: dict[str, Any]) -> dict[str, Any]:
        number, self.next_id = self.next_id, self.next_id + 1
        kind = "private" if self.id > 0 else "group"
        made = {"message_id": number, "date": int(time.time()), **message}
        made["chat"] = {"id": self.id, "type": kind, "first_name": "P"}
        self.messages[number] = made
        return made


@dataclass
class Fault:
    """What goes wrong, how often, for which method and chat."""

    method: str
    status: int = 500
    times: int = 1
    chat: int | None = None
    retry_after: int | None = None
    migrated_to: int | None = None
    after_delay: float = 0.0
    description: str = "wrong on demand"
    taken: bool = False
    """Whether Telegram does the work all the same, and only the answer is lost."""


@dataclass
class Call:
    """A call that was made."""

    method: str
    params: dict[str, Any]
    at: float


class FakeTelegram:
    """The server. Use it as a context manager."""

    def __init__(self) -> None:
        self.chats: dict[int, Chat] = {}
        self.updates: list[dict[str, Any]] = []
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.commands: list[dict[str, str]] = []
        self.webhook: dict[str, Any] | None = None
        self.poll_seconds = 0.3
        self.owed: Callable[[], int] = lambda: 0
        """How much a bot in this process has still to send."""
        self._next_update = 1000
        self._lock = threading.RLock()
        self._server: uvicorn.Server | None = None
        self.base = ""

    # --- running ---------------------------------------------------------------------------------

    def __enter__(self) -> FakeTelegram:
        app = Starlette(
            routes=[Route("/bot{token}/{method}", self._serve, methods=["GET", "POST"])]
        )
        config = uvicorn.Config(app, port=0, log_level="critical", ws="none", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.should_exit = True
        self._thread.join(5)

    # --- what people do --------------------------------------------------------------------------

    def chat(self, chat: int) -> Chat:
        with self._lock:
            return self.chats.setdefault(chat, Chat(chat))

    def say(self, chat: int, text: str, **more: Any) -> dict[str, Any]:
        """Write a message; returns the update."""
        return self.send(chat, text=text, **more)

    def send(self, chat: int, **fields: Any) -> dict[str, Any]:
        """Send a message with any fields (`voice={…}`, `caption=…`)."""
        person = {"id": chat, "is_bot": False, "first_name": "P"}
        message = self.chat(chat).add({"from": person, **fields})
        return self.push(message=message)

    def edit(self, chat: int, message: int, text: str) -> dict[str, Any]:
        made = self.chat(chat).messages[message]
        made.update(text=text, edit_date=int(time.time()))
        return self.push(edited_message=made)

    def press(self, chat: int, title: str) -> dict[str, Any]:
        """Press the latest button of that title that is still shown."""
        for message in reversed(list(self.chat(chat).messages.values())):
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == title:
                        return self.press_data(chat, message, button["callback_data"])
        raise AssertionError(f"no button {title!r}: {self.titles(chat)}")

    def press_data(self, chat: int, message: dict[str, Any], data: str) -> dict[str, Any]:
        person = {"id": chat, "is_bot": False, "first_name": "P"}
        query = {"id": f"q{self._next_update}", "from": person, "chat_instance": "1", "data": data}
        return self.push(callback_query={**query, "message": message})

    def push(self, **update: Any) -> dict[str, Any]:
        """Add an update."""
        with self._lock:
            made = {"update_id": self._next_update, **json.loads(json.dumps(update))}
            self._next_update += 1
            self.updates.append(made)
        return made

    def redeliver(self, update: dict[str, Any]) -> None:
        """Deliver an update once more."""
        with self._lock:
            self.updates.append(update)

    # --- what the bot did ------------------------------------------------------------------------

    def shown(self, chat: int) -> list[dict[str, Any]]:
        """Return the bot's messages that are in the chat now."""
        return [m for m in self.chat(chat).messages.values() if (m.get("from") or {}).get("is_bot")]

    def texts(self, chat: int) -> list[str]:
        return [m.get("text") or m.get("caption") or "" for m in self.shown(chat)]

    def titles(self, chat: int) -> list[str]:
        return [
            button["text"]
            for message in self.shown(chat)
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", [])
            for button in row
        ]

    def called(self, method: str, chat: int | None = None) -> list[Call]:
        with self._lock:
            return [
                c
                for c in self.calls
                if c.method == method and (chat is None or c.params.get("chat_id") == chat)
            ]

    def until(self, found: Callable[[], Any], seconds: float = 20.0, what: str = "") -> Any:
        """Wait until something is so."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := found():
                return value
            time.sleep(0.02)
        raise AssertionError(what or "it did not come to be in time")

    def quiet(self, seconds: float = 0.3, patience: float = 90) -> None:
        """Wait until all is taken and sent, and nothing has been called for a while (polling apart)."""
        end = time.monotonic() + patience

        def busy() -> bool:
            calls = [c for c in self.calls if c.method != "getUpdates"]
            return bool(self.updates or self.owed()) or bool(
                calls and time.monotonic() - calls[-1].at < seconds
            )

        time.sleep(0.1)
        while busy():
            if time.monotonic() > end:
                raise AssertionError("it never came to rest")
            time.sleep(0.05)

    # --- the API ---------------------------------------------------------------------------------

    async def _serve(self, request: Request) -> Response:
        method = request.path_params["method"]
        params = await _params(request)
        if request.path_params["token"] != TOKEN:
            return _error(401, "Unauthorized")
        with self._lock:
            self.calls.append(Call(method, params, time.monotonic()))
            fault = self._fault(method, params)
        if fault is not None and not fault.taken:
            return await self._go_wrong(fault)
        if method == "getUpdates":
            return await self._get_updates(params)
        with self._lock:
            response = self._work(method, params)
        return await self._go_wrong(fault) if fault is not None else response

    def _fault(self, method: str, params: dict[str, Any]) -> Fault | None:
        for fault in self.faults:
            fits = fault.method in (method, "*") and fault.chat in (None, params.get("chat_id"))
            if fits and fault.times > 0 and method != "getMe":
                fault.times -= 1
                return fault
        return None

    async def _go_wrong(self, fault: Fault) -> Response:
        if fault.after_delay:
            await asyncio.sleep(fault.after_delay)
        asked = {"retry_after": fault.retry_after, "migrate_to_chat_id": fault.migrated_to}
        parameters = {name: value for name, value in asked.items() if value is not None}
        more = {"parameters": parameters} if parameters else {}
        return _error(fault.status, fault.description, **more)

    async def _get_updates(self, params: dict[str, Any]) -> Response:
        if self.webhook is not None:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(params.get("offset") or 0)
        wait = min(float(params.get("timeout") or 0), self.poll_seconds)
        deadline = time.monotonic() + wait
        while True:
            with self._lock:
                self.updates = [u for u in self.updates if u["update_id"] >= offset]
                found = list(self.updates[: int(params.get("limit") or 100)])
            if found or time.monotonic() >= deadline:
                return _ok(found)
            await asyncio.sleep(0.02)

    def _work(self, method: str, params: dict[str, Any]) -> Response:
        handler = getattr(self, f"_do_{method}", None)
        if handler is None:
            return _error(404, "Not Found")
        if "chat_id" in params and self.chat(params["chat_id"]).blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        try:
            return _ok(handler(**params))
        except (ValueError, KeyError) as error:
            return _error(400, f"Bad Request: {error}")

    def _do_getMe(self, **_: Any) -> Any:  # noqa: N802
        return {"id": 123456789, "is_bot": True, "first_name": "Groundwork", "username": "gw_bot"}

    def _do_setMyCommands(self, commands: list[dict[str, str]], **_: Any) -> bool:  # noqa: N802
        self.commands = commands
        return True

    def _do_setWebhook(self, url: str, **more: Any) -> bool:  # noqa: N802
        self.webhook = {"url": url, **more}
        return True

    def _do_deleteWebhook(self, **_: Any) -> bool:  # noqa: N802
        self.webhook = None
        return True

    def _do_answerCallbackQuery(self, callback_query_id: str, **_: Any) -> bool:  # noqa: N802
        return True

    def _do_sendMessage(self, chat_id: int, text: str, **more: Any) -> Any:  # noqa: N802
        return self._sent(chat_id, {**_text(text, more.get("parse_mode"))}, more)

    def _do_sendDocument(self, chat_id: int, **more: Any) -> Any:  # noqa: N802
        file = more.pop("document")
        document = {"file_id": "f", "file_unique_id": "u", **file}
        message = {"document": document, "caption": more.get("caption")}
        return self._sent(chat_id, message, more)

    def _sent(self, chat_id: int, message: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
        _check_keys(more.get("reply_markup"))
        bot = {"id": 123456789, "is_bot": True, "first_name": "Groundwork"}
        made = self.chat(chat_id).add({"from": bot, **message})
        if more.get("reply_markup"):
            made["reply_markup"] = more["reply_markup"]
        if more.get("protect_content"):
            made["has_protected_content"] = True
        self.chat(chat_id).sent.append(made["message_id"])
        return made

    def _do_editMessageText(self, chat_id: int, message_id: int, text: str, **more: Any) -> Any:  # noqa: N802
        message = self._mine(chat_id, message_id)
        message.update(_text(text, more.get("parse_mode")))
        message["entities"] = message["entities"] or more.get("entities") or []
        self._markup(message, more.get("reply_markup"))
        return message

    def _do_editMessageReplyMarkup(self, chat_id: int, message_id: int, **more: Any) -> Any:  # noqa: N802
        message = self._mine(chat_id, message_id)
        if not message.get("reply_markup") and not more.get("reply_markup"):
            raise ValueError("message is not modified")
        self._markup(message, more.get("reply_markup"))
        return message

    def _markup(self, message: dict[str, Any], markup: Any) -> None:
        message.pop("reply_markup", None)
        if markup:
            _check_keys(markup)
            message["reply_markup"] = markup

    def _mine(self, chat: int, message: int) -> dict[str, Any]:
        found = self.chat(chat).messages.get(message)
        if found is None or not (found.get("from") or {}).get("is_bot"):
            raise ValueError("message to edit not found")
        return found

    def _do_deleteMessage(self, chat_id: int, message_id: int, **_: Any) -> bool:  # noqa: N802
        found = self.chat(chat_id).messages.get(message_id)
        if found is None:
            raise ValueError("message to delete not found")
        if time.time() - found["date"] > 48 * 3600:
            raise ValueError("message can't be deleted")
        del self.chat(chat_id).messages[message_id]
        self.chat(chat_id).deleted.append(message_id)
        return True

    def _do_deleteMessages(self, chat_id: int, message_ids: list[int], **_: Any) -> bool:  # noqa: N802
        if not 1 <= len(message_ids) <= 100:
            raise ValueError("wrong number of messages")
        known = [n for n in message_ids if n in self.chat(chat_id).messages]
        old = [n for n in known if time.time() - self.chat(chat_id).messages[n]["date"] > 172_800]
        if old:
            raise ValueError("message can't be deleted")
        for number in known:
            self._do_deleteMessage(chat_id, number)
        return True

    # --- webhook ---------------------------------------------------------------------------------

    def deliver(self, update: dict[str, Any], secret: str | None = None) -> httpx.Response:
        """Call the webhook with an update, as Telegram does."""
        assert self.webhook is not None
        known = self.webhook.get("secret_token")
        headers = {"X-Telegram-Bot-Api-Secret-Token": known if secret is None else secret}
        with self._lock:
            self.updates = [u for u in self.updates if u is not update]
        return httpx.post(self.webhook["url"], json=update, headers=headers, timeout=60)


async def _params(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = dict(request.query_params)
    kind, body = request.headers.get("content-type", ""), await request.body()
    if kind.startswith("application/json"):
        return found | json.loads(body)
    if kind.startswith("multipart/"):
        return found | _multipart(kind, body)
    form = parse_qsl(body.decode(), keep_blank_values=True)
    return found | {n: json.loads(v) if n in _JSON else v for n, v in form}


def _multipart(kind: str, body: bytes) -> dict[str, Any]:
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    )
    found: dict[str, Any] = {}
    for part in message.iter_parts():
        name, file = part.get_param("name", header="content-disposition"), part.get_filename()
        data = part.get_payload(decode=True)
        if file:
            found[name] = {
                "file_name": file,
                "file_size": len(data),
                "bytes": data.decode("latin-1"),
            }
        else:
            text = data.decode().removesuffix("\r\n")
            found[name] = json.loads(text) if name in _JSON else text
    document = found.get("document")
    if isinstance(document, str) and document.startswith("attach://"):
        found["document"] = found.pop(document.removeprefix("attach://"))
    return found


_JSON = {
    "chat_id", "message_id", "message_ids", "reply_markup", "protect_content", "commands", "offset",
    "disable_notification", "timeout", "limit", "allowed_updates", "link_preview_options",
    "max_connections", "entities",
}  # fmt: skip
"""Parameters that are not text; a form carries them as JSON."""


def _text(text: str, mode: str | None) -> dict[str, Any]:
    found, entities = _Html().read(text) if mode == "HTML" else (str(text), [])
    if not found.strip():
        raise ValueError("message text is empty")
    if len(found.encode("utf-16-le")) // 2 > 4096:
        raise ValueError("message is too long")
    return {"text": found, "entities": entities}


def _check_keys(markup: Any) -> None:
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                raise ValueError("BUTTON_DATA_INVALID")


def _ok(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _error(status: int, description: str, **more: Any) -> Response:
    body = {"ok": False, "error_code": status, "description": description, **more}
    return JSONResponse(body, status)


def running() -> Iterator[FakeTelegram]:
    """A server for a fixture."""
    with FakeTelegram() as server:
        yield server
