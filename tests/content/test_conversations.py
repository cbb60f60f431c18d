"""What the conversation files say to people: length, plainness, tone, origin, rules of care."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
import textstat
import yaml

from bot.dialogue.catalog import (
    CONVERSATIONS,
    END,
    FOLDER,
    Conversation,
    Step,
    load_catalog,
    read_file,
)

SEEDS = FOLDER.parents[2] / "shared" / "seeds"
"""The source articles, if they lie beside the checkout; else their checks are skipped."""

BODY_PARAGRAPHS = {
    "rebuilding-sexual-safety": 12,
    "rebuilding-sexual-trust": 12,
    "rebuilding-trust-after-violations": 12,
}
MAX_WORDS = 60
MAX_GRADE = 7.0
SHARED_RUN = 8

CATALOG = load_catalog()
ALL = pytest.mark.parametrize("name", CONVERSATIONS)

TONE = {
    "pressure or blame": (r"\b(just|should have|should've|why didn'?t you|obviously|at least)\b"),
    "someone's gender": (
        r"\b(he|she|him|her|his|hers|himself|herself|husband|wife|girlfriend|boyfriend"
        r"|man|woman|men|women|girl|boy|girls|boys|ladies|guys?)\b"
    ),
    "a claim that cannot be kept": (
        r"\b(detects? risk|clinically|confidential|your therapist|we guarantee|i promise"
        r"|monitors?|diagnos\w+)\b"
    ),
}
ALLOWED = {("listening_practice", "at least"), ("pause_plan", "at least")}
"""`listening_practice` quotes the words to leave out; a time can be "at least half an hour"."""

Text = tuple[str, str]
"""Where a text stands (`step.field`), and the text."""


def step_texts(step: Step) -> Iterator[Text]:
    for field in ("label", "question", "simpler", "why", "example"):
        yield f"{step.id}.{field}", getattr(step, field)
    for number, recall in enumerate(step.recalls):
        yield f"{step.id}.recall[{number}]", recall.question
    for entrance, question in step.questions.items():
        yield f"{step.id}.{entrance}.question", question
    for number, after in enumerate(step.after):
        if after.say:
            yield f"{step.id}.after[{number}]", after.say


def texts(conversation: Conversation) -> Iterator[Text]:
    """Everything a person is shown; the openings that people say are not among it."""
    yield "title", conversation.title
    yield "purpose", conversation.purpose
    yield "opening", conversation.opening
    yield from ((f"{entrance}.opening", text) for entrance, text in conversation.openings.items())
    if conversation.guard:
        yield "guard.text", conversation.guard.text
        yield "guard.button", conversation.guard.button
    for step in conversation:
        yield from step_texts(step)
    yield "closing", conversation.closing
    form = conversation.artifact
    headings = (form.title, form.header, form.private_title, form.private_header)
    yield from ((f"artifact[{i}]", text) for i, text in enumerate(headings) if text)


def syllables(word: str) -> int:
    """Estimate by vowel groups: textstat's own count needs a dictionary that it downloads.

    Over these files it stays within 1 % of the CMU pronouncing dictionary.
    """
    word = re.sub(r"[^a-z']", "", word.casefold())
    count = len(re.findall(r"[aeiouy]+", word)) + len(
        re.findall(r"[^aeiouyr]n't$|[aeouy]ing|i[ao]|ier|iet", word)
    )
    if re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyscxzgh]es$", word):
        count -= 1
    return max(count, 1)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade (Kincaid 1975), with textstat's counts of words and sentences."""
    words = textstat.lexicon_count(text)
    spoken = sum(syllables(word) for word in text.split())
    return float(0.39 * words / textstat.sentence_count(text) + 11.8 * spoken / words - 15.59)


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z]+(?:'[a-z]+)?", text.casefold().replace("’", "'"))


def runs(text: str, length: int = SHARED_RUN) -> set[tuple[str, ...]]:
    words = words_of(text)
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def paths(conversation: Conversation) -> Iterator[int]:
    """The number of questions seen, over the ways through the steps that others depend on."""
    deciding = {step.ask_if.step for step in conversation if step.ask_if}
    options = [
        [(s.id, c) for c in s.choices or ("yes", "no", "unsure")]
        for s in conversation
        if s.id in deciding
    ]
    for ways in product(*options):
        given = dict(ways)
        yield sum(
            not s.ask_if or given[s.ask_if.step].casefold() in s.ask_if.answer for s in conversation
        )


def raw(name: str) -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return loaded


def test_all_twenty_are_there() -> None:
    assert set(CATALOG) == set(CONVERSATIONS)


@ALL
def test_messages_are_short(name: str) -> None:
    long = [
        (where, len(text.split()))
        for where, text in texts(CATALOG[name])
        if len(text.split()) > MAX_WORDS
    ]
    assert not long


@ALL
def test_the_first_message_is_short(name: str) -> None:
    conversation = CATALOG[name]
    guard = conversation.guard.text if conversation.guard else ""
    first = " ".join((conversation.opening, guard, conversation.steps[0].question))
    assert len(first.split()) <= MAX_WORDS


@ALL
def test_texts_are_easy_to_read(name: str) -> None:
    read = [
        (where, text)
        for where, text in texts(CATALOG[name])
        if where in {"opening", "closing", "guard.text"}
        or where.endswith((".opening", ".question", ".simpler", ".why"))
    ]
    hard = [(where, round(grade(text), 1)) for where, text in read if grade(text) > MAX_GRADE]
    assert not hard


@ALL
@pytest.mark.parametrize("fault", TONE)
def test_tone(name: str, fault: str) -> None:
    found = [
        (where, hit.group())
        for where, text in texts(CATALOG[name])
        for hit in re.finditer(TONE[fault], text, re.IGNORECASE)
        if (name, hit.group().casefold()) not in ALLOWED
    ]
    assert not found


@ALL
def test_the_simpler_question_says_it_in_other_words(name: str) -> None:
    for step in CATALOG[name]:
        first, second = set(words_of(step.question)), set(words_of(step.simpler))
        assert len(first & second) / len(first | second) < 0.6, step.id


@ALL
def test_length_of_the_conversation(name: str) -> None:
    seen = list(paths(CATALOG[name]))
    assert min(seen) >= 4
    assert max(seen) <= 9


@ALL
def test_enough_ways_to_ask_for_it(name: str) -> None:
    said = {" ".join(words_of(example)) for example in CATALOG[name].examples}
    assert len(said) >= 15


def test_no_opening_belongs_to_two_conversations() -> None:
    owner: dict[str, str] = {}
    for name in CONVERSATIONS:
        for example in CATALOG[name].examples:
            said = " ".join(words_of(example))
            assert owner.setdefault(said, name) == name, said


@ALL
def test_sources_name_paragraphs_that_exist(name: str) -> None:
    assert CATALOG[name].sources
    for source in CATALOG[name].sources:
        if source.document not in BODY_PARAGRAPHS:
            assert source.url, source.document
            continue
        assert source.paragraphs
        assert max(source.paragraphs) <= BODY_PARAGRAPHS[source.document]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the source articles are not here")
def test_paragraph_counts_are_those_of_the_articles() -> None:
    with (SEEDS / "paragraphs.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert {
        d: max(int(r["paragraph"]) for r in rows if r["document"] == d) for d in BODY_PARAGRAPHS
    } == BODY_PARAGRAPHS


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the source articles are not here")
@ALL
def test_no_sentence_is_taken_from_the_articles(name: str) -> None:
    theirs = set().union(*(runs(path.read_text(encoding="utf-8")) for path in SEEDS.glob("*.txt")))
    copied = [
        (where, " ".join(run))
        for where, text in texts(CATALOG[name])
        for run in runs(text) & theirs
    ]
    assert not copied


@ALL
def test_reviewer_and_date_are_named(name: str) -> None:
    content = raw(name)
    assert "reviewer" in content
    assert content["reviewer"] is None, "a reviewer's name is entered together with the review"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", CATALOG[name].date)


def test_file_names_are_neutral_and_differ() -> None:
    names = [CATALOG[name].artifact.file_name for name in CONVERSATIONS]
    assert len(set(names)) == len(names)
    telling = re.compile(
        r"sex|consent|safety|abuse|trauma|trigger|intima|boundar|repair|harm|support|help"
    )
    assert not [name for name in names if telling.search(name)]


def test_what_is_open_to_minors() -> None:
    assert {n for n in CONVERSATIONS if CATALOG[n].open_to_minors} == {
        "grounding",
        "find_support",
        "safety_plan",
    }


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        ("setback_review", "not_a_slip"),
        ("return_to_intimacy", "not_a_slip"),
        ("debrief", "not_a_slip"),
        ("trigger_map", "safety"),
    ],
)
def test_guards(name: str, leads_to: str) -> None:
    guard = CATALOG[name].guard
    assert guard is not None
    assert guard.leads_to == leads_to


