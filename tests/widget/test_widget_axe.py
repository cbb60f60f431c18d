"""axe-core finds nothing, in any state, look, direction and width.

axe sees a part of what WCAG asks; the rest stands in the walk by keyboard, in the log of what a
screen reader is told, and in docs/embedding.md's list for a walk-through by people.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Frame, Page
from widget_site import PHONE, Chat, Site
from widget_states import STATES, walk

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "contrast": {"color_scheme": "light", "contrast": "more"},
    "forced": {"color_scheme": "dark", "forced_colors": "active"},
}


UNREADABLE = """() => [
  ...document.querySelectorAll("button, a, textarea, p, h1, h2, h3")
].filter(e => {
  const style = getComputedStyle(e);
  return style.color === style.backgroundColor;
}).map(e => e.textContent)"""


@lru_cache(maxsize=1)
def axe_source() -> str:
    package = Path(axe_playwright_python.__file__).parent
    return next(package.rglob("axe.min.js")).read_text(encoding="utf-8")


def violations(frame: Frame | Page) -> list[str]:
    """What axe finds in one document, each as `rule: element`.

    Where the system forces its colours, axe compares the page's own ones, which nobody sees: there
    the forced ones are compared instead.
    """
    frame.evaluate(axe_source())
    found = frame.evaluate(
        """async tags => {
             const forced = matchMedia("(forced-colors: active)").matches;
             const rules = {"color-contrast": {enabled: !forced}};
             return (await axe.run(document, {runOnly: tags, rules, iframes: false})).violations;
           }""",
        TAGS,
    )
    if frame.evaluate("matchMedia('(forced-colors: active)').matches"):
        assert frame.evaluate(UNREADABLE) == []
    return [
        f"{rule['id']}: {node['html'][:120]} {json.dumps(node['any'][:1])[:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def check_states(page: Page, url: str, direction: str, names: list[str]) -> None:
    found = {
        name: problems
        for name, chat in walk(page, url, f"dir={direction}", names)
        if (problems := violations(chat.page))
    }
    assert found == {}


CORE = [("light", "ltr", 320), ("dark", "rtl", 320)]
WHOLE = [(look, d, w) for look in LOOKS for d in ("ltr", "rtl") for w in (320, 1000)]


@pytest.mark.parametrize(("look", "direction", "width"), CORE)
def test_core(new_page, scripted: Site, look: str, direction: str, width: int) -> None:
    page = new_page(
        viewport={"width": width, "height": 640}, reduced_motion="reduce", **LOOKS[look]
    )
    check_states(page, scripted.url, direction, list(STATES))


@pytest.mark.long
@pytest.mark.parametrize(("look", "direction", "width"), [row for row in WHOLE if row not in CORE])
def test_whole(new_page, scripted: Site, look: str, direction: str, width: int) -> None:
    page = new_page(
        viewport={"width": width, "height": 640}, reduced_motion="reduce", **LOOKS[look]
    )
    check_states(page, scripted.url, direction, list(STATES))


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE])
@pytest.mark.parametrize("path", ["/", "/static/measures.html"])
def test_plain_pages(new_page, scripted: Site, path: str, options: dict[str, Any]) -> None:
    page = new_page(**options)
    page.goto(scripted.url + path)
    assert violations(page) == []


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE])
def test_host_page_closed_and_open(new_page, host: str, options: dict[str, Any]) -> None:
    page = new_page(**options)
    page.goto(host)
    page.get_by_role("button", name="Open chat").wait_for()
    assert violations(page) == []
    chat = Chat.embedded(page, host)
    assert violations(page) == []
    assert violations(chat.frame) == []


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_looks_chosen_by_hand(new_page, scripted: Site, theme: str) -> None:
    page = new_page(viewport={"width": 320, "height": 640})
    for _, chat in walk(
        page, scripted.url, f"theme={theme}", ["crisis-during-steps", "feedback", "options"]
    ):
        assert violations(chat.page) == []
