"""The coaches' contract: verdicts, problem names, spans, and what is never corrected."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.practice.apology import ApologyCoach
from bot.practice.coach import Coach
from bot.practice.i_statement import IStatementCoach

I_COACH = IStatementCoach.load(None, None)
A_COACH = ApologyCoach.load(None, None)
COACHES: list[Coach] = [I_COACH, A_COACH]


def ids(coach: Coach, text: str) -> set[str]:
    return {problem.id for problem in coach.check(text).problems}


# Each rule with a sentence that breaks it and its nearest neighbour that does not.
I_PAIRS = [
    (
        "hidden_you",
        "I feel you are wrong when you shout. I need calm.",
        "I feel sad when you shout. I need calm.",
    ),
    (
        "faux_feeling",
        "I feel ignored when you read. I need time.",
        "I feel lonely when you read. I need time.",
    ),
    (
        "faux_feeling",
        "I feel like you hate it when I sing. I need peace.",
        "I feel sad when you say you hate it. I need peace.",
    ),
    (
        "passive_aggressive",
        "Thanks for nothing. I felt sad when you left. I need help.",
        "Thanks for asking. I felt sad when you left. I need help.",
    ),
    (
        "demand_or_threat",
        "I feel sad when you smoke. Stop or else. I need air.",
        "I feel sad when you smoke. Please stop, or smoke outside. I need air.",
    ),
    (
        "demand_or_threat",
        "I was hurt when you lied. If you lie again I'll tell your boss. I need truth.",
        "I was scared when you yelled. If you yell again I will leave the room.",
    ),
    (
        "blame",
        "I feel sad when you act like a jerk. I need respect.",
        "I feel sad when you shout at me. I need respect.",
    ),
    (
        "blame",
        "I felt hurt when you left. You are lazy. I need help.",
        "I felt hurt when you called me lazy. I need help.",
    ),
    (
        "generalisation",
        "I feel sad because you never call. I need a call.",
        "I feel sad because you did not call on Sunday. I need a call.",
    ),
    (
        "generalisation",
        "I felt sad when you said no. You always do. I need a hug.",
        'I felt sad when you said "you always do". I need a hug.',
    ),
    ("not_i_statement", "You left the door open.", "I felt cold when you left the door open."),
    (
        "no_feeling",
        "When you left the door open I need you to close it.",
        "I felt cold and cross when you left the door open.",
    ),
    (
        "no_situation",
        "I feel sad. I need a hug.",
        "I feel sad about the row on Sunday. I need a hug.",
    ),
    (
        "no_need_or_request",
        "I feel sad when you shout.",
        "I feel sad when you shout. Could you speak softly?",
    ),
]
DONE = "I shouted at you. You were scared. I'll leave the room next time."
A_PAIRS = [
    ("conditional", "I'm sorry if I hurt you.", f"{DONE} If you want to talk, I will listen."),
    ("blame_shift", f"{DONE} You made me do it.", f"{DONE} You did not make me do it."),
    (
        "but_justification",
        "I shouted at you but I was tired. You were scared. I'll rest first.",
        "I was tired, but that is no excuse: I shouted at you. You were scared. I'll rest first.",
    ),
    ("minimising", f"{DONE} It was only a joke.", f"{DONE} It was not a joke."),
    ("passive", "Mistakes were made.", f"{DONE} I made mistakes."),
    ("demands_forgiveness", f"{DONE} Please forgive me.", f"{DONE} You don't have to forgive me."),
    ("self_pity", f"{DONE} I'm a terrible person.", f"{DONE} It was a terrible thing to do."),
    (
        "no_specific_behaviour",
        "I'm sorry for everything. You were sad. I'll call you at six.",
        "I'm sorry for lying to you. You were sad. I'll call you at six.",
    ),
    (
        "no_impact",
        "I lied to you. I'll tell the truth.",
        "I lied to you. It hurt you. I'll call Sam.",
    ),
    (
        "no_repair_or_prevention",
        "I lied to you. It hurt you.",
        "I lied. It hurt you. I've told Sam.",
    ),
]


@pytest.mark.parametrize(("problem", "bad", "near"), I_PAIRS)
def test_i_statement_rule_and_its_nearest_negative(problem: str, bad: str, near: str) -> None:
    assert problem in ids(I_COACH, bad)
    assert problem not in ids(I_COACH, near)


@pytest.mark.parametrize(("problem", "bad", "near"), A_PAIRS)
def test_apology_rule_and_its_nearest_negative(problem: str, bad: str, near: str) -> None:
    assert problem in ids(A_COACH, bad)
    assert problem not in ids(A_COACH, near)


FORCE = [
    "You held me down and kept going after I said no.",
    "I feel like you forced me to have sex.",
    "You always pressure me into sex, every time.",
    "I feel violated because you touched me while I was asleep.",
    "You ignored my stop word.",
    "you wore me down until i gave in",
]


@pytest.mark.parametrize("text", FORCE)
def test_naming_force_is_never_corrected(text: str) -> None:
    spared = {"blame", "hidden_you", "faux_feeling", "generalisation", "not_i_statement"}
    feedback = I_COACH.check(text)
    assert not spared & {p.id for p in feedback.problems}
    if feedback.problems:
        assert "the wording isn't the problem" in feedback.problems[0].why


@pytest.mark.parametrize(
    "text",
    [
        "No hands on my neck, please",
        "No.",
        "Not tonight.",
        "If that happens again, I will leave the room.",
    ],
)
def test_a_limit_is_praised_as_a_boundary(text: str) -> None:
    feedback = I_COACH.check(text)
    assert [p.id for p in feedback.problems] == ["not_i_statement"]
    assert "boundary" in feedback.problems[0].why
    assert "Nothing needs to change" in feedback.problems[0].try_


def test_not_asking_to_explain_counts_as_impact() -> None:
    text = "I kept asking. I don't know all of what it did to you and won't ask you to explain. I'll stop at no."
    assert A_COACH.check(text).verdict == "good"


def test_a_demand_for_forgiveness_comes_first() -> None:
    problems = A_COACH.check(
        "I'm sorry if I hurt you, but I was tired. Please forgive me."
    ).problems
    assert problems[0].id == "demands_forgiveness"


def test_suggestions_keep_own_words_and_invent_nothing() -> None:
    problem = I_COACH.check("I feel ignored when you look at your phone").problems[0]
    assert problem.try_.endswith('"I feel ___ when you look at your phone. I need ___."')


TALK = st.text(
    alphabet=st.sampled_from(list("abcdefghinorstuy .,!?'\"’“”\n😢IYé")), max_size=200
) | st.lists(
    st.sampled_from(
        [
            "I",
            "you",
            "feel",
            "sad",
            "when",
            "never",
            "if",
            "but",
            "sorry",
            "was",
            "hurt",
            "because",
            "need",
            "your",
            "no",
            "stop",
            "will",
            "please",
            "it",
        ]
    ),
    max_size=40,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(TALK, st.sampled_from(COACHES))
def test_any_text_gives_a_valid_answer_twice_the_same(text: str, coach: Coach) -> None:
    feedback = coach.check(text)
    spans = [(p.start, p.end) for p in feedback.problems]
    spans += [span for span in feedback.parts.values() if span]
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert (feedback.verdict == "good") == (not feedback.problems)
    assert coach.check(text) == feedback


GOOD_I = [
    "I feel lonely when you look at your phone during dinner. Could we put phones away?",
    "i got scared when u shouted last night, i need calm",
    "It hurts when I hear the door slam. Please close it gently.",
]
GOOD_A = [
    DONE,
    "I read your letters. That broke your trust. I won't open them again.",
    "sorry i told sam. u felt exposed. ill keep it to myself from now on",
]
INNOCENT = [
    "Thank you for reading this.",
    "It is raining today.",
    "We have known each other for six years.",
]


@pytest.mark.parametrize("innocent", INNOCENT)
@pytest.mark.parametrize("good", GOOD_I + GOOD_A)
def test_an_innocent_sentence_does_not_make_it_bad(good: str, innocent: str) -> None:
    coach = I_COACH if good in GOOD_I else A_COACH
    assert coach.check(good).verdict == "good"
    assert (
        coach.check(f"{good} {innocent}" if good[-1] in ".?" else f"{good}. {innocent}").verdict
        == "good"
    )
    assert coach.check(f"{innocent} {good}").verdict == "good"


def test_as_dict_is_the_interface() -> None:
    given = I_COACH.check("I feel ignored when you read").as_dict()
    assert set(given) == {"verdict", "parts", "problems"}
    assert set(given["parts"]) == {"feeling", "situation", "need", "request"}
    assert set(given["problems"][0]) == {"id", "start", "end", "why", "try"}
    assert set(A_COACH.check("sorry").as_dict()["parts"]) == {
        "behaviour",
        "impact",
        "ownership",
        "repair",
    }


def test_every_problem_has_advice_and_a_place_in_the_order() -> None:
    for coach in COACHES:
        book = coach._book
        assert set(book.problems) <= set(book.order)
        assert set(book.order) <= set(book.advice)
