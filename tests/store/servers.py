"""A real PostgreSQL server of our own for a test: Debian's binaries, a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POSTGRES_BIN = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
POSTGRES_MISSING = (
    None
    if POSTGRES_BIN and (POSTGRES_BIN / "initdb").exists()
    else "POSTGRESQL IS NOT TESTED HERE: no server under /usr/lib/postgresql "
    "(install Debian's postgresql)"
)


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a server and give its URL; it and its folder are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gw-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=60"
    try:
        _run("initdb", "-D", str(data), "-U", "groundwork", "-A", "trust", "-E", "UTF8")
        _run("pg_ctl", "-D", str(data), "-o", options, "-w", "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql://groundwork@/postgres?host={folder}"
        finally:
            _run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *arguments: str) -> None:
    assert POSTGRES_BIN is not None
    command = [str(POSTGRES_BIN / program), *arguments]
    if os.geteuid() == 0:  # the server refuses to run as root
        command = ["runuser", "-u", "postgres", "--", *command]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)
