"""The files operators start from: clean, complete, and in step with the program."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.settings import names
from scripts.container_steps import copy, steps

ROOT = Path(__file__).resolve().parent.parent.parent
UNIT = (ROOT / "deploy" / "groundwork.service").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    command = [str(hadolint), str(ROOT / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_image_has_every_file_the_program_is_made_of(tmp_path: Path) -> None:
    for word, rest in steps():
        if word == "COPY":
            copy(rest, tmp_path)
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    needed = re.compile(
        r"(bot|actions|knowledge|data|requirements)/|(config|domain)\.yml|pyproject"
    )
    missing = [n for n in tracked.stdout.split() if needed.match(n) and not (tmp_path / n).exists()]
    assert missing == []


def test_what_docker_may_see_is_what_is_copied() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
    copied: set[str] = set()
    for word, rest in steps():
        if word == "COPY":
            copied |= {part for part in shlex.split(rest)[:-1] if not part.startswith("--")}
    assert copied == allowed


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_dockerfiles_steps_work() -> None:
    done = subprocess.run([sys.executable, "-m", "scripts.container_steps"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_settings_named_by_compose_unit_and_image_exist() -> None:
    files = (ROOT / "compose.yaml", ROOT / "deploy" / "groundwork.service", ROOT / "Dockerfile")
    used = set(re.findall(r"GROUNDWORK_[A-Z_]+", "".join(path.read_text() for path in files)))
    assert used
    assert used <= names()


def test_compose_gives_no_more_rights_than_needed() -> None:
    program = COMPOSE["services"]["groundwork"]
    assert program["read_only"]
    assert program["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in program["ports"])
    assert "ports" not in COMPOSE["services"]["postgres"]
    assert "ports" not in COMPOSE["services"]["redis"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "groundwork.service"
    unit.write_text(UNIT.replace("/opt/groundwork/.venv/bin/groundwork", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert "Unknown" not in done.stderr
    assert done.returncode == 0, done.stderr


def test_the_unit_waits_longer_than_a_turn_may_take() -> None:
    from bot.workers import GRACE

    found = re.search(r"TimeoutStopSec=(\d+)", UNIT)
    assert found
    assert int(found[1]) > GRACE