@pytest.mark.parametrize("name", ["setback_review", "return_to_intimacy", "debrief"])
def test_the_guard_names_what_is_no_slip(name: str) -> None:
    guard = CATALOG[name].guard
    assert guard is not None
    for word in ("no", "stop", "freeze", "asleep", "drunk", "not a slip"):
        assert re.search(rf"\b{word}\b", guard.text), word


@ALL
def test_what_is_done_together_ends_with_the_joint_footer(name: str) -> None:
    if CATALOG[name].together:
        assert CATALOG[name].artifact.footer == "joint"


@ALL
def test_only_solo_conversations_are_offered_where_one_ends(name: str) -> None:
    for step in CATALOG[name]:
        for after in step.after:
            assert not [offer for offer in after.offer if CATALOG[offer].together]


@pytest.mark.parametrize("name", ["pre_brief", "boundary_agreement"])
def test_free_choice_comes_first(name: str) -> None:
    first = CATALOG[name].steps[0]
    assert first.question.startswith("Does each of you freely want this?")
    assert "alone" in first.question
    assert "is an answer too" in first.question
    assert not first.keep
    ended = {answer for after in first.after if after.go == END for answer in after.when}
    assert ended == {"no", "unsure"}


@pytest.mark.parametrize("name", ["pre_brief", "consent_practice"])
def test_who_cannot_say_yes(name: str) -> None:
    for word in ("asleep", "drunk", "high", "frozen", "afraid"):
        assert word in CATALOG[name].opening
    said = " ".join(text for _, text in texts(CATALOG[name]))
    assert "quiet yes can be free" in said
    assert "Giving in after being asked again is not" in said


