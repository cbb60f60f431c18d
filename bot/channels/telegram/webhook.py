"""Telegram calling us: a route of the web application, closed to whoever lacks the secret.

`groundwork serve` mounts it on the path of GROUNDWORK_TELEGRAM_WEBHOOK_URL and tells Telegram the address.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response

from bot.app_state import AppState, state_of
from bot.channels.problems import problem
from bot.channels.telegram.api import client
from bot.channels.telegram.order import Sequence
from bot.channels.telegram.service import Service, persist
from bot.channels.telegram.updates import ALLOWED
from bot.engine import ModelFailed
from bot.errors import GroundworkError, SettingsError
from bot.settings import Settings
from bot.wording import say

logger = logging.getLogger(__name__)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
CONNECTIONS = 40


def path_of(settings: Settings) -> str:
    """Return the path to listen on.

    Raises:
        SettingsError: the address is no https address with a path of its own, or the secret holds
            what Telegram does not take (https://core.telegram.org/bots/api#setwebhook).
    """
    url = urlsplit(settings.telegram_webhook_url or "")
    secret = settings.telegram_webhook_secret
    if url.scheme not in ("https", "http") or not url.netloc or url.path in ("", "/"):
        raise SettingsError(
            "GROUNDWORK_TELEGRAM_WEBHOOK_URL must be such as https://example.org/telegram/a-long-name"
        )
    if secret is None or not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
        raise SettingsError(
            "GROUNDWORK_TELEGRAM_WEBHOOK_SECRET may hold letters, digits, _ and - only"
        )
    return url.path


def install(app: FastAPI, settings: Settings) -> None:
    """Add the route."""

    async def receive(request: Request) -> Response:
        if not _knows(request, settings):
            return problem(401, say("http.not_found"))
        try:
            raw = json.loads(await request.body())
            number = int(raw["update_id"])
        except (ValueError, TypeError, KeyError):
            return problem(422, say("http.invalid"))
        hook: Hook = request.app.state.telegram
        try:
            await hook.order.take(number, lambda: hook.service.take(raw))
        except ModelFailed:
            headers = {"Retry-After": "5"}
            return problem(503, say("http.not_ready", missing="model"), headers=headers)
        return Response(status_code=200)

    app.add_api_route(path_of(settings), receive, methods=["POST"], include_in_schema=False)


def _knows(request: Request, settings: Settings) -> bool:
    given = request.headers.get(SECRET_HEADER, "")
    assert settings.telegram_webhook_secret is not None
    secret = settings.telegram_webhook_secret.get_secret_value()
    return hmac.compare_digest(given.encode(), secret.encode())


class Hook:
    """What the route needs while the application runs."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.order = Sequence()


@asynccontextmanager
async def running(app: FastAPI, settings: Settings) -> AsyncIterator[None]:
    """Send what waits and keep Telegram told of our address while the application runs."""
    state = state_of(app)
    service = Service(
        client(settings), state.engine, state.store, settings, state.limiter,
        ready=lambda: state.brain is not None,
    )  # fmt: skip
    app.state.telegram = Hook(service)
    tasks = [
        asyncio.create_task(service.sender.run()),
        asyncio.create_task(_register(service, state, settings)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await service.close()


async def _register(service: Service, state: AppState, settings: Settings) -> None:
    """Tell Telegram the address once the model is there; until then updates wait at Telegram."""
    await state.wait()
    assert settings.telegram_webhook_url is not None
    assert settings.telegram_webhook_secret is not None
    url, secret = settings.telegram_webhook_url, settings.telegram_webhook_secret
    try:
        await service.start()
        await persist(
            lambda: service.bot.set_webhook(
                url, max_connections=CONNECTIONS, allowed_updates=list(ALLOWED),
                secret_token=secret.get_secret_value(),
            )
        )  # fmt: skip
    except GroundworkError as error:
        logger.error("%s", error)
