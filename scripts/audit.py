"""Ask the public advisories about every pinned package; where they can't be reached, review the locks alone.

`make audit`. An advisory that is not in `requirements/accepted.yml`, with its reason, fails.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

from bot.settings import ROOT

LOCKS = ("runtime.txt", "dev.txt", "uv.txt")
UNREACHABLE = re.compile(
    r"ConnectionError|Max retries|Name or service|timed out|ServiceError", re.I
)


def review(lock: Path) -> list[str]:
    """Return what is wrong with a lock: every line a pinned package, every package with hashes."""
    text = lock.read_text().replace("\\\n", " ")
    found = []
    for line in (part for part in text.splitlines() if part and not part.startswith("#")):
        name = line.split()[0]
        if not re.fullmatch(r"[a-z0-9._-]+==[^\s;]+", name):
            found.append(f"{lock.name}: {name} is not pinned")
        if "--hash=sha256:" not in line:
            found.append(f"{lock.name}: {name} has no hash")
        if "://" in line:
            found.append(f"{lock.name}: {name} names an address")
    return found


def accepted() -> dict[str, dict[str, str]]:
    """Return the advisories that stay, with package and reason."""
    raw = yaml.safe_load((ROOT / "requirements" / "accepted.yml").read_text())
    return {str(name): dict(entry) for name, entry in raw.items()}


def audit(lock: Path) -> tuple[int, str]:
    """Run pip-audit on a lock; returns its exit status and output."""
    ignored = [part for name in accepted() for part in ("--ignore-vuln", name)]
    uv = str(Path(sys.executable).with_name("uv"))
    command = [
        uv,
        "tool",
        "run",
        "pip-audit",
        "--disable-pip",
        "--no-deps",
        "-r",
        str(lock),
        *ignored,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main() -> int:
    """Review the locks, then ask."""
    wrong = [item for name in LOCKS for item in review(ROOT / "requirements" / name)]
    for item in wrong:
        print(f"groundwork: {item}")
    status, output = audit(ROOT / "requirements" / "runtime.txt")
    if status != 0 and UNREACHABLE.search(output):
        print("groundwork: THE ADVISORIES COULD NOT BE REACHED: only the locks were reviewed")
        return 1 if wrong else 0
    print(output[-6000:])
    return 1 if wrong or status != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
