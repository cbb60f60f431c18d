from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from bot.store.keys import ServerSecret
from bot.store.receipts import Receipt
from bot.store.store import Change, ConflictError, Outgoing, Store, Waiting

from .conftest import Clock, Opener


def texts(waiting: list[Waiting]) -> list[Any]:
    return [item.payload["text"] for item in waiting]


def test_what_was_enqueued_with_a_commit_is_due_in_order_until_done(store: Store) -> None:
    opened = store.open_chat("telegram", "42")
    store.commit(opened, [{"n": 1}], outbox=[Outgoing({"text": t}) for t in "abc"])
    waiting = store.due()
    assert texts(waiting) == ["a", "b", "c"]
    assert {item.channel for item in waiting} == {"telegram"}
    store.done(waiting[1].id)
    store.done(waiting[1].id)
    assert texts(store.due()) == ["a", "c"]
    assert texts(store.due(limit=1)) == ["a"]
    assert store.due(channel="web") == []


def test_a_refused_commit_sends_nothing(store: Store) -> None:
    opened, token = store.create(channel="web")
    other = store.unlock(token)
    store.commit(opened, [])
    with pytest.raises(ConflictError):
        store.commit(other, [], outbox=[Outgoing({"text": "never"})])
    assert store.due() == []


def test_reminders_wait_for_their_time_and_can_be_postponed(store: Store, clock: Clock) -> None:
    opened = store.open_chat("telegram", "42")
    store.commit(opened, [], outbox=[Outgoing({"text": "r"}, due_at=clock.now + timedelta(days=7))])
    assert store.due() == []
    clock.pass_by(hours=20)
    store.commit(opened, [])
    store.keep(opened)
    clock.pass_by(days=7)
    (item,) = store.due()
    store.postpone(item.id, clock.now + timedelta(minutes=1))
    assert store.due() == []
    clock.pass_by(minutes=1)
    assert texts(store.due()) == ["r"]


@pytest.mark.parametrize(("outlives", "left"), [(True, ["r"]), (False, [])])
def test_expiry_takes_what_was_not_asked_to_outlive_it(
    store: Store, clock: Clock, outlives: bool, left: list[str]
) -> None:
    opened = store.open_chat("telegram", "42")
    store.commit(opened, [], outbox=[Outgoing({"text": "r"}, outlives=outlives)])
    clock.pass_by(days=2)
    store.purge()
    assert texts(store.due()) == left


def test_erasing_takes_reminders_even_of_an_earlier_talk_in_the_chat(
    store: Store, clock: Clock
) -> None:
    first = store.open_chat("telegram", "42")
    store.commit(first, [], outbox=[Outgoing({"text": "r"}, outlives=True)])
    clock.pass_by(days=2)
    later = store.open_chat("telegram", "42")
    assert later.id != first.id
    assert texts(store.due()) == ["r"]
    store.erase(later)
    assert store.due() == []


