"""A scripted server with the HTTP interface of the real one: every card, every error, no model.

It serves the built files of `bot/static` as the real server must: same routes, same headers. What
it answers depends on the words of the message (see `answer`): a browser test can ask for any state.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

import widget_cards as cards
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).resolve().parents[2] / "bot" / "static"
CHAT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; "
    "require-trusted-types-for 'script'; trusted-types lit-html dompurify"
)
STEPS = ("mood", "wishes", "limits", "stop_word", "aftercare")
RETURN_PHRASE = "quiet river seven stones"


class Talk:
    """One conversation of the fake."""

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.conversation: str | None = None
        self.answers: list[str | None] = []
        self.paused: list[str] = []
        self.crisis: dict[str, Any] | None = None
        self.coaching = False
        self.seen: dict[str, dict[str, Any]] = {}

    def state(self) -> dict[str, Any]:
        running = self.conversation is not None
        return {
            "conversation": self.conversation,
            "step": STEPS[min(len(self.answers), len(STEPS) - 1)] if running else None,
            "done": len(self.answers) if running else 0,
            "of": len(STEPS) if running else 0,
            "paused": self.paused,
            "crisis": self.crisis,
        }


def reply(text: str, *buttons: str, card: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "text": text,
        "buttons": [{"title": b, "payload": f"p:{b.lower()}"} for b in buttons],
        "card": card,
    }


def problem(
    status: int, title: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    return JSONResponse(
        {"title": title, "status": status, **more},
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def answer(talk: Talk, said: str) -> list[dict[str, Any]]:
    """What the script says to a message, first fitting line first."""
    low = said.lower().removeprefix("p:")
    if any(word in low for word in ("kill myself", "want to die")):
        if talk.conversation:
            talk.paused.append(talk.conversation)
        talk.conversation, talk.crisis = (
            None,
            {"level": "crisis", "category": "suicide", "region": "GB"},
        )
        return [
            reply("Thank you for saying that here. You don't have to carry it alone tonight."),
            reply(
                "Samaritans: call 116 123 in the United Kingdom. In danger now: 999.",
                "I am safe right now",
                "I am not safe",
                card=cards.HOTLINES,
            ),
        ]
    if talk.conversation == "pre_brief" and low in {"pause", "stop"}:
        talk.paused.append("pre_brief")
        talk.conversation = None
        return [reply("Paused. It waits here for you.")]
    if talk.conversation == "pre_brief":
        return step(talk, low, said)
    if talk.coaching:
        return coach(talk, said)
    if "pre-brief" in low or "talk before" in low:
        talk.conversation, talk.answers = "pre_brief", []
        return [
            reply(
                "This is a talk before closeness. Skip what you like.\n\nHow are you today?",
                "Calm",
                "Tense",
            )
        ]
    if "i-statement" in low or "i statement" in low:
        talk.coaching = True
        return [reply("Write one sentence that begins with “I”. There is time.")]
    if "freeze" in low or "normal" in low:
        return [reply("Freezing is a reflex of the body, not a choice.", card=cards.PASSAGES)]
    for word, card in cards.BY_WORD.items():
        if word in low:
            return [reply(f"Here: {word}.", card=card)]
    if low == "hostile":
        return [reply(cards.HOSTILE_TEXT, cards.HOSTILE_TEXT, card=cards.HOSTILE_CARD)]
    if low == "list":
        return [reply("Three things:\n- one\n- **two**\n- three\n\n1. first\n2. second")]
    return [reply("I heard you. What would help now?", "Talk before closeness", "Help now")]


def step(talk: Talk, low: str, said: str) -> list[dict[str, Any]]:
    if low == "back":
        talk.answers = talk.answers[:-1]
    else:
        talk.answers.append(None if low == "skip" else said.removeprefix("p:"))
    done = len(talk.answers)
    if done < len(STEPS):
        return [reply(f"Noted. Next: {STEPS[done].replace('_', ' ')}?", "Skip", "Why do you ask?")]
    talk.conversation = None
    return [
        reply(
            "That is everything. Here is what you put together.",
            card=cards.artifact(STEPS, talk.answers),
        )
    ]


def coach(talk: Talk, said: str) -> list[dict[str, Any]]:
    always = said.lower().find("always")
    if always >= 0:
        start = len(said[:always])
        return [
            reply(
                "One word makes it hard to hear: “always”.",
                card=cards.feedback(said, start, start + 6),
            )
        ]
    talk.coaching = False
    return [
        reply("That holds together.", card=cards.feedback(said)),
        reply("Here it is, to keep.", card=cards.artifact(("sentence",), [said])),
    ]


ERRORS = {
    "error 401": lambda: problem(401, "This talk has ended or expired."),
    "error 422": lambda: problem(422, "That choice is no longer open."),
    "error 500": lambda: problem(500, "Something went wrong on our side."),
    "error 503": lambda: PlainTextResponse("bad gateway", status_code=503),
}


def find(request: Request) -> Talk | None:
    """The talk of the request's token."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    found: Talk | None = request.app.state.talks.get(token)
    return found


