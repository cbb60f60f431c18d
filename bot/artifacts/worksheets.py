"""Blank worksheets: every question of a conversation on paper, with room to write.

For people who would rather not type, and for counsellors who print them. What follows from an answer is
printed beside it, so that paper sends nobody past a way out that the screen would have shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from bot.artifacts.model import Artifact, Format, Section
from bot.artifacts.render import render
from bot.dialogue.catalog import END, After, Conversation, Step
from bot.wording import say

LINE = "_" * 40
_LINES = {"text": 3, "list": 4, "choice": 0, "yes_no": 1, "scale": 1, "time": 1, "date": 1}


def write_all(
    conversations: Iterable[Conversation], folder: Path, form: Format, today: date
) -> list[Path]:
    """Write one blank worksheet a conversation into `folder` and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for conversation in conversations:
        path = folder / f"{conversation.artifact.file_name}.{form}"
        path.write_bytes(render(blank(conversation, today), form)[0])
        written.append(path)
    return written


def blank(conversation: Conversation, today: date) -> Artifact:
    """Return the worksheet of a conversation: its questions where a finished one has answers."""
    form = conversation.artifact
    opening = [conversation.opening, conversation.guard.text if conversation.guard else ""]
    footer = None if form.footer == "none" else say(f"artifacts.footer_{form.footer}")
    return Artifact(
        id="worksheet",
        conversation=conversation.name,
        title=form.title,
        header=" ".join(text for text in (*opening, form.header or "") if text),
        footer=" ".join(text for text in (conversation.closing, footer) if text),
        sections=tuple(Section(step.id, step.label, _room(step)) for step in conversation),
        made_on=today,
        file_name=form.file_name,
        calendar_on=None,
        calendar_allowed=False,
    )


def _room(step: Step) -> str:
    """Return a question, its choices, room to write, and what follows from an answer."""
    choices = step.choices or _YES_NO if step.kind in ("choice", "yes_no") else ()
    parts = [step.question, *(["\n".join(f"( ) {title}" for title in choices)] if choices else [])]
    parts += [LINE] * _LINES[step.kind]
    parts += [_follows(after) for after in step.after if after.say]
    return "\n\n".join(parts)


_YES_NO = ("Yes", "No", "Not sure")


def _follows(after: After) -> str:
    given = " / ".join(sorted(_SHOWN.get(group, group) for group in after.when))
    stop = f" {say('artifacts.stop_here')}" if after.go == END else ""
    return say("artifacts.follows", answers=given, words=f"{after.say}{stop}")


_SHOWN = {"unsure": "not sure", "given": "any answer", "skipped": "left blank"}
