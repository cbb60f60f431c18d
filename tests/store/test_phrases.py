from __future__ import annotations

import math
import re

import pytest

from bot.errors import UnknownConversation
from bot.store import phrases
from bot.store.store import Store

from .conftest import Clock


def test_the_words_are_plain_many_and_different() -> None:
    words = phrases.word_list()
    assert len(words) == len(set(words)) >= 2048
    assert all(re.fullmatch("[a-z]{3,10}", word) for word in words)
    assert phrases.WORDS * math.log2(len(words)) >= 66


def test_a_phrase_is_six_of_them() -> None:
    assert set(phrases.new_phrase().split()) <= set(phrases.word_list())
    assert len(phrases.new_phrase().split()) == 6
    assert phrases.new_phrase() != phrases.new_phrase()


@pytest.mark.parametrize(
    "typed",
    [
        "river apple stone lemon tulip otter",
        " River  APPLE stone-lemon, tulip; otter. ",
        "river\napple\tstone\u00a0lemon tulip otter",
        "1. river 2. apple 3. stone 4. lemon 5. tulip 6. otter",
        "ｒｉｖｅｒ apple stone lemon tulip otter",
    ],
)
def test_how_it_is_typed_does_not_matter(typed: str) -> None:
    assert phrases.spoken(typed) == "river apple stone lemon tulip otter"


def test_a_phrase_brings_back_what_was_ticked(store: Store, clock: Clock) -> None:
    opened, token = store.create(channel="web")
    phrase = store.make_phrase(opened, {"artifacts": ["plan"], "open": []})
    clock.pass_by(days=3)
    assert store.purge() == 1
    with pytest.raises(UnknownConversation):
        store.unlock(token)
    assert store.redeem_phrase(phrase.upper()) == {"artifacts": ["plan"], "open": []}
    assert store.redeem_phrase(phrase)


@pytest.mark.parametrize("phrase", ["", "river", "river apple stone lemon tulip otter", "é" * 500])
def test_a_wrong_phrase_is_unknown(store: Store, phrase: str) -> None:
    opened, _ = store.create(channel="web")
    store.make_phrase(opened, {})
    with pytest.raises(UnknownConversation):
        store.redeem_phrase(phrase)


def test_it_lasts_thirty_idle_days(store: Store, clock: Clock) -> None:
    opened, _ = store.create(channel="web")
    phrase = store.make_phrase(opened, {"a": 1})
    for _ in range(2):
        clock.pass_by(days=29)
        assert store.redeem_phrase(phrase) == {"a": 1}
    clock.pass_by(days=31)
    with pytest.raises(UnknownConversation):
        store.redeem_phrase(phrase)
    store.purge()
    clock.pass_by(days=-31)
    with pytest.raises(UnknownConversation):
        store.redeem_phrase(phrase)


def test_a_new_phrase_ends_the_one_before(store: Store) -> None:
    opened, _ = store.create(channel="web")
    first = store.make_phrase(opened, {"a": 1})
    second = store.make_phrase(opened, {"a": 2})
    with pytest.raises(UnknownConversation):
        store.redeem_phrase(first)
    assert store.redeem_phrase(second) == {"a": 2}


@pytest.mark.parametrize("how", ["drop", "erase", "erase where it was used"])
def test_taking_it_back(store: Store, clock: Clock, how: str) -> None:
    opened, _ = store.create(channel="web")
    phrase = store.make_phrase(opened, {"a": 1})
    if how == "drop":
        store.drop_phrase(opened)
    elif how == "erase":
        store.erase(opened)
    else:
        clock.pass_by(days=2)
        store.purge()
        later, _ = store.create(channel="web")
        store.redeem_phrase(phrase, into=later)
        store.redeem_phrase(phrase, into=later)
        store.erase(later)
    with pytest.raises(UnknownConversation):
        store.redeem_phrase(phrase)
