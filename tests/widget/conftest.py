"""Fixtures of the browser tests.

`WIDGET_TEST_URL` points the tests that need no script at a server that already runs; without it
they run against the scripted one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from widget_fake import make_app
from widget_site import CHROMIUM, CHROMIUM_ARGS, Site, host_app, serving

STORED = """async () => {
  const look = async (read) => {
    try { return await read() } catch { return 0 }  // denied: nothing there
  };
  return {
    local: await look(() => localStorage.length), session: await look(() => sessionStorage.length),
    cookie: (await look(() => document.cookie)) || "",
    databases: await look(async () => (await indexedDB.databases()).length),
    caches: await look(async () => (await caches.keys()).length),
    workers: await look(async () => (await navigator.serviceWorker.getRegistrations()).length),
  };
}"""
NOTHING = {"local": 0, "session": 0, "cookie": "", "databases": 0, "caches": 0, "workers": 0}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = CHROMIUM if os.path.exists(CHROMIUM) else None
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def scripted() -> Iterator[Site]:
    """The scripted server, for states that a real one does not reach at will."""
    with serving(make_app("*")) as site:
        yield site


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> str:
    """Address of the server under test, real or scripted."""
    real = os.environ.get("WIDGET_TEST_URL")
    return real.rstrip("/") if real else request.getfixturevalue("scripted").url


@pytest.fixture(scope="session")
def host(scripted: Site) -> Iterator[str]:
    """A site of another origin that embeds the scripted server's chat."""
    with serving(host_app(scripted.url), name="localhost") as site:
        yield site.url


class Watched:
    """What a page did that must not happen: requests elsewhere, complaints of the browser."""

    def __init__(self, context: BrowserContext) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.ignored = ("can escape its sandboxing", "Failed to load resource", "net::ERR")
        context.on("request", lambda r: self.requests.append(r.url))
        context.on("console", lambda m: self._heard(m.type, m.text))
        context.on("weberror", lambda e: self.complaints.append(str(e.error)))

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not any(part in text for part in self.ignored):
            self.complaints.append(text)

    def elsewhere(self) -> list[str]:
        return [
            u for u in self.requests if urlsplit(u).hostname not in {"127.0.0.1", "localhost", None}
        ]


NewPage = Callable[..., Page]


@pytest.fixture
def watched() -> list[Watched]:
    return []


@pytest.fixture
def new_page(browser: Browser, watched: list[Watched]) -> Iterator[NewPage]:
    """Make pages in fresh contexts; after them nothing is stored, asked elsewhere or wrong."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1000, "height": 760}} | options))
        context.set_default_timeout(10_000)
        contexts.append(context)
        watched.append(Watched(context))
        return context.new_page()

    yield make
    for context, seen in zip(contexts, watched, strict=True):
        pages = [f for p in context.pages for f in p.frames if f.url.startswith("http")]
        stored = [frame.evaluate(STORED) for frame in pages]
        cookies = context.cookies()
        context.close()
        assert all(item == NOTHING for item in stored)
        assert cookies == []
        assert seen.elsewhere() == []
        assert seen.complaints == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One browser at a time: all tests that drive it form one group."""
    for item in items:
        if "widget" in str(item.path) and {"page", "new_page", "browser"} & set(item.fixturenames):  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
