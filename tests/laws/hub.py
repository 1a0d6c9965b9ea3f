# ruff: noqa: E402 - gevent patches the standard library before anything else is imported
"""A process under gevent whose writers wait for a lock somebody else holds.

``python -m tests.laws.hub PLACE`` prints how often the loop still turned meanwhile.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import contextlib
import json
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterator

import gevent
import psycopg

from dashboard.log.postgres import LOCK_SPACE
from tests.laws.drafts import draft
from tests.laws.places import open_place


@contextlib.contextmanager
def held(place: str) -> Iterator[None]:
    """Hold the append lock as another process would."""
    if place.startswith("postgresql://"):
        url, _, schema = place.rpartition("#")
        with psycopg.connect(url) as connection:
            key = (LOCK_SPACE, zlib.crc32(schema.encode()) >> 1)
            connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", key)
            yield
        return
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def main(place: str) -> None:
    """Let 40 greenlets append behind a lock, kill two of them, and count turns of the loop."""
    log = open_place(place)
    with held(place):
        writers = [gevent.spawn(log.append, [draft()], 1) for _ in range(40)]
        gevent.sleep(0.05)
        gevent.killall([writers[1], writers[20]])
        turns, until = 0, time.monotonic() + 0.5
        while time.monotonic() < until:
            gevent.sleep(0.01)
            turns += 1
    done = gevent.joinall(writers, timeout=20)
    finished = sum(1 for w in done if w.successful() and isinstance(w.value, list))
    later = log.append([draft()], 1)
    woken = gevent.spawn(log.wait, log.tip().seq, 10)
    gevent.sleep(0.05)
    log.append([draft()], 1)
    figures = {
        "turns": turns, "finished": finished, "later": later[0][0] > 0, "woken": woken.get(),
        "entries": log.tip().seq, "broken": log.verify().broken_at,
    }  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1])
