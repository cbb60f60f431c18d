"""What is a person's own over HTTP: take it all away, keep some of it, hand some of it to people."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from bot import handover, services
from bot.channels.problems import documented, problem
from bot.channels.web import Engine_, Opened_, Sound
from bot.export import export
from bot.handover import NotHandedOver, NotTheSame, Service
from bot.wording import say

router = APIRouter()
Names = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=200)]


class Chosen(BaseModel):
    """What to keep: papers by `id`, unfinished conversations by name."""

    model_config = ConfigDict(extra="forbid")
    papers: Names = []
    conversations: Names = []


class Wish(BaseModel):
    """What to hand over, and how the person wants to be reached."""

    model_config = ConfigDict(extra="forbid")
    papers: Names = []
    reach: Annotated[str, Field(max_length=500), Sound] = ""


class Consent(Wish):
    """The same, with the mark of what was shown."""

    digest: str = Field(max_length=64)


class PhraseOut(BaseModel):
    """Six words, shown this once."""

    phrase: str


class ShownOut(BaseModel):
    """What would be passed."""

    service: str
    kind: Literal["mail", "phone", "web"]
    contact: str
    notice: str
    text: str
    digest: str
    link: str | None


class PassedOut(BaseModel):
    """What was done."""

    text: str


def service() -> Service | None:
    """Return the human service of this installation."""
    return Service.of(services.settings())


Service_ = Annotated[Service | None, Depends(service)]


@router.get("/api/conversations/export", responses=documented(401, 503))
async def everything(engine: Engine_, conversation: Opened_) -> dict[str, Any]:
    """Return everything a person gave, apart from crisis turns and the private screen."""
    found = await engine.history(conversation)
    return export(conversation, found, services.catalog())


@router.post(
    "/api/conversations/keep",
    response_model=PhraseOut,
    responses=documented(401, 404, 408, 413, 422, 503),
)
async def keep(chosen: Chosen, engine: Engine_, conversation: Opened_) -> Any:
    """Keep what was ticked under a return phrase; an earlier phrase of this talk stops working."""
    ticked = frozenset((*chosen.papers, *chosen.conversations))
    phrase = await engine.keep(conversation, ticked)
    return {"phrase": phrase} if phrase else problem(404, say("own.keep_nothing"))


@router.delete("/api/conversations/keep", status_code=204, responses=documented(401, 503))
async def keep_no_more(engine: Engine_, conversation: Opened_) -> Response:
    """Take back the phrase, and what it keeps."""
    await engine.keep_no_more(conversation)
    return Response(status_code=204)


@router.post(
    "/api/conversations/handover/preview",
    response_model=ShownOut,
    responses=documented(401, 404, 408, 413, 422, 503),
)
async def preview(wish: Wish, engine: Engine_, conversation: Opened_, people: Service_) -> Any:
    """Show what would be passed to the operator's human service. Nothing is passed."""
    if people is None:
        return problem(404, say("own.handover_none"))
    parcel = handover.pack(people, await engine.history(conversation), wish.papers, wish.reach)
    return parcel.shown() if parcel.text else problem(422, say("own.handover_empty"))


@router.post(
    "/api/conversations/handover",
    response_model=PassedOut,
    responses=documented(401, 404, 408, 409, 413, 422, 503),
)
async def hand_over(wish: Consent, engine: Engine_, conversation: Opened_, people: Service_) -> Any:
    """Pass exactly what was shown, with the person's consent."""
    if people is None:
        return problem(404, say("own.handover_none"))
    parcel = handover.pack(people, await engine.history(conversation), wish.papers, wish.reach)
    try:
        await run_in_threadpool(parcel.pass_on, wish.digest, handover.post)
    except NotTheSame as error:
        return problem(409, str(error))
    except NotHandedOver as error:
        return problem(503, str(error), replies=engine.safety())
    return {"text": say("own.handover_done", name=people.name)}
