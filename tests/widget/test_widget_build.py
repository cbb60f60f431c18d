"""What is committed is what the sources give, and it names nobody else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WIDGET = ROOT / "widget"
STATIC = ROOT / "bot" / "static"
STRINGS = json.loads((WIDGET / "src" / "strings.json").read_text(encoding="utf-8"))
SHIPPED = sorted(p for p in STATIC.iterdir() if p.name != "third-party.txt")
W3 = "http://www.w3.org"
NAMESPACES = {f"{W3}/2000/svg", f"{W3}/1999/xhtml", f"{W3}/1998/Math/MathML"}


@pytest.fixture(scope="module")
def node_modules() -> Path:
    """The pinned packages, installed if absent (make test needs Node, make run does not)."""
    found = WIDGET / "node_modules"
    if not found.is_dir():
        npm = shutil.which("npm")
        assert npm, "the widget's build test needs Node 18 or newer with npm"
        subprocess.run([npm, "ci", "--ignore-scripts"], cwd=WIDGET, check=True, timeout=300)
    return found


@pytest.mark.usefixtures("node_modules")
def test_a_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run(["node", "build.mjs", str(tmp_path)], cwd=WIDGET, check=True, timeout=120)
    built = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert sorted(built) == sorted(p.name for p in STATIC.iterdir())
    assert [name for name, data in built.items() if data != (STATIC / name).read_bytes()] == []


@pytest.mark.usefixtures("node_modules")
def test_types_hold() -> None:
    subprocess.run(["node_modules/.bin/tsc", "--noEmit"], cwd=WIDGET, check=True, timeout=120)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.name)
def test_no_other_address_is_named(path: Path) -> None:
    found = set(
        re.findall(r"https?://[\w.-]+\.[a-z]{2,}[\w/.-]*", path.read_text(encoding="utf-8"))
    )
    assert found <= NAMESPACES


@pytest.mark.parametrize("path", sorted((WIDGET / "src").rglob("*.ts")), ids=lambda p: p.name)
def test_the_sources_touch_no_storage(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    banned = r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.|serviceWorker"
    assert re.findall(r"innerHTML|eval\(|new Function", text) == []
    assert re.findall(banned, text) == []
    assert re.findall(r"pushState|replaceState|location\.hash =", text) == []


@pytest.mark.parametrize("part", ["loader", "chat"])
def test_every_language_has_every_string(part: str) -> None:
    english = STRINGS[part]["en"]
    for language in STRINGS["languages"]:
        other = STRINGS[part][language]
        assert sorted(other) == sorted(english), language
        for key, words in english.items():
            assert sorted(re.findall(r"\{\w+\}", other[key])) == sorted(
                re.findall(r"\{\w+\}", words)
            ), key


def test_every_string_is_used_and_every_used_one_exists() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in (WIDGET / "src").rglob("*.ts"))
    used = set(re.findall(r'\bt\(\s*"(\w+)"', source)) | set(re.findall(r'"(\w+)"', source))
    english = set(STRINGS["chat"]["en"])
    by_name = {"md", "txt", "pdf", "ics", "feeling", "situation", "need", "request"}
    by_name |= {"behaviour", "impact", "ownership", "repair"}
    from bot.dialogue.catalog import CONVERSATIONS

    assert english - used - by_name - set(CONVERSATIONS) == set()
    assert set(CONVERSATIONS) <= english
    assert set(re.findall(r'\bt\(\s*"(\w+)"', source)) <= english


BANNED = r"confidential|clinical|detects? risk|your therapist|\bjust\b|should have|why didn't you"


@pytest.mark.parametrize("key", sorted(STRINGS["chat"]["en"]))
def test_wording_claims_and_judges_nothing(key: str) -> None:
    assert not re.search(BANNED, STRINGS["chat"]["en"][key], re.IGNORECASE)


def test_the_page_has_its_place_for_the_configuration() -> None:
    page = (STATIC / "chat.html").read_text(encoding="utf-8")
    assert page.count("{{CONFIG}}") == 1
    assert '<script type="application/json" id="config">{{CONFIG}}</script>' in page
