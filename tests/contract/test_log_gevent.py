"""Under gevent a commit that waits must not stop the sockets of the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_loop_turns_while_writers_wait_for_a_lock(place: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.laws.hub", place],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["turns"] >= 15
    assert figures["finished"] >= 38
    assert figures["entries"] >= 40
    assert (figures["later"], figures["woken"], figures["broken"]) == (True, True, None)
