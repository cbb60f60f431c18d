"""The HTTP interface: JSON in, JSON out, problems as RFC 9457."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot import services
from bot.app_state import AppState, state_of
from bot.artifacts.model import Artifact
from bot.artifacts.render import render
from bot.channels.problems import documented, problem
from bot.crisis.hotlines import UnknownRegion
from bot.engine import Engine
from bot.errors import StoreError, UnknownConversation
from bot.store.opened import Opened
from bot.types import Message, Turn
from bot.wording import say

router = APIRouter()


def _sound(value: Any) -> Any:
    # Half an emoji, cut off by a phone, is no reason to leave a person without an answer.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


Sound = BeforeValidator(_sound)
Region = Annotated[str, Field(pattern="^[A-Za-z]{2}$", description="two-letter country code")]


class Begin(BaseModel):
    """What a site may already know."""

    model_config = ConfigDict(extra="forbid")
    region: Region | None = None


class Said(BaseModel):
    """A person's words, or the payload of a button that was offered."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(max_length=65_536), Sound] | None = None
    payload: str | None = Field(None, max_length=4_096)

    @model_validator(mode="after")
    def _one(self) -> Said:
        if (self.text is None) == (self.payload is None):
            raise ValueError("either text or payload")
        return self


class ButtonOut(BaseModel):
    """A quick reply."""

    title: str
    payload: str


class ReplyOut(BaseModel):
    """One message to the person."""

    text: str
    buttons: list[ButtonOut]
    card: dict[str, Any] | None


class CrisisOut(BaseModel):
    """A crisis in view."""

    level: Literal["gentle", "crisis", "emergency"]
    category: str
    region: str | None


class StateOut(BaseModel):
    """Where a talk stands."""

    conversation: str | None
    step: str | None
    done: int
    of: int
    paused: list[str]
    crisis: CrisisOut | None


class TurnOut(BaseModel):
    """What a message led to."""

    replies: list[ReplyOut]
    state: StateOut


class BegunOut(TurnOut):
    """A new conversation."""

    token: str
    expires_at: str


class MessageOut(BaseModel):
    """A line of the transcript."""

    model_config = ConfigDict(populate_by_name=True)
    sender: Literal["person", "bot"] = Field(alias="from")
    text: str
    at: str


class HistoryOut(BaseModel):
    """A conversation so far."""

    messages: list[MessageOut]
    state: StateOut


class Phrase(BaseModel):
    """Six plain words."""

    model_config = ConfigDict(extra="forbid")
    phrase: Annotated[str, Field(max_length=200), Sound]


class Asked(BaseModel):
    """A question for the library."""

    model_config = ConfigDict(extra="forbid")
    q: Annotated[str, Field(max_length=4_000), Sound]
    k: int = Field(5, ge=1, le=20)


class Sentence(BaseModel):
    """A sentence to practise."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(max_length=4_000), Sound]


class Texts(BaseModel):
    """Messages to parse."""

    model_config = ConfigDict(extra="forbid")
    texts: list[Annotated[str, Field(max_length=65_536), Sound]] = Field(max_length=512)


def app_state(request: Request) -> AppState:
    """Return what the application was built with."""
    return state_of(request.app)


def client_of(request: Request) -> str:
    """Return the address a request came from (a trusted proxy names it: docs/operating.md)."""
    return request.client.host if request.client else "unknown"


def engine(state: Annotated[AppState, Depends(app_state)]) -> Engine:
    """Return the engine."""
    return state.engine


def bearer(authorization: Annotated[str | None, Header()] = None) -> str:
    """Return the token of the Authorization header (401 without one)."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnknownConversation("no token")
    return token.strip()


async def opened(
    token: Annotated[str, Depends(bearer)], engine: Annotated[Engine, Depends(engine)]
) -> Opened:
    """Open the conversation of the token."""
    return await engine.open(token)


State_ = Annotated[AppState, Depends(app_state)]
Engine_ = Annotated[Engine, Depends(engine)]
Opened_ = Annotated[Opened, Depends(opened)]


@router.post(
    "/api/conversations",
    status_code=201,
    response_model=BegunOut,
    responses=documented(408, 413, 422, 429, 503),
)
async def begin(request: Request, state: State_, body: Begin | None = None) -> dict[str, Any]:
    """Begin a conversation."""
    await state.limit_begin(client_of(request))
    region = body.region.upper() if body and body.region else None
    token, expires, turn = await state.engine.begin("web", region)
    return {"token": token, "expires_at": expires, **turn.as_dict()}


