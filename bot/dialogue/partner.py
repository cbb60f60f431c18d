"""The two questions for someone who comes because their partner was hurt (care rule 20), asked once.

Who hurt them, and has anyone kept going after a no? The answers decide what is offered; a yes or a "not
sure" to the second closes what assumes two people who are free to say no. They are kept nowhere.
"""

from __future__ import annotations

import re

from bot.dialogue.finish import menu, offered
from bot.dialogue.talk import Talk, menu_button
from bot.language.answers import plain, yes_no
from bot.types import Button
from bot.wording import say

KIND, ASKED = "partner", "partner_asked"
WHO, AFTER_NO = "who", "after_no"
_LEAD = r"^(?:(?:yes|well|no|i think|it was|that was|it is|its|by) )*"
_ME = re.compile(
    _LEAD
    + r"(?:me|myself|mine|my fault|i did(?: it)?|i (?:was|am) (?:it|the one)|i hurt (?:them|him|her))$"
)
_OTHER = re.compile(
    _LEAD + r"(?:not me|wasnt me|(?:some(?:one|body) )?else|another person|other people"
    r"|(?:an?|the|his|her|their|my|our) (?:\w+ ){0,2}\w+|years ago|before (?:me|us)"
    r"|in (?:the|their|his|her) (?:past|childhood|family))$"
)
_OWN_PART = ("accountability_plan", "repair", "find_support")
_BESIDE = ("listening_practice", "find_support", "grounding")


def ask_partner(talk: Talk) -> None:
    """Ask who it was; any other message lets the question drop."""
    talk.session.raise_flag(ASKED)
    talk.session.pending = {"kind": KIND, "stage": WHO}
    buttons = [_choice(f"buttons.partner_{name}", name) for name in ("me", "other", "unsure")]
    talk.speak("safety.partner_who", buttons=buttons)


def reads(talk: Talk, text: str) -> bool:
    """Whether a message answers the question that waits."""
    return _read(talk, text) is not None


def take_partner(talk: Talk, text: str) -> None:
    """Go on to the second question, or offer what fits."""
    pending, group = talk.session.pending or {}, _read(talk, text) or "unsure"
    talk.session.pending = None
    if pending.get("stage") == WHO:
        talk.session.pending = {"kind": KIND, "stage": AFTER_NO, "who": group}
        buttons = [_choice(f"forms.{name}", name) for name in ("yes", "no", "unsure")]
        talk.speak("safety.partner_after_no", buttons=buttons)
        return
    _offer(talk, pending.get("who"), overridden=group != "no")


def _offer(talk: Talk, who: str | None, *, overridden: bool) -> None:
    if overridden:
        talk.session.raise_flag("not_a_slip")
    if who == "me":
        talk.session.role = "harmed"
    key = "safety.partner_own" if who == "me" else "dialogue.entrance_partner"
    if overridden:
        talk.speak(
            "safety.partner_overridden",
            buttons=_buttons(talk, _OWN_PART if who == "me" else _BESIDE),
        )
    else:
        talk.speak(key, buttons=menu(talk))


def _buttons(talk: Talk, names: tuple[str, ...]) -> list[Button]:
    return [menu_button(talk.catalog[n]) for n in names if n in talk.catalog and offered(talk, n)]


def _read(talk: Talk, text: str) -> str | None:
    if talk.choice:
        return talk.choice
    if (talk.session.pending or {}).get("stage") == AFTER_NO:
        return yes_no(text) if len(text.split()) <= _SHORT else None
    words = plain(text)
    if len(words.split()) > _SHORT:
        return None
    if _ME.match(words):
        return "me"
    if _OTHER.match(words):
        return "other"
    return "unsure" if yes_no(text) == "unsure" else None


_SHORT = 8
"""Words: a longer message wants something else."""


def _choice(title: str, choice: str) -> Button:
    return Button(say(title), f'/settle{{"choice": "{choice}"}}')
