"""Answers from the guidance library in the middle of a talk, and the way back to the step that waits."""

from __future__ import annotations

from bot.dialogue.finish import menu, offered
from bot.dialogue.talk import Talk, menu_button
from bot.types import Button
from bot.wording import say
from knowledge import Hit, Library

SHOWN = 2
"""At most two passages at a time: people read on a phone."""


def answer_question(talk: Talk, library: Library) -> None:
    """Answer from the library with exact citations, or say honestly that it has nothing."""
    found = library.search(talk.text, k=5)
    limit = 1 if talk.step is not None else SHOWN
    if found.answered:
        talk.session.misses = 0
        _show(talk, list(found.passages[:limit]))
        talk.session.found = [hit.id for hit in found.passages]
        talk.session.last = found.passages[limit - 1].id
    else:
        talk.speak(
            f"library.refusals.{found.refusal or 'nothing'}",
            buttons=() if talk.step else menu(talk)[:3],
        )
    talk.ask()


def more(talk: Talk, library: Library) -> None:
    """Show the next passages for the last question."""
    left = (
        talk.session.found[talk.session.found.index(talk.session.last) + 1 :]
        if talk.session.last in talk.session.found
        else []
    )
    hits = [hit for hit in (library.passage(item) for item in left[:1]) if hit is not None]
    if hits:
        _show(talk, hits)
        talk.session.last = hits[-1].id
    else:
        talk.speak("dialogue.more_nothing", buttons=() if talk.step else menu(talk)[:3])
    talk.ask()


def not_what_i_meant(talk: Talk, library: Library) -> None:
    """Offer what lies near the passage shown last; nothing about the person is learnt."""
    near = (
        library.neighbours(talk.session.last, 2) if talk.session.last in talk.session.found else ()
    )
    talk.speak("dialogue.not_what_i_meant", buttons=() if talk.step or near else menu(talk)[:3])
    if near:
        _show(talk, list(near))
    talk.ask()


def _show(talk: Talk, hits: list[Hit]) -> None:
    texts = [say("dialogue.found_one", title=h.title, heading=h.heading, text=h.text) for h in hits]
    card = {"kind": "passages", "passages": [hit.as_dict() for hit in hits]}
    talk.utter("\n\n".join(texts), buttons=_practise(talk, hits), card=card)


def _practise(talk: Talk, hits: list[Hit]) -> list[Button]:
    if talk.step is not None:
        return []
    names = dict.fromkeys(name for hit in hits for name in hit.conversations)
    fit = [name for name in names if name in talk.catalog and offered(talk, name)]
    return [menu_button(talk.catalog[name]) for name in fit[:2]]
