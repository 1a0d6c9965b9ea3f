"""A writer that holds the log too long: the others are told so, and go on afterwards."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from dashboard.errors import Busy
from dashboard.log import Appended, Log, postgres, sqlite
from tests.laws.drafts import draft


@contextmanager
def held(place: str) -> Iterator[None]:
    """Hold the append lock as another process would."""
    if place.startswith("postgresql://"):
        url, _, schema = place.rpartition("#")
        with psycopg.connect(url) as connection:
            key = (postgres.LOCK_SPACE, zlib.crc32(schema.encode()) >> 1)
            connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", key)
            yield
        return
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_lock_held_too_long_is_busy_and_reading_goes_on(
    place: str, open_log: Callable[[], Log], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.1)
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT_S", 1)
    log = open_log()
    first, second = draft(), draft()
    log.append([first], 1)
    with held(place):
        with pytest.raises(Busy):
            log.append([second], 1)
        assert [e.id for e in log.read()] == [first.id]
    assert log.append([second], 1) == [Appended(2, duplicate=False)]
    assert log.verify().broken_at is None
