"""Check what people read: every file that speaks carries reviewer and date, and claims nothing it must not."""

from __future__ import annotations

import re
import sys

import yaml

from bot.dialogue.catalog import load_catalog
from bot.settings import ROOT
from bot.wording import load_wording

CLAIMS = re.compile(
    r"\b(detects? (risk|danger|abuse)|clinically|your therapist is|we will call|i will call|100 ?% (safe|private)|"
    r"completely (confidential|anonymous)|is confidential|guarantee\w*|committed suicide|commit suicide|"
    r"failed attempt|successful suicide)\b",
    re.IGNORECASE,
)
"""Claims that care rule 1 and safe-messaging guidance ban (docs/safety.md)."""
PUSHING = re.compile(r"\b(should have|shouldn't have|why didn't you|obviously)\b", re.IGNORECASE)


def spoken() -> dict[str, str]:
    """Return every sentence that people read, by where it stands."""
    found = {
        f"wording {key} {i}": text
        for key, texts in load_wording().items()
        for i, text in enumerate(texts)
    }
    for name, conversation in load_catalog().items():
        for step in conversation:
            for part in ("question", "simpler", "why"):
                found[f"{name}.{step.id}.{part}"] = getattr(step, part)
        found |= {f"{name}.opening": conversation.opening, f"{name}.closing": conversation.closing}
    for path in sorted((ROOT / "knowledge" / "library").glob("*.md")):
        found[f"library {path.name}"] = path.read_text(encoding="utf-8")
    return found


def undated() -> list[str]:
    """Return wording files without date or reviewer."""
    folder = ROOT / "data" / "wording"
    raw = {
        path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in folder.glob("*.yml")
    }
    return [name for name, content in raw.items() if not {"date", "reviewer"} <= set(content)]


def main() -> None:
    """Print every finding; exit 1 if there is one."""
    problems = [f"{name}: no date or reviewer" for name in undated()]
    for place, text in spoken().items():
        for pattern in (CLAIMS,) if place.startswith("library") else (CLAIMS, PUSHING):
            problems += [f"{place}: “{match.group()}”" for match in pattern.finditer(text)]
    for line in problems:
        print(line)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
