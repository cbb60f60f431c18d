"""Numbers about a message that its vector does not hold: n-grams, form, and fit to the waiting step.

All of it is arithmetic over fixed vocabularies and hashes: nothing is learnt here and nothing is stored.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer

from bot.language.answers import choice, plain, yes_no

KINDS = ("text", "list", "choice", "yes_no", "scale", "time", "date")
BITS = 12

_WORDS = HashingVectorizer(
    analyzer="word", ngram_range=(1, 3), token_pattern=r"(?u)\w+|[?!]", n_features=2**BITS,  # noqa: S106
    alternate_sign=False, norm="l2", dtype=np.float32,
)  # fmt: skip
_LETTERS = HashingVectorizer(
    analyzer="char_wb", ngram_range=(3, 5), n_features=2**BITS, alternate_sign=False, norm="l2",
    dtype=np.float32,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """The step that waits: its question, its kind, an example answer, its quick replies."""

    question: str
    kind: str
    example: str = ""
    choices: tuple[str, ...] = ()


def ngrams(texts: list[str]) -> tuple[csr_matrix, csr_matrix]:
    """Return hashed word and letter n-grams of texts, each of shape `(len(texts), 2**14)`."""
    cleaned = [plain_with_marks(text) for text in texts]
    return _WORDS.transform(cleaned), _LETTERS.transform(cleaned)


def plain_with_marks(text: str) -> str:
    """Return plain text that keeps question and exclamation marks, which carry the act."""
    parts = re.split(r"([?!])", text)
    return " ".join(part if part in "?!" else plain(part) for part in parts if part.strip())


_META = frozenset(
    [
        "a",
        "an",
        "and",
        "again",
        "already",
        "all",
        "another",
        "anything",
        "app",
        "ask",
        "asked",
        "asking",
        "at",
        "back",
        "be",
        "been",
        "before",
        "bit",
        "bot",
        "bring",
        "but",
        "can",
        "cant",
        "change",
        "chat",
        "come",
        "continue",
        "could",
        "did",
        "different",
        "do",
        "does",
        "dont",
        "done",
        "earlier",
        "else",
        "end",
        "enough",
        "erase",
        "exit",
        "explain",
        "finish",
        "finished",
        "first",
        "for",
        "forget",
        "from",
        "further",
        "get",
        "give",
        "go",
        "going",
        "gonna",
        "got",
        "had",
        "have",
        "having",
        "hear",
        "help",
        "here",
        "hold",
        "how",
        "i",
        "id",
        "ill",
        "im",
        "in",
        "info",
        "instead",
        "is",
        "it",
        "its",
        "just",
        "know",
        "last",
        "later",
        "leave",
        "left",
        "less",
        "let",
        "lets",
        "like",
        "long",
        "longer",
        "lot",
        "many",
        "me",
        "mean",
        "menu",
        "minute",
        "moment",
        "more",
        "move",
        "much",
        "my",
        "need",
        "next",
        "no",
        "nope",
        "not",
        "nothing",
        "now",
        "of",
        "off",
        "ok",
        "okay",
        "on",
        "once",
        "one",
        "only",
        "option",
        "options",
        "or",
        "other",
        "over",
        "part",
        "pause",
        "phrase",
        "please",
        "pls",
        "previous",
        "proceed",
        "question",
        "questions",
        "quit",
        "ready",
        "rephrase",
        "repeat",
        "rest",
        "restart",
        "resume",
        "return",
        "right",
        "say",
        "saying",
        "second",
        "see",
        "show",
        "simpler",
        "skip",
        "so",
        "some",
        "something",
        "sorry",
        "stage",
        "start",
        "still",
        "step",
        "stop",
        "take",
        "tell",
        "than",
        "thanks",
        "that",
        "thats",
        "the",
        "then",
        "there",
        "these",
        "thing",
        "things",
        "this",
        "through",
        "to",
        "today",
        "tomorrow",
        "too",
        "topic",
        "understand",
        "until",
        "up",
        "wait",
        "want",
        "was",
        "we",
        "what",
        "whats",
        "when",
        "where",
        "which",
        "why",
        "will",
        "with",
        "word",
        "words",
        "would",
        "you",
        "your",
    ]
)
"""Words in which commands are worded; an answer to a question of life brings other words."""
_WH = frozenset(
    [
        "what",
        "why",
        "how",
        "when",
        "where",
        "who",
        "which",
        "whose",
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "can",
        "could",
        "should",
        "would",
        "will",
        "am",
        "isnt",
        "arent",
    ]
)
_COMMANDS = frozenset(
    [
        "stop",
        "pause",
        "skip",
        "back",
        "repeat",
        "resume",
        "continue",
        "next",
        "quit",
        "exit",
        "end",
        "finish",
        "done",
        "help",
        "menu",
        "hotline",
        "erase",
        "delete",
        "forget",
        "cancel",
        "wait",
        "hold",
        "leave",
        "close",
        "bye",
        "goodbye",
        "hi",
        "hello",
        "hey",
        "thanks",
        "undo",
        "previous",
        "again",
        "come",
        "go",
        "change",
        "actually",
        "sorry",
    ]
)
_PRONOUNS = {
    "i": frozenset(["i", "im", "ive", "id", "ill", "me", "my", "mine", "myself"]),
    "you": frozenset(["you", "your", "yours", "youre", "u", "ur"]),
    "they": frozenset(
        ["he", "she", "they", "him", "her", "them", "his", "their", "hes", "shes", "theyre"]
    ),
    "we": frozenset(["we", "us", "our", "were", "weve", "both", "together"]),
}
_BODY = re.compile(
    r"\b(touch\w*|kiss\w*|sex\w*|hand\w*|neck|body|bed|hug\w*|hold\w*|skin|naked|cuddl\w*|sleep\w*|phone|alcohol|drink\w*|"
    r"drunk|light\w*|door|clothes|room|night|morning|week\w*|kids?|mum|mom|partner|husband|wife|boyfriend|girlfriend)\b"
)
_NUMBER = re.compile(r"\b(\d+|one|two|three|four|five|six|seven|eight|nine|ten)\b")
_TIME = re.compile(
    r"\b(\d{1,2}([:.]\d\d)? ?(am|pm|oclock)?|minutes?|hours?|days?|weeks?|months?|today|tomorrow|tonight|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|"
    r"november|december|morning|evening|noon|midnight|half past|quarter)\b"
)

SHAPE = 24
"""How many numbers `shape` gives."""


def shape(text: str) -> NDArray[np.float32]:
    """Return numbers about the form of a message, shape `(24,)`."""
    words = plain(text).split()
    count = len(words) or 1
    first, second = ([*words, "", ""])[:2]
    share = {name: sum(w in group for w in words) / count for name, group in _PRONOUNS.items()}
    joined = " ".join(words)
    meta = sum(word in _META for word in words) / count
    values = [
        math.log1p(len(words)) / 4,
        len(words) <= 2,
        len(words) >= 12,
        text.rstrip().endswith("?"),
        "?" in text,
        first in _WH,
        second in _WH,
        first in _COMMANDS,
        first in _COMMANDS and len(words) <= 3,
        meta,
        meta == 1.0,
        meta >= 0.8,
        share["i"],
        share["you"],
        share["they"],
        share["we"],
        bool(_BODY.search(joined)),
        bool(_BODY.search(joined)) and first in _COMMANDS,
        bool(_NUMBER.search(joined)),
        bool(_TIME.search(joined)),
        first in ("that", "when", "if", "because"),
        first in ("no", "yes", "actually", "wait", "sorry"),
        not words,
        any(ord(c) > 0x2190 for c in text),
    ]
    return np.array(values, dtype=np.float32)


def fit(text: str, waiting: Waiting) -> NDArray[np.float32]:
    """Return how well a message fits the kind of the waiting step, shape `(len(KINDS) + 5,)`."""
    kind = [float(waiting.kind == name) for name in KINDS]
    words = plain(text)
    short = words.count(" ") < 4
    values = [
        *kind,
        waiting.kind == "yes_no" and yes_no(text) is not None,
        waiting.kind == "choice" and choice(text, waiting.choices) is not None,
        waiting.kind == "scale" and bool(_NUMBER.search(words)),
        waiting.kind in ("time", "date") and bool(_TIME.search(words)),
        waiting.kind in ("text", "list") and short and yes_no(text) is not None,
    ]
    return np.array(values, dtype=np.float32)


@lru_cache(maxsize=1)
def fit_size() -> int:
    """Return how many numbers `fit` gives."""
    return len(KINDS) + 5