def make_app(ancestors: str = "'self'", *, region: str | None = "GB") -> FastAPI:
    """Build the fake server; `ancestors` is what may frame the chat."""
    app = FastAPI(openapi_url=None)
    app.state.talks = {}

    @app.middleware("http")
    async def headers(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    _talking(app, app.state.talks)
    _keeping(app, app.state.talks)
    _pages(app, ancestors, region)
    return app


def _talking(app: FastAPI, talks: dict[str, Talk]) -> None:
    @app.post("/api/conversations", status_code=201)
    async def start() -> dict[str, Any]:
        token = secrets.token_urlsafe(16)
        talk = talks[token] = Talk()
        hello = reply(
            "Hello. This is a self-help program. You set the pace, “no” is always a full answer.",
            "Talk before closeness",
            "I-statement",
            "Help now",
        )
        return {
            "token": token,
            "expires_at": "2030-01-01T00:00:00Z",
            "replies": [hello],
            "state": talk.state(),
        }

    @app.post("/api/conversations/messages")
    async def message(request: Request) -> Any:
        talk = find(request)
        if talk is None:
            return problem(401, "This talk has ended or expired.")
        body = await request.json()
        said = str(body.get("text") or body.get("payload"))
        key = request.headers.get("idempotency-key", "")
        if key in talk.seen:
            return talk.seen[key]
        if said in ERRORS:
            return ERRORS[said]()
        if len(said) > 4000:
            more = (
                {"replies": answer(talk, said), "state": talk.state()}
                if "kill myself" in said
                else {}
            )
            return problem(
                413, "That is longer than I can take at once: up to 4,000 characters.", **more
            )
        if said.startswith("error 429"):
            more = (
                {"replies": answer(talk, said), "state": talk.state()}
                if "kill myself" in said
                else {}
            )
            return problem(429, "Too much at once.", {"Retry-After": "2"}, **more)
        if said.startswith("slow"):
            await asyncio.sleep(2)
        talk.messages.append({"from": "person", "text": said, "at": "2026-01-01T00:00:00Z"})
        replies = answer(talk, said)
        talk.messages += [
            {"from": "bot", "text": r["text"], "at": "2026-01-01T00:00:00Z"} for r in replies
        ]
        turn = talk.seen[key] = {"replies": replies, "state": talk.state()}
        return turn


def _keeping(app: FastAPI, talks: dict[str, Talk]) -> None:
    @app.get("/api/conversations")
    async def history(request: Request) -> Any:
        talk = find(request)
        return (
            {"messages": talk.messages, "state": talk.state()} if talk else problem(401, "Expired.")
        )

    @app.delete("/api/conversations", status_code=204)
    async def erase(request: Request) -> Response:
        talks.pop(request.headers.get("authorization", "").removeprefix("Bearer "), None)
        return Response(status_code=204)

    @app.post("/api/conversations/return")
    async def come_back(request: Request) -> Any:
        phrase = (await request.json())["phrase"]
        count = int(phrase.removeprefix("many ")) if phrase.startswith("many ") else 2
        if phrase != RETURN_PHRASE and count == 2:
            return problem(404, "No talk belongs to this phrase.")
        token = secrets.token_urlsafe(16)
        talk = talks[token] = Talk()
        talk.messages = [
            {"from": ("person", "bot")[i % 2], "text": f"Message {i} of an earlier talk.", "at": ""}
            for i in range(count)
        ]
        back = [] if count > 2 else [reply("Welcome back. What you chose to keep is here.")]
        return {
            "token": token,
            "expires_at": "2030-01-01T00:00:00Z",
            "replies": back,
            "state": talk.state(),
        }

    @app.get("/api/conversations/artifacts/{name}")
    async def artifact(request: Request, name: str, format: str) -> Response:
        if find(request) is None:
            return problem(401, "Expired.")
        headers = {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
        return PlainTextResponse("Notes\n", headers=headers)

    @app.get("/api/documents/{name}")
    async def document(name: str) -> dict[str, str]:
        return {"document": name, "title": "When the body freezes", "text": cards.DOCUMENT}


def _pages(app: FastAPI, ancestors: str, region: str | None) -> None:
    @app.get("/chat")
    async def chat() -> HTMLResponse:
        config = {
            "region": region,
            "language": "en",
            "leaveUrl": None,
            "hotlineCards": [cards.STATIC_GB, cards.STATIC_US],
            "operator": {
                "name": "Example Service",
                "contact": "help@example.org",
                "privacyUrl": "https://example.org/p",
            },
            "reviewed": False,
            "version": "0.1.0",
        }
        page = (STATIC / "chat.html").read_text(encoding="utf-8")
        page = page.replace("{{CONFIG}}", json.dumps(config).replace("<", "\\u003c"))
        policy = CHAT_POLICY.format(ancestors=ancestors)
        return HTMLResponse(
            page, headers={"Content-Security-Policy": policy, "Origin-Agent-Cluster": "?1"}
        )

    @app.get("/")
    async def index() -> HTMLResponse:
        return HTMLResponse((STATIC / "index.html").read_text(encoding="utf-8"))

    @app.get("/widget.js")
    async def loader() -> Response:
        return Response((STATIC / "widget.js").read_bytes(), media_type="text/javascript")

    app.mount("/static", StaticFiles(directory=STATIC))


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(make_app("*"), host="127.0.0.1", port=8123, log_level="warning", ws="none")
