"""Leaving works from everywhere, at once, and Back does not return to the talk."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from widget_fake import make_app
from widget_site import Chat, Site, host_app, serving

SECRET = "my secret words"
NEUTRAL = "Kitchen measures"


def shift_three_times(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Shift")


def press_host_button(page: Page, chat: Chat) -> None:
    page.locator("groundwork-chat").get_by_role("button", name="Leave now").last.click()


def press_in_frame(page: Page, chat: Chat) -> None:
    chat.button("Options").click()
    chat.button("Leave now").click()


def key_in_frame(page: Page, chat: Chat) -> None:
    chat.field.focus()
    shift_three_times(page)


def key_on_host(page: Page, chat: Chat) -> None:
    page.get_by_label("Search").focus()
    shift_three_times(page)


WAYS = [press_host_button, press_in_frame, key_in_frame, key_on_host]


def open_talk(page: Page, host: str, query: str = "") -> Chat:
    page.goto(f"{host}/start")
    chat = Chat.embedded(page, f"{host}/{query}")
    chat.say(SECRET)
    return chat


@pytest.mark.parametrize("way", WAYS)
def test_leaving_from(page: Page, host: str, way: Callable[[Page, Chat], None]) -> None:
    chat = open_talk(page, host)
    way(page, chat)
    page.wait_for_url("**/static/measures.html")
    expect(page).to_have_title(NEUTRAL)
    assert SECRET not in page.content()
    page.go_back()
    expect(page).to_have_title("Search")
    assert page.evaluate("history.length") <= 3


def test_leaving_goes_where_the_site_says(page: Page, host: str) -> None:
    chat = open_talk(page, host, "?attributes=data-leave-url=/away")
    press_host_button(page, chat)
    expect(page).to_have_title("Weather")


@pytest.mark.parametrize("url", ["javascript:window.hacked=1", "data:text/html,x", "::::"])
def test_a_leave_address_that_is_none_gives_the_neutral_page(
    page: Page, host: str, url: str
) -> None:
    page.goto(f"{host}/?attributes=data-leave-url='{url}'")
    page.get_by_role("button", name="Leave now").click()
    expect(page).to_have_title(NEUTRAL if url != "::::" else page.title())


def test_leaving_before_the_chat_was_opened(page: Page, host: str) -> None:
    page.goto(host)
    page.get_by_role("button", name="Leave now").wait_for()
    shift_three_times(page)
    expect(page).to_have_title(NEUTRAL)


def test_leaving_from_the_page_of_its_own(page: Page, scripted: Site) -> None:
    page.goto(f"{scripted.url}/")
    chat = Chat.alone(page, scripted.url)
    chat.say(SECRET)
    chat.button("Leave now").click()
    expect(page).to_have_title(NEUTRAL)
    page.go_back()
    expect(page).to_have_title("Groundwork")
    assert SECRET not in page.content()


def test_leaving_while_the_chat_hangs(page: Page, host: str) -> None:
    chat = open_talk(page, host, "?attributes=data-leave-url=/away")
    box = (
        page.locator("groundwork-chat").get_by_role("button", name="Leave now").last.bounding_box()
    )
    assert box
    chat.frame.evaluate(
        "setTimeout(() => { const end = Date.now() + 8000; while (Date.now() < end); }, 0); 1"
    )
    page.wait_for_timeout(100)
    began = time.monotonic()
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    page.wait_for_url("**/away")
    assert time.monotonic() - began < 4, "the page left while its frame was still busy"
    page.wait_for_timeout(
        8000
    )  # the busy frame has to end before the checks that follow every test


@pytest.mark.parametrize("way", [press_host_button, key_in_frame, key_on_host])
def test_leaving_with_the_server_stopped(new_page, way: Callable[[Page, Chat], None]) -> None:
    with serving(make_app("*")) as widget, serving(host_app(widget.url), name="localhost") as site:
        page = new_page()
        chat = open_talk(page, site.url, "?attributes=data-leave-url=/away")
        widget.stop()
        way(page, chat)
        expect(page).to_have_title("Weather")
        page.go_back()
        expect(page).to_have_title("Search")


def test_the_neutral_page_cannot_be_had_either(new_page) -> None:
    with serving(make_app("*")) as widget, serving(host_app(widget.url), name="localhost") as site:
        page = new_page()
        chat = open_talk(page, site.url)
        widget.stop()
        press_host_button(page, chat)
        page.wait_for_function("!document.documentElement.textContent.includes('Our service')")
        assert SECRET not in page.content()
        page.goto("about:blank")


def test_the_screen_is_empty_before_the_next_page_comes(page: Page, host: str) -> None:
    seen: list[tuple[str, int]] = []
    page.expose_function("tell", lambda title, left: seen.append((title, left)))
    chat = open_talk(page, host)
    page.evaluate(
        """() => new MutationObserver(
             () => tell(document.title, document.body?.children.length ?? 0)
           ).observe(document.documentElement, {childList: true})"""
    )
    page.route("**/measures.html", lambda route: None)  # an answer that never comes
    press_host_button(page, chat)
    page.wait_for_url("about:blank", timeout=5_000)
    assert seen == [(NEUTRAL, 0)]


def test_a_site_that_asks_before_unload_is_not_heard(page: Page, host: str) -> None:
    asks = "addEventListener('beforeunload', e => { e.preventDefault(); e.returnValue = 'x' })"
    chat = open_talk(page, host, f"?before={asks}")
    press_host_button(page, chat)
    expect(page).to_have_title(NEUTRAL)


@pytest.mark.parametrize(
    "keys", [["Shift+a"] * 3, ["Shift", "Shift", "a", "Shift"], ["Escape"] * 3]
)
def test_other_keys_do_not_leave(page: Page, host: str, keys: list[str]) -> None:
    chat = open_talk(page, host)
    chat.field.focus()
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_timeout(600)
    expect(page).to_have_title("Our service")


def test_the_key_is_announced(page: Page, host: str) -> None:
    chat = open_talk(page, host)
    chat.field.focus()
    for words in ("Press Shift two more times to leave.", "Press Shift once more to leave."):
        page.keyboard.press("Shift")
        expect(chat.root.get_by_role("status").filter(has_text=words)).to_have_count(1)
    leave = page.locator("groundwork-chat").get_by_role("button", name="Leave now").last
    expect(leave).to_have_accessible_description("Or press Shift three times to leave this page.")


def test_another_page_of_the_site_does_not_keep_the_talk_for_back(page: Page, host: str) -> None:
    open_talk(page, host)
    page.goto(f"{host}/away")
    page.go_back()
    expect(page).to_have_title("Our service")
    page.wait_for_timeout(300)
    assert SECRET not in "".join(f.content() for f in page.frames)


def test_a_chat_that_cannot_be_reached_says_so(page: Page, host: str) -> None:
    page.clock.install()
    page.route("**/chat?*", lambda route: route.abort())
    page.goto(host)
    page.get_by_role("button", name="Open chat").click()
    page.clock.run_for(11_000)
    expect(page.get_by_role("alert")).to_contain_text("call your local emergency number")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.frame_locator("iframe").get_by_role("heading", name="Chat")).to_be_visible()
    expect(page.locator(".down p")).to_have_count(0)
