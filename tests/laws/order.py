"""Law ``order``: facts in any order of arrival give one board, and its fellow properties."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

from tests.laws.serving import ROOT


def run(count: int, seed: int) -> dict[str, Any]:
    """Try each property of the board with ``count`` random histories.

    Returns:
        examples, passed, failed (properties that do not hold).
    """
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "tests/property/test_board.py",
            f"--hypothesis-seed={seed}",
        ],
        cwd=ROOT, text=True, capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "EXAMPLES": str(count)},
    )  # fmt: skip
    found = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    failed = found.get("failed", 0) + found.get("error", 0)
    if done.returncode and not failed:
        raise AssertionError(done.stdout[-2000:] + done.stderr[-2000:])
    return {"examples": count, "passed": found.get("passed", 0), "failed": failed}
