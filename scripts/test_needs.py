"""Install what tests need beside Python packages: Chromium, PostgreSQL, Redis. Loud where that can't be done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NEEDS = {
    "chromium": lambda: shutil.which("chromium"),
    "postgresql": lambda: next(iter(Path("/usr/lib/postgresql").glob("*/bin/initdb")), None),
    "redis-server": lambda: shutil.which("redis-server"),
}


def main() -> None:
    """Install the missing ones with apt, as root."""
    missing = [name for name, found in NEEDS.items() if not found()]
    if not missing:
        return
    print(f"groundwork: tests need {', '.join(missing)}; installing", flush=True)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(
            f"groundwork: MISSING {', '.join(missing)}: install them by hand; their tests will say so",
            file=sys.stderr,
        )
        return
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=env)
    done = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
        check=False,
        env=env,
        stdout=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        print(
            f"groundwork: MISSING some of {', '.join(missing)}: their tests will say so",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
