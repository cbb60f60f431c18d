"""Help lines on request: the country is asked, never guessed, and its name stands beside each number."""

from __future__ import annotations

from typing import Any

from bot.crisis.hotlines import Hotlines
from bot.dialogue.talk import Talk
from bot.types import Button
from bot.wording import say

COMMON = ("GB", "US", "IE", "AU", "CA", "NZ", "IN", "ZA")


def offer_lines(talk: Talk, hotlines: Hotlines, default: str | None) -> None:
    """Show the lines of the person's country, asking for it if it is not known."""
    region = talk.session.region or default
    if region is None:
        talk.session.pending = {"kind": "region"}
        talk.speak("dialogue.which_country", buttons=country_buttons(hotlines))
        return
    country_given(talk, region, hotlines)


def country_buttons(hotlines: Hotlines) -> list[Button]:
    """Return buttons for the countries that people here most often name; any other can be typed."""
    found = []
    for code in COMMON:
        region = hotlines.region(code)
        if region is not None:
            found.append(Button(region.name, f'/settle{{"choice": "{code}"}}'))
    return found


def country_given(talk: Talk, region: str | None, hotlines: Hotlines) -> None:
    """Show the lines for a country, or the directory where it is not in the file."""
    if region is None or hotlines.region(region) is None:
        talk.speak("dialogue.lines_unknown")
    else:
        talk.session.region = region
        shown = hotlines.as_dict(region, _topic(talk))
        talk.utter(lines_text(shown), card={"kind": "hotlines", **shown})
    talk.ask()


def _topic(talk: Talk) -> str | None:
    """The lines for the person in front of us: someone who did harm gets a line for that, not a victim line."""
    if "minor" in talk.session.flags:
        return "child"
    running = talk.conversation is not None and talk.conversation.audience == {"harmed"}
    return "harm_others" if talk.session.role == "harmed" or running else None


def lines_text(shown: dict[str, Any], limit: int = 4) -> str:
    """Return lines as plain text: the emergency number first, the country beside every number."""
    country, emergency = shown["name"], shown["emergency"]
    rows = [say("dialogue.lines_emergency", country=country, number=emergency["number"])]
    for line in shown["lines"][:limit]:
        ways = [say("dialogue.way_call", number=line["call"])] if line.get("call") else []
        ways += [say("dialogue.way_text", number=line["text"])] if line.get("text") else []
        if ways:
            rows.append(
                say("dialogue.lines_line", name=line["name"], country=country, ways=", ".join(ways))
            )
    rows.append(say("dialogue.lines_more", directory=shown["directory"]["name"]))
    return "\n".join(rows)
