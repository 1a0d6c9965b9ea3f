"""The database of people: opened once per process, every call off gevent's loop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from dashboard import native
from dashboard.config import Settings
from dashboard.errors import Busy, EocError, StorageFull
from dashboard.migrations import Place, upgrade
from dashboard.native import OneThread

T = TypeVar("T")
LOCK_WAIT_S = 10
SCHEMA = "people"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON")
# parts of the driver's messages, and what they mean to the caller
MEANINGS: tuple[tuple[str, type[EocError]], ...] = (
    ("locked", Busy),
    ("disk is full", StorageFull),
    ("No space left", StorageFull),
)


class Store:
    """Reads and writes in transactions. SQLite: one thread reads, one writes."""

    def __init__(self, reader: Engine, writer: Engine, *, in_threads: bool) -> None:
        self._reader, self._writer = reader, writer
        # psycopg waits on gevent's loop by itself; SQLite would stop it
        self._read_on = OneThread().run if in_threads else _here
        self._write_on = OneThread().run if in_threads else _here

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what ``work`` reads in one transaction."""
        return self._read_on(_in_transaction, self._reader, work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return what ``work`` returns once its writes are durable.

        Raises:
            Busy: another process held the store for 10 s.
            StorageFull: the disk is full; nothing was written.
        """
        return self._write_on(_in_transaction, self._writer, work)

    def close(self) -> None:
        """Close every connection."""
        self._read_on(self._reader.dispose)
        self._write_on(self._writer.dispose)


def open_store(settings: Settings) -> Store:
    """Open the store of these settings, its tables brought up to date."""
    if settings.database_url:
        place = Place.postgres(settings.database_url, SCHEMA)
        upgrade(place, SCHEMA)
        options = {"options": f"-csearch_path={SCHEMA}"}
        engine = create_engine(place.url, connect_args=options, pool_pre_ping=True)
        return Store(engine, engine, in_threads=False)
    path = settings.state_dir / "people.db"
    _private(path)
    native.run(upgrade, Place.file(path), SCHEMA)
    return Store(_sqlite(path, "BEGIN"), _sqlite(path, "BEGIN IMMEDIATE"), in_threads=True)


def _private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)


def _sqlite(path: Path, begin: str) -> Engine:
    arguments = {"timeout": LOCK_WAIT_S, "check_same_thread": False}
    engine = create_engine(f"sqlite:///{path.absolute()}", connect_args=arguments)

    @event.listens_for(engine, "connect")
    def by_hand(raw: Any, _record: Any) -> None:
        # the driver would begin late and let two writers read before either locks
        raw.isolation_level = None
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def lock(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _in_transaction(engine: Engine, work: Callable[[Connection], T]) -> T:
    try:
        with engine.begin() as connection:
            return work(connection)
    except OperationalError as error:
        for part, meaning in MEANINGS:
            if part in str(error.orig):
                raise meaning(f"The people store answered: {error.orig}. Try again.") from error
        raise


def _here(call: Callable[..., T], *args: Any) -> T:
    return call(*args)
