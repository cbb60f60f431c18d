"""Whole talks in a real browser: by keyboard alone, and by touch on a small phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from widget_cards import NUMBERS
from widget_site import PHONE, Chat, Site

STEPS = 5


def keyboard_open(page: Page, host: str) -> Chat:
    """Reach the launcher and the field by Tab alone."""
    page.goto(host)
    page.get_by_role("button", name="Open chat").wait_for()
    tab_to(page, "Open chat")
    page.keyboard.press("Enter")
    chat = Chat(page, page.frame_locator("groundwork-chat iframe"))
    chat.ready()
    return chat


def focused(page: Page) -> str:
    """Name of what has the focus, in whatever frame and shadow root."""
    for frame in reversed(page.frames):
        name = frame.evaluate(
            """() => { let e = document.activeElement;
                 while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
                 if (!document.hasFocus() || !e || e === document.body || e.tagName === "IFRAME") return "";
                 return e.labels?.[0]?.textContent || e.ariaLabel || e.textContent; }"""
        )
        if name.strip():
            return " ".join(name.split())
    return ""


def tab_to(page: Page, name: str, *, key: str = "Tab", most: int = 60) -> None:
    for _ in range(most):
        if focused(page).removeprefix("✓ ").startswith(name):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{name!r} was not reached; focus is on {focused(page)!r}")


def type_and_send(chat: Chat, text: str) -> None:
    before = chat.bots.count()
    chat.page.keyboard.type(text)
    chat.page.keyboard.press("Enter")
    expect(chat.bots.nth(before)).to_be_visible()


def test_pre_brief_by_keyboard(page: Page, host: str) -> None:
    chat = keyboard_open(page, host)
    tab_to(page, "Talk before closeness")
    page.keyboard.press("Enter")
    expect(chat.root.get_by_text("How are you today?")).to_be_visible()
    assert focused(page).startswith("✓ Talk before closeness"), "the focus stays where it was"
    tab_to(page, "Calm")
    page.keyboard.press("Space")
    expect(chat.root.locator(".steps")).to_contain_text("1 of 5 answered")
    tab_to(page, "Your message")
    for answer in ("slow music", "nothing rushed"):
        type_and_send(chat, answer)
        assert focused(page) == "Your message"
    tab_to(page, "Skip", key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(chat.root.locator(".steps")).to_contain_text("4 of 5 answered")
    tab_to(page, "Your message")
    type_and_send(chat, "tea")
    artifact = chat.card("artifact")
    expect(artifact).to_contain_text("slow music")
    expect(artifact).to_contain_text("Left open")
    expect(artifact).to_contain_text("This is not consent")
    expect(chat.root.locator(".steps")).to_have_count(0)
    tab_to(page, "Save, print or copy", key="Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, "Save as text")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "notes.txt"


def test_coach_by_keyboard(page: Page, host: str) -> None:
    chat = keyboard_open(page, host)
    tab_to(page, "Your message")
    type_and_send(chat, "i-statement")
    type_and_send(chat, "I feel sad when you always leave")
    expect(chat.card("feedback").locator("mark")).to_have_text("marked: always")
    tab_to(page, "Work on the next draft", key="Shift+Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "Your message"
    assert chat.field.input_value() == "I feel sad when you always leave"
    page.keyboard.press("Control+a")
    type_and_send(chat, "I felt sad when you left last night, and I need a word first")
    expect(chat.root.locator(".feedback").last).to_contain_text("This holds together.")
    expect(chat.root.locator(".artifact")).to_be_visible()


def test_question_by_keyboard(page: Page, host: str) -> None:
    chat = keyboard_open(page, host)
    tab_to(page, "Your message")
    type_and_send(chat, "is it normal to freeze?")
    expect(chat.root.locator("blockquote").first).to_contain_text("Freezing is a reflex")
    tab_to(page, "Open the whole text: When the body", key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(chat.root.get_by_role("dialog").locator("mark")).to_have_text(
        "Freezing is a reflex of the body. It is not consent, and nobody chooses it."
    )
    page.keyboard.press("Escape")
    expect(chat.root.get_by_role("dialog")).to_have_count(0)
    assert focused(page).startswith("Open the whole text"), "closing gives the focus back"


def test_crisis_by_keyboard(page: Page, host: str) -> None:
    chat = keyboard_open(page, host)
    tab_to(page, "Your message")
    type_and_send(chat, "pre-brief")
    type_and_send(chat, "i want to die")
    strip = chat.root.get_by_role("region", name="Help now")
    expect(strip.get_by_role("link")).to_have_attribute("href", "tel:999")
    card = chat.card("hotlines")
    expect(card.get_by_role("link", name="116 123")).to_have_attribute("href", "tel:116123")
    expect(card.get_by_role("link", name="SHOUT")).to_have_attribute(
        "href", "sms:85258?&body=SHOUT"
    )
    expect(card.get_by_role("link", name="Chat online")).to_have_attribute(
        "rel", "noopener noreferrer"
    )
    sizes = card.locator("strong").evaluate_all(
        "list => list.map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert sizes[0] == max(sizes) > sizes[1], "the emergency number is the largest"
    assert focused(page) == "Your message", "a crisis reply does not move the focus"
    tab_to(page, "Call 999", key="Shift+Tab")


def test_talks_by_touch(new_page, host: str) -> None:
    page = new_page(**PHONE)
    page.goto(host)
    page.get_by_role("button", name="Open chat").tap()
    chat = Chat(page, page.frame_locator("groundwork-chat iframe"))
    chat.ready()
    box = page.locator("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 360, "height": 640}, "the phone's whole screen"

    def tap_send(text: str) -> None:
        before = chat.bots.count()
        chat.field.tap()
        chat.field.fill(text)
        chat.button("Send").tap()
        expect(chat.bots.nth(before)).to_be_visible()

    chat.button("Talk before closeness").tap()
    for _ in range(STEPS):
        done = chat.bots.count()
        chat.root.locator(".steps").get_by_role("button", name="Skip").tap()
        expect(chat.bots.nth(done)).to_be_visible()
    expect(chat.root.locator(".artifact")).to_be_visible()
    tap_send("i-statement")
    tap_send("I feel you always leave")
    chat.button("Work on the next draft").tap()
    tap_send("I felt sad last night")
    tap_send("is it normal to freeze")
    chat.root.get_by_role("button", name="Open the whole text").first.tap()
    chat.button("Close").tap()
    tap_send("i want to die")
    expect(chat.root.locator(".strip")).to_be_visible()
    page.get_by_role("button", name="Hide chat").tap()
    expect(page.get_by_role("button", name="Open chat")).to_be_visible()
    page.get_by_role("button", name="Open chat").tap()
    expect(chat.root.locator(".strip")).to_be_visible()


@pytest.mark.parametrize("width", [320, 360, 1000])
def test_nothing_is_wider_than_the_screen(new_page, scripted: Site, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 640})
    chat = Chat.alone(page, scripted.url)
    for words in (
        "pre-brief",
        "pause",
        "freeze",
        "feedback",
        "artifact",
        "senses",
        "i want to die",
        "x" * 300,
    ):
        chat.say(words)
    too_wide = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter(e => !e.closest(".vh") &&
           e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className)"""
    )
    assert too_wide == []


