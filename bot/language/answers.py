"""Reading an answer: which class it belongs to, so that a conversation can branch on it.

A step's kind is a help and never a demand: whatever a person writes is kept as they wrote it, and an
answer that fits no class is simply `given`. Meaning beyond these few words is left alone on purpose.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_YES = frozenset(
    [
        "yes",
        "yeah",
        "yep",
        "yup",
        "yea",
        "ya",
        "ye",
        "yh",
        "aye",
        "sure",
        "definitely",
        "absolutely",
        "certainly",
        "ok",
        "okay",
        "correct",
        "true",
        "right",
        "si",
        "ja",
        "oui",
        "haan",
        "sim",
        "indeed",
        "totally",
        "both",
        "do",
    ]
)
_NO = frozenset(
    [
        "no",
        "nope",
        "nah",
        "naw",
        "non",
        "nein",
        "nahi",
        "never",
        "not",
        "dont",
        "doesnt",
        "neither",
        "none",
        "isnt",
        "arent",
        "wasnt",
        "didnt",
    ]
)
_UNSURE = re.compile(
    r"\b(not (really |quite |totally |entirely |completely |100 ?% |so )?(sure|certain)|unsure|dont know|do not know|dunno|"
    r"idk|no idea|not clear|hard to (say|tell)|maybe|perhaps|possibly|might|mixed|depends|kind of|sort of|"
    r"kinda|sorta|half|50 ?50|fifty fifty|yes and no|cant (say|tell)|wouldnt know|on the fence|i think so|i guess|i suppose|"
    r"sometimes|in a way|partly|not yet)\b"
)
_HEDGED_YES = re.compile(r"\b(i think so|i guess so|i suppose so)\b")
_NEGATED = re.compile(
    r"\b(no|not|dont|doesnt|do not|does not|isnt|arent|wasnt|didnt|never|cant|cannot|wouldnt|wont|hardly|"
    r"only one of us|only me|only (he|she|they)|id rather not|rather not)\b"
)
_POSITIVE = re.compile(
    r"\b(yes|yeah|yep|yup|we both|both of us|i do|we do|they do|he does|she does|it is|it was|definitely|"
    r"absolutely|of course|for sure|freely|happily|they have|he has|she has|there is|there was|i have|it did|they did)\b"
)


def plain(text: str) -> str:
    """Return text in lower case with apostrophes dropped, punctuation as spaces and accents folded."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    letters = letters.replace("'", "").replace("’", "")
    return " ".join(re.sub(r"[^\w%]+", " ", letters).split())


def yes_no(text: str) -> str | None:
    """Class an answer as `yes`, `no` or `unsure`; None when the words say none of these.

    The first words decide; further on only plain wordings count, negation before agreement.
    """
    words = plain(text)
    if not words:
        return None
    if _UNSURE.search(words) and not re.match(r"(yes|no|nope|yeah)\b(?! and (no|yes))", words):
        return "unsure"
    first = words.split()[0]
    if words.startswith("no wonder"):
        return None
    if first in _NO:
        return "no"
    if first in _YES and not _NEGATED.search(words):
        return "yes"
    if first in {"yes", "yeah", "yep", "yup", "yea"}:
        return "yes"
    if _NEGATED.search(words):
        return "no"
    return "yes" if _POSITIVE.search(words) else None


def choice(text: str, choices: Sequence[str]) -> str | None:
    """Return the one choice that an answer names (by title, by number from 1, or by its words)."""
    words = plain(text)
    titles = [plain(option) for option in choices]
    if words in titles:
        return choices[titles.index(words)]
    if words.isdigit() and 1 <= int(words) <= len(choices):
        return choices[int(words) - 1]
    named = [i for i, title in enumerate(titles) if re.search(rf"\b{re.escape(title)}\b", words)]
    longest = [i for i in named if not any(i != j and titles[i] in titles[j] for j in named)]
    return choices[longest[0]] if len(longest) == 1 else None


def classify(kind: str, text: str, choices: Sequence[str] = ()) -> str:
    """Return the class of an answer that is not skipped: yes, no, unsure, a choice's title, or given."""
    found: str | None = None
    if kind == "yes_no":
        found = yes_no(text)
    elif kind == "choice":
        found = choice(text, choices)
    return found.casefold() if found else "given"


_MEANINGFUL = re.compile(r"\w", re.UNICODE)


def is_empty(text: str) -> bool:
    """Whether a message holds no letter or digit at all (blank, punctuation, emoji alone)."""
    return not _MEANINGFUL.search(text)
