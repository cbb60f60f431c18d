"""The sentences the program says, by key, from `data/wording/*.yml`: data, so that they can be reviewed.

A key is `file.name` (`dialogue.greeting`). A text may hold `{placeholders}`; a list holds variants in
the order in which they are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import yaml

from bot.errors import ContentError

FOLDER = Path(__file__).resolve().parent.parent / "data" / "wording"


@lru_cache(maxsize=4)
def load_wording(folder: Path = FOLDER) -> Mapping[str, tuple[str, ...]]:
    """Read all wording; every value is a tuple of variants (usually one).

    Raises:
        ContentError: a file is not a mapping of names to texts or lists of texts.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.yml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(raw, dict):
            raise ContentError(f"{path.name}: not a mapping of names to texts")
        _collect(found, path.stem, raw)
    return MappingProxyType(found)


def _collect(found: dict[str, tuple[str, ...]], prefix: str, raw: Mapping[str, object]) -> None:
    for name, value in raw.items():
        if name in _ABOUT:
            continue
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            _collect(found, key, value)
            continue
        texts = value if isinstance(value, list) else [value]
        if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
            raise ContentError(f"{key} is no text")
        found[key] = tuple(str(text).strip() for text in texts)


_ABOUT = frozenset({"source", "reviewer", "date"})


def say(key: str, variant: int = 0, /, **values: object) -> str:
    """Return the text for a key; `variant` counts on past the last one by starting again.

    Values are inserted as they are: they can't bring placeholders of their own.
    """
    variants = load_wording()[key]
    text = variants[variant % len(variants)]
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value).replace("{", "{\u2060"))
    return text.replace("{\u2060", "{")


def variants(key: str) -> int:
    """Return how many variants a key has."""
    return len(load_wording()[key])
