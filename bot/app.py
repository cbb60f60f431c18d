"""The FastAPI application: everything is built once, in the lifespan."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST
from secure import (
    CacheControl,
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    XContentTypeOptions,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import metrics, services, slow
from bot.app_state import AppState, state_of
from bot.channels import own, problems, web
from bot.settings import Settings, get_settings
from bot.version import VERSION
from bot.wording import say

STATIC = Path(__file__).resolve().parent / "static"
BODY_LIMIT = 64 * 1024 * 4
"""Bytes of a request body: 64 Ki characters at up to four bytes each, and the JSON around them."""


def create_app(settings: Settings | None = None, *, wait: bool = False) -> FastAPI:
    """Build the application; with `wait` it takes requests only when the model is loaded."""
    chosen = settings or get_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.groundwork = state = AppState(chosen)
        state.start()
        if wait:
            await state.wait()
        async with _telegram(app, chosen):
            yield
        await state.close()

    app = FastAPI(
        title="Groundwork", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None,
        description="Guidance for people rebuilding safety and trust. Self-help, not therapy.",
    )  # fmt: skip
    problems.install(app)
    app.include_router(own.router)
    app.include_router(web.router)
    if chosen.debug:
        app.include_router(web.debug_router)
    if chosen.telegram_webhook_url:
        from bot.channels.telegram import webhook  # noqa: PLC0415 - most servers have no bot

        webhook.install(app, chosen)
    _health(app)
    _pages(app, chosen)
    app.middleware("http")(_headers(chosen))
    app.add_middleware(BodyLimit)
    if chosen.allowed_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(chosen.allowed_origins), allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
        )  # fmt: skip
    return app


def _telegram(app: FastAPI, settings: Settings) -> AbstractAsyncContextManager[None]:
    """Return the bot for as long as the application runs, where Telegram is to call this server."""
    if not settings.telegram_webhook_url:
        return nullcontext()
    from bot.channels.telegram import webhook  # noqa: PLC0415

    return webhook.running(app, settings)


class BodyLimit:
    """Refuses a body that is over the limit, or does not come, before anything reads it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit, then hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(slow.BODY):
                body = await _body(receive)
        except TimeoutError:
            await problems.problem(408, say("http.body_too_slow"))(scope, receive, send)
            return
        if body is None:
            return
        if len(body) > BODY_LIMIT:
            said = state_of(scope["app"]).engine.safety()
            refused = problems.problem(413, say("http.body_too_large"), replies=said)
            await refused(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)


async def _body(receive: Receive) -> bytes | None:
    """Return the body, what came of it where it is over the limit, None where the client left."""
    body, more = bytearray(), True
    while more and len(body) <= BODY_LIMIT:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def content_policy(settings: Settings) -> str:
    """Return the Content-Security-Policy: nothing from elsewhere, frames only where the operator allows."""
    return _secure(settings).headers["Content-Security-Policy"]


def _secure(settings: Settings) -> Secure:
    """Return the headers of every answer. HTTPS and its HSTS belong to the proxy (docs/operating.md)."""
    policy = (
        ContentSecurityPolicy().default_src("'none'").script_src("'self'").style_src("'self'")
        .img_src("'self'", "data:").font_src("'self'").connect_src("'self'").frame_src("'self'")
        .form_action("'self'").base_uri("'none'")
        .frame_ancestors("'self'", *settings.allowed_origins)
        .custom_directive("require-trusted-types-for", "'script'")
    )  # fmt: skip
    return Secure(
        cache=CacheControl().no_store(), coop=CrossOriginOpenerPolicy().same_origin(), csp=policy,
        permissions=PermissionsPolicy().set("camera=(), microphone=(), geolocation=()"),
        referrer=ReferrerPolicy().no_referrer(), xcto=XContentTypeOptions(),
    )  # fmt: skip


def _headers(settings: Settings) -> Callable[..., Awaitable[Response]]:
    secure = _secure(settings).headers

    async def add(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        began = time.perf_counter()
        response = await call_next(request)
        route = getattr(request.scope.get("route"), "path", "other")
        metrics.REQUESTS.labels(route, response.status_code).inc()
        metrics.SECONDS.labels(route).observe(time.perf_counter() - began)
        for name, value in secure.items():
            response.headers.setdefault(name, value)
        return response

    return add


def _health(app: FastAPI) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Alive."""
        return {"status": "ok"}

    @app.get("/readyz", responses=problems.documented(503))
    async def readyz(request: Request) -> Any:
        """Model, index and database are ready."""
        state = state_of(request.app)
        missing = await state.missing()
        if missing:
            return problems.problem(
                503, say("http.not_ready", missing=", ".join(missing)), detail=state.failure
            )
        return {"status": "ready", "version": VERSION}

    @app.get("/metrics", response_class=Response)
    async def figures() -> Response:
        """Prometheus figures: counts and times, no words and no names."""
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


def _pages(app: FastAPI, settings: Settings) -> None:
    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def index() -> Response:
        return FileResponse(STATIC / "index.html")

    @app.get("/chat", response_class=HTMLResponse, include_in_schema=False)
    async def chat() -> Response:
        page = (STATIC / "chat.html").read_text(encoding="utf-8")
        # The chat alone may make its two named policies, and leaving works when the chat hangs.
        headers = {
            "Content-Security-Policy": content_policy(settings)
            + "; trusted-types lit-html dompurify",
            "Origin-Agent-Cluster": "?1",
        }
        return HTMLResponse(page.replace("{{CONFIG}}", page_config(settings)), headers=headers)

    @app.get("/widget.js", include_in_schema=False)
    async def widget() -> Response:
        return FileResponse(
            STATIC / "widget.js",
            media_type="text/javascript",
            headers={"Cross-Origin-Resource-Policy": "cross-origin"},
        )

    if STATIC.is_dir():
        app.mount("/static", StaticFiles(directory=STATIC), name="static")


def page_config(settings: Settings) -> str:
    """Return what the chat page is told, as JSON that can stand inside HTML."""
    lines = services.hotlines()
    cards = {place.code: lines.as_dict(place.code) for place in lines.regions()}
    operator = None
    if settings.operator_name:
        operator = {
            "name": settings.operator_name,
            "contact": settings.operator_contact,
            "privacyUrl": settings.privacy_url,
        }
    config = {
        "region": settings.region,
        "language": "en",
        "leaveUrl": None,
        "hotlineCards": cards,
        "operator": operator,
        "handover": settings.handover_name is not None,
        "reviewed": False,
        "version": VERSION,
    }
    return json.dumps(config).replace("<", "\\u003c").replace("&", "\\u0026")
