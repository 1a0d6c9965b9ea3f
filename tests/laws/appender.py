"""A process that appends and says ``id seq`` for each acknowledged entry.

``python -m tests.laws.appender PLACE COUNT THREADS``; COUNT 0: until it is killed.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path

from dashboard.clock import SystemClock
from dashboard.log import Appended
from tests.laws.drafts import draft
from tests.laws.places import open_place

ROOT = Path(__file__).parents[2]


def main(place: str, count: int, threads: int) -> None:
    """Append ``count`` entries by each of ``threads`` writers, one at a time."""
    log, say = open_place(place), threading.Lock()

    def write() -> None:
        for _ in range(count) if count else itertools.count():
            one = draft(subject_id=f"report-{os.getpid()}")
            [outcome] = log.append([one], SystemClock().now_us())
            assert isinstance(outcome, Appended), outcome
            with say:
                os.write(1, f"{one.id} {outcome.seq}\n".encode())

    writers = [threading.Thread(target=write) for _ in range(threads)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()


def start(place: str, count: int, threads: int = 1) -> subprocess.Popen[str]:
    """Start an appender as a process; read its standard output for what was acknowledged."""
    command = [sys.executable, "-m", "tests.laws.appender", place, str(count), str(threads)]
    return subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
