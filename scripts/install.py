"""Install Groundwork into `.venv`: the interpreter's own venv, uv, torch, then the hashed lock.

Run by the Makefile with the system's Python 3.11. Nothing is done when the content hash of the
inputs equals the stamp of the last complete installation.

torch stands apart from the lock, because its CPU build and its default build carry the same version
and different hashes, and the default one brings gigabytes of GPU libraries. In this order:
1. a wheel of the pinned version in `UV_FIND_LINKS` (or `PIP_FIND_LINKS`), if one lies there;
2. PyTorch's own index of CPU builds (`uv --torch-backend cpu`), if it can be reached;
3. the default index, with one line that says how large it is.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TORCH = "2.13.0"


def say(text: str) -> None:
    """Print one line of progress at once."""
    print(f"groundwork: {text}", flush=True)


def fingerprint(lock: Path) -> str:
    """Hash everything that decides what is installed."""
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", ROOT / "requirements" / "uv.txt", lock, Path(__file__)):
        digest.update(path.read_bytes())
    digest.update(str(ROOT).encode() + sys.version.encode())
    return digest.hexdigest()


def run(*command: str, quiet: bool = False, env: dict[str, str] | None = None) -> bool:
    """Run a command; with `quiet`, its output is kept back and only success is reported."""
    out = subprocess.DEVNULL if quiet else None
    return (
        subprocess.run(command, cwd=ROOT, check=False, stdout=out, stderr=out, env=env).returncode
        == 0
    )


def require(done: bool, what: str) -> None:
    """End the installation with one clear line when a step did not succeed."""
    if not done:
        sys.exit(
            f"groundwork: {what} did not succeed (see above). Nothing else was changed; run it again."
        )


def install_torch(uv: str, env: dict[str, str]) -> None:
    """Install the pinned torch by the first of the three ways that works."""
    python = str(VENV / "bin" / "python")
    probe = f"import importlib.metadata as m, sys; sys.exit(m.version('torch').split('+')[0] != '{TORCH}')"
    if run(python, "-c", probe, quiet=True):
        return
    links = env.get("UV_FIND_LINKS", "")
    folders = [Path(part) for part in links.replace(",", " ").split() if "://" not in part]
    if any(list(folder.glob(f"torch-{TORCH}*.whl")) for folder in folders if folder.is_dir()):
        say("installing torch from the local wheel")
        if run(uv, "pip", "install", "--no-deps", f"torch=={TORCH}", env=env):
            return
    say("installing torch (CPU build)")
    if run(
        uv,
        "pip",
        "install",
        "--no-deps",
        "--torch-backend",
        "cpu",
        f"torch=={TORCH}",
        quiet=True,
        env=env,
    ):
        return
    say(
        "PyTorch's CPU index cannot be reached: taking the default build, about 3 GB with its libraries"
    )
    require(run(uv, "pip", "install", f"torch=={TORCH}", env=env), "installing torch")


def main() -> None:
    """Bring `.venv` up to date with the chosen lock."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    extra = parser.parse_args().dev
    lock = ROOT / "requirements" / ("dev.txt" if extra else "runtime.txt")
    stamps = [VENV / ".groundwork-dev"] + ([] if extra else [VENV / ".groundwork-runtime"])
    dev_lock = ROOT / "requirements" / "dev.txt"
    wanted = {stamps[0]: fingerprint(dev_lock), stamps[-1]: fingerprint(lock)}
    if any(s.is_file() and s.read_text() == wanted[s] for s in stamps):
        return
    if sys.version_info[:2] != (3, 11):
        sys.exit(
            f"groundwork: Python 3.11 is needed, this is {sys.version.split()[0]}. Set PYTHON=python3.11."
        )
    for stamp in VENV.glob(".groundwork-*"):
        stamp.unlink()
    if not (VENV / "bin" / "python").exists():
        say("making .venv")
        venv.create(VENV, with_pip=True)
    python, uv = str(VENV / "bin" / "python"), str(VENV / "bin" / "uv")
    env = dict(os.environ, VIRTUAL_ENV=str(VENV))
    if not env.get("UV_FIND_LINKS") and env.get("PIP_FIND_LINKS"):
        env["UV_FIND_LINKS"] = env["PIP_FIND_LINKS"]
    say("installing the installer (uv)")
    require(
        run(
            python,
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            "requirements/uv.txt",
        ),
        "installing uv",
    )
    install_torch(uv, env)
    say(f"installing packages from {lock.relative_to(ROOT)} (about 2 GB once)")
    require(
        run(uv, "pip", "install", "--no-deps", "--require-hashes", "-r", str(lock), env=env),
        "installing packages",
    )
    require(
        run(uv, "pip", "install", "-q", "--no-deps", "-e", ".", env=env),
        "installing groundwork itself",
    )
    stamps[-1 if not extra else 0].write_text(fingerprint(lock))
    say("installed")


if __name__ == "__main__":
    main()
