"""Every state the chat can be in, each reached the way a person reaches it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playwright.sync_api import Page, expect
from widget_site import Chat

Reach = Callable[[Chat], None]


def say(*words: str) -> Reach:
    def reach(chat: Chat) -> None:
        for text in words:
            chat.say(text)

    return reach


def dialog(name: str) -> Reach:
    def reach(chat: Chat) -> None:
        chat.root.locator("header .help, header button").nth(1).click()
        if name:
            chat.root.locator(".menu button").nth(
                ["leave", "erase", "phrase", "about", "wrong"].index(name)
            ).click()
        chat.root.locator("dialog").wait_for()

    return reach


def help_dialog(chat: Chat) -> None:
    chat.root.locator("header .help").click()
    chat.root.locator("dialog .emergency").wait_for()


def whole_text(chat: Chat) -> None:
    chat.say("freeze")
    chat.root.locator(".passage .link").first.click()
    chat.root.locator("dialog mark").wait_for()


def open_saving(chat: Chat) -> None:
    chat.say("artifact")
    chat.root.locator(".save summary").click()


def running_breath(chat: Chat) -> None:
    chat.say("breath")
    chat.root.locator(".exercise button").click()


def failed(chat: Chat) -> None:
    chat.send("error 500")
    chat.root.locator(".trouble").wait_for()


def offline(chat: Chat) -> None:
    chat.page.context.set_offline(True)
    chat.root.locator(".offline p").wait_for()
    chat.send("hello")
    chat.root.locator(".trouble").wait_for()


def erased(chat: Chat) -> None:
    dialog("erase")(chat)
    chat.root.locator("dialog .primary").click()
    chat.root.locator(".between .primary").wait_for()


def again(chat: Chat) -> None:
    chat.page.reload()
    chat.root.locator(".between").wait_for()


def writing(chat: Chat) -> None:
    chat.send("slow")
    chat.root.locator(".writing .dots").wait_for()


STATES: dict[str, Reach] = {
    "greeting": say(),
    "step": say("pre-brief"),
    "choices-taken": lambda chat: chat.root.locator(".choices button").first.click(),
    "passages": say("freeze"),
    "hotlines": say("help"),
    "feedback": say("feedback"),
    "artifact": say("artifact"),
    "artifact-saving": open_saving,
    "breathing": running_breath,
    "senses": say("senses"),
    "timer": say("timer"),
    "crisis": say("i want to die"),
    "crisis-during-steps": say("pre-brief", "i want to die"),
    "writing": writing,
    "error": failed,
    "offline": offline,
    "help": help_dialog,
    "options": dialog(""),
    "erase": dialog("erase"),
    "phrase": dialog("phrase"),
    "about": dialog("about"),
    "wrong": dialog("wrong"),
    "whole-text": whole_text,
    "erased": erased,
    "again": again,
}


def walk(
    page: Page, url: str, hash_: str, names: list[str] | None = None
) -> Iterator[tuple[str, Chat]]:
    """Reach each state on a page freshly opened, and hand it out."""
    for name in names or list(STATES):
        page.goto("about:blank")
        chat = Chat.alone(page, url, hash_=hash_)
        STATES[name](chat)
        if name not in {"offline", "error", "writing", "again", "erased"}:
            expect(chat.root.locator('[data-status="sending"]')).to_have_count(0)
        yield name, chat
        page.context.set_offline(False)
