"""What tells one file from another, and a whole archive from a part of one."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

Stamp = tuple[int, int, int]


def stamp(path: Path) -> Stamp | None:
    """Return what tells one file from another under the same name, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def is_whole(archive: Path) -> bool:
    """Whether a gzip file can be read to its end and is not empty."""
    size = 0
    try:
        with gzip.open(archive) as file:
            while part := file.read(1 << 20):
                size += len(part)
    except (OSError, EOFError, zlib.error):
        return False
    return size > 0
