"""Somebody who can write to the database, but holds no key, is found out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.engine import Connection

from bot.errors import SealBroken, UnknownConversation
from bot.store.schema import conversations, events, keyring, outbox, phrases, receipts
from bot.store.store import Outgoing, Receipt, Store

from .conftest import Opener


@pytest.fixture
def meddle(url: str) -> Callable[[Callable[[Connection], Any]], None]:
    def run(change: Callable[[Connection], Any]) -> None:
        engine = create_engine(url, future=True)
        with engine.begin() as connection:
            change(connection)
        engine.dispose()

    return run


Meddle = Callable[[Callable[[Connection], Any]], None]


def talk(store: Store, commits: int = 4) -> tuple[Any, str]:
    opened, token = store.create(channel="web")
    for n in range(commits):
        store.commit(opened, [{"n": n}])
    return opened, token


def flip(value: bytes) -> bytes:
    return value[:-1] + bytes([value[-1] ^ 1])


def rows_of(c: Connection, conversation: str) -> list[Any]:
    return list(c.execute(select(events).filter_by(conversation=conversation).order_by("number")))


def put(c: Connection, conversation: str, row: int, **values: Any) -> None:
    c.execute(events.update().filter_by(conversation=conversation, number=row).values(**values))


def edit(c: Connection, mine: str, _other: str) -> None:
    put(c, mine, 1, sealed=flip(rows_of(c, mine)[1].sealed))


def swap_rows(c: Connection, mine: str, _other: str) -> None:
    rows = rows_of(c, mine)
    put(c, mine, 1, sealed=rows[2].sealed, chain=rows[2].chain)
    put(c, mine, 2, sealed=rows[1].sealed, chain=rows[1].chain)


def swap_talks(c: Connection, mine: str, other: str) -> None:
    put(c, mine, 1, sealed=rows_of(c, other)[1].sealed)


def cut_middle(c: Connection, mine: str, _other: str) -> None:
    c.execute(events.delete().filter_by(conversation=mine, number=1))


def cut_end(c: Connection, mine: str, _other: str) -> None:
    c.execute(events.delete().filter_by(conversation=mine, number=3))


def cut_middle_and_close_up(c: Connection, mine: str, _other: str) -> None:
    c.execute(events.delete().filter_by(conversation=mine, number=1))
    for number in (2, 3):
        put(c, mine, number, number=number - 1, first=number - 1)


def cut_all(c: Connection, mine: str, _other: str) -> None:
    c.execute(events.delete().filter_by(conversation=mine))


def change_chain(c: Connection, mine: str, _other: str) -> None:
    put(c, mine, 3, chain=flip(rows_of(c, mine)[3].chain))


def move_between_talks(c: Connection, mine: str, other: str) -> None:
    c.execute(events.delete().filter_by(conversation=other))
    c.execute(events.update().filter_by(conversation=mine).values(conversation=other))


@pytest.mark.parametrize("how", [
    edit, swap_rows, swap_talks, cut_middle, cut_end, cut_middle_and_close_up, cut_all,
    change_chain,
])  # fmt: skip
def test_changed_rows_are_refused(store: Store, meddle: Meddle, how: Callable[..., None]) -> None:
    opened, token = talk(store)
    other, _ = talk(store)
    meddle(lambda c: how(c, opened.id, other.id))
    with pytest.raises(SealBroken) as error:
        store.events(store.unlock(token))
    assert '"n"' not in str(error.value)
    assert len(store.events(other)) == 4, "the neighbour is untouched"


def test_rows_moved_to_another_talk_are_refused(store: Store, meddle: Meddle) -> None:
    opened, _ = talk(store)
    other, token = talk(store)
    meddle(lambda c: move_between_talks(c, opened.id, other.id))
    with pytest.raises(SealBroken):
        store.events(store.unlock(token))


def test_an_older_row_put_back_is_refused(store: Store, meddle: Meddle) -> None:
    opened, token = talk(store)
    before: list[Any] = []
    meddle(lambda c: before.extend(rows_of(c, opened.id)))
    store.commit(opened, [{"n": 99}], truncate_from=3)
    meddle(lambda c: put(c, opened.id, 3, sealed=before[3].sealed, chain=before[3].chain))
    with pytest.raises(SealBroken):
        store.events(store.unlock(token))


def test_a_change_stays_found_out_after_later_commits(store: Store, meddle: Meddle) -> None:
    opened, token = talk(store)
    meddle(lambda c: edit(c, opened.id, ""))
    store.commit(opened, [{"n": 5}])
    store.commit(opened, [{"n": 6}], truncate_from=4)
    with pytest.raises(SealBroken):
        store.events(store.unlock(token))


@pytest.mark.parametrize("change", [
    {"kept": True}, {"version": 3}, {"version": 9}, {"channel": "telegram"}, {"created_at": 5},
    {"expires_at": 2**60}, {"key_id": "000000000000"},
])  # fmt: skip
def test_the_row_of_a_talk_cannot_be_edited(
    store: Store, meddle: Meddle, change: dict[str, Any]
) -> None:
    opened, token = talk(store)
    meddle(lambda c: c.execute(conversations.update().filter_by(id=opened.id).values(**change)))
    with pytest.raises(SealBroken):
        store.unlock(token)
    store.erase_token(token)
    with pytest.raises(UnknownConversation):
        store.unlock(token)


@pytest.mark.parametrize("columns", [("head",), ("wrapped",), ("wrapped", "head")])
def test_keys_and_heads_fit_their_own_talk_only(
    store: Store, meddle: Meddle, columns: tuple[str, ...]
) -> None:
    opened, token = talk(store)
    other, _ = talk(store)

    def copy(c: Connection) -> None:
        row = c.execute(select(conversations).filter_by(id=other.id)).first()
        values = {name: getattr(row, name) for name in columns}
        c.execute(conversations.update().filter_by(id=opened.id).values(**values))

    meddle(copy)
    with pytest.raises(SealBroken):
        store.unlock(token)


def test_my_token_does_not_open_a_talk_whose_lookup_was_pointed_at_me(
    store: Store, meddle: Meddle
) -> None:
    opened, token = talk(store)
    victim, _ = talk(store)

    def point(c: Connection) -> None:
        c.execute(conversations.update().filter_by(id=opened.id).values(lookup=b"x" * 32))
        c.execute(conversations.update().filter_by(id=victim.id).values(lookup=opened._lookup))

    meddle(point)
    with pytest.raises(SealBroken):
        store.unlock(token)


def test_receipts_phrases_outbox_and_keyring_are_sealed_too(opener: Opener, meddle: Meddle) -> None:
    store = opener()
    opened, _ = talk(store)
    receipt = Receipt("k", "f", {"a": 1})
    store.commit(opened, [], receipt=receipt, outbox=[Outgoing({"t": 1}), Outgoing({"t": 2})])
    phrase = store.make_phrase(opened, {"a": 1})

    def change(c: Connection) -> None:
        for table in (receipts, phrases, outbox):
            for row in list(c.execute(select(table))):
                value = flip(row.sealed)
                c.execute(table.update().where(table.c.sealed == row.sealed).values(sealed=value))

    meddle(change)
    for use in (
        lambda: store.receipt(opened, "k"), lambda: store.redeem_phrase(phrase), store.due,
    ):  # fmt: skip
        with pytest.raises(SealBroken):
            use()
    meddle(lambda c: c.execute(keyring.update().values(wrapped=b"0" * 80)))
    with pytest.raises(Exception, match="another server secret"):
        opener()
