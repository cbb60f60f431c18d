"""It stays a standard Rasa project: the data is valid and the end-to-end stories hold with Rasa alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENV = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "HF_HUB_OFFLINE": "1"}


def rasa(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rasa", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=ENV, capture_output=True, text=True, timeout=500, check=False
    )


def test_the_data_is_valid_and_without_conflicts() -> None:
    done = rasa("data", "validate")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-2000:]
    assert "No story structure conflicts found" in said


def test_end_to_end_stories(tmp_path: Path) -> None:
    done = rasa(
        "test",
        "core",
        "-m",
        "models/groundwork.tar.gz",
        "-s",
        "tests/stories",
        "--out",
        str(tmp_path),
        "--fail-on-prediction-errors",
        "--e2e",
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
