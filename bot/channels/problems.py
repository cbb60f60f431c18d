"""Errors as `application/problem+json` (RFC 9457), each with a title that a person can read."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from bot import engine
from bot.app_state import state_of
from bot.errors import PayloadRefused, SealBroken, StoreError, UnknownConversation
from bot.types import Reply
from bot.wording import say

MEDIA = "application/problem+json"


class Problem(BaseModel):
    """An RFC 9457 problem; `replies` are there where the crisis gate called for an answer."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    replies: list[dict[str, Any]] | None = None


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {MEDIA: {"schema": Problem.model_json_schema()}}}
    for status, text in {
        408: "The request did not arrive in time",
        401: "The token belongs to no conversation",
        404: "There is no such thing; the title says what to do instead",
        409: "What was agreed to has changed; look again",
        413: "Too long; a crisis is answered all the same",
        422: "Not understood; nothing was changed",
        429: "Too many messages for now; a crisis is answered all the same",
        503: "Something failed on our side; what was written before is kept",
    }.items()
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says about the problems of a call."""
    return {status: RESPONSES[status] for status in statuses}


def problem(
    status: int, title: str, *, headers: dict[str, str] | None = None, detail: str | None = None,
    replies: tuple[Any, ...] = (),
) -> JSONResponse:  # fmt: skip
    """Return a problem as a response."""
    found = Problem(title=title, status=status, detail=detail)
    if replies:
        found.replies = [reply.as_dict() for reply in replies]
    body = found.model_dump(exclude_none=True)
    return JSONResponse(body, status, headers=headers, media_type=MEDIA)


def _unstored(damaged: bool, replies: tuple[Reply, ...]) -> JSONResponse:
    title = say("http.seal_broken" if damaged else "http.store_failed")
    return problem(503, title, headers={"Retry-After": "5"}, replies=replies)


def install(app: FastAPI) -> None:
    """Give every error its problem. What a person wrote stands in none of them."""

    @app.exception_handler(UnknownConversation)
    async def unknown(request: Request, error: UnknownConversation) -> JSONResponse:
        headers = {"WWW-Authenticate": "Bearer"}
        return problem(401, say("http.unknown_conversation"), headers=headers)

    @app.exception_handler(PayloadRefused)
    async def refused(request: Request, error: PayloadRefused) -> JSONResponse:
        return problem(422, str(error))

    @app.exception_handler(engine.KeyReused)
    async def reused(request: Request, error: engine.KeyReused) -> JSONResponse:
        return problem(422, str(error))

    @app.exception_handler(engine.TooLong)
    async def long(request: Request, error: engine.TooLong) -> JSONResponse:
        return problem(413, str(error), replies=error.replies)

    @app.exception_handler(engine.Limited)
    async def limited(request: Request, error: engine.Limited) -> JSONResponse:
        return problem(429, str(error), headers={"Retry-After": str(error.retry_after)})

    @app.exception_handler(engine.ModelFailed)
    async def model(request: Request, error: engine.ModelFailed) -> JSONResponse:
        headers = {"Retry-After": "5"}
        return problem(503, say("http.model_failed"), headers=headers, replies=error.replies)

    @app.exception_handler(engine.NotStored)
    async def not_stored(request: Request, error: engine.NotStored) -> JSONResponse:
        return _unstored(error.damaged, error.replies)

    @app.exception_handler(SealBroken)
    @app.exception_handler(StoreError)
    async def store(request: Request, error: StoreError) -> JSONResponse:
        said = state_of(request.app).engine.safety()
        return _unstored(isinstance(error, SealBroken), said)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # Only places and kinds of the errors: their input is what a person wrote.
        found = error.errors()
        if any(e["type"] == "string_too_long" and e["loc"][0] == "body" for e in found):
            said = state_of(request.app).engine.safety()
            return problem(413, say("http.body_too_large"), replies=said)
        places = sorted({".".join(str(p) for p in e["loc"]) + ": " + e["type"] for e in found})
        return problem(422, say("http.invalid"), detail="; ".join(places)[:500])

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 400:  # FastAPI's word for a body that is no JSON
            return problem(422, say("http.invalid"))
        known = {404: "http.not_found", 405: "http.not_allowed"}
        title = say(known[error.status_code]) if error.status_code in known else str(error.detail)
        headers = dict(error.headers) if error.headers else None
        return problem(error.status_code, title, headers=headers)
