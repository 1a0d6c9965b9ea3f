"""The log in a PostgreSQL schema: one transaction for all who wait, under the realm's lock.

Serial numbers are taken before they are visible, so a reader could pass over a late commit;
here ``seq`` is given under an advisory lock held to the end, and no gap is ever seen.
"""

from __future__ import annotations

import time
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg import errors, sql

from dashboard.errors import Busy, NotFound, StorageFull
from dashboard.events import Event
from dashboard.log import GENESIS, Draft, Outcome, Tip, Verdict
from dashboard.log.chain import Raw, check_pages
from dashboard.log.group_commit import MAX_DRAFTS, GroupCommit, Order
from dashboard.log.placing import COLUMNS, ENVELOPE, Known, Placing, events_of, known_of
from dashboard.migrations import Place, upgrade

LOCK_TIMEOUT_S = 5
SLOW_POLL_S = 1.0  # in case a notification is lost
LOCK_SPACE = 0x0E0C

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")

_ENVELOPE = ", ".join(f"event.{name}" for name in ENVELOPE)
_TIP = "SELECT seq, hash, recorded_us FROM event ORDER BY seq DESC LIMIT 1"
_KNOWN = "SELECT id, incident_id, sameness, seq FROM event WHERE id = ANY(%s)"
_NEWER = (
    f"SELECT {_ENVELOPE}, NULL, body_hash, hash FROM event "  # noqa: S608 - names from a table
    "WHERE seq > %(seen)s AND incident_id = %(incident)s AND subject_id = %(subject)s "
    f"UNION SELECT {_ENVELOPE}, NULL, body_hash, hash FROM event "
    "WHERE seq > %(seen)s AND incident_id = %(incident)s AND about_id = %(subject)s ORDER BY 1"
)
_INSERT = (
    f"INSERT INTO event ({', '.join(COLUMNS)}) "  # noqa: S608 - names from a table
    f"VALUES ({', '.join(['%s'] * len(COLUMNS))})"
)
_INSERT_BODY = "INSERT INTO event_body VALUES (%s, %s)"
_READ = (
    f"SELECT {_ENVELOPE}, body, body_hash, hash "  # noqa: S608 - names from a table
    "FROM event LEFT JOIN event_body USING (seq) "
    "WHERE event.seq > %(after)s AND event.seq <= %(upto)s"
)
_RAW = (
    f"SELECT {', '.join(f'event.{name}' for name in COLUMNS)}, "  # noqa: S608 - as above
    "body, erasure.seq IS NOT NULL FROM event "
    "LEFT JOIN event_body USING (seq) LEFT JOIN erasure USING (seq) "
    "WHERE event.seq > %s ORDER BY event.seq LIMIT %s"
)


