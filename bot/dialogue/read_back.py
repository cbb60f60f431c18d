"""What a message that covers several steps was taken for, read back once.

Nothing is asked twice and nothing waits for the confirmation: the next open question follows at once,
and "that's not right" takes the whole message for one answer again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.dialogue.catalog import Step
from bot.dialogue.talk import DRAFTS, Talk
from bot.language.answers import plain
from bot.types import Button
from bot.wording import say

KIND, UNDO = "read_back", "undo"
_RIGHT = re.compile(
    r"^(?:(?:yes|yeah|yep|yup|ok|okay|correct|right|exactly|perfect|fine|good|great|thanks|thank you"
    r"|its|thats|that|is|it|all|looks|sounds|you got it|got it) ?)+$"
)
_EXPLICIT = re.compile(r"\b(?:right|correct|exactly|perfect|good|fine|great)\b")
_WRONG = re.compile(
    r"^(?:(?:no|nope|nah|sorry) )*(?:no|nope|nah|wrong|undo(?: (?:that|it))?"
    r"|(?:(?:thats|that is|its|it is|this is) )?(?:all )?"
    r"(?:wrong|not (?:right|it|correct|quite right|quite|what i (?:meant|said))))$"
)


def fill(talk: Talk, step: Step | None, text: str, parts: Mapping[str, str]) -> None:
    """Keep the parts of a message that covers several steps, and read them back once.

    The whole message stays at hand, so that "that's not right" can take it for one answer.
    """
    conversation = talk.conversation
    if conversation is None or not parts:
        return
    for name, words in parts.items():
        talk.record(conversation.step(name), words)
    talk.run.skipped = [name for name in talk.run.skipped if name not in parts]
    whole = {"step": step.id if step else None, "text": text.strip(), "filled": list(parts)}
    talk.set(DRAFTS, {**(talk.get(DRAFTS) or {}), KIND: whole})
    talk.session.pending = {"kind": KIND}
    lines = "\n".join(f"• {conversation.step(n).label}: {words}" for n, words in parts.items())
    wrong = Button(say("buttons.not_right"), f'/settle{{"choice": "{UNDO}"}}')
    talk.speak("dialogue.read_back", answers=lines, buttons=[wrong])


def undo(talk: Talk) -> None:
    """Take the last long message for one answer to the step that was asked, and ask the others one by one."""
    kept = (talk.get(DRAFTS) or {}).get(KIND)
    conversation = talk.conversation
    if not kept or conversation is None:
        talk.speak("dialogue.nothing_waits")
        return
    for name in kept["filled"]:
        talk.record(conversation.step(name), None)
    if kept["step"] is not None:
        step = conversation.step(kept["step"])
        talk.record(step, kept["text"])
        talk.speak("dialogue.read_back_undone", label=step.label)
    else:
        talk.speak("dialogue.read_back_dropped")
    talk.set(DRAFTS, {**talk.get(DRAFTS), KIND: None})


def reaction(talk: Talk, text: str) -> str | None:
    """Whether a message says that what was read back is right or wrong, None where it is about something else.

    A question of yes or no that was asked meanwhile goes first.
    """
    words = plain(text)
    steers = talk.step is not None and talk.step.kind in ("yes_no", "choice")
    if _WRONG.match(words):
        return None if steers and len(words.split()) == 1 else "wrong"
    right = _RIGHT.match(words) is not None and (not steers or bool(_EXPLICIT.search(words)))
    return "right" if right else None
