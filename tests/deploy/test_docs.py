"""What the guides name exists: tests, files, settings, commands, figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot import metrics
from bot.cli import app
from bot.settings import names

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDES = [
    *(
        ROOT / "docs" / name
        for name in ("safety.md", "threat-model.md", "operating.md", "scaling.md")
    ),
    *sorted((ROOT / "docs" / "templates").glob("*.md")),
]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_what_a_guide_names_exists(guide: Path) -> None:
    text = guide.read_text()
    for path in re.findall(r"`((?:tests|scripts|bot|requirements|data)/[\w./-]+)", text):
        assert (ROOT / path.rstrip(".")).exists(), path
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (guide.parent / link).exists(), link
    for name in re.findall(r"GROUNDWORK_[A-Z_]+", text):
        assert name in names(), name
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for command in re.findall(r"`?groundwork ((?:serve|rotate|purge|backup)[\w-]*)", text):
        assert command in commands, command


def test_every_promise_names_a_test_that_exists() -> None:
    rows = [
        line.split("|")
        for line in (ROOT / "docs/safety.md").read_text().splitlines()
        if line[:2] == "| "
    ]
    rows = [row for row in rows if row[1].strip() != "promise"]
    assert len(rows) > 20
    for _, promise, held, _ in rows:
        files = re.findall(r"`(tests/[\w./]*)(?:::(\w+))?`", held)
        assert files, promise
        for path, test in files:
            assert (ROOT / path).exists(), path
            named = rf"(def|class) {test}\b"
            assert not test or re.search(named, (ROOT / path).read_text()), test


def test_the_figures_in_the_guide_are_shown() -> None:
    shown = metrics.exposition().decode()
    for name in set(re.findall(r"groundwork_[a-z_]+", (ROOT / "docs/operating.md").read_text())):
        assert name in shown, name
