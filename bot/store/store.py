"""The sealed store: everything Groundwork keeps, encrypted for each conversation on its own.

Synchronous and thread-safe: call it from worker threads. What `commit` has returned for is on disk.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.engine import Connection

from bot.errors import UnknownConversation
from bot.store import log, migrate, phrases, receipts, ring, schema
from bot.store import outbox as sending
from bot.store.database import Database
from bot.store.keys import (
    ServerSecret,
    derive,
    keyed_hash,
    new_key,
    new_token,
    same,
    token_key,
    token_lookup,
)
from bot.store.opened import Head, Opened, to_stamp, wrap_key
from bot.store.outbox import Change, Outgoing, Plan, Waiting
from bot.store.phrases import PhraseKeys
from bot.store.receipts import Receipt, fingerprint
from bot.store.trouble import ConflictError

__all__ = [
    "Change", "ConflictError", "Opened", "Outgoing", "Plan", "Receipt", "Store", "Waiting",
    "fingerprint", "utcnow",
]  # fmt: skip

IDLE = timedelta(hours=24)
"""How long a talk outlives its last message unless the person chose to keep it (care rule 5)."""
RETENTION_DAYS = 30
_BATCH = 200
_UNKNOWN = "no conversation belongs to this token"

_conversations = schema.conversations


def utcnow() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


class Store:
    """All that is kept. Make one with `Store.open`; close it at the end."""

    def __init__(
        self, database: Database, secret: ServerSecret, clock: Callable[[], datetime],
        retention: timedelta,
    ) -> None:  # fmt: skip
        self._db = database
        self._secret = secret
        self._clock = clock
        self._retention = retention
        self._ring: dict[str, bytes] = {}
        database.before_first_use(self._bring_up)

    def _bring_up(self, connection: Connection) -> None:
        migrate.migrate(connection)
        self._ring = ring.load(connection, self._secret)

    @classmethod
    def open(
        cls, url: str, secret: ServerSecret, clock: Callable[[], datetime] = utcnow,
        *, retention_days: int = RETENTION_DAYS, busy_seconds: float = 10.0, later: bool = False,
    ) -> Store:  # fmt: skip
        """Open the database at `url`, making or migrating it; with `later`, at its first use.

        Raises:
            StoreError: it cannot be opened, is newer than this program, or belongs to another secret.
        """
        database = Database(url, busy_seconds=busy_seconds)
        try:
            store = cls(database, secret, clock, timedelta(days=retention_days))
            if not later:
                store.ping()
            return store
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Close every connection."""
        self._db.close()

    def ping(self) -> None:
        """Do nothing if the database answers, else raise StoreError."""
        with self._db.read() as connection:
            connection.execute(text("SELECT 1"))

    # Conversations

    def create(self, *, channel: str) -> tuple[Opened, str]:
        """Begin a conversation; returns it and its token, which is stored nowhere."""
        token, conversation = new_token(), secrets.token_hex(16)
        with self._db.write() as connection:
            ring.hold(connection)
            opened = self._insert(
                connection, conversation, channel, token_lookup(token),
                token_key(token, conversation),
            )  # fmt: skip
        return opened, token

    def unlock(self, token: str) -> Opened:
        """Open the conversation of a token.

        Raises:
            UnknownConversation: it is wrong, expired or erased; which of them cannot be told.
            SealBroken: its row was changed.
        """
        lookup = token_lookup(token)
        with self._db.read() as connection:
            row = self._find(connection, lookup)
        # The same work for a wrong token as for a right one.
        key = token_key(token, row.id if row else "0" * 32)
        if row is None or not same(bytes(row.lookup), lookup):
            raise UnknownConversation(_UNKNOWN)
        return Opened.from_row(row, key, self._secret)

    def open_chat(self, channel: str, chat_id: str) -> Opened:
        """Open the conversation of a chat, begun anew at first use and after it has expired."""
        lookup = keyed_hash(self._ring["chats"], "chat", channel, chat_id)
        secret = derive(self._ring["chats"] + lookup, "chat-key", chat_id)
        with self._db.read() as connection:
            row = self._find(connection, lookup)
        if row is None:
            row = self._begin_chat(channel, lookup, secret)
        return row if isinstance(row, Opened) else Opened.from_row(row, secret, self._secret)

    def events(self, opened: Opened) -> list[dict[str, Any]]:
        """Return every event in order, and let `opened` follow what another writer has added.

        Raises:
            SealBroken: a row was edited, swapped, or cut out.
            UnknownConversation: it is gone.
        """
        with self._db.read() as connection:
            opened.refresh(self._row(connection, opened), self._secret)
            return log.read(connection, opened)

    def commit(
        self, opened: Opened, events: Sequence[dict[str, Any]], *, receipt: Receipt | None = None,
        truncate_from: int | None = None, outbox: Sequence[Outgoing] = (), plan: Plan | None = None,
    ) -> None:  # fmt: skip
        """Store events, a receipt and what is to be sent, together or not at all; on disk at return.

        Args:
            opened: as last read: its expiry moves on.
            events: JSON objects.
            receipt: the answer given, for a message with an Idempotency-Key.
            truncate_from: remove the events from this index on first.
            outbox: messages to send and reminders.
            plan: decides what else is added to what waits, and what is taken out of it.

        Raises:
            ConflictError: somebody else has written since `opened` was read, or the receipt is there.
            UnknownConversation: it is gone.
            ValueError: `truncate_from` lies beyond the end.
        """
        with self._change(opened) as connection:
            left = []
            if truncate_from is not None:
                left = log.truncate(connection, opened, truncate_from)
            log.append(connection, opened, [*left, *events])
            if receipt is not None:
                receipts.store(connection, opened, receipt)
            sending.enqueue(connection, self._ring["outbox"], opened, outbox, self._clock())
            self._carry_out(connection, opened, plan)

    def receipt(self, opened: Opened, key: str) -> dict[str, Any] | None:
        """Return `{"request": fingerprint, "response": …}` for an Idempotency-Key already answered."""
        with self._db.read() as connection:
            return receipts.read(connection, opened, key)

    # Keeping and forgetting

    def keep(self, opened: Opened, on: bool = True) -> None:
        """Keep the talk for the retention time, or take that back (then 24 idle hours count again)."""
        with self._change(opened):
            opened.kept = on

    def make_phrase(self, opened: Opened, payload: Mapping[str, Any]) -> str:
        """Seal `payload` (what the person ticked) under six new words and return them, this once.

        A phrase made or used earlier in this conversation stops working.
        """
        phrase = phrases.new_phrase()
        keys = PhraseKeys(phrase, self._ring["phrases"])
        until = self._clock() + self._retention
        with self._db.write() as connection:
            ring.hold(connection)
            self._row(connection, opened)
            phrases.drop(connection, opened.id)
            phrases.store(connection, self._secret, keys, payload, owner=opened, expires_at=until)
        return phrase

    def drop_phrase(self, opened: Opened) -> None:
        """Take back the phrase of this conversation, with what it keeps."""
        with self._db.write() as connection:
            phrases.drop(connection, opened.id)
        self._db.scrub()

    def redeem_phrase(self, phrase: str, into: Opened | None = None) -> dict[str, Any]:
        """Return what a phrase keeps; erasing `into` then erases the phrase too. Takes about 0.1 s.

        Raises:
            UnknownConversation: no such phrase, or it has expired.
        """
        keys, now = PhraseKeys(phrase, self._ring["phrases"]), self._clock()
        with self._db.write() as connection:
            return phrases.redeem(
                connection, self._secret, keys,
                owner=into, now=now, expires_at=now + self._retention,
            )  # fmt: skip

    def empty(
        self, opened: Opened, *, receipt: Receipt | None = None, plan: Plan | None = None
    ) -> None:
        """Forget all content, phrases and reminders; the token goes on, with an empty talk.

        In the same transaction `plan` sees what waited and says what is still to be sent, and
        `receipt` is kept for the message that asked for it.
        """
        with self._change(opened) as connection:
            ring.hold(connection)
            change = plan(self._waiting(connection, opened)) if plan else Change()
            self._delete_content(connection, opened.id, opened._lookup)
            opened._key, opened._head, opened.kept = new_key(), Head.empty(opened.id), False
            row = wrap_key(self._secret, opened._secret, "conversations", opened.id, opened._key)
            opened._wrapped = row["wrapped"]
            connection.execute(_conversations.update().filter_by(id=opened.id).values(**row))
            if receipt is not None:
                receipts.store(connection, opened, receipt)
            sending.enqueue(connection, self._ring["outbox"], opened, change.add, self._clock())
        self._db.scrub()

    def erase(self, opened: Opened) -> None:
        """Remove all of a conversation: its phrases, its reminders, and the token with it."""
        self._erase(opened._lookup)

    def erase_token(self, token: str) -> None:
        """Erase without opening: works where a broken seal no longer lets the person in.

        Raises:
            UnknownConversation: no conversation belongs to this token.
        """
        if not self._erase(token_lookup(token)):
            raise UnknownConversation(_UNKNOWN)

    def purge(self) -> int:
        """Remove what has expired; returns how many talks. Safe to repeat and to interrupt.

        It trusts the clock: a clock set years ahead would empty the store.
        """
        now, total = to_stamp(self._clock()), 0
        while count := self._purge_some(now):
            total += count
        with self._db.write() as connection:
            connection.execute(schema.phrases.delete().where(schema.phrases.c.expires_at <= now))
        self._db.scrub()
        return total

    def rewrap(self) -> int:
        """Move every key to the current server key after `keys.rotate`; returns how many."""
        return ring.rewrap(self._db, self._secret)

    # What is to be sent

    def due(
        self, *, channel: str | None = None, limit: int = 100, lease: timedelta = timedelta(0),
        in_order: bool = False,
    ) -> list[Waiting]:  # fmt: skip
        """Return what is due, earliest first. With a `lease` no other caller gets it meanwhile.

        With `in_order`, of each conversation only the first, until that one is done.
        """
        with self._db.write() as connection:
            return sending.due(
                connection, self._ring["outbox"], self._clock(),
                channel=channel, limit=limit, lease=lease, in_order=in_order,
            )  # fmt: skip

    def waiting(self, opened: Opened) -> list[Waiting]:
        """Return all that waits for a conversation, due or not, earliest first."""
        with self._db.read() as connection:
            return self._waiting(connection, opened)

    def done(self, item_id: str, then: Sequence[Outgoing] = ()) -> bool:
        """Remove what has been sent and put `then` in its place; doing it twice does nothing.

        Returns:
            False where it was no longer there (erased meanwhile): nothing was added then.
        """
        with self._db.write() as connection:
            key = self._ring["outbox"]
            return sending.replace(connection, key, item_id, then, self._clock())

    def hold(self, item_id: str, until: datetime) -> None:
        """Try again later without losing the place: with `in_order` what stands behind it waits."""
        later = {"claimed_until": to_stamp(until)}
        with self._db.write() as connection:
            connection.execute(schema.outbox.update().filter_by(id=item_id).values(**later))

    def postpone(self, item_id: str, due_at: datetime) -> None:
        """Try again later."""
        later = {"due_at": to_stamp(due_at), "claimed_until": 0}
        with self._db.write() as connection:
            connection.execute(schema.outbox.update().filter_by(id=item_id).values(**later))

    # Rows

    def _waiting(self, connection: Connection, opened: Opened) -> list[Waiting]:
        return sending.waiting(connection, self._ring["outbox"], opened)

    def _carry_out(self, connection: Connection, opened: Opened, plan: Plan | None) -> None:
        if plan is not None:
            sending.carry_out(connection, self._ring["outbox"], opened, plan, self._clock())

    def _insert(
        self, connection: Connection, conversation: str, channel: str, lookup: bytes, secret: bytes
    ) -> Opened:
        opened = Opened(conversation, channel, lookup, secret)
        opened.created_at = self._clock()
        opened.expires_at = opened.created_at + IDLE
        opened._key = new_key()
        wrapped = wrap_key(self._secret, secret, "conversations", conversation, opened._key)
        opened._wrapped = wrapped["wrapped"]
        connection.execute(
            _conversations.insert().values(
                id=conversation, channel=channel, lookup=lookup,
                created_at=to_stamp(opened.created_at), **wrapped, **opened.columns(),
            )
        )  # fmt: skip
        return opened

    def _find(self, connection: Connection, lookup: bytes) -> Any:
        alive = _conversations.c.expires_at > to_stamp(self._clock())
        query = select(_conversations).where(_conversations.c.lookup == lookup, alive)
        return connection.execute(query).first()

    def _begin_chat(self, channel: str, lookup: bytes, secret: bytes) -> Any:
        """Return a new conversation, or the row another thread has made meanwhile."""
        try:
            with self._db.write() as connection:
                ring.hold(connection)
                found = self._find(connection, lookup)
                if found is not None:
                    return found
                self._make_room(connection, lookup)
                return self._insert(connection, secrets.token_hex(16), channel, lookup, secret)
        except ConflictError:
            with self._db.read() as connection:
                return self._find(connection, lookup)

    def _make_room(self, connection: Connection, lookup: bytes) -> None:
        """Remove the expired talk of a chat; its reminders and phrases stay."""
        over = _conversations.c.expires_at <= to_stamp(self._clock())
        query = select(_conversations.c.id).where(_conversations.c.lookup == lookup, over)
        self._delete_expired(connection, list(connection.execute(query).scalars()), [lookup])

    def _row(self, connection: Connection, opened: Opened, *, lock: bool = False) -> Any:
        query = select(_conversations).where(_conversations.c.id == opened.id)
        row = connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise UnknownConversation(_UNKNOWN)
        return row

    @contextmanager
    def _change(self, opened: Opened) -> Iterator[Connection]:
        """One write: checks that nobody else wrote, then moves version and expiry."""
        before, version = opened.state(), opened._version
        try:
            with self._db.write() as connection:
                if self._row(connection, opened, lock=True).version != version:
                    raise ConflictError("somebody else has written here: read it again")
                opened._version = version + 1
                yield connection
                idle = self._retention if opened.kept else IDLE
                opened.expires_at = self._clock() + idle
                row = _conversations.update().filter_by(id=opened.id)
                connection.execute(row.values(**opened.columns()))
        except BaseException:
            opened.restore(before)
            raise

    def _delete_content(self, connection: Connection, conversation: str, lookup: bytes) -> None:
        phrases.drop(connection, conversation)
        connection.execute(schema.events.delete().filter_by(conversation=conversation))
        connection.execute(schema.receipts.delete().filter_by(conversation=conversation))
        connection.execute(schema.outbox.delete().filter_by(owner=lookup))

    def _erase(self, lookup: bytes) -> bool:
        with self._db.write() as connection:
            found = self._delete(connection, lookup)
        self._db.scrub()
        return found

    def _delete(self, connection: Connection, lookup: bytes) -> bool:
        query = select(_conversations.c.id).where(_conversations.c.lookup == lookup)
        conversation = connection.execute(query).scalar()
        if conversation is None:
            return False
        self._delete_content(connection, conversation, lookup)
        connection.execute(_conversations.delete().filter_by(id=conversation))
        return True

    def _delete_expired(
        self, connection: Connection, ids: Sequence[str], lookups: Sequence[bytes]
    ) -> None:
        stale = schema.outbox.c.owner.in_(lookups), schema.outbox.c.outlives.is_(False)
        connection.execute(schema.outbox.delete().where(*stale))
        connection.execute(_conversations.delete().where(_conversations.c.id.in_(ids)))

    def _purge_some(self, now: int) -> int:
        columns = _conversations.c.id, _conversations.c.lookup
        query = select(*columns).where(_conversations.c.expires_at <= now).limit(_BATCH)
        with self._db.write() as connection:
            rows = list(connection.execute(query.with_for_update(skip_locked=True)))
            self._delete_expired(connection, [r.id for r in rows], [r.lookup for r in rows])
        return len(rows)