def test_with_a_lease_two_workers_never_get_the_same(opener: Opener, clock: Clock) -> None:
    stores = [opener(), opener()]
    opened = stores[0].open_chat("telegram", "42")
    stores[0].commit(opened, [], outbox=[Outgoing({"text": n}) for n in range(40)])
    got: list[Any] = []

    def work(store: Store) -> None:
        while batch := store.due(limit=3, lease=timedelta(minutes=1)):
            got.extend(texts(batch))

    threads = [threading.Thread(target=work, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(40))
    clock.pass_by(minutes=1)
    assert len(stores[1].due()) == 40


class TestInOrder:
    def test_only_the_first_of_each_conversation_is_given(self, store: Store) -> None:
        for chat in "ab":
            opened = store.open_chat("telegram", chat)
            store.commit(opened, [], outbox=[Outgoing({"text": f"{chat}{n}"}) for n in range(3)])
        first = store.due(in_order=True, lease=timedelta(minutes=1))
        assert sorted(texts(first)) == ["a0", "b0"]
        assert store.due(in_order=True) == []
        assert store.done(first[0].id)
        assert texts(store.due(in_order=True)) == [f"{texts(first)[0][0]}1"]

    def test_what_is_held_holds_up_what_stands_behind_it(self, store: Store, clock: Clock) -> None:
        opened = store.open_chat("telegram", "a")
        store.commit(opened, [], outbox=[Outgoing({"text": n}) for n in "12"])
        (item,) = store.due(in_order=True)
        store.hold(item.id, clock.now + timedelta(seconds=5))
        assert store.due(in_order=True) == []
        clock.pass_by(seconds=5)
        assert texts(store.due(in_order=True)) == ["1"]

    def test_what_is_due_later_holds_up_nothing(self, store: Store, clock: Clock) -> None:
        opened = store.open_chat("telegram", "a")
        later = Outgoing({"text": "later"}, due_at=clock.now + timedelta(days=1))
        store.commit(opened, [], outbox=[later, Outgoing({"text": "now"})])
        assert texts(store.due(in_order=True)) == ["now"]

    def test_two_workers_never_get_one_conversation_at_once(self, opener: Opener) -> None:
        stores = [opener(), opener()]
        opened = stores[0].open_chat("telegram", "42")
        stores[0].commit(opened, [], outbox=[Outgoing({"text": n}) for n in range(30)])
        got: list[Any] = []
        lease = timedelta(minutes=1)

        def work(store: Store) -> None:
            while len(got) < 30:
                for item in store.due(in_order=True, lease=lease, limit=5):
                    got.append(item.payload["text"])
                    store.done(item.id)

        threads = [threading.Thread(target=work, args=(store,)) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == list(range(30))


class TestPlans:
    def test_a_plan_sees_what_waits_and_changes_it(self, store: Store) -> None:
        opened = store.open_chat("telegram", "a")
        store.commit(opened, [], outbox=[Outgoing({"text": n}) for n in "12"])
        other = store.open_chat("telegram", "b")
        store.commit(other, [], outbox=[Outgoing({"text": "other"})])

        def plan(rows: Any) -> Change:
            assert texts(rows) == ["1", "2"]
            return Change([Outgoing({"text": "3"})], [rows[0].id])

        store.commit(opened, [], plan=plan)
        assert texts(store.waiting(opened)) == ["2", "3"]
        assert texts(store.waiting(other)) == ["other"]

    def test_emptying_keeps_only_what_the_plan_adds(self, store: Store) -> None:
        opened = store.open_chat("telegram", "a")
        store.commit(opened, [{"n": 1}], outbox=[Outgoing({"text": "1"}, outlives=True)])

        def plan(rows: Any) -> Change:
            return Change([Outgoing({"text": f"bye {len(rows)}"})])

        store.empty(opened, receipt=Receipt("k", "f", {}), plan=plan)
        assert texts(store.waiting(opened)) == ["bye 1"]
        assert store.events(opened) == []
        assert store.receipt(opened, "k") is not None

    def test_done_puts_in_its_place_only_while_it_is_there(self, store: Store) -> None:
        opened = store.open_chat("telegram", "a")
        store.commit(opened, [], outbox=[Outgoing({"text": "1"})])
        (item,) = store.due()
        assert store.done(item.id, [Outgoing({"text": "2"})])
        assert texts(store.waiting(opened)) == ["2"]
        assert not store.done(item.id, [Outgoing({"text": "3"})])
        assert texts(store.waiting(opened)) == ["2"]


class TestChats:
    def test_a_chat_finds_its_talk_again(self, opener: Opener) -> None:
        first, second = opener(), opener()
        store_id = first.open_chat("telegram", "42")
        first.commit(store_id, [{"n": 1}])
        again = second.open_chat("telegram", "42")
        assert again.id == store_id.id
        assert second.events(again) == [{"n": 1}]
        assert again.channel == "telegram"

    @pytest.mark.parametrize(("channel", "chat"), [("telegram", "43"), ("other", "42")])
    def test_another_chat_is_another_talk(self, store: Store, channel: str, chat: str) -> None:
        assert store.open_chat("telegram", "42").id != store.open_chat(channel, chat).id

    def test_first_use_by_many_at_once_makes_one(self, opener: Opener) -> None:
        stores = [opener(), opener()]
        found: list[str] = []
        threads = [
            threading.Thread(
                target=lambda n=n: found.append(stores[n % 2].open_chat("telegram", "7").id)
            )
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        assert len(set(found)) == 1

    def test_after_expiry_and_after_erase_it_begins_anew(self, store: Store, clock: Clock) -> None:
        first = store.open_chat("telegram", "42")
        store.commit(first, [{"n": 1}])
        clock.pass_by(days=2)
        second = store.open_chat("telegram", "42")
        assert second.id != first.id
        assert store.events(second) == []
        store.erase(second)
        assert store.events(store.open_chat("telegram", "42")) == []


def test_the_outbox_opens_with_the_secret_alone(
    url: str, secret: ServerSecret, opener: Opener, clock: Clock
) -> None:
    store = opener()
    opened = store.open_chat("telegram", "42")
    store.commit(opened, [], outbox=[Outgoing({"text": "x"})])
    store.close()
    assert texts(opener().due()) == ["x"]
