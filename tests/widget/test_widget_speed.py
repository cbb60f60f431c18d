"""Small and quick: sizes are exact, times are compared with a plain page on the same machine."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page
from widget_site import Chat, Site
from widget_timing import KIB, first_message_ms, keystrokes_ms, plain_page_ms, sizes

SLOWER = 1.6  # the first words come at most this much later than those of a plain page


def test_sizes() -> None:
    packed = sizes()
    assert packed["launcher"] < 5 * KIB
    assert packed["all"] <= 60 * KIB


def test_before_the_first_click_only_the_launcher_is_loaded(page: Page, host: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
    page.goto(host)
    page.get_by_role("button", name="Open chat").wait_for()
    page.wait_for_timeout(300)
    assert [name for name in asked if name not in {"", "favicon.ico"}] == ["widget.js"]


@pytest.mark.long
def test_the_first_words_come_with_the_page(browser: Browser, scripted: Site) -> None:
    def best(measure) -> float:
        times = []
        for _ in range(5):
            page = browser.new_page()
            times.append(measure(page, scripted.url))
            page.close()
        return min(times)

    plain = best(plain_page_ms)
    note = best(lambda page, url: first_message_ms(page, url)["note"])
    assert note < plain * SLOWER


def test_typing_stays_quick_under_a_long_talk(page: Page, scripted: Site) -> None:
    times = sorted(keystrokes_ms(page, scripted.url, messages=1000))
    assert len(times) >= 40
    assert times[len(times) * 9 // 10] < 50


def test_a_long_talk_goes_on(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url, hash_="again=0")
    page.reload()
    chat.button("I have a return phrase").click()
    page.get_by_label("Your return phrase").fill("many 1000")
    page.keyboard.press("Enter")
    chat.bots.nth(499).wait_for(state="attached")
    chat.say("one more")
    assert chat.bots.last.is_visible()
