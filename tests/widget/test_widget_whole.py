"""Four talks that hold for any server of the interface, real or scripted (`WIDGET_TEST_URL`)."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from widget_site import Chat

MOST_STEPS = 15


def test_a_pre_brief_to_its_end(page: Page, server: str) -> None:
    chat = Chat.alone(page, server)
    chat.say("I want to plan a pre-brief")
    for _ in range(MOST_STEPS):
        if chat.root.locator(".artifact").count():
            break
        chat.say("skip" if chat.bots.count() % 3 else "something slow, and tea after")
    expect(chat.root.locator(".artifact h3")).not_to_be_empty()
    expect(chat.root.locator(".artifact dt").first).to_be_visible()
    chat.root.locator(".save summary").click()
    with page.expect_download() as download:
        chat.button("Save as text").click()
    assert re.fullmatch(r"[\w-]+\.txt", download.value.suggested_filename)


def test_an_i_statement_with_feedback(page: Page, server: str) -> None:
    chat = Chat.alone(page, server)
    chat.say("help me with an i-statement")
    for _ in range(MOST_STEPS):
        if chat.root.locator(".feedback").count():
            break
        chat.say("I feel sad when you always leave")
    expect(chat.root.locator(".feedback").first).to_be_visible()


def test_a_question_to_the_library(page: Page, server: str) -> None:
    chat = Chat.alone(page, server)
    chat.say("is it normal to freeze?")
    expect(chat.root.locator("blockquote").first).to_be_visible()
    chat.root.get_by_role("button", name="Open the whole text").first.click()
    expect(page.get_by_role("dialog").locator("mark")).not_to_be_empty()


def test_a_crisis_shows_the_lines(page: Page, server: str) -> None:
    page.goto("about:blank")
    chat = Chat.alone(page, server, hash_="region=GB")
    chat.say("i want to kill myself tonight")
    expect(chat.root.locator(".strip")).to_be_visible()
    expect(chat.root.locator(".strip a.number")).to_have_attribute(
        "href", re.compile(r"tel:(999|112)")
    )
    expect(chat.card("hotlines").locator(".emergency a")).to_be_visible()
