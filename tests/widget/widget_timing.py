"""Times and sizes of the widget, for the tests and the benchmark (`python tests/widget/widget_timing.py`)."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from widget_fake import make_app
from widget_site import CHROMIUM, CHROMIUM_ARGS, Chat, serving

STATIC = Path(__file__).resolve().parents[2] / "bot" / "static"
LAUNCHER = ("widget.js",)
CHAT = ("chat.html", "chat.css", "chat.js", "icon.svg")
KIB = 1024

DRAWN = """
  const seen = new MutationObserver(() => {
    const mark = (name, found) => {
      if (!found || performance.getEntriesByName(name).length) return;
      performance.mark(name);
      requestAnimationFrame(() => setTimeout(() => performance.mark(name + "-drawn")));
    };
    mark("greeting", document.querySelector(".message.bot"));
  });
  document.addEventListener("DOMContentLoaded", () => seen.observe(document, {childList: true, subtree: true}));
"""
KEYS = """() => {
  window.keys = [];
  document.addEventListener("keydown", e => {
    const began = e.timeStamp;
    requestAnimationFrame(() => { const c = new MessageChannel();
      c.port1.onmessage = () => keys.push(performance.now() - began); c.port2.postMessage(0); });
  }, true);
}"""


def sizes() -> dict[str, int]:
    """Bytes after gzip: the launcher, and all that the chat page loads with the largest language."""
    packed = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.iterdir()}
    language = max(
        (size for name, size in packed.items() if name.startswith("strings.")), default=0
    )
    launcher = sum(packed[name] for name in LAUNCHER)
    return {"launcher": launcher, "all": launcher + sum(packed[name] for name in CHAT) + language}


def first_message_ms(page: Page, url: str, *, slowdown: int = 4) -> dict[str, float]:
    """Milliseconds from opening the chat page to what is drawn: the note, then the server's greeting."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    page.add_init_script(DRAWN)
    Chat.alone(page, url)
    page.wait_for_function("performance.getEntriesByName('greeting-drawn').length")
    return page.evaluate(
        """() => ({ note: performance.getEntriesByName("first-contentful-paint")[0].startTime,
             greeting: performance.getEntriesByName("greeting-drawn")[0].startTime })"""
    )


def plain_page_ms(page: Page, url: str, *, slowdown: int = 4) -> float:
    """Milliseconds until this machine draws a page of a few lines: the floor for any page here."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    page.goto(f"{url}/static/measures.html")
    painted = "performance.getEntriesByName('first-contentful-paint')[0]"
    page.wait_for_function(painted)
    return page.evaluate(f"{painted}.startTime")


def keystrokes_ms(page: Page, url: str, *, messages: int = 1000, keys: int = 40) -> list[float]:
    """Milliseconds from each key press to the frame that shows it, below a long talk."""
    page.goto(f"{url}/chat#again=1")
    page.get_by_role("button", name="I have a return phrase").click()
    page.get_by_label("Your return phrase").fill(f"many {messages}")
    page.keyboard.press("Enter")
    page.locator(".message").nth(messages).wait_for(state="attached")
    chat = Chat(page, page)
    chat.field.click()
    page.wait_for_timeout(500)
    page.evaluate(KEYS)
    chat.field.press_sequentially("words " * (keys // 6 + 1), delay=60)
    page.wait_for_timeout(200)
    return page.evaluate("keys")


def measure(browser: Browser, url: str, *, tries: int = 5) -> dict[str, float]:
    """All figures at once; times of the first message are the best of `tries`."""
    opened, plain = [], []
    for _ in range(tries):
        page = browser.new_page()
        plain.append(plain_page_ms(page, url))
        page.close()
        page = browser.new_page()
        opened.append(first_message_ms(page, url))
        page.close()
    page = browser.new_page()
    keys = sorted(keystrokes_ms(page, url))
    page.close()
    figures = {f"{name} KiB gzipped": size / KIB for name, size in sizes().items()}
    figures |= {
        f"{name} drawn ms (4x slower CPU)": min(o[name] for o in opened) for name in opened[0]
    }
    figures["plain page drawn ms (4x slower CPU)"] = min(plain)
    figures |= {
        "key ms, median (1,000 messages)": keys[len(keys) // 2],
        "key ms, slowest": keys[-1],
    }
    return {name: round(value, 1) for name, value in figures.items()}


def main() -> None:
    """Measure against the scripted server and print JSON."""
    with sync_playwright() as playwright, serving(make_app("*")) as site:
        path = CHROMIUM if os.path.exists(CHROMIUM) else None
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        print(json.dumps(measure(browser, site.url), indent=2))
        browser.close()


if __name__ == "__main__":
    main()
