"""What is said: order, length, numbers that exist, no block twice, two claims to be safe."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from bot.crisis.detector import CrisisDetector, Verdict
from bot.crisis.dialogue import CrisisDialogue
from bot.crisis.hotlines import Hotlines, UnknownRegion
from bot.crisis.texts import CrisisTexts

LINES = Hotlines.load()
TEXTS = CrisisTexts.load()
TALK = CrisisDialogue(TEXTS, LINES)
GATE = CrisisDetector.load(None, None)
REGIONS = [None, *(r.code for r in LINES.regions()), "GB-SCT", "KE"]
FLAGS = (
    (),
    ("minor",),
    ("third_person",),
    ("partner_threat",),
    ("image_threat",),
    ("perpetrator",),
)
OUTRIGHT = re.compile(
    r"commit(?:ted)? suicide|you should have|why didn't you|selfish|attention", re.I
)


def openings(category: str) -> list[tuple[str | None, str]]:
    found = []
    for level in ("crisis", "emergency"):
        for flags in FLAGS:
            for region in REGIONS:
                turn = TALK.open(Verdict(level, category, flags=frozenset(flags)), {}, region)
                found += [(region, r.text) for r in turn.replies]
    return found


@pytest.mark.parametrize("category", TEXTS.categories)
def test_openings_are_short_and_safe(category: str) -> None:
    for _, text in openings(category):
        assert len(text.split()) <= 90
        assert not OUTRIGHT.search(text)


@pytest.mark.parametrize("category", TEXTS.categories)
def test_every_number_stands_in_the_file(category: str) -> None:
    known = LINES.numbers() | {"72", "120", "24", "18"}
    everything = "".join(known)
    for region, text in openings(category):
        for number in re.findall(r"\d[\d \-]{1,}\d", re.sub(r"https?://\S+", "", text)):
            assert re.sub(r"\D", "", number) in everything, (region, number)


def test_texts_hold_no_number_of_their_own() -> None:
    spoken = json.dumps({**TEXTS.categories, "nodes": TEXTS.common["nodes"]}, default=str)
    numbers = set(re.findall(r"\b\d{3,}\b", spoken)) - {
        "120",
        "988",
        "2014",
        "2008",
        "2009",
        "2573025",
        "2026",
    }
    assert not {n for n in numbers if n not in ("002",)} - {"11", "22"}


def test_safe_twice_ends_it_and_once_does_not() -> None:
    turn = TALK.open(GATE.assess("I want to die"), {}, "GB")
    once = TALK.respond("I'm safe now", None, Verdict.none(), turn.session, "GB")
    assert once is not None
    assert once.state is not None
    twice = TALK.respond(
        "yes I'm safe", None, Verdict.none(), json.loads(json.dumps(once.session)), "GB"
    )
    assert twice is not None
    assert twice.state is None


@pytest.mark.parametrize(
    "said", ["jk lol", "you misunderstood me", "ok let's get on with it", "nice weather"]
)
def test_one_denial_ends_nothing(said: str) -> None:
    turn = TALK.open(GATE.assess("I want to kill myself"), {}, "US")
    after = TALK.respond(said, None, GATE.assess(said), turn.session, "US")
    assert after is not None
    assert after.state is not None
    assert after.state.level == "crisis"


@pytest.mark.parametrize("category", TEXTS.categories)
def test_a_block_is_not_said_twice_running(category: str) -> None:
    turn = TALK.open(Verdict("crisis", category), {}, "AU")
    said = [turn.replies[0].text]
    for text in ("hmm", "hm", "well", "the thing is", "and then", "so"):
        answer = TALK.respond(text, None, Verdict.none(), turn.session, "AU")
        assert answer is not None
        assert answer.replies[0].text != said[-1]
        said.append(answer.replies[0].text)
        turn = answer


def test_country_given_late_brings_its_line() -> None:
    turn = TALK.open(GATE.assess("my husband hits me"), {}, None)
    assert turn.replies[0].buttons
    after = TALK.respond("scotland", None, Verdict.none(), turn.session, None)
    assert after is not None
    assert after.region == "GB"
    assert "0800 027 1234" in after.replies[0].text


def test_someone_who_did_harm_never_gets_a_victim_line() -> None:
    turn = TALK.open(GATE.assess("I hit my wife last night"), {}, "IE")
    assert "1800 341 900" not in " ".join(r.text for r in turn.replies)
    assert "no checked line" in turn.replies[0].text


def test_leaving_says_one_word() -> None:
    turn = TALK.open(GATE.assess("I want to die"), {}, "US")
    left = TALK.respond(
        "someone's coming", None, GATE.assess("someone's coming"), turn.session, "US"
    )
    assert left is not None
    assert left.leave
    assert left.replies[0].text == "Okay."


def test_other_conversations_go_to_the_engine() -> None:
    turn = TALK.open(GATE.assess("my husband hits me"), {}, "US")
    assert turn.open_solo
    assert TALK.respond("", "grounding", Verdict.none(), turn.session, "US") is None


def test_lines_grow_stale() -> None:
    assert LINES.check(date(2026, 11, 22)) == []
    assert any("us_988" in line for line in LINES.check(date(2027, 3, 1)))


def test_unpublished_lines_stay_out() -> None:
    shown = {line["id"] for line in LINES.as_dict("GB")["lines"]}
    assert "gb_msh" not in shown
    assert "gb_respect" not in shown
    with pytest.raises(UnknownRegion):
        LINES.as_dict("XX")


@pytest.mark.parametrize(
    ("said", "code"), [("UK", "GB"), ("I'm in Glasgow", "GB-SCT"), ("help us", None), ("no", None)]
)
def test_places(said: str, code: str | None) -> None:
    assert LINES.parse_region(said) == code
