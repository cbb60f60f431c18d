"""What has run out is removed while the server runs; a clock that jumps removes nothing."""

from __future__ import annotations

import threading

import pytest

from bot.errors import StoreError, UnknownConversation
from bot.store.store import Store
from bot.store.sweep import JUMP, PATIENCE, Sweeper

from .conftest import Clock, Opener


class Seconds:
    """Time that passes by itself; only a test moves it, and never back."""

    def __init__(self) -> None:
        self.now = 5_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def both_pass(clock: Clock, seconds: Seconds, **span: float) -> None:
    before = clock.now
    clock.pass_by(**span)
    seconds.now += (clock.now - before).total_seconds()


def test_an_idle_talk_goes_and_a_kept_one_stays(
    store: Store, clock: Clock, seconds: Seconds
) -> None:
    sweeper = Sweeper(store.purge, clock=clock, steady=seconds)
    _, idle = store.create(channel="web")
    opened, kept = store.create(channel="web")
    store.keep(opened)
    gone = 0
    for _ in range(26):
        both_pass(clock, seconds, hours=0.95)
        gone += sweeper.round()
    assert gone == 1
    assert store.unlock(kept)
    with pytest.raises(UnknownConversation):
        store.unlock(idle)


def test_a_clock_that_jumps_removes_nothing(store: Store, clock: Clock, seconds: Seconds) -> None:
    sweeper = Sweeper(store.purge, clock=clock, steady=seconds)
    opened, token = store.create(channel="web")
    store.commit(opened, [{"n": 1}])
    clock.pass_by(days=3_650)
    assert sweeper.round() == 0
    both_pass(clock, seconds, hours=2)
    assert sweeper.round() == 0
    clock.pass_by(days=-3_650)
    assert sweeper.round() == 0
    assert store.events(store.unlock(token)) == [{"n": 1}]
    for _ in range(25):
        both_pass(clock, seconds, hours=0.99)
        last = sweeper.round()
    assert last in {0, 1}
    with pytest.raises(UnknownConversation):
        store.unlock(token)


def test_a_clock_that_jumped_and_stayed_is_believed_after_a_day(
    store: Store, clock: Clock, seconds: Seconds
) -> None:
    sweeper = Sweeper(store.purge, clock=clock, steady=seconds)
    store.create(channel="web")
    clock.pass_by(days=3_650)
    assert sweeper.round() == 0
    both_pass(clock, seconds, hours=PATIENCE / 3600)
    assert sweeper.round() == 1


def test_a_clock_set_back_keeps_things_longer_and_loses_none(
    store: Store, clock: Clock, seconds: Seconds
) -> None:
    sweeper = Sweeper(store.purge, clock=clock, steady=seconds)
    _, token = store.create(channel="web")
    clock.pass_by(days=-30)
    assert sweeper.round() == 0
    assert store.unlock(token)


def test_the_jump_allowed_is_above_what_a_clock_is_set_by() -> None:
    assert JUMP > 60


def test_two_at_once_remove_each_talk_once(opener: Opener, clock: Clock) -> None:
    first, second = opener(), opener()
    for _ in range(300):
        first.create(channel="web")
    clock.pass_by(hours=25)
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda s=s: counts.append(s.purge())) for s in (first, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 300


def test_trouble_in_one_round_leaves_it_to_the_next(clock: Clock, seconds: Seconds) -> None:
    outcomes: list[int | StoreError] = [StoreError("locked"), 2]

    def purge() -> int:
        found = outcomes.pop(0)
        if isinstance(found, StoreError):
            raise found
        return found

    sweeper = Sweeper(purge, clock=clock, steady=seconds)
    assert (sweeper.round(), sweeper.round()) == (0, 2)


def test_it_runs_by_itself_and_ends(store: Store) -> None:
    came = threading.Event()

    def purge() -> int:
        came.set()
        return store.purge()

    sweeper = Sweeper(purge, every=3600)
    sweeper.start()
    assert came.wait(10)
    sweeper.stop()
    assert not any(thread.name == "sweep" for thread in threading.enumerate())
