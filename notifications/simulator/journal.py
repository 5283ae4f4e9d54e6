"""What has been accepted, by which call, and was that written down before it was answered?

An SQLite file in write-ahead mode: a transaction that has returned survives `kill -9`,
also with `synchronous=OFF`; `is_synced` makes it survive a power cut as well. Appends
of one turn of the event loop share a transaction. Nothing of it is held in memory.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .bodies import Bodies, Place
from .shapes import Accept

_TABLES = """
CREATE TABLE IF NOT EXISTS calls (
    number INTEGER PRIMARY KEY, at REAL NOT NULL, provider TEXT NOT NULL,
    account TEXT NOT NULL, path TEXT NOT NULL, content_type TEXT NOT NULL,
    subject TEXT NOT NULL, idempotency_key TEXT NOT NULL,
    segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS accepts (
    number INTEGER PRIMARY KEY, call INTEGER NOT NULL, position INTEGER NOT NULL,
    recipient TEXT NOT NULL, message_id TEXT NOT NULL, provider_message_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS accepts_message_id ON accepts (message_id);
CREATE TABLE IF NOT EXISTS keys (
    provider TEXT, account TEXT, key TEXT, digest BLOB NOT NULL, at REAL NOT NULL,
    status INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (provider, account, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""
_SELECT = """
SELECT a.number, a.call, a.position, c.at, c.provider, c.account, a.recipient,
       a.message_id, a.provider_message_id, c.subject, c.idempotency_key
FROM accepts a JOIN calls c ON c.number = a.call
"""
# In the order of `_SELECT`.
_FIELDS = (
    "number", "call", "position", "at", "provider", "account", "recipient",
    "message_id", "provider_message_id", "subject", "idempotency_key",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call about to be journaled: its body and the mails it asks for."""

    at: float
    provider: str
    account: str
    path: str
    content_type: str
    subject: str
    body: bytes
    mails: Sequence[tuple[int, str, str, str]]  # position, recipient, message id, provider's id
    idempotency_key: str = ""
    remembered: tuple[Any, ...] | None = None  # a row of `keys`, committed with the accepts


class Journal:
    def __init__(self, path: Path, bodies: Bodies, *, is_synced: bool = False) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(f"PRAGMA synchronous = {'FULL' if is_synced else 'OFF'}")
        self._database.executescript(_TABLES)
        self._bodies = bodies
        self._next_call = self._highest("calls") + 1
        self._next_accept = max(self._highest("accepts"), self.mark("emptied")) + 1
        self._waiting: list[tuple[Entry, asyncio.Future[None]]] = []

    def _highest(self, table: str) -> int:
        row = self._database.execute(f"SELECT max(number) FROM {table}").fetchone()
        return int(row[0] or 0)

    # -- writing

    async def append(self, entry: Entry) -> None:
        """Return once the accepts of this call are committed."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._commit_waiting)
        self._waiting.append((entry, done))
        await done

    def _commit_waiting(self) -> None:
        entries, self._waiting = self._waiting, []
        try:
            with self._transaction():
                for entry, _ in entries:
                    self._insert(entry)
        except Exception as error:  # noqa: BLE001 - each caller must hear of it, whatever it is
            for _, done in entries:
                if not done.done():
                    done.set_exception(error)
            return
        for _, done in entries:
            if not done.done():
                done.set_result(None)

    def _transaction(self) -> _Transaction:
        return _Transaction(self._database)

    def _insert(self, entry: Entry) -> None:
        place = self._bodies.append(entry.body)
        call = self._next_call
        self._next_call += 1
        self._database.execute(
            "INSERT INTO calls VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (call, entry.at, entry.provider, entry.account, entry.path, entry.content_type,
             entry.subject, entry.idempotency_key, *place),
        )  # fmt: skip
        self._database.executemany(
            "INSERT INTO accepts VALUES (?,?,?,?,?,?)",
            [(number, call, *mail) for number, mail in enumerate(entry.mails, self._next_accept)],
        )
        self._next_accept += len(entry.mails)
        if entry.remembered is not None:
            self._database.execute("REPLACE INTO keys VALUES (?,?,?,?,?,?,?)", entry.remembered)

    def clear(self) -> None:
        """Forget every call; numbers go on, so that a reader's cursor stays good."""
        with self._transaction():
            self.set_mark("emptied", self._next_accept - 1)
            for table in ("accepts", "calls", "keys"):
                self._database.execute(f"DELETE FROM {table}")
        self._bodies.clear()

    def forget(self, recipients: Sequence[str]) -> list[int]:
        """Forget who these mails went to and what stood in them; the numbers of the accepts, which stay.

        A call is forgotten whole: the bodies of the others in it go as well. Nothing lingers in the files.
        """
        wanted = [recipient.casefold() for recipient in recipients if recipient]
        self._database.execute("PRAGMA secure_delete = ON")
        with self._transaction():
            numbers = [number for one in wanted for number in self._forget(one)]
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return numbers

    def _forget(self, recipient: str) -> list[int]:
        found = self._database.execute(
            "SELECT a.number, c.number, c.segment, c.offset, c.length FROM accepts a JOIN calls c ON c.number = a.call"
            " WHERE lower(a.recipient) = ?",
            (recipient,),
        ).fetchall()
        for accept, call, *place in found:
            self._bodies.blank((place[0], place[1], place[2]))
            self._database.execute("UPDATE calls SET path = '', subject = '', length = -1 WHERE number = ?", (call,))
            self._database.execute("UPDATE accepts SET recipient = '' WHERE number = ?", (accept,))
        self._database.execute("DELETE FROM keys WHERE instr(lower(CAST(body AS TEXT)), ?) > 0", (recipient,))
        return [row[0] for row in found]

    # -- reading

    @property
    def newest(self) -> int:
        """The number of the newest accept, 0 when there never was one."""
        return self._next_accept - 1

    def count(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM accepts").fetchone()[0])

    def page(self, *, after: int = 0, limit: int = 1000, **wanted: str) -> list[Accept]:
        """Accepts above that number, oldest first; `wanted` maps column to exact value."""
        where = "".join(f" AND {_COLUMNS[name]} = ?" for name in wanted)
        return self._accepts(
            f"{_SELECT} WHERE a.number > ?{where} ORDER BY a.number LIMIT ?",
            (after, *wanted.values(), limit),
        )

    def search(self, text: str, *, before: int, limit: int) -> list[Accept]:
        """Accepts below that number, newest first, whose address, ids or subject hold the text."""
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        match = " OR ".join(
            f"{column} LIKE ? ESCAPE '\\'" for column in ("a.recipient", "c.subject", "a.message_id", "c.provider")
        )
        return self._accepts(
            f"{_SELECT} WHERE a.number < ? AND ({match}) ORDER BY a.number DESC LIMIT ?",
            (before, like, like, like, like, limit),
        )

    def find(self, number: int) -> Accept | None:
        found = self._accepts(f"{_SELECT} WHERE a.number = ?", (number,))
        return found[0] if found else None

    def duplicates(self, limit: int = 1000) -> list[tuple[str, int]]:
        """Message ids that were accepted more than once, with how often."""
        return list(
            self._database.execute(
                "SELECT message_id, count(*) FROM accepts WHERE message_id <> ''"
                " GROUP BY message_id HAVING count(*) > 1 LIMIT ?",
                (limit,),
            )
        )

    def _accepts(self, query: str, values: Sequence[Any]) -> list[Accept]:
        rows: Iterator[tuple[Any, ...]] = self._database.execute(query, values)
        return [Accept(**dict(zip(_FIELDS, row, strict=True))) for row in rows]

    def call_request(self, call: int) -> tuple[str, str, bytes | None]:
        """Path, content type and body of a call; the body is None once let go."""
        row = self._database.execute(
            "SELECT path, content_type, segment, offset, length FROM calls WHERE number = ?",
            (call,),
        ).fetchone()
        if row is None:
            return "", "", None
        place: Place = (row[2], row[3], row[4])
        return row[0], row[1], self._bodies.read(place)

    def key_row(self, provider: str, account: str, key: str) -> tuple[bytes, float, int, bytes] | None:
        """Body digest, time, status and answer body remembered for an idempotency key."""
        row: tuple[bytes, float, int, bytes] | None = self._database.execute(
            "SELECT digest, at, status, body FROM keys WHERE provider=? AND account=? AND key=?",
            (provider, account, key),
        ).fetchone()
        return row

    def forget_keys(self, before: float) -> None:
        self._database.execute("DELETE FROM keys WHERE at < ?", (before,))

    # -- marks: named numbers that outlive a restart

    def mark(self, name: str) -> int:
        row = self._database.execute("SELECT number FROM marks WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def set_mark(self, name: str, number: int) -> None:
        self._database.execute("REPLACE INTO marks VALUES (?, ?)", (name, number))

    def close(self) -> None:
        self._database.close()
        self._bodies.close()


_COLUMNS = {
    "message_id": "a.message_id",
    "recipient": "a.recipient",
    "provider": "c.provider",
    "account": "c.account",
    "provider_message_id": "a.provider_message_id",
}


class _Transaction:
    """`with` it: BEGIN, then COMMIT, or ROLLBACK when the block failed."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, failed: object, *_: object) -> None:
        self._database.execute("COMMIT" if failed is None else "ROLLBACK")
