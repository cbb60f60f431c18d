"""Pictures of every state for docs/images: `python tests/widget/widget_pictures.py [state …]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from widget_fake import make_app
from widget_site import CHROMIUM, CHROMIUM_ARGS, PHONE, Chat, serving
from widget_states import STATES, walk

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 480, "height": 760}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 480, "height": 760}, "color_scheme": "dark"},
    "phone": PHONE | {"device_scale_factor": 1.5},
}


def pictures(browser: Browser, url: str, site: str, names: list[str]) -> None:
    """Take each state in each look, and the launcher on a site closed and open."""
    for look, options in LOOKS.items():
        page = browser.new_page(**options)
        for name, chat in walk(page, url, "", names):
            chat.page.wait_for_timeout(350)
            page.screenshot(path=IMAGES / f"{name}-{look}.png")
        page.close()
        if len(names) < len(STATES):
            continue
        wide = {} if look == "phone" else {"viewport": {"width": 1000, "height": 760}}
        page = browser.new_page(**(options | wide))
        page.goto(site)
        page.get_by_role("button", name="Open chat").wait_for()
        page.screenshot(path=IMAGES / f"closed-{look}.png")
        Chat.embedded(page, site)
        page.wait_for_timeout(350)
        page.screenshot(path=IMAGES / f"open-{look}.png")
        page.close()


def main() -> None:
    """Take the pictures that the arguments name, or all."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    names = sys.argv[1:] or list(STATES)
    with sync_playwright() as playwright, serving(make_app("*")) as site:
        path = CHROMIUM if os.path.exists(CHROMIUM) else None
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        pictures(browser, site.url, site.url, names)
        browser.close()


if __name__ == "__main__":
    main()
