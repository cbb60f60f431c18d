"""Do the Dockerfile's steps where there is no Docker: copy what it copies, run what it runs, start it, ask it.

`python -m scripts.container_steps` works in a temporary folder in place of the image; making the user is
left out. It shows that the list of copied files is complete and that nothing but the data directory
is written when the container runs.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bot.settings import ROOT
from scripts.bench import free_port

LEFT_OUT = ("useradd",)


def steps() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions in order, each as its word and the rest."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def copy(rest: str, app: Path) -> list[Path]:
    """Copy as COPY does, without what `.dockerignore` leaves out; returns the sources."""
    *names, target = [part for part in shlex.split(rest) if not part.startswith("--")]
    sources = [ROOT / name for name in names]
    for source in sources:
        place = app / target / source.name if target.endswith("/") else app / target
        if source.is_dir():
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, place)
    return sources


def run(command: str, app: Path, env: dict[str, str]) -> None:
    """Run as RUN does."""
    if any(word in command for word in LEFT_OUT):
        return
    print(f"RUN {command}", flush=True)
    subprocess.run(["/bin/bash", "-o", "pipefail", "-c", command], cwd=app, env=env, check=True)


def answers(app: Path, env: dict[str, str]) -> bool:
    """Start the command of the image and wait until it is ready."""
    port = free_port()
    more = {"GROUNDWORK_PORT": str(port), "GROUNDWORK_HOST": "127.0.0.1"}
    command = [str(app / ".venv/bin/groundwork"), "serve"]
    process = subprocess.Popen(command, cwd=app, env=env | more)
    try:
        for _ in range(240):
            time.sleep(0.5)
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as found:
                    return bool(found.status == 200)
            except (urllib.error.URLError, OSError):
                continue
        return False
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    """Do all steps."""
    with tempfile.TemporaryDirectory(prefix="groundwork-image-") as folder:
        app, data = Path(folder) / "app", Path(folder) / "data"
        app.mkdir()
        data.mkdir()
        env = {k: v for k, v in os.environ.items() if not k.startswith("GROUNDWORK_")}
        for word, rest in steps():
            if word == "COPY":
                copy(rest, app)
            elif word == "RUN":
                run(rest, app, env)
        before = {p for p in app.rglob("*") if "__pycache__" not in p.parts}
        env |= {"GROUNDWORK_DATA_DIR": str(data), "PYTHONDONTWRITEBYTECODE": "1"}
        good = answers(app, env)
        written = {p for p in app.rglob("*") if "__pycache__" not in p.parts} - before
    print(f"answers: {good}; written beside the data: {sorted(map(str, written))[:5]}")
    return 0 if good and not written else 1


if __name__ == "__main__":
    sys.exit(main())
