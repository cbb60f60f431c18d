"""Artifacts as Markdown and as plain text: fixed labels and the person's words, nothing else."""

from __future__ import annotations

from bot.artifacts.model import Artifact
from bot.artifacts.words import long_date, markdown, one_line, paragraphs
from bot.wording import say

_INDENT = "  "


def as_markdown(artifact: Artifact) -> str:
    """Return the artifact as CommonMark, one heading a step."""
    parts = [f"# {_fixed(artifact.title)}"]
    parts += [_fixed(artifact.header)] if artifact.header else []
    for section in artifact.paper:
        parts += [f"## {_fixed(section.label)}", *_markdown_answer(section.answer)]
    parts += ["---", *([_fixed(artifact.footer)] if artifact.footer else [])]
    parts.append(_fixed(_made_on(artifact)))
    return "\n\n".join(parts) + "\n"


def as_text(artifact: Artifact) -> str:
    """Return the artifact as plain text, answers set in under their labels."""
    title = one_line(artifact.title)
    parts = [f"{title}\n{'=' * len(title)}"]
    parts += [one_line(artifact.header)] if artifact.header else []
    for section in artifact.paper:
        parts.append(f"{one_line(section.label)}\n{_text_answer(section.answer)}")
    parts += [one_line(artifact.footer)] if artifact.footer else []
    parts.append(_made_on(artifact))
    return "\n\n".join(parts) + "\n"


def _fixed(text: str) -> str:
    return markdown(one_line(text))


def _markdown_answer(answer: str | None) -> list[str]:
    if answer is None:
        return [markdown(say("artifacts.blank"))]
    return ["\\\n".join(markdown(line) for line in group) for group in paragraphs(answer)]


def _text_answer(answer: str | None) -> str:
    groups = [[say("artifacts.blank")]] if answer is None else paragraphs(answer)
    return "\n\n".join("\n".join(_INDENT + line for line in group) for group in groups)


def _made_on(artifact: Artifact) -> str:
    return say("artifacts.made_on", date=long_date(artifact.made_on))
