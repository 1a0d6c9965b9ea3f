# ruff: noqa: E402 - gevent patches the standard library before anything else is imported
"""32 writers of one process under gevent, as the web process has them; prints rates as JSON.

``python -m tests.bench.append_child PLACE ROUNDS``: appends per second, ours and with one
commit for each entry, in turn.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import json
import sys
import time

import gevent

from dashboard.clock import SystemClock
from dashboard.log import Appended, Draft, Log
from tests.laws.drafts import draft
from tests.laws.places import open_place

WRITERS = 32
OURS_EACH, REFERENCE_EACH = 40, 10  # appends of a writer in a round


def rate(log: Log, each: int) -> float:
    """Return durable appends per second of 32 writers who wait for each answer."""

    made = [[draft() for _ in range(each)] for _ in range(WRITERS)]

    def write(drafts: list[Draft]) -> None:
        for one in drafts:
            [outcome] = log.append([one], SystemClock().now_us())
            assert isinstance(outcome, Appended)

    started = time.perf_counter()
    gevent.joinall([gevent.spawn(write, drafts) for drafts in made], raise_error=True)
    return WRITERS * each / (time.perf_counter() - started)


def main(place: str, rounds: int) -> None:
    """Measure both in turn on one store."""
    ours, reference = open_place(place), open_place(place, max_drafts=1)
    rates = [(rate(ours, OURS_EACH), rate(reference, REFERENCE_EACH)) for _ in range(rounds)]
    assert ours.verify().broken_at is None
    print(json.dumps(rates))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