class PostgresLog:
    """A log in one schema; any number of processes may append and read.

    ``max_drafts`` is the most that one transaction stores.
    Under gevent psycopg waits cooperatively, so no native threads are needed.
    """

    def __init__(self, url: str, schema: str, max_drafts: int = MAX_DRAFTS) -> None:
        self._url = url
        self._schema = schema
        self._channel = sql.Identifier(f"eoc_{schema}")
        self._lock_key = (LOCK_SPACE, zlib.crc32(schema.encode()) >> 1)
        self._idle: deque[Connection] = deque()
        self._ears: deque[Connection] = deque()
        self._writers: deque[Connection] = deque()
        self._group = GroupCommit(self._commit, max_drafts)
        upgrade(Place.postgres(url, schema), "log")

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
        query = _READ + (" AND incident_id = %(incident)s" if incident_id is not None else "")
        values = {
            "after": after,
            "upto": (1 << 62) if upto is None else upto,
            "incident": incident_id,
            "limit": limit,
        }
        statement = query + " ORDER BY event.seq LIMIT %(limit)s"
        return self._on(self._idle, lambda c: events_of(c.execute(statement, values)))

    def tip(self) -> Tip:
        """Return the last entry's seq, hash and time."""
        return self._on(self._idle, _tip)

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait for an entry later than ``after``, by this process or another."""
        deadline = time.monotonic() + timeout_s

        def listen(connection: Connection) -> bool:
            while _tip(connection).seq <= after:
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    return False
                for _ in connection.notifies(timeout=min(SLOW_POLL_S, left_s), stop_after=1):
                    pass
            return True

        return self._on(self._ears, listen)

    def erase(self, seq: int) -> None:
        """Take one body out for good."""

        def erase(connection: Connection) -> None:
            if not connection.execute("SELECT 1 FROM event WHERE seq = %s", (seq,)).fetchone():
                raise NotFound(f"The log has no entry {seq}.", seq=seq)
            connection.execute("INSERT INTO erasure VALUES (%s) ON CONFLICT DO NOTHING", (seq,))
            connection.execute(
                "VACUUM event_body"
            )  # lets the server reuse, and overwrite, its place

        self._on(self._idle, erase)

    def verify(self) -> Verdict:
        """Check every link of the chain and every body still there."""
        return check_pages(self.raw)

    def raw(self, after: int, limit: int) -> list[Raw]:
        """Return entries as stored, for a backup."""

        def raw(connection: Connection) -> list[Raw]:
            rows = connection.execute(_RAW, (after, limit))
            return [Raw(row[:-2], row[-2], bool(row[-1])) for row in rows]

        return self._on(self._idle, raw)

    def erasures(self) -> set[int]:
        """Return the seqs whose bodies were taken out."""
        query = "SELECT seq FROM erasure"
        return self._on(self._idle, lambda c: {seq for (seq,) in c.execute(query)})

    def take_in(self, rows: Sequence[Raw]) -> None:
        """Store entries of another log as they are; they must follow this log's tip."""

        def take_in(connection: Connection) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                self._lock(connection)
                cursor.executemany(_INSERT, [row.columns for row in rows])
                bodies = [(row.seq, row.body) for row in rows if row.body is not None]
                cursor.executemany(_INSERT_BODY, bodies)
                erased = [(row.seq,) for row in rows if row.erased]
                cursor.executemany("INSERT INTO erasure VALUES (%s)", erased)

        self._on(self._idle, take_in)

    def close(self) -> None:
        """Close every connection."""
        for pool in (self._writers, self._idle, self._ears):
            while pool:
                pool.pop().close()

    def _commit(self, orders: Sequence[Order]) -> list[list[Outcome]]:
        def commit(connection: Connection) -> list[list[Outcome]]:
            with connection.transaction(), connection.cursor() as cursor:
                self._lock(connection)
                placing = Placing(_Held(connection), orders)
                cursor.executemany(_INSERT, [row.columns for row in placing.rows])
                bodies = [(row.columns[0], row.body) for row in placing.rows]
                cursor.executemany(_INSERT_BODY, bodies)
                if placing.rows:
                    connection.execute(sql.SQL("NOTIFY {}").format(self._channel))
            return placing.outcomes

        return self._on(self._writers, commit)

    def _lock(self, connection: Connection) -> None:
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", self._lock_key)

    def _on(self, pool: deque[Connection], call: Callable[[Connection], T]) -> T:
        """Return ``call`` of a pooled connection; of a new one if the server went away.

        A commit whose answer was lost is safe to repeat: its ids are found again.
        """
        while True:
            connection, fresh = self._take(pool)
            try:
                result = call(connection)
            except psycopg.Error as error:
                connection.close()
                if fresh or not isinstance(error, psycopg.OperationalError):
                    raise _in_our_words(error) from error
            except BaseException:
                connection.close()
                raise
            else:
                pool.append(connection)
                return result

    def _take(self, pool: deque[Connection]) -> tuple[Connection, bool]:
        try:
            return pool.pop(), False
        except IndexError:
            return self._connect(listening=pool is self._ears), True

    def _connect(self, *, listening: bool = False) -> Connection:
        try:
            connection = psycopg.connect(self._url, autocommit=True)
            connection.execute(
                sql.SQL("SET search_path TO {}; SET lock_timeout TO {}").format(
                    sql.Identifier(self._schema), sql.Literal(f"{LOCK_TIMEOUT_S}s")
                )
            )
        except psycopg.OperationalError as error:
            raise Busy(f"PostgreSQL does not answer: {error}") from error
        if listening:
            connection.execute(sql.SQL("LISTEN {}").format(self._channel))
        return connection


class _Held:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tip(self) -> Tip:
        return _tip(self._connection)

    def known(self, ids: Sequence[str]) -> dict[str, Known]:
        return known_of(self._connection.execute(_KNOWN, (list(ids),)))

    def newer(self, draft: Draft) -> list[Event]:
        on = {
            "seen": draft.seen, "incident": draft.incident_id, "subject": draft.decided_on,
        }  # fmt: skip
        return events_of(self._connection.execute(_NEWER, on))


def _tip(connection: Connection) -> Tip:
    row = connection.execute(_TIP).fetchone()
    return Tip(*row) if row else Tip(0, GENESIS, 0)


def _in_our_words(error: psycopg.Error) -> Exception:
    if isinstance(error, errors.DiskFull):
        return StorageFull(f"The disk of the log is full ({error}); free space, then send again.")
    if isinstance(error, errors.LockNotAvailable):
        return Busy(f"Another writer held the log over {LOCK_TIMEOUT_S} s; send again.")
    if isinstance(error, psycopg.OperationalError):
        return Busy(f"PostgreSQL does not answer: {error}")
    return error