@pytest.mark.parametrize("step", ["no_contact", "afraid", "under_18"])
def test_repair_stays_private_unless_all_is_clear(step: str) -> None:
    asked = CATALOG["repair"].step(step)
    private = {answer for after in asked.after if "private" in after.set for answer in after.when}
    assert private == {"yes", "unsure", "skipped"}
    assert not asked.keep


def test_repair_asks_before_it_drafts() -> None:
    ids = [step.id for step in CATALOG["repair"]]
    assert ids[:4] == ["no_contact", "afraid", "under_18", "what_kind"]
    assert "not for sending" in (CATALOG["repair"].artifact.private_header or "")


@pytest.mark.parametrize(
    ("name", "step", "answers"),
    [
        ("setback_review", "overridden", {"yes", "unsure"}),
        ("debrief", "limits_kept", {"no"}),
        ("debrief", "went_on", {"yes", "unsure", "given"}),
    ],
)
def test_an_overridden_no_ends_the_joint_work(name: str, step: str, answers: set[str]) -> None:
    ends = [after for after in CATALOG[name].step(step).after if "not_a_slip" in after.set]
    assert {answer for after in ends for answer in after.when} == answers
    assert all(after.go == END for after in ends)


def test_safety_plan_is_for_one_person() -> None:
    plan = CATALOG["safety_plan"]
    assert plan.setting == "alone"
    assert not plan.artifact.calendar
    assert plan.audience == {"hurt"}


@pytest.mark.parametrize("name", ["trigger_map", "pace_ladder", "safety_plan"])
def test_about_oneself_is_done_alone(name: str) -> None:
    assert CATALOG[name].setting == "alone"


@ALL
def test_what_is_private_is_never_recalled_where_two_may_read(name: str) -> None:
    if CATALOG[name].setting == "alone":
        return
    recalled = {recall.conversation for step in CATALOG[name] for recall in step.recalls}
    assert not recalled & {"trigger_map", "pace_ladder", "safety_plan", "find_support", "repair"}


def test_grounding_starts_outward() -> None:
    ids = [step.id for step in CATALOG["grounding"]]
    assert ids[:2] == ["room", "feet"]
    for inward in ("breath", "body"):
        assert CATALOG["grounding"].step(inward).ask_if is not None


@pytest.mark.parametrize("text", ["Hello there, you two.", "No is enough."])
def test_grade_of_plain_words_is_low(text: str) -> None:
    assert grade(text) < MAX_GRADE


def test_grade_of_officialese_is_high() -> None:
    officialese = "Accountability necessitates continuous communication between participants."
    assert grade(officialese) > MAX_GRADE


def test_runs_find_a_copied_sentence() -> None:
    copied = "Trust is built one small kept word at a time, they say."
    assert runs(copied) & runs("We think that trust is built one small kept word at a time.")


def test_the_example_in_the_guide_is_a_valid_file(tmp_path: Path) -> None:
    guide = (FOLDER.parents[1] / "docs" / "writing-a-conversation.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(conversation: (\w+)\n.*?)```", guide, re.DOTALL)
    assert example
    path = tmp_path / f"{example[2]}.yml"
    path.write_text(example[1], encoding="utf-8")
    assert read_file(path).name == example[2]
