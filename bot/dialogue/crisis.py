"""The crisis gate in a talk: what it says goes first, and what was running waits.

Called by the engine before Rasa, and by the action `action_crisis` inside Rasa: one and the same path.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.crisis.detector import CrisisDetector, Sign, Verdict
from bot.crisis.dialogue import OF_SOMEONE, CrisisDialogue, CrisisTurn
from bot.dialogue.controls import put_aside
from bot.dialogue.talk import Talk, Utterance
from bot.types import CrisisState, State

_GRAVE = ("crisis", "emergency")


def crisis_state(slots_value: dict[str, Any] | None) -> CrisisState | None:
    """Return the crisis in view from the slot `crisis`, None if there is none."""
    raw = (slots_value or {}).get("state")
    return CrisisState(raw["level"], raw["category"], raw.get("region")) if raw else None


def assess(talk: Talk, detector: CrisisDetector) -> Verdict:
    """Let the detector judge a message in the light of this talk's earlier mild signs."""
    kept = (talk.get("crisis") or {}).get("signs", [])
    earlier = [Sign.from_dict(raw) for raw in kept]
    verdict = detector.assess(talk.text, earlier=earlier, role=talk.session.role)
    if _second_hand(talk, verdict):
        return replace(verdict, level="gentle", flags=verdict.flags | {OF_SOMEONE})
    return replace(verdict, level="gentle") if _owning_up(talk, verdict) else verdict


def _owning_up(talk: Talk, verdict: Verdict) -> bool:
    """Whether someone names what they did in a conversation that asks for exactly that.

    Naming the behaviour is the first step of repair: the lines for people who harm are shown once, and
    the talk goes on. So it is where nothing runs yet and the message itself asks to put something right.
    Danger now, the last days, threats and everything else stop the talk as everywhere.
    """
    if (
        verdict.level != "crisis"
        or not set(verdict.rules) <= _OWNING
        or crisis_state(talk.get("crisis"))
    ):
        return False
    if talk.conversation is None:
        return bool(_PUT_RIGHT.search(talk.text)) and not _GOES_ON.search(talk.text)
    return talk.conversation.audience == {"harmed"}


def _second_hand(talk: Talk, verdict: Verdict) -> bool:
    """Whether a helper asks how to stand by somebody who told them of an assault, with no word of now.

    The lines are offered once and the talk goes on: that is what they came for. Last days, danger now and
    whoever is under 18 are graver than `crisis` and stop the talk as everywhere.
    """
    told = verdict.level == "crisis" and set(verdict.rules) <= _TOLD
    fresh = crisis_state(talk.get("crisis")) is None
    asks = _OF_SOMEONE.search(talk.text) and _STAND_BY.search(talk.text)
    return told and fresh and bool(asks) and not _OWN_HARM.search(talk.text)


_TOLD = frozenset({"sx.assault", "sx.more", "cl.sexual_assault"})
_OF_SOMEONE = re.compile(
    r"\b(?:(?:my|our|a) (?:\w+ ){0,2}(?:friend|mate|sister|brother|cousin|mum|mom|mother|dad|father|aunt|niece|nephew"
    r"|flatmate|roommate|housemate|colleague|coworker|co-worker|client|student|neighbou?r|girlfriend|boyfriend|wife"
    r"|husband|partner)\b(?: of mine)?[^.!?]{0,40}\b(?:told|tells|was|has been|got|had been)"
    r"|(?:someone|somebody|a person) (?:i (?:know|love)|close to me|told me))\b",
    re.IGNORECASE,
)
_STAND_BY = re.compile(
    r"\b(?:(?:how|what) (?:do|can|should|could|to) (?:i |one )?(?:listen|support|help|say|do|answer|respond|be there)"
    r"|how (?:do|can|should) i (?:be|stand|react|talk)|don'?t know (?:what|how) to (?:say|do|help|react)"
    r"|(?:want|like|need) to (?:listen|support|help|be there|say the right)|be there for|stand by)\b",
    re.IGNORECASE,
)


_OWN_HARM = re.compile(
    r"\b(?:i|we|both of us)(?:'?ve| have| had|'?d)? (?:\w+ )?(?:was|were|got|been|too|also)\b|\bme (?:too|as well|also)\b"
    r"|\b(?:happened|did (?:it|this|that|the same|something|things)|done) to (?:me|us)\b|\bmy (?:own )?(?:rape|assault|attacker|rapist)\b"
    r"|\b(?!told|asked|called|texted|wrote|messaged|trusted|needed|wanted|phoned|rang|showed|informed)\w+(?:ed|t) (?:me|us)\b",
    re.IGNORECASE,
)
"""Someone's own assault may stand in the same words as a friend's: then nothing is made milder."""


def _rating(talk: Talk) -> bool:
    """Whether a number is an answer to "from 0 to 10", and no age ("I'm a 9 today")."""
    return talk.step is not None and talk.step.kind == "scale" and not _AGE.search(talk.text)


