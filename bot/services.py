"""What is built once per process and shared: settings, conversations, lines, encoder, library, detector.

Actions run by Rasa and the engine use the same ones. Each is built at its first use.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.dialogue.catalog import Catalog, CoachName, load_catalog
from bot.language.encoder import Encoder, load_encoder
from bot.settings import ROOT, Settings, get_settings

if TYPE_CHECKING:
    from bot.crisis.detector import CrisisDetector
    from bot.crisis.dialogue import CrisisDialogue
    from bot.crisis.hotlines import Hotlines
    from bot.practice.apology import ApologyCoach
    from bot.practice.coach import Coach
    from bot.practice.i_statement import IStatementCoach
    from bot.practice.session import Practice
    from knowledge import Library


def settings() -> Settings:
    """Return the settings of this process."""
    return get_settings()


def catalog() -> Catalog:
    """Return the conversations."""
    return load_catalog()


@lru_cache(maxsize=1)
def hotlines() -> Hotlines:
    """Return the help lines, with the operator's own where a file of them is set."""
    from bot.crisis.hotlines import Hotlines  # noqa: PLC0415

    return Hotlines.load(local=settings().local_lines)


def encoder() -> Encoder:
    """Return the sentence encoder."""
    return load_encoder(settings().cache_dir)


@lru_cache(maxsize=1)
def detector() -> CrisisDetector:
    """Return the crisis detector, by rules alone where the encoder or its model is missing."""
    from bot.crisis.detector import CrisisDetector  # noqa: PLC0415

    try:
        found: Encoder | None = encoder()
    except Exception:  # whatever is wrong with the encoder, the rules must stand
        found = None
    return CrisisDetector.load(settings().cache_dir, found)


@lru_cache(maxsize=1)
def crisis_dialogue() -> CrisisDialogue:
    """Return the dialogue that follows when words point to danger."""
    from bot.crisis.dialogue import CrisisDialogue  # noqa: PLC0415
    from bot.crisis.texts import CrisisTexts  # noqa: PLC0415

    return CrisisDialogue(CrisisTexts.load(), hotlines())


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the guidance library, building its index if its inputs changed."""
    from knowledge import Library  # noqa: PLC0415

    return Library.open(knowledge_dirs(), settings().cache_dir, encoder())


def knowledge_dirs() -> list[Path]:
    """Return the folders of guidance; relative ones are looked for here, then in the project."""
    return [path if path.is_absolute() else _existing(path) for path in settings().knowledge_dirs]


@lru_cache(maxsize=1)
def i_statement_coach() -> IStatementCoach:
    """Return the coach for "I" statements."""
    from bot.practice.i_statement import IStatementCoach  # noqa: PLC0415

    return IStatementCoach.load(encoder(), settings().cache_dir)


@lru_cache(maxsize=1)
def apology_coach() -> ApologyCoach:
    """Return the coach for apologies."""
    from bot.practice.apology import ApologyCoach  # noqa: PLC0415

    return ApologyCoach.load(encoder(), settings().cache_dir)


def coach(name: CoachName) -> Coach:
    """Return a coach by its name in the conversation files."""
    return apology_coach() if name == "apology" else i_statement_coach()


@lru_cache(maxsize=2)
def practice(name: CoachName) -> Practice:
    """Return the practice talk of a coach."""
    from bot.practice.session import Practice  # noqa: PLC0415

    return Practice(name, coach(name))


def _existing(path: Path) -> Path:
    return path if path.exists() else ROOT / path
