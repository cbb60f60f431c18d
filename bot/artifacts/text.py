"""Artifacts as Markdown and as plain text: fixed labels and the person's words, nothing else."""

from __future__ import annotations

from bot.artifacts.model import Artifact
from bot.artifacts.words import long_date, markdown, paragraphs
from bot.wording import say

_INDENT = "  "


def as_markdown(artifact: Artifact) -> str:
    """Return the artifact as CommonMark, one heading a step."""
    parts = [f"# {markdown(artifact.title)}"]
    parts += [markdown(artifact.header)] if artifact.header else []
    for section in artifact.sections:
        parts += [f"## {markdown(section.label)}", *_markdown_answer(section.answer)]
    parts += ["---", *([markdown(artifact.footer)] if artifact.footer else [])]
    parts.append(markdown(_made_on(artifact)))
    return "\n\n".join(parts) + "\n"


def as_text(artifact: Artifact) -> str:
    """Return the artifact as plain text, answers set in under their labels."""
    parts = [f"{artifact.title}\n{'=' * len(artifact.title)}"]
    parts += [artifact.header] if artifact.header else []
    for section in artifact.sections:
        parts.append(f"{section.label}\n{_text_answer(section.answer)}")
    parts += [artifact.footer] if artifact.footer else []
    parts.append(_made_on(artifact))
    return "\n\n".join(parts) + "\n"


def _markdown_answer(answer: str | None) -> list[str]:
    if answer is None:
        return [markdown(say("artifacts.blank"))]
    return ["\\\n".join(markdown(line) for line in group) for group in paragraphs(answer)]


def _text_answer(answer: str | None) -> str:
    groups = [[say("artifacts.blank")]] if answer is None else paragraphs(answer)
    return "\n\n".join("\n".join(_INDENT + line for line in group) for group in groups)


def _made_on(artifact: Artifact) -> str:
    return say("artifacts.made_on", date=long_date(artifact.made_on))
