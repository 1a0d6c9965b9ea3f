"""The log in a SQLite file: WAL, ``synchronous=FULL``, one transaction for all who wait."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dashboard import native
from dashboard.errors import Busy, NotFound, StorageFull
from dashboard.events import Event
from dashboard.log import GENESIS, Draft, Outcome, Tip, Verdict
from dashboard.log.chain import Raw, check_pages
from dashboard.log.group_commit import MAX_DRAFTS, GroupCommit, Order
from dashboard.log.placing import COLUMNS, ENVELOPE, Known, Placing, events_of, known_of
from dashboard.migrations import Place, upgrade

BUSY_TIMEOUT_S = 5.0
POLL_S = 0.02  # another process's commit is seen this late at most
FULL = {
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}  # fmt: skip
LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

_ENVELOPE = ", ".join(f"event.{name}" for name in ENVELOPE)
_TIP = "SELECT seq, hash, recorded_us FROM event ORDER BY seq DESC LIMIT 1"
_KNOWN = (
    "SELECT id, incident_id, sameness, seq FROM event WHERE id IN (SELECT value FROM json_each(?))"
)
_NEWER = (
    f"SELECT {_ENVELOPE}, NULL, body_hash, hash FROM event "  # noqa: S608 - names from a table
    "WHERE seq > :seen AND incident_id = :incident AND subject_id = :subject "
    f"UNION SELECT {_ENVELOPE}, NULL, body_hash, hash FROM event "
    "WHERE seq > :seen AND incident_id = :incident AND about_id = :subject ORDER BY 1"
)
_INSERT = (
    f"INSERT INTO event ({', '.join(COLUMNS)}) "  # noqa: S608 - names from a table
    f"VALUES ({', '.join('?' * len(COLUMNS))})"
)
_INSERT_BODY = "INSERT INTO event_body VALUES (?, ?)"
_READ = (
    f"SELECT {_ENVELOPE}, body, body_hash, hash "  # noqa: S608 - names from a table
    "FROM event LEFT JOIN event_body USING (seq) "
    "WHERE event.seq > :after AND event.seq <= :upto"
)
_RAW = (
    f"SELECT {', '.join(f'event.{name}' for name in COLUMNS)}, "  # noqa: S608 - as above
    "body, erasure.seq IS NOT NULL FROM event "
    "LEFT JOIN event_body USING (seq) LEFT JOIN erasure USING (seq) "
    "WHERE event.seq > ? ORDER BY event.seq LIMIT ?"
)


class SqliteLog:
    """A log in one file; any number of processes may append and read.

    ``max_drafts`` is the most that one transaction stores.
    """

    def __init__(self, path: Path, max_drafts: int = MAX_DRAFTS) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._idle: deque[sqlite3.Connection] = deque()
        self._writer: sqlite3.Connection | None = None
        self._thread = native.OneThread()
        self._group = GroupCommit(self._commit_in_thread, max_drafts)
        self._grown = threading.Condition()
        native.run(upgrade, Place.file(path), "log")

    def append(self, drafts: Sequence[Draft], now_us: int) -> list[Outcome]:
        """Store drafts durably; see :class:`dashboard.log.Log`."""
        return self._group.append(drafts, now_us)

    def read(
        self,
        after: int = 0,
        *,
        upto: int | None = None,
        incident_id: str | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """Return entries in order of seq; see :class:`dashboard.log.Log`."""
        sql = _READ + (" AND incident_id = :incident" if incident_id is not None else "")
        values = {
            "after": after,
            "upto": (1 << 62) if upto is None else upto,
            "incident": incident_id,
            "limit": -1 if limit is None else limit,
        }
        return native.run(self._read, sql + " ORDER BY event.seq LIMIT :limit", values)

    def tip(self) -> Tip:
        """Return the last entry's seq, hash and time."""
        return native.run(self._tip)

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait for an entry later than ``after``, by this process or another."""
        deadline = time.monotonic() + timeout_s
        while self.tip().seq <= after:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return False
            with self._grown:
                self._grown.wait(min(POLL_S, left_s))
        return True

    def erase(self, seq: int) -> None:
        """Take one body out for good; its bytes are overwritten in the file."""
        native.run(self._erase, seq)

    def verify(self) -> Verdict:
        """Check every link of the chain and every body still there."""
        return native.run(check_pages, self._raw)

    def raw(self, after: int, limit: int) -> list[Raw]:
        """Return entries as stored, for a backup."""
        return native.run(self._raw, after, limit)

    def erasures(self) -> set[int]:
        """Return the seqs whose bodies were taken out."""
        return native.run(self._erasures)

    def take_in(self, rows: Sequence[Raw]) -> None:
        """Store entries of another log as they are; they must follow this log's tip."""
        native.run(self._take_in, rows)

    def close(self) -> None:
        """Close every connection."""
        self._thread.run(self._close_writer)
        while self._idle:
            self._idle.pop().close()

    def _commit_in_thread(self, orders: Sequence[Order]) -> list[list[Outcome]]:
        outcomes = self._thread.run(self._commit, orders)
        with self._grown:
            self._grown.notify_all()
        return outcomes

    # -- on native threads from here ------------------------------------------------------

    def _commit(self, orders: Sequence[Order]) -> list[list[Outcome]]:
        with _translated():
            connection = self._writer or self._connect()
            self._writer = connection
            try:
                return _commit(connection, orders)
            except sqlite3.Error:
                # after an error of the disk only a fresh connection can be trusted
                self._close_writer()
                raise

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _read(self, sql: str, values: dict[str, Any]) -> list[Event]:
        with self._reader() as connection:
            return events_of(connection.execute(sql, values))

    def _tip(self) -> Tip:
        with self._reader() as connection:
            return _tip(connection)

    def _erase(self, seq: int) -> None:
        with _translated(), self._reader() as connection:
            if not connection.execute("SELECT 1 FROM event WHERE seq = ?", (seq,)).fetchone():
                raise NotFound(f"The log has no entry {seq}.", seq=seq)
            connection.execute("PRAGMA secure_delete=ON")
            with _transaction(connection):
                if not connection.execute("SELECT 1 FROM erasure WHERE seq=?", (seq,)).fetchone():
                    connection.execute("INSERT INTO erasure VALUES (?)", (seq,))
            # the body also lies in the write-ahead file until that is emptied
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _raw(self, after: int, limit: int) -> list[Raw]:
        with self._reader() as connection:
            rows = connection.execute(_RAW, (after, limit))
            return [Raw(row[:-2], row[-2], bool(row[-1])) for row in rows]

    def _erasures(self) -> set[int]:
        with self._reader() as connection:
            return {seq for (seq,) in connection.execute("SELECT seq FROM erasure")}

    def _take_in(self, rows: Sequence[Raw]) -> None:
        with _translated(), self._reader() as connection, _transaction(connection):
            connection.executemany(_INSERT, [row.columns for row in rows])
            bodies = [(row.seq, row.body) for row in rows if row.body is not None]
            connection.executemany(_INSERT_BODY, bodies)
            erased = [(row.seq,) for row in rows if row.erased]
            connection.executemany("INSERT INTO erasure VALUES (?)", erased)

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        except sqlite3.Error:
            connection.close()
            raise
        except BaseException:
            self._idle.append(connection)
            raise
        self._idle.append(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection


class _Held:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def tip(self) -> Tip:
        return _tip(self._connection)

    def known(self, ids: Sequence[str]) -> dict[str, Known]:
        return known_of(self._connection.execute(_KNOWN, (json.dumps(ids),)))

    def newer(self, draft: Draft) -> list[Event]:
        on = {
            "seen": draft.seen, "incident": draft.incident_id, "subject": draft.decided_on,
        }  # fmt: skip
        return events_of(self._connection.execute(_NEWER, on))


def _commit(connection: sqlite3.Connection, orders: Sequence[Order]) -> list[list[Outcome]]:
    with _transaction(connection):
        placing = Placing(_Held(connection), orders)
        connection.executemany(_INSERT, [row.columns for row in placing.rows])
        connection.executemany(_INSERT_BODY, [(row.columns[0], row.body) for row in placing.rows])
    return placing.outcomes


def _tip(connection: sqlite3.Connection) -> Tip:
    row = connection.execute(_TIP).fetchone()
    return Tip(*row) if row else Tip(0, GENESIS, 0)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _in_our_words(error) from error


def _in_our_words(error: sqlite3.OperationalError) -> Exception:
    code = error.sqlite_errorcode
    if code in FULL:
        return StorageFull(f"The disk of the log is full ({error}); free space, then send again.")
    if code & 0xFF in LOCKED:
        return Busy(f"Another writer held the log over {BUSY_TIMEOUT_S:.0f} s; send again.")
    return error