_AGE = re.compile(r"\b(?:years?|yrs?|old|yo|school|grade|birthday|minor|under)\b", re.IGNORECASE)
_BY_PARTNER = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?:partner|husband|wife|boyfriend|girlfriend|bf|gf|spouse|fianc\w+|man|lady)\b"
    r"[^.!?]{0,30}\b(?:hurts?|forced|forces|pressured|pressures|hits?|crossed|crosses|ignored|ignores|raped|assaulted"
    r"|pushed|pushes|touched|scares|threatened)\b[^.!?]{0,20}\b(?:me|my)\b",
    re.IGNORECASE,
)
"""Someone says that they were hurt by the person with whom they would share an exercise."""
_FAR_AWAY = re.compile(
    r"\b(?:dissociat\w+|depersonali\w+|dereali\w+|unreal|float\w* away|out of my body|outside my body|not in my body"
    r"|drift\w* (?:off|away)|far away|not (?:really )?here|nothing (?:feels|is) real|watching myself|blank(?:ed)? out"
    r"|spac(?:e|ed|ing) out|zon(?:e|ed|ing) out|numb|behind glass|strangl\w+|choked? me)\b",
    re.IGNORECASE,
)
"""Words of dissociation, or of strangulation long ago: breath and body scan never follow them (care rule 15)."""
_PUT_RIGHT = re.compile(
    r"\b(?:(?:i|and|but)(?:'d| would)? (?:\w+ )?(?:want|like|need|wish|have|ready|trying) to|how (?:do|can|could|should) i"
    r"|help me(?: to)?|(?:can|could) (?:i|you|we)|let me) [^.!?;]{0,25}?\b"
    r"(?:(?:make|put|set) (?:it|this|that|things|what i did) (?:right|good)|make (?:it )?up for|make amends|apologi[sz]e"
    r"|repair|own (?:up|it|this|that|what i)|take responsibility|be accountable|answer for (?:it|this|that|what))\b",
    re.IGNORECASE,
)
"""Someone who did harm asks to answer for it: that is what `repair` and `accountability_plan` are for."""
_GOES_ON = re.compile(
    r"\b(?:keeps?|still|every (?:time|day|night|week)|always|again and again|can'?t stop|sometimes|often|today|tonight"
    r"|this (?:morning|evening|week)|these days|right now|next time)\b",
    re.IGNORECASE,
)
"""Harm that may go on: then the talk stops first, whatever is wished."""
_OWNING = frozenset({"ho.did_harm", "ho.more", "cl.harm_others", "talk.sum"})


def gate(
    talk: Talk, verdict: Verdict, dialogue: CrisisDialogue, default_region: str | None
) -> bool:
    """Answer a crisis; False where the message is none and ordinary talk goes on."""
    memory = dict(talk.get("crisis") or {})
    if verdict.sign is not None:
        memory["signs"] = [*memory.get("signs", []), verdict.sign.as_dict()][-20:]
        talk.set("crisis", memory)
    if "minor" in verdict.flags and not _rating(talk):
        talk.session.raise_flag("minor")
    if verdict.category == "strangulation" or _FAR_AWAY.search(talk.text):
        memory["outward"] = True
        talk.set("crisis", memory)
    if _BY_PARTNER.search(talk.text):
        memory["by_partner"] = True
        talk.set("crisis", memory)
    region = talk.session.region or default_region
    session, open_now = memory.get("session") or {}, memory.get("state")
    if verdict.level in _GRAVE and not open_now:
        turn: CrisisTurn | None = dialogue.open(verdict, session, region)
    elif open_now:
        turn = dialogue.respond(talk.text, talk.choice, verdict, session, region)
    else:
        return False
    if turn is None:
        return False
    _apply(talk, memory, turn)
    return True


def handles(talk: Talk, verdict: Verdict, dialogue: CrisisDialogue) -> bool:
    """Whether the gate would answer this message; nothing is changed."""
    memory = talk.get("crisis") or {}
    if not memory.get("state"):
        return verdict.level in _GRAVE
    turn = dialogue.respond(
        talk.text, talk.choice, verdict, memory.get("session") or {}, talk.session.region
    )
    return turn is not None


def _apply(talk: Talk, memory: dict[str, Any], turn: CrisisTurn) -> None:
    memory.update(
        session=turn.session,
        state=turn.state.as_dict() if turn.state else None,
        open_solo=turn.open_solo,
    )
    talk.set("crisis", memory)
    talk.session.raise_flag("crisis")
    talk.session.pending = None
    talk.session.region = turn.region or talk.session.region
    if talk.conversation is not None:
        put_aside(talk)
    for reply in turn.replies:
        talk.utter(reply.text, buttons=reply.buttons, card=reply.card)


def gentle(
    talk: Talk, verdict: Verdict, dialogue: CrisisDialogue, default_region: str | None
) -> Utterance | None:
    """Return the one warm sentence with lines, once in a talk; None where it was said before."""
    memory = dict(talk.get("crisis") or {})
    if memory.get("gentle"):
        return None
    session = dict(memory.get("session") or {})
    reply = dialogue.gentle(verdict, session, talk.session.region or default_region)
    memory.update(session=session, gentle=True)
    talk.set("crisis", memory)
    return Utterance(reply.text, reply.buttons, reply.card)


def with_gentle(state: State, verdict: Verdict, region: str | None) -> State:
    """Return a state that shows a gentle sign for this turn only."""
    if verdict.category is None:
        return state
    return replace(state, crisis=CrisisState("gentle", verdict.category, region))


def fail_closed(talk: Talk, dialogue: CrisisDialogue, default_region: str | None) -> None:
    """Say the safety reply: something failed, and silence is no answer."""
    reply = dialogue.safety_reply(talk.session.region or default_region)
    talk.utter(reply.text, buttons=reply.buttons, card=reply.card)
