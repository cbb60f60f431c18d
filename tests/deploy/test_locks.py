"""What is installed is pinned, hashed, and reviewed."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.audit import LOCKS, ROOT, accepted, review


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    assert review(ROOT / "requirements" / name) == []


@pytest.mark.parametrize("line", [
    "httpx>=0.27 --hash=sha256:00", "httpx==0.27", "httpx @ https://example.org/x --hash=sha256:00",
])  # fmt: skip
def test_a_loose_line_is_found(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(line + "\n")
    assert review(lock)


def test_what_is_accepted_is_installed_and_has_a_reason() -> None:
    lock = (ROOT / "requirements" / "runtime.txt").read_text()
    for name, entry in accepted().items():
        assert f"\n{entry['package']}==" in lock, f"{name} can go"
        assert len(entry["reason"]) > 40
