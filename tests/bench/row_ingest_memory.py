"""Resident memory of the web process while 50 photos of 20 MB arrive."""

from __future__ import annotations

import http.client
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.senders import Line, per_second, photos, program

NAME, UNIT, BAR = "ingest-memory", "MB", "+ <= 80 MB"
CLIENTS, SIZE, COUNT, WARM = 8, 20_000_000, 50, 5


def run() -> dict[str, Any]:
    """Return the growth from before the photos to the highest point while they come."""
    with (
        tempfile.TemporaryDirectory(prefix="eoc-ingest-memory-") as folder,
        program("tests.app_server", Path(folder)) as app,
    ):
        sends = [Line(app["port"], app["tokens"]["field"]).report_with_photo] * 1
        per_second(sends, photos(WARM, 100_000, 1))
        before = _resident(app["port"])
        highest = [before]
        stop = threading.Event()
        watch = threading.Thread(target=_watch, args=(app["port"], highest, stop.is_set))
        watch.start()
        lines = [Line(app["port"], app["tokens"]["field"]) for _ in range(CLIENTS)]
        for batch in range(0, COUNT, 10):  # the senders' own memory stays small too
            per_second([x.report_with_photo for x in lines], photos(10, SIZE, 100 + batch))
        stop.set()
        watch.join()
    grown = (max(highest) - before) / 1e6
    return {
        "ours": max(highest) / 1e6, "reference": before / 1e6, "ratio": grown,
        "pass": grown <= 80, "note": "ratio is the growth in MB",
    }  # fmt: skip


def _watch(port: int, highest: list[int], stopped: Callable[[], bool]) -> None:
    while not stopped():
        highest.append(_resident(port))


def _resident(port: int) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("GET", "/test-rss")
        return int(line.getresponse().read())
    finally:
        line.close()
