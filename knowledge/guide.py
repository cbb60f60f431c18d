"""The packaged library as a guide: its passages and questions serve the search in any other document.

An operator's document has no written questions. A question is matched to the packaged passages first;
their words, mixed by how well they match, are a second query in the language of guidance, beside the
question itself in the person's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from bot.errors import KnowledgeError
from knowledge.reading import QUESTIONS, files, read
from knowledge.splitting import split
from knowledge.types import Passage

FOLDER = Path(__file__).resolve().parent / "library"


def inputs() -> tuple[Path, ...]:
    """Return the files that the guide is made from."""
    found = []
    for path in files([FOLDER]):
        found += [path, path.with_name(path.stem + QUESTIONS)]
    return tuple(path for path in found if path.is_file())


@lru_cache(maxsize=1)
def packaged() -> tuple[Passage, ...]:
    """Return the packaged passages that have questions (none if a file is damaged: it only helps)."""
    try:
        found = [passage for path in files([FOLDER]) for passage in split(read(path))]
    except KnowledgeError:
        return ()
    return tuple(passage for passage in found if passage.questions)


def joined(passages: Sequence[Passage]) -> list[Passage]:
    """Return the passages with questions of a library, and the packaged ones that it lacks."""
    own = [passage for passage in passages if passage.questions]
    ids = {passage.id for passage in own}
    return own + [passage for passage in packaged() if passage.id not in ids]
