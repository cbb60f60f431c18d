from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import StoreError, UnknownConversation
from bot.store.keys import ServerSecret
from bot.store.store import ConflictError, Outgoing, Receipt, Store, fingerprint

from .conftest import Clock, Opener

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False),
    st.text(alphabet=st.characters(codec=None)),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)
event_lists = st.lists(st.dictionaries(st.text(), values, max_size=3), max_size=4)


def number(*values: int) -> list[dict[str, Any]]:
    return [{"n": value} for value in values]


def numbers(found: list[dict[str, Any]]) -> list[int]:
    return [event["n"] for event in found]


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(commits=st.lists(st.tuples(event_lists, st.floats(0, 1)), max_size=6))
def test_events_come_back_whatever_is_cut_and_added(
    store: Store, commits: list[tuple[list[dict[str, Any]], float]]
) -> None:
    opened, token = store.create(channel="web")
    model: list[dict[str, Any]] = []
    for events, where in commits:
        cut = round(where * len(model)) if where < 0.7 else None
        store.commit(opened, events, truncate_from=cut)
        model = [*(model if cut is None else model[:cut]), *events]
        assert store.events(store.unlock(token)) == model


def test_a_restart_keeps_everything(opener: Opener) -> None:
    first = opener()
    opened, token = first.create(channel="web")
    first.commit(opened, number(1, 2))
    first.close()
    again = opener()
    assert numbers(again.events(again.unlock(token))) == [1, 2]


@pytest.mark.parametrize("cut", [-1, 4, 99])
def test_truncating_beyond_the_end_is_refused_and_changes_nothing(store: Store, cut: int) -> None:
    opened, _ = store.create(channel="web")
    store.commit(opened, number(1, 2, 3))
    with pytest.raises(ValueError, match="truncate"):
        store.commit(opened, number(4), truncate_from=cut)
    assert numbers(store.events(opened)) == [1, 2, 3]
    store.commit(opened, number(4))
    assert numbers(store.events(opened)) == [1, 2, 3, 4]


def test_an_event_that_cannot_be_written_leaves_nothing_behind(store: Store) -> None:
    opened, _ = store.create(channel="web")
    store.commit(opened, number(1))
    with pytest.raises(TypeError):
        store.commit(opened, [{"n": object()}], truncate_from=0)
    store.commit(opened, number(2))
    assert numbers(store.events(opened)) == [1, 2]


def test_a_talk_shows_no_keys(store: Store) -> None:
    opened, token = store.create(channel="web")
    assert repr(opened) == f"Opened({opened.id})"
    assert token not in opened.id
    assert not hasattr(opened, "__dict__")


@pytest.mark.parametrize("token", ["", "nonsense", "é\x00", "\ud800", "A" * 43])
def test_a_wrong_token_is_unknown(store: Store, token: str) -> None:
    store.create(channel="web")
    with pytest.raises(UnknownConversation):
        store.unlock(token)


def test_wrong_expired_and_erased_look_alike(store: Store, clock: Clock) -> None:
    erased, first = store.create(channel="web")
    store.erase(erased)
    _, expired = store.create(channel="web")
    clock.pass_by(hours=25)
    said = set()
    for token in ("wrong", first, expired):
        with pytest.raises(UnknownConversation) as error:
            store.unlock(token)
        said.add((type(error.value), str(error.value)))
    assert len(said) == 1


def test_another_server_secret_is_told_at_once(url: str, store: Store) -> None:
    with pytest.raises(StoreError, match="another server secret"):
        Store.open(url, ServerSecret([b"x" * 32]))


def test_ping(store: Store) -> None:
    store.ping()