def test_two_hundred_percent_text_loses_nothing(new_page, scripted: Site) -> None:
    page = new_page(viewport={"width": 360, "height": 640})
    chat = Chat.alone(page, scripted.url)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    chat.say("pre-brief")
    outside = page.evaluate(
        """() => [...document.querySelectorAll("button, a, textarea")].filter(e => {
             const box = e.getBoundingClientRect(); return box.left < 0 || box.right > innerWidth + 1;
           }).map(e => e.textContent)"""
    )
    assert outside == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_enter_sends_and_shift_enter_makes_a_line(page: Page, server: str) -> None:
    chat = Chat.alone(page, server)
    chat.field.press_sequentially("one")
    chat.field.press("Shift+Enter")
    chat.field.press_sequentially("two")
    assert chat.field.input_value() == "one\ntwo"
    chat.field.press("Enter")
    expect(chat.root.locator(".message.person p")).to_have_text(re.compile(r"one\s+two"))
    assert chat.field.input_value() == ""


def test_choices_stay_readable_and_are_taken_once(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.button("I-statement").click()
    taken = chat.root.get_by_role("button", name="I-statement (chosen)")
    expect(taken).to_be_visible()
    expect(taken).to_be_focused()
    other = chat.root.locator(".choices").first.get_by_role("button", name="Help now")
    expect(other).to_have_attribute("aria-disabled", "true")
    other.click(force=True)
    expect(chat.root.locator(".message.person")).to_have_count(1)


def test_text_of_the_server_is_laid_out(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("list")
    expect(chat.bots.last.locator("li")).to_have_text(["one", "two", "three"])
    expect(chat.bots.last.locator("strong")).to_have_text("two")
    expect(chat.bots.last).to_contain_text("1. first")


def test_breathing_can_be_done_without_sight_and_stopped(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("breath")
    exercise = chat.root.locator(".exercise")
    status = exercise.get_by_role("status")
    chat.button("Begin").click()
    for word in ("Breathe in", "Breathe out", "Breathe in"):
        expect(status).to_have_text(word)
    chat.button("Stop").click()
    expect(status).to_have_text("Done")
    chat.button("Once more").click()
    expect(status).to_have_text("That's it. Take the time you want.")


def test_reduced_motion_moves_nothing(new_page, scripted: Site) -> None:
    chat = Chat.alone(new_page(reduced_motion="reduce"), scripted.url)
    chat.say("breath")
    chat.button("Begin").click()
    style = "e => { const s = getComputedStyle(e); return [s.transform, s.transitionProperty] }"
    assert chat.root.locator(".circle").evaluate(style) == ["none", "none"]


def test_erasing_takes_one_confirmation(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    before = len(scripted.app.state.talks)
    chat.say("my secret")
    chat.button("Options").click()
    chat.button("Erase this talk").click()
    chat.button("Yes, erase it").click()
    expect(chat.root.get_by_text("Erased. Nothing of this talk is left")).to_be_visible()
    assert "my secret" not in page.content()
    assert len(scripted.app.state.talks) == before - 1
    chat.button("Start a new talk").click()
    chat.ready()
    expect(chat.field).to_be_visible()


def test_a_reload_says_what_was_lost_and_takes_a_phrase(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("my secret")
    page.reload()
    expect(page.get_by_text("it is gone from this screen")).to_be_visible()
    expect(page.get_by_role("link", name="999")).to_be_visible()
    assert "my secret" not in page.content()
    chat.button("I have a return phrase").click()
    page.get_by_label("Your return phrase").fill("wrong words")
    chat.button("Go back to my talk").click()
    expect(page.get_by_text("No talk belongs to this phrase.")).to_be_visible()
    page.get_by_label("Your return phrase").fill("quiet river seven stones")
    page.get_by_label("Your return phrase").press("Enter")
    expect(page.get_by_text("Message 1 of an earlier talk.")).to_be_visible()
    expect(chat.bots.last).to_contain_text("Welcome back.")
    chat.say("hello again")


def test_latest_is_one_press_away(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    for _ in range(6):
        chat.say("freeze")
    page.locator(".scroll").evaluate("e => e.scrollTop = 0")
    chat.button("Go to the latest").click()
    expect(chat.button("Go to the latest")).to_have_count(0)
    expect(chat.bots.last).to_be_in_viewport()


def test_the_country_of_the_help_card_can_be_chosen(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.button("Help now").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="999")).to_be_visible()
    dialog.get_by_label("Which country").select_option("US")
    expect(dialog.get_by_role("link", name="911")).to_be_visible()
    expect(dialog.get_by_role("link", name="116 123")).to_have_count(0)
    assert dialog.locator("a[href^=http]").count() == 0, (
        "no web links in the card of the first load"
    )


def test_another_language_is_whole(page: Page, scripted: Site) -> None:
    Chat.alone(page, scripted.url, hash_="language=es-MX")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("button", name="Ayuda ya")).to_be_visible()
    expect(page.locator(".words").first).to_have_attribute("lang", "en")


def test_a_new_turn_is_shown_from_its_beginning(new_page, scripted: Site) -> None:
    page = new_page(viewport={"width": 360, "height": 640})
    chat = Chat.alone(page, scripted.url)
    for words in ("help", "help", "i want to die"):
        chat.say(words)
        page.wait_for_timeout(150)
        top = "e => e.getBoundingClientRect().top - document.querySelector('.scroll').getBoundingClientRect().top"
        assert 0 <= chat.root.locator(".message.person").last.evaluate(top) < 60


def test_who_reads_further_up_is_left_there(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("help")
    chat.say("help")
    chat.send("slow")
    page.wait_for_timeout(200)
    page.locator(".scroll").hover()
    page.mouse.wheel(0, -4000)
    page.wait_for_timeout(200)
    expect(chat.bots.filter(has_text="I heard you.")).to_have_count(1)
    page.wait_for_timeout(200)
    assert page.locator(".scroll").evaluate("e => e.scrollTop") == 0


def test_where_no_country_is_known_no_number_is_made_up(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("nowhere")
    expect(chat.card("hotlines")).to_contain_text("Emergency: your local emergency number")
    assert chat.card("hotlines").locator("a").count() == 0


def test_numbers_are_dialled_as_they_are_meant(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("numbers")
    card = chat.card("hotlines")
    assert card.locator(".emergency a").get_attribute("href") == "tel:999"
    links = "list => list.map(li => [...li.querySelectorAll('a')].map(a => a.getAttribute('href')))"
    found = card.locator("li").evaluate_all(links)
    assert dict(zip(NUMBERS, found, strict=True)) == {name: row[2] for name, row in NUMBERS.items()}
