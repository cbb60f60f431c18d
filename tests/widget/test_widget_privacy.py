"""Nothing is stored, nothing is asked elsewhere (checked after every test), nothing hostile takes effect."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect
from widget_fake import make_app
from widget_site import Chat, Site, host_app, serving


def test_headers_of_the_chat(server: str) -> None:
    answer = httpx.get(f"{server}/chat")
    policy = answer.headers["content-security-policy"]
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors" in policy
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers


def test_the_address_never_holds_what_was_said(page: Page, server: str) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    chat = Chat.alone(page, server)
    chat.say("is it normal to freeze pineapple")
    assert not [a for a in addresses if "pineapple" in a or "freeze" in a]
    assert "pineapple" not in page.url
    assert "pineapple" not in page.title()


def test_nothing_of_a_talk_is_left_after_a_reload(page: Page, server: str) -> None:
    chat = Chat.alone(page, server)
    chat.say("pineapple")
    chat.field.fill("half a sentence")
    page.reload()
    page.get_by_role("button", name="Start a new talk").click()
    chat.ready()
    assert "pineapple" not in page.content()
    assert chat.field.input_value() == ""


def test_no_token_can_be_reached_from_the_page(page: Page, server: str) -> None:
    tokens: list[str] = []

    def keep(request) -> None:
        if "authorization" in request.headers:
            tokens.append(request.headers["authorization"].removeprefix("Bearer "))

    page.on("request", keep)
    chat = Chat.alone(page, server)
    chat.say("hello")
    found = page.evaluate(
        """() => JSON.stringify([document.documentElement.outerHTML, name, history.state,
             Object.keys(window), location.href])"""
    )
    assert tokens
    assert tokens[0] not in found


def test_hostile_words_and_cards_stay_words(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("hostile")
    expect(chat.bots.last).to_contain_text("<script>")
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    assert page.locator("a[href*=javascript i]").count() == 0
    assert page.locator(".message img, .message script, .message svg").count() == 0


def test_trusted_types_stand_against_injection(page: Page, scripted: Site, watched) -> None:
    watched[0].ignored += ("TrustedHTML",)
    Chat.alone(page, scripted.url)
    refused = page.evaluate(
        """() => { try { document.createElement("div").innerHTML = "<b>"; return false }
             catch (error) { return error instanceof TypeError } }"""
    )
    assert refused


FORGERIES = [
    "groundwork:leave",
    "groundwork:hide",
    "groundwork:ready",
    {"type": "groundwork:leave"},
]


@pytest.mark.parametrize("message", FORGERIES)
def test_forged_messages_do_nothing(page: Page, host: str, message: object) -> None:
    chat = Chat.embedded(page, host)
    chat.say("pre-brief")
    page.evaluate(
        """async message => {
             postMessage(message, "*");
             const frame = document.querySelector("groundwork-chat").shadowRoot.querySelector("iframe");
             frame.contentWindow.postMessage(message, "*");
             const other = document.body.appendChild(document.createElement("iframe"));
             other.contentWindow.eval(`parent.postMessage(${JSON.stringify(message)}, "*")`);
             await new Promise(done => setTimeout(done, 400));
           }""",
        message,
    )
    expect(page).to_have_title("Our service")
    expect(chat.root.locator(".steps")).to_be_visible()


def test_a_site_that_is_not_allowed_cannot_frame_the_chat(new_page, watched) -> None:
    with (
        serving(make_app("'self'")) as widget,
        serving(host_app(widget.url), name="localhost") as site,
    ):
        page = new_page()
        watched[0].ignored += ("frame-ancestors", "Framing")
        page.goto(site.url)
        page.get_by_role("button", name="Open chat").click()
        page.wait_for_timeout(800)
        expect(page.frame_locator("iframe").get_by_role("textbox")).to_have_count(0)
        assert widget.app.state.talks == {}
        page.get_by_role("button", name="Leave now").click()
        page.wait_for_url("**/static/measures.html")


def test_a_hostile_page_style_or_second_tag_changes_nothing(page: Page, host: str) -> None:
    again = "document.addEventListener('DOMContentLoaded', () => { const s = document.createElement('script');"
    again += " s.src = document.querySelector('script[src]').src; document.body.append(s) })"
    page.goto(
        f"{host}/?before={again}&style=* {{ visibility: hidden }} groundwork-chat {{ visibility: visible }}"
    )
    page.get_by_role("button", name="Open chat").wait_for()
    page.wait_for_timeout(300)
    expect(page.locator("groundwork-chat")).to_have_count(1)
    expect(page.get_by_role("button", name="Open chat")).to_have_css("color", "rgb(255, 255, 255)")


def test_a_strict_site_can_embed_it(new_page, scripted: Site, watched) -> None:
    app = host_app(scripted.url)

    @app.middleware("http")
    async def strict(request, call_next):
        answer = await call_next(request)
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src {scripted.url}; frame-src {scripted.url}; "
            "style-src 'sha256-none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        return answer

    with serving(app, name="localhost") as site:
        page = new_page()
        page.goto(site.url)
        page.get_by_role("button", name="Open chat").click()
        Chat(page, page.frame_locator("groundwork-chat iframe")).ready()
        expect(page.locator("dialog")).to_have_css("position", "fixed")
        refused = [text for text in watched[0].complaints if "inline style" in text]
        assert watched[0].complaints == refused
        assert len(refused) == 1, "the site's own <style>, nothing of ours"
        watched[0].complaints.clear()


def test_storage_is_empty_at_every_moment(page: Page, scripted: Site) -> None:
    page.add_init_script(
        """window.touched = [];
           for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
             const real = Object.getOwnPropertyDescriptor(window, name);
             Object.defineProperty(window, name, { get() { touched.push(name); return real.get.call(window) } });
           }
           const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
           Object.defineProperty(document, "cookie", {
             get() { touched.push("cookie"); return "" }, set() { touched.push("cookie") } });"""
    )
    chat = Chat.alone(page, scripted.url)
    for words in ("pre-brief", "pause", "freeze", "artifact", "i want to die", "error 500"):
        chat.send(words)
        page.wait_for_timeout(150)
    assert page.evaluate("touched") == []