class TestTwoWriters:
    def test_the_second_one_is_refused_and_can_read_again(self, store: Store) -> None:
        opened, token = store.create(channel="web")
        other = store.unlock(token)
        store.commit(opened, number(1))
        with pytest.raises(ConflictError):
            store.commit(other, number(2))
        assert numbers(store.events(other)) == [1]
        store.commit(other, number(2))
        assert numbers(store.events(opened)) == [1, 2]

    def test_threads_never_interleave_or_lose(self, opener: Opener) -> None:
        stores = [opener(), opener()]
        _, token = stores[0].create(channel="web")
        refused: list[int] = []

        def write(who: int) -> None:
            store = stores[who % 2]
            for n in range(10):
                while True:
                    opened = store.unlock(token)
                    seen = store.events(opened)
                    try:
                        store.commit(opened, [{"who": who, "n": n, "seen": len(seen)}])
                        break
                    except ConflictError:
                        refused.append(who)

        threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = stores[1].events(stores[1].unlock(token))
        assert [event["seen"] for event in found] == list(range(40))
        for who in range(4):
            assert [event["n"] for event in found if event["who"] == who] == list(range(10))

    def test_many_talks_at_once(self, store: Store) -> None:
        wrong: list[BaseException] = []

        def talk(n: int) -> None:
            try:
                opened, token = store.create(channel="web")
                for k in range(5):
                    store.commit(opened, number(n, k))
                assert len(store.events(store.unlock(token))) == 10
            except BaseException as error:
                wrong.append(error)

        threads = [threading.Thread(target=talk, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


class TestReceipts:
    def test_a_repeat_finds_its_answer(self, store: Store) -> None:
        opened, token = store.create(channel="web")
        assert store.receipt(opened, "key-1") is None
        asked = fingerprint({"text": "hello"})
        store.commit(opened, number(1), receipt=Receipt("key-1", asked, {"replies": ["hi"]}))
        again = store.unlock(token)
        assert store.receipt(again, "key-1") == {"request": asked, "response": {"replies": ["hi"]}}
        assert store.receipt(again, "key-2") is None

    def test_other_content_under_the_same_key_can_be_told(self) -> None:
        assert fingerprint({"text": "a"}) != fingerprint({"text": "b"})
        assert fingerprint({"text": "a", "b": 1}) == fingerprint({"b": 1, "text": "a"})

    def test_a_key_is_answered_once(self, store: Store) -> None:
        opened, _ = store.create(channel="web")
        store.commit(opened, number(1), receipt=Receipt("k", "f", {}))
        with pytest.raises(ConflictError):
            store.commit(opened, number(2), receipt=Receipt("k", "f", {}))
        assert numbers(store.events(opened)) == [1]

    def test_a_key_of_another_talk_is_not_mine(self, store: Store) -> None:
        opened, _ = store.create(channel="web")
        store.commit(opened, [], receipt=Receipt("k", "f", {"a": 1}))
        other, _ = store.create(channel="web")
        assert store.receipt(other, "k") is None


class TestTime:
    @pytest.mark.parametrize(("kept", "days", "alive"), [
        (False, 0.9, True), (False, 1.1, False), (True, 29, True), (True, 31, False),
    ])  # fmt: skip
    def test_a_talk_lasts_as_long_as_was_said(
        self, store: Store, clock: Clock, kept: bool, days: float, alive: bool
    ) -> None:
        opened, token = store.create(channel="web")
        if kept:
            store.keep(opened)
        clock.pass_by(days=days)
        assert store.purge() == (0 if alive else 1)
        if alive:
            assert store.unlock(token).kept is kept
        else:
            with pytest.raises(UnknownConversation):
                store.unlock(token)

    def test_each_commit_starts_the_clock_again(self, store: Store, clock: Clock) -> None:
        opened, token = store.create(channel="web")
        for _ in range(3):
            clock.pass_by(hours=20)
            store.commit(opened, number(1))
            assert opened.expires_at == clock.now + timedelta(hours=24)
        assert store.unlock(token).expires_at == opened.expires_at

    def test_keeping_is_as_easy_to_take_back(self, store: Store, clock: Clock) -> None:
        opened, token = store.create(channel="web")
        store.keep(opened)
        assert store.unlock(token).kept
        store.keep(opened, on=False)
        clock.pass_by(hours=25)
        with pytest.raises(UnknownConversation):
            store.unlock(token)

    def test_purging_twice_and_in_large_numbers(self, store: Store, clock: Clock) -> None:
        for n in range(450):
            opened, _ = store.create(channel="web")
            if n % 45 == 0:
                store.commit(opened, number(n))
        clock.pass_by(days=2)
        survivor, token = store.create(channel="web")
        store.commit(survivor, number(7))
        assert store.purge() == 450
        assert store.purge() == 0
        assert numbers(store.events(store.unlock(token))) == [7]

    def test_a_clock_that_jumps_back_harms_nothing(self, store: Store, clock: Clock) -> None:
        opened, token = store.create(channel="web")
        clock.pass_by(days=-400)
        store.commit(opened, number(1))
        assert store.purge() == 0
        assert numbers(store.events(store.unlock(token))) == [1]


class TestForgetting:
    def test_erase_takes_the_token_too(self, store: Store) -> None:
        opened, token = store.create(channel="web")
        store.commit(opened, number(1), receipt=Receipt("k", "f", {}))
        store.erase(opened)
        for use in (lambda: store.unlock(token), lambda: store.events(opened)):
            with pytest.raises(UnknownConversation):
                use()
        with pytest.raises(UnknownConversation):
            store.commit(opened, number(2))

    def test_erasing_twice_does_nothing_more(self, store: Store) -> None:
        opened, token = store.create(channel="web")
        store.erase(opened)
        store.erase(opened)
        with pytest.raises(UnknownConversation):
            store.erase_token(token)

    def test_empty_forgets_all_and_the_token_goes_on(self, store: Store) -> None:
        opened, token = store.create(channel="web")
        store.keep(opened)
        store.commit(
            opened, number(1), receipt=Receipt("k", "f", {}), outbox=[Outgoing({"text": "x"})]
        )
        phrase = store.make_phrase(opened, {"a": 1})
        other = store.unlock(token)
        store.empty(opened)
        assert store.events(opened) == []
        assert store.receipt(opened, "k") is None
        assert store.due() == []
        assert not store.unlock(token).kept
        with pytest.raises(UnknownConversation):
            store.redeem_phrase(phrase)
        assert store.events(other) == []
        store.commit(opened, number(2))
        assert numbers(store.events(store.unlock(token))) == [2]

    def test_a_talk_opened_before_it_was_emptied_cannot_write_over_it(self, store: Store) -> None:
        opened, token = store.create(channel="web")
        other = store.unlock(token)
        store.empty(opened)
        with pytest.raises(ConflictError):
            store.commit(other, number(1))
