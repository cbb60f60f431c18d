"""What a person wrote is in no file: sealed while it is kept, and gone, sealed bytes too,
afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from bot.store import schema
from bot.store.keys import ServerSecret
from bot.store.store import Opened, Outgoing, Receipt, Store

from .conftest import Clock

CANARY = "kanarienvogel-7261"
CHAT = "chat-5550123987"


@pytest.fixture
def store(sqlite_url: str, secret: ServerSecret, clock: Clock) -> Store:
    return Store.open(sqlite_url, secret, clock)


def files_with(folder: Path, needles: list[bytes]) -> list[tuple[str, bytes]]:
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [(path.name, needle[:20]) for needle in needles if needle in content]
    return found


def fill(store: Store) -> tuple[Opened, str, str]:
    opened, token = store.create(channel="web")
    chat = store.open_chat("telegram", CHAT)
    for n in range(30):  # more than a page, so that overflow pages are used as well
        store.commit(
            opened, [{"text": CANARY * 200, "n": n}], outbox=[Outgoing({"text": CANARY})],
            receipt=Receipt(f"{CANARY}-{n}", "f", {"text": CANARY}),
        )  # fmt: skip
    store.commit(chat, [{"text": CANARY}], outbox=[Outgoing({"chat": CHAT}, outlives=False)])
    phrase = store.make_phrase(opened, {"plan": CANARY})
    store.commit(opened, [{"text": CANARY}], truncate_from=5)
    return opened, token, phrase


def sealed_bytes(url: str) -> list[bytes]:
    """The ciphertexts now in the database, cut to a piece long enough to be unmistakable."""
    engine = create_engine(url, future=True)
    pieces: list[bytes] = []
    with engine.connect() as c:
        for table in (schema.events, schema.receipts, schema.phrases, schema.outbox):
            pieces += [bytes(v)[12:44] for v in c.execute(select(table.c.sealed)).scalars()]
        for column in ("wrapped", "head", "lookup"):
            query = select(schema.conversations.c[column])
            pieces += [bytes(v)[12:44] for v in c.execute(query).scalars()]
    engine.dispose()
    return pieces


def test_before_it_is_sealed(store: Store, tmp_path: Path) -> None:
    _, token, phrase = fill(store)
    secrets = [CANARY, CHAT, token, phrase, *[w for w in phrase.split() if len(w) > 5]]
    assert files_with(tmp_path, [item.encode() for item in secrets]) == []
    store.close()
    assert files_with(tmp_path, [item.encode() for item in secrets]) == []


@pytest.mark.parametrize("how", ["erase", "purge"])
def test_after_even_the_sealed_bytes_are_gone(
    store: Store, tmp_path: Path, sqlite_url: str, clock: Clock, how: str
) -> None:
    opened, _, _ = fill(store)
    pieces = sealed_bytes(sqlite_url)
    assert len(pieces) > 60
    assert files_with(tmp_path, pieces), "the search can find them"
    if how == "erase":
        store.erase(opened)
        store.erase(store.open_chat("telegram", CHAT))
    else:
        clock.pass_by(days=40)
        assert store.purge() == 2
    assert files_with(tmp_path, pieces) == []


def test_emptying_leaves_no_sealed_content(store: Store, tmp_path: Path, sqlite_url: str) -> None:
    opened, _, _ = fill(store)
    store.erase(store.open_chat("telegram", CHAT))
    lookup = opened._lookup[12:44]
    pieces = [piece for piece in sealed_bytes(sqlite_url) if piece != lookup]
    store.empty(opened)
    assert files_with(tmp_path, pieces) == []


def test_files_are_ours_alone(store: Store, tmp_path: Path) -> None:
    fill(store)
    modes = {p.name: p.stat().st_mode & 0o077 for p in tmp_path.rglob("*") if p.is_file()}
    assert set(modes.values()) == {0}
    assert {"groundwork.db", "groundwork.db-wal", "secret.key"} <= set(modes)


def test_a_reader_in_the_way_delays_the_scrub_to_the_next_purge(
    store: Store, tmp_path: Path, sqlite_url: str
) -> None:
    opened, _, _ = fill(store)
    pieces = sealed_bytes(sqlite_url)
    engine = create_engine(sqlite_url, future=True)
    with engine.connect() as reader:
        reader.execute(select(schema.conversations)).fetchone()
        store.erase(opened)
    engine.dispose()
    store.erase(store.open_chat("telegram", CHAT))
    store.purge()
    assert files_with(tmp_path, pieces) == []


def test_errors_carry_no_words(store: Store, sqlite_url: str) -> None:
    opened, _, _ = fill(store)
    caught: list[str] = []
    uses: list[Callable[[], object]] = [
        lambda: store.unlock(CANARY),
        lambda: store.redeem_phrase(CANARY),
        lambda: store.commit(opened, [], receipt=Receipt(f"{CANARY}-1", "f", {})),
    ]
    for use in uses:
        with pytest.raises(Exception) as error:  # noqa: PT011
            use()
        caught.append(repr(error.value) + repr(error.value.__cause__))
    assert not any(CANARY in text for text in caught)


def test_postgresql_holds_it_sealed_too(
    fresh_postgres: str, secret: ServerSecret, clock: Clock
) -> None:
    store = Store.open(fresh_postgres, secret, clock)
    _, token, phrase = fill(store)
    store.close()
    folder = Path(fresh_postgres.partition("host=")[2])
    engine = create_engine(fresh_postgres, future=True, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    engine.dispose()
    secrets = [CANARY, CHAT, token, phrase]
    assert files_with(folder, [needle.encode() for needle in secrets]) == []
    assert files_with(folder, sealed_bytes(fresh_postgres)[:3])
