"""Row ``append``: durable appends per second with 32 writers, against one commit for each."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.contract import postgres_server

NAME = "append"
UNIT = "appends/s"
BAR = ">= 5 x one commit each"
LEAST = 5.0
ROUNDS = 7
ROOT = Path(__file__).parents[2]


def run() -> list[dict[str, Any]]:
    """Return a row per backend: ours and reference are medians of 7 interleaved rounds."""
    with tempfile.TemporaryDirectory(prefix="eoc-bench-", dir=ROOT) as folder:
        rows = [_row("sqlite", str(Path(folder) / "log.db"))]
    with _postgres() as url:
        rows.append(_row("postgres", f"{url}#bench") if url else _absent("postgres"))
    return rows


def _row(backend: str, place: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.append_child", place, str(ROUNDS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    rounds = json.loads(done.stdout)
    ours, reference = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(mine / theirs for mine, theirs in rounds)
    return {
        "name": f"{NAME} {backend}",
        "ours": round(ours),
        "reference": round(reference),
        "ratio": round(ratio, 2),
        "pass": ratio >= LEAST,
    }


def _absent(backend: str) -> dict[str, Any]:
    missing = {"ours": None, "reference": None, "ratio": None}
    return {"name": f"{NAME} {backend}", **missing, "pass": False, "note": "no PostgreSQL here"}


@contextmanager
def _postgres() -> Iterator[str | None]:
    programs = postgres_server.programs()
    if programs is None:
        yield None
        return
    with postgres_server.server(programs) as url:
        yield url
