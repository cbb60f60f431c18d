"""Bring what people write into one plain form that rules can be matched against.

Steps after the published account of how such words are disguised: Unicode forms, zero-width marks,
masked letters, figures for letters, spaced letters, stretched letters, and small typing slips. The
result is one string of lower-case words without apostrophes; ` | ` stands between clauses, because
negation, idioms and who did what to whom hold inside one clause only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_ZERO_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0e\ufe0f]"
)
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u00b4`\u2032]")
_SA = re.compile(r"\bS\.?A\.?['’]?e?d\b|\bs\.?a\.?['’]e?d\b")
_LOOKALIKE = str.maketrans(
    "аеорсухіјѕԁһкмтвнΑΒΕΗΙΚΜΝΟΡΤΧαοερυνκιτıłøđħŧɑɡɩʟɴʀ",
    "aeopcyxijsdhkmtbhabehikmnoptxaoepuvkitilodhtagilnr",
)
_LEET = str.maketrans("013457@$!€£", "oieastasiel")
_LEET_TOKEN = re.compile(
    r"(?<![\w@$!])(?=[\w@$!]*[a-z])(?=[\w@$!]*[013457@$!])[a-z0-9@$!]{2,}(?![\w@$])"
)
_NOT_LEET = re.compile(
    r"\d+(?:st|nd|rd|th|am|pm|mg|ml|g|kg|k|x|s|m|f|h|hrs?|min|mins|yo|yrs?|years?|days?|weeks?|months?|cm|km|kms|mm|oz|lbs?)"
    r"|[mf]\d+|\w*\d{2,}\w*|[a-z]+!+|p[0-9]|b4|h8|mp[34]|gr8|l8r|m8|w8|2nite|2day|[a-z]+\d|\d[a-z]+"
)
_SPACED = re.compile(r"(?<![\w])(?:[a-z0-9][ .\-_*]){2,}[a-z0-9](?![\w])")
_MASKED = re.compile(r"\b[a-z]+(?:[*.\-_#·•][*.\-_#·•a-z]*)+\b|\b[a-z]+\*+[a-z]*")
_STRETCH = re.compile(r"([a-z])\1{2,}")
_EMOJI = {
    "\U0001f48a": " emojipill ", "\U0001f52a": " emojiknife ", "\U0001f5e1": " emojiknife ",
    "\U0001f52b": " emojigun ", "\U0001fa78": " emojiblood ", "\u26b0": " emojicoffin ",
}  # fmt: skip
_CLAUSE = re.compile(
    r"[.!?;:\n\r…()\[\]{}\"“”«»]+|\s[-–—]+\s|[—–]|\s(?=but\b|and then\b|although\b|though\b|except\b|yet i\b"
    r"|so now\b|and now\b|and i (?:want|wanna|wish|dont|cant|took|have|am)\b|aber\b|pero\b|mais\b)"
)
_LEAD = re.compile(
    r"\b(no|nope|nah|yes|yeah|ok|okay|haha|hahaha|lol|well|fine|please|sorry|hi|hey|hello),"
)
_SPACE = re.compile(r"[^\w|]+")
_WORD = re.compile(r"\w+")


def normalise(text: str, *, mend: bool = True) -> str:
    """Return `text` as `" | clause | clause | "`: lower case, unmasked, words one space apart.

    `mend` puts right English typing slips; wordings of other languages are matched without it.
    """
    plain = _fold(text)
    plain = _unmask(plain)
    plain = _LEAD.sub(r"\1 | ", plain)
    plain = _CLAUSE.sub(" | ", plain.replace("|", " "))
    plain = _SPACE.sub(" ", plain)
    plain = re.sub(r"(?: ?\| ?)+", " | ", plain).strip(" |")
    return f" | {_mend(plain) if mend else plain} | "


def _fold(text: str) -> str:
    plain = _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text))
    plain = _SA.sub("sexually assaulted", plain)
    plain = _APOSTROPHES.sub("", plain).casefold().translate(_LOOKALIKE)
    plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    for sign, word in _EMOJI.items():
        plain = plain.replace(sign, word)
    return plain


def _unmask(plain: str) -> str:
    plain = _SPACED.sub(_join, plain)
    plain = _LEET_TOKEN.sub(_unleet, plain)
    plain = _MASKED.sub(_guess, plain)
    return _STRETCH.sub(r"\1\1", plain)


def _join(found: re.Match[str]) -> str:
    letters = re.sub(r"[ .\-_*]", "", found[0])
    if letters[0] == "i" and letters[1:] in _SENSITIVE:
        return f"i {letters[1:]}"
    if not any(c.isalpha() for c in letters):
        return found[0]
    return " ".join(_split(letters) or [letters])


_SPACED_WORDS = frozenset(
    (
        "i", "im", "want", "wanna", "to", "die", "kill", "myself", "end", "my", "life", "be", "dead", "not", "alive",
        "hurt", "cut", "he", "she", "hit", "hits", "me", "help", "raped", "rape", "suicide", "suicidal", "live", "dont",
        "choked", "beat", "beats", "will", "am", "going", "need", "it", "all", "gun", "knife", "has", "a", "is", "here",
    )
)  # fmt: skip


def _split(letters: str) -> list[str] | None:
    """Cut letters that stood apart into known words, or return None."""
    best: list[list[str] | None] = [[]] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 8), end):
            head = best[start]
            if head is not None and letters[start:end] in _SPACED_WORDS:
                found = [*head, letters[start:end]]
                current = best[end]
                if current is None or len(found) < len(current):
                    best[end] = found
    return best[-1]


def _unleet(found: re.Match[str]) -> str:
    token = found[0]
    if _NOT_LEET.fullmatch(token) and not _known(token.translate(_LEET)):
        return token
    stripped = token.rstrip("!")
    return stripped.translate(_LEET) + "!" * (len(token) - len(stripped))


def _guess(found: re.Match[str]) -> str:
    """Resolve masked letters (k*ll, su1c-ide) to the one sensitive word they fit, else leave them."""
    token = found[0].strip("-_.")
    letters = re.sub(r"[*.\-_#·•]", "", token)
    if letters in _SENSITIVE:
        return letters
    pattern = re.compile(
        "".join("[a-z]{0,2}" if c in "*#" else "[a-z]?" if not c.isalpha() else c for c in token)
    )
    fits = [w for w in _SENSITIVE if w[0] == token[0] and pattern.fullmatch(w)]
    return min(fits, key=lambda w: (abs(len(w) - len(token)), w)) if fits else found[0]


_SENSITIVE: tuple[str, ...] = (
    "kill", "killed", "killing", "kills", "suicide", "suicidal", "rape", "raped", "raping", "rapist", "die", "dying",
    "dead", "death", "choke", "choked", "choking", "strangle", "strangled", "strangling", "hang", "hanging", "hurt",
    "cut", "cutting", "murder", "assault", "assaulted", "abuse", "abused", "abusive", "molested", "forced", "force",
    "beat", "hit", "punched", "gun", "knife", "pills", "overdose", "overdosed", "unalive", "drugged", "stalking",
    "stalker", "threatened", "threatens", "threatening", "pushed", "slapped", "kicked", "bruised", "bleeding", "blood",
    "self", "harm", "myself", "sex", "penis", "fuck", "noose", "rope", "bridge",
)  # fmt: skip

_FUZZY_WORDS: frozenset[str] = frozenset(
    w for w in _SENSITIVE if len(w) >= 6
) | frozenset(
    (
        "husband", "boyfriend", "girlfriend", "partner", "anymore", "tonight", "himself", "herself", "stepdad",
        "stepfather", "strangles", "suffocate", "suffocated", "unconscious", "breathe", "breathing", "swallowed",
        "paracetamol", "ibuprofen", "tylenol", "sleeping", "tablets", "goodbye", "everyone", "without", "pregnant",
        "violent", "controls", "controlling", "tracking", "tracker", "spyware", "scared", "terrified", "afraid",
        "touched", "touches", "touching", "daughter", "teacher", "bathroom", "weapon", "screaming", "emergency",
        "existing", "disappear", "burden", "worthless", "hopeless", "pointless", "wanting", "dropped", "spiked",
        "consent", "assaulting", "abuser", "blackmail", "blackmailing", "passport", "marriage", "deserve", "living",
        "alive", "pressured", "coerced", "grabbed", "followed", "follows", "watching", "locked", "happened",
    )
)  # fmt: skip
_SLIPS = {
    "kil": "kill", "kll": "kill", "kiil": "kill", "killl": "kill", "kllling": "killing", "kiling": "killing",
    "dei": "die", "dye": "die", "diee": "die", "myslef": "myself", "mysef": "myself", "mself": "myself",
    "meself": "myself", "mesself": "myself", "wnat": "want", "watn": "want", "wantt": "want", "wan": "want",
    "wnna": "wanna", "wana": "wanna", "wannna": "wanna", "teh": "the", "hte": "the", "ot": "to", "thier": "their",
    "hubby": "husband", "husbend": "husband", "hubsand": "husband", "bday": "birthday", "u": "you", "ur": "your",
    "r": "are", "im": "im", "iam": "im", "dnt": "dont", "dosent": "doesnt", "doesent": "doesnt", "didint": "didnt",
    "dident": "didnt", "cnt": "cant", "cannot": "cant", "wouldent": "wouldnt", "w8": "wait", "2nite": "tonight",
    "tonite": "tonight", "2day": "today", "2morrow": "tomorrow", "b4": "before", "bcuz": "because", "bc": "because",
    "becuase": "because", "becoz": "because", "coz": "because", "cuz": "because", "becos": "because", "tht": "that",
    "wat": "what", "whn": "when", "evry": "every", "evryone": "everyone", "every1": "everyone", "any1": "anyone",
    "some1": "someone", "no1": "no one", "nd": "and", "abt": "about", "ppl": "people", "lyf": "life", "lief": "life",
    "liv": "live", "liek": "like", "strangel": "strangle", "strangeled": "strangled", "chocked": "choked",
    "chokd": "choked", "chocking": "choking", "raipe": "rape", "raepd": "raped", "reped": "raped", "graped": "raped",
    "r4pe": "rape", "r4ped": "raped", "sucide": "suicide", "sucidal": "suicidal", "suside": "suicide",
    "suisidal": "suicidal", "sewerslide": "suicide", "sewercide": "suicide", "unalived": "unalive",
    "unaliving": "unalive", "selfharm": "self harm", "selfharming": "self harming", "pilss": "pills", "pils": "pills",
    "nife": "knife", "knfie": "knife", "knief": "knife", "kinfe": "knife", "stragled": "strangled",
    "stragle": "strangle", "throte": "throat", "thraot": "throat", "nek": "neck", "kneck": "neck", "gonna": "going to",
    "gunna": "going to", "gona": "going to", "gon": "going to", "imma": "im going to", "ima": "im going to",
    "finna": "going to", "tryna": "trying to", "lemme": "let me", "gimme": "give me", "ive": "i have",
    "dunno": "dont know", "aint": "isnt", "wont": "wont", "hasent": "hasnt", "havent": "havent", "shoudnt": "shouldnt",
    "rly": "really", "rlly": "really", "srsly": "seriously", "pls": "please", "plz": "please", "sumone": "someone",
    "smth": "something", "sth": "something", "nthing": "nothing", "nuthin": "nothing", "nothin": "nothing",
    "alot": "a lot", "hav": "have", "hapened": "happened", "happend": "happened", "wen": "when", "wich": "which",
    "doin": "doing", "goin": "going", "hittin": "hitting", "killin": "killing", "livin": "living", "feelin": "feeling",
    "cuttin": "cutting", "beatin": "beating", "bein": "being", "shes": "shes", "ex-": "ex", "todai": "today",
}  # fmt: skip


@lru_cache(maxsize=1)
def _dictionary() -> frozenset[str]:
    """English words the sentence encoder knows whole; a word in it is never taken for a typing slip."""
    try:
        from bot.language.encoder import model_dir  # noqa: PLC0415

        lines = (model_dir() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    except (ImportError, OSError):
        return frozenset()
    return frozenset(w for w in lines if w.isalpha())


@lru_cache(maxsize=1)
def _deletions() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for word in sorted(_FUZZY_WORDS):
        for form in {word, *_shorter(word)}:
            table.setdefault(form, []).append(word)
    return {form: tuple(words) for form, words in table.items()}


def _shorter(word: str) -> Iterable[str]:
    return (word[:i] + word[i + 1 :] for i in range(len(word)))


def _known(word: str) -> bool:
    return word in _dictionary() or word in _SENSITIVE or word in _SLIPS


def _mend(plain: str) -> str:
    return _WORD.sub(lambda found: _mend_word(found[0]), plain)


@lru_cache(maxsize=8192)
def _mend_word(word: str) -> str:
    if word in _SLIPS:
        return _SLIPS[word]
    if len(word) < 5 or word in _FUZZY_WORDS or word in _dictionary() or not word.isascii():
        return word
    single = re.sub(r"(.)\1", r"\1", word)
    if single in _SENSITIVE or single in _SLIPS:
        return _SLIPS.get(single, single)
    table = _deletions()
    for form in (word, *_shorter(word)):
        for candidate in table.get(form, ()):
            if _one_slip(word, candidate):
                return candidate
    return word


def _one_slip(a: str, b: str) -> bool:
    """Return whether `a` becomes `b` by one insertion, deletion, substitution or swap of neighbours."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    if len(a) > len(b):
        return a[start + 1 :] == b[start:]
    if len(a) < len(b):
        return a[start:] == b[start + 1 :]
    swapped = a[:start] + a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
    return a[start + 1 :] == b[start + 1 :] or swapped == b
