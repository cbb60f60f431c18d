"""What a screen reader is told: announcements once and in order, and a tree that makes sense by itself."""

from __future__ import annotations

from itertools import pairwise

from playwright.sync_api import Page, expect
from widget_site import Chat, Site

LISTEN = """() => {
  window.spoken = [];
  const quiet = e => e.closest("[aria-live]")?.getAttribute("aria-live") === "off" || e.closest("[aria-hidden=true]");
  const words = node => {
    if (node.nodeType === 3) return node.textContent;
    if (node.nodeType !== 1 || node.getAttribute("aria-hidden") === "true") return "";
    return [...node.childNodes].map(words).join(" ");
  };
  const live = e => e.closest("[role=log],[role=status],[role=alert]");
  new MutationObserver(list => {
    for (const change of list) {
      const at = change.target.nodeType === 1 ? change.target : change.target.parentElement;
      if (!at || !at.isConnected || !live(at) || quiet(at)) continue;
      const region = live(at).getAttribute("role");
      const nodes = change.type === "characterData" ? [change.target] : change.addedNodes;
      for (const node of nodes) {
        if (!node.isConnected || (node.nodeType === 1 && quiet(node))) continue;
        const text = words(node).replace(/\\s+/g, " ").trim();
        if (text) spoken.push(region + ": " + text);
      }
    }
  }).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


def spoken(page: Page) -> list[str]:
    return page.evaluate("spoken")


def heard(page: Page, words: str) -> int:
    return sum(words in line for line in spoken(page))


def test_each_reply_is_said_once_and_in_order(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    page.evaluate(LISTEN)
    chat.say("slow hello")
    chat.say("i want to die")
    for words in (
        "I heard you.",
        "Thank you for saying that",
        "Samaritans: call 116 123 in the United",
    ):
        assert heard(page, words) == 1, spoken(page)
    lines = "\n".join(spoken(page))
    assert (
        lines.index("Groundwork is writing")
        < lines.index("I heard you.")
        < lines.index("Thank you")
    )
    assert heard(page, "Groundwork is writing") == 1
    assert heard(page, "slow hello") == 0, "one's own words are not read back"


def test_the_log_of_a_whole_talk(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("freeze")
    expect(page.locator("gw-chat")).to_match_aria_snapshot(
        """
        - banner:
          - heading "Chat" [level=1]
          - button "Help now"
          - button "Options"
          - button "Leave now"
        - main:
          - region "Talk":
            - paragraph: /Self-help and information for adults/
            - paragraph: /To leave fast/
            - paragraph: Not yet professionally reviewed.
            - log "Talk":
              - article:
                - heading "Groundwork" [level=2]
                - paragraph: /You set the pace/
                - group "Quick replies":
                  - button "Talk before closeness" [disabled]
                  - button "I-statement" [disabled]
                  - button "Help now" [disabled]
              - article:
                - heading "You" [level=2]
                - paragraph: freeze
              - article:
                - heading "Groundwork" [level=2]
                - paragraph: Freezing is a reflex of the body, not a choice.
                - figure:
                  - heading "When the body freezes" [level=3]
                  - blockquote:
                    - paragraph: /Freezing is a reflex/
                  - 'button "Open the whole text : When the body freezes"'
          - textbox "Your message"
          - button "Send"
        """
    )


def test_headings_lead_through_the_page(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("i want to die")
    levels = page.locator("h1, h2, h3").evaluate_all("list => list.map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels)), levels


def test_the_timer_and_breath_speak_seldom(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.say("timer")
    page.clock.install()
    page.evaluate(LISTEN)
    chat.button("Begin").click()
    page.clock.run_for(125_000)
    said = [line for line in spoken(page) if "left" in line]
    assert said == ["status: 10 minutes left", "status: 9 minutes left", "status: 8 minutes left"]


def test_a_dialog_is_named_and_gives_the_focus_back(page: Page, scripted: Site) -> None:
    chat = Chat.alone(page, scripted.url)
    chat.button("Options").click()
    expect(page.get_by_role("dialog", name="Options")).to_be_visible()
    expect(page.get_by_role("heading", name="Options")).to_be_focused()
    chat.button("About and privacy").click()
    expect(page.get_by_role("dialog", name="About and privacy")).to_be_visible()
    chat.button("Close").click()
    expect(chat.button("Options")).to_be_focused()
