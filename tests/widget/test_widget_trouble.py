"""When the network or the server fails, the words stay and a way on is shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from widget_fake import make_app
from widget_site import Chat, Site, serving


def test_what_was_not_sent_is_kept_and_sent_once(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    page.context.set_offline(True)
    expect(chat.root.get_by_text("You are offline.")).to_be_visible()
    chat.send("these words")
    expect(chat.root.locator(".trouble")).to_contain_text("Your words are still here.")
    expect(chat.root.locator(".message.person")).to_contain_text("these words")
    chat.button("Help now").first.click()
    expect(page.get_by_role("dialog").get_by_role("link", name="999")).to_be_visible()
    chat.button("Close").click()
    page.context.set_offline(False)
    expect(chat.root.locator(".trouble")).to_have_count(0)
    expect(chat.bots).to_have_count(2)
    expect(chat.root.get_by_text("You are offline.")).to_have_count(0)


def test_retry_by_hand_sends_the_same_key(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    keys: list[str | None] = []
    page.on(
        "request",
        lambda r: keys.append(r.headers.get("idempotency-key")) if "messages" in r.url else None,
    )
    page.route("**/messages", lambda route: route.abort())
    chat.send("once")
    chat.button("Try again").wait_for()
    page.unroute_all()
    chat.button("Try again").click()
    expect(chat.bots).to_have_count(2)
    assert len(keys) == 2
    assert keys[0] == keys[1] is not None


@pytest.mark.parametrize(
    ("words", "shown", "way_on"),
    [
        ("error 500", "Something went wrong on our side. Your words are still here.", "Try again"),
        ("error 503", "Something went wrong on our side. Your words are still here.", "Try again"),
        ("error 422", "That choice is no longer open.", None),
        ("x" * 4001, "That is longer than I can take at once", "Change the text"),
        ("error 401", "This talk has ended or expired.", "Start a new talk"),
    ],
)
def test_every_error_says_what_to_do(
    page: Page, scripted: Site, words: str, shown: str, way_on: str | None
) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.send(words)
    expect(chat.root.locator(".trouble")).to_contain_text(shown)
    if way_on:
        expect(chat.button(way_on)).to_be_visible()


def test_a_long_text_goes_back_into_the_field(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.field.fill("y" * 4001)
    expect(
        chat.root.get_by_text("4001 characters. Up to 4000 can be sent at once.")
    ).to_be_visible()
    chat.field.press("Enter")
    chat.button("Change the text").click()
    assert chat.field.input_value() == "y" * 4001
    expect(chat.field).to_be_focused()


@pytest.mark.parametrize("words", ["error 429 kill myself", "kill myself" + " and" * 1200])
def test_a_refused_message_still_brings_its_crisis_reply(
    page: Page, scripted: Site, words: str
) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.send(words)
    expect(chat.root.locator(".trouble")).to_be_visible()
    expect(chat.card("hotlines")).to_contain_text("116 123")
    expect(chat.root.locator(".strip")).to_contain_text("999")


def test_after_the_wait_it_can_be_sent_again(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.send("error 429")
    expect(chat.root.locator(".trouble")).to_contain_text("It can go on in 2 seconds.")
    expect(chat.button("Try again")).to_have_count(0)
    expect(chat.button("Try again")).to_be_visible(timeout=4_000)


def test_two_messages_in_a_row_are_answered_in_order(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.send("slow one")
    chat.send("is it normal to freeze")
    expect(chat.root.get_by_role("status").filter(has_text="Groundwork is writing")).to_have_count(
        1
    )
    expect(chat.bots).to_have_count(3, timeout=8_000)
    expect(chat.bots.last).to_contain_text("Freezing")
    expect(chat.root.get_by_text("Groundwork is writing")).to_have_count(0)


def test_a_talk_that_could_not_open_opens_later(new_page) -> None:
    with serving(make_app()) as site:
        page = new_page()
        page.route("**/api/conversations", lambda route: route.abort())
        page.goto(f"{site.url}/chat")
        expect(page.get_by_text("The talk could not be opened.")).to_be_visible()
        page.get_by_role("button", name="Help now").click()
        expect(page.get_by_role("link", name="999")).to_be_visible()
        page.get_by_role("button", name="Close").click()
        page.unroute_all()
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("You set the pace")).to_be_visible()


def test_erasing_without_a_server_empties_the_screen_and_is_made_up_for(
    page: Page, scripted: Site
) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("my secret")
    page.context.set_offline(True)
    talks = len(scripted.app.state.talks)
    chat.button("Options").click()
    chat.button("Erase this talk").click()
    chat.button("Yes, erase it").click()
    expect(page.get_by_text("it is not gone there yet")).to_be_visible()
    assert "my secret" not in page.content()
    page.context.set_offline(False)
    expect(page.get_by_text("Erased. Nothing of this talk is left")).to_be_visible()
    assert len(scripted.app.state.talks) == talks - 1