@router.post(
    "/api/conversations/messages",
    response_model=TurnOut,
    responses=documented(401, 408, 413, 422, 429, 503),
)
async def send(
    said: Said, request: Request, state: State_, token: Annotated[str, Depends(bearer)],
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> dict[str, Any]:  # fmt: skip
    """Answer a message."""
    message = Message(said.text, said.payload, "web", idempotency_key)
    try:
        conversation = await state.engine.open(token)
    except StoreError as error:
        raise await state.engine.unstored(message, error) from None
    turn: Turn = await state.engine.receive(
        conversation,
        message,
        limited=lambda: state.limiter.check(client_of(request), conversation.id),
    )
    return turn.as_dict()


@router.get("/api/conversations", response_model=HistoryOut, responses=documented(401, 503))
async def history(engine: Engine_, conversation: Opened_) -> dict[str, Any]:
    """Return the transcript. Crisis turns and the private screen are never in it."""
    found = await engine.history(conversation)
    return {"messages": found.messages, "state": engine.state(found).as_dict()}


@router.get(
    "/api/conversations/artifacts/{artifact_id}",
    responses={
        **documented(401, 404, 422, 503),
        200: {
            "content": {
                "application/pdf": {},
                "text/plain": {},
                "text/markdown": {},
                "text/calendar": {},
            }
        },
    },
    response_class=Response,
)
async def artifact(
    artifact_id: str, engine: Engine_, conversation: Opened_,
    format: Literal["md", "txt", "pdf", "ics"] = "md", paper: Literal["a4", "letter"] = "a4",
) -> Response:  # fmt: skip
    """Return what a finished conversation left, as a file."""
    found = await engine.history(conversation)
    raw = next((a for a in found.slots.get("artifacts") or [] if a["id"] == artifact_id), None)
    if raw is None:
        return problem(404, say("http.no_artifact"))
    made = Artifact.from_dict(raw)
    if format not in made.formats:
        return problem(404, say("http.no_calendar"))
    data, media, name = await run_in_threadpool(render, made, format, paper=paper)
    return Response(
        data, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.delete("/api/conversations", status_code=204, responses=documented(401, 503))
async def erase(token: Annotated[str, Depends(bearer)], engine: Engine_) -> Response:
    """Erase a conversation, and the token with it."""
    await engine.erase(token)
    return Response(status_code=204, headers={"Clear-Site-Data": '"cache", "storage"'})


@router.post(
    "/api/conversations/return",
    response_model=BegunOut,
    responses=documented(404, 408, 413, 422, 429, 503),
)
async def come_back(phrase: Phrase, request: Request, state: State_) -> Any:
    """Return a new token for what a return phrase keeps."""
    await state.limit_begin(client_of(request))
    try:
        token, expires, turn = await state.engine.come_back(phrase.phrase)
    except UnknownConversation:
        return problem(404, say("http.phrase_unknown"))
    return {"token": token, "expires_at": expires, **turn.as_dict()}


@router.post("/api/passages", responses=documented(408, 413, 422, 503))
async def passages(asked: Asked) -> dict[str, Any]:
    """Search the guidance library."""
    return await run_in_threadpool(_search, asked.q, asked.k)


@router.get("/api/passages", responses=documented(422, 503))
async def passages_by_url(
    q: Annotated[str, Query(max_length=4_000)], k: Annotated[int, Query(ge=1, le=20)] = 5
) -> dict[str, Any]:
    """Search the guidance library (for tools: what people ask belongs in no address)."""
    return await run_in_threadpool(_search, q, k)


def _search(q: str, k: int) -> dict[str, Any]:
    found = services.library().search(q, k=k)
    shown = [hit.as_dict() for hit in found.passages[:k]] if found.answered else []
    return {"answered": found.answered, "passages": shown}


@router.get("/api/documents/{document}", responses=documented(404, 422, 503))
async def document(document: str) -> Any:
    """Return the text in which the spans of passages count."""
    found = await run_in_threadpool(lambda: services.library().document(document))
    if found is None:
        return problem(404, say("http.no_document"))
    return {"document": found.document, "title": found.title, "text": found.text}


@router.get("/api/hotlines", responses=documented(404, 422))
async def hotlines(
    region: Annotated[str, Query(max_length=8)],
    topic: Annotated[str | None, Query(max_length=40)] = None,
) -> Any:
    """Return the help lines of a country."""
    try:
        return services.hotlines().as_dict(region.upper(), topic)
    except UnknownRegion:
        return problem(404, say("http.no_region"))


@router.post("/api/practice/i-statement", responses=documented(408, 413, 422))
async def practise_i_statement(sentence: Sentence) -> dict[str, Any]:
    """Give feedback on an "I" statement. Nothing is stored."""
    return await run_in_threadpool(
        lambda: services.i_statement_coach().check(sentence.text).as_dict()
    )


@router.post("/api/practice/apology", responses=documented(408, 413, 422))
async def practise_apology(sentence: Sentence) -> dict[str, Any]:
    """Give feedback on an apology. Nothing is stored."""
    return await run_in_threadpool(lambda: services.apology_coach().check(sentence.text).as_dict())


debug_router = APIRouter()


@debug_router.post("/api/debug/parse", responses=documented(408, 413, 422))
async def parse(texts: Texts, state: State_) -> list[dict[str, Any]]:
    """Return intent and crisis verdict of messages, each for a fresh conversation."""
    return await run_in_threadpool(state.parse, texts.texts)
