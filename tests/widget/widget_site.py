"""What the browser tests stand on: servers in threads, pages of other sites, and a driver for the chat."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}


class Site:
    """An ASGI app served from a thread on a free port; `stop` and `start` keep the port."""

    def __init__(self, app: FastAPI, *, name: str = "127.0.0.1") -> None:
        self.app = app
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://{name}:{self.port}"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Site:
        config = uvicorn.Config(
            self.app, host="127.0.0.1", port=self.port, log_level="error", ws="none", lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join(10)
        self._server = self._thread = None


@contextlib.contextmanager
def serving(app: FastAPI, *, name: str = "127.0.0.1") -> Iterator[Site]:
    site = Site(app, name=name).start()
    try:
        yield site
    finally:
        site.stop()


def host_app(widget: str) -> FastAPI:
    """A service's own site that embeds the chat of `widget` with the one line."""
    app = FastAPI(openapi_url=None)

    @app.get("/start")
    async def start() -> HTMLResponse:
        return HTMLResponse("<!doctype html><html lang=en><title>Search</title><h1>Before</h1>")

    @app.get("/")
    async def page(attributes: str = "", before: str = "", style: str = "") -> HTMLResponse:
        return HTMLResponse(
            f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Our service</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>button {{ all: initial; color: red; display: none }} {style}</style></head>
            <body><main><h1>Our service</h1><p>Words of the site.</p><input aria-label="Search"></main>
            <script>{before}</script>
            <script src="{widget}/widget.js" data-region="GB" data-language="en" {attributes} defer></script>
            </body></html>"""
        )

    @app.get("/away")
    async def away() -> HTMLResponse:
        return HTMLResponse("<!doctype html><html lang=en><title>Weather</title><h1>Weather</h1>")

    return app


class Chat:
    """Drives the chat as a person does, on its own page or inside the frame of a site."""

    def __init__(self, page: Page, root: Page | FrameLocator) -> None:
        self.page = page
        self.root = root

    @classmethod
    def alone(cls, page: Page, url: str, *, hash_: str = "") -> Chat:
        page.goto(f"{url}/chat{'#' + hash_ if hash_ else ''}")
        chat = cls(page, page)
        chat.ready()
        return chat

    @classmethod
    def embedded(cls, page: Page, url: str) -> Chat:
        page.goto(url)
        page.get_by_role("button", name="Open chat").click()
        chat = cls(page, page.frame_locator("groundwork-chat iframe"))
        chat.ready()
        return chat

    def ready(self) -> None:
        self.root.locator(".message.bot").first.wait_for()

    @property
    def frame(self) -> Frame:
        """The document that holds the chat."""
        return next(f for f in self.page.frames if "/chat" in f.url)

    @property
    def field(self) -> Locator:
        return self.root.get_by_role("textbox", name="Your message")

    @property
    def bots(self) -> Locator:
        return self.root.locator(".message.bot")

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def card(self, kind: str) -> Locator:
        return self.root.locator(f".card:has(.{kind})").last

    def say(self, text: str) -> None:
        """Write and send with Enter, then wait until it is answered."""
        before = self.bots.count()
        self.field.fill(text)
        self.field.press("Enter")
        expect(self.bots.nth(before)).to_be_visible()
        expect(self.root.locator('[data-status="sending"]')).to_have_count(0)

    def send(self, text: str) -> None:
        """Write and send without waiting."""
        self.field.fill(text)
        self.field.press("Enter")
