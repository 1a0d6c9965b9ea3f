"""Law ``disk-full``: a full disk is said, loses nothing acknowledged, and passes without restart.

Run as a process of its own: ``python -m tests.laws.disk_full COUNT SEED`` prints the figures.
The kernel refuses writes past RLIMIT_FSIZE, so the engine meets a real failed write.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from dashboard.errors import StorageFull
from dashboard.log import Appended
from dashboard.log.sqlite import SqliteLog
from tests.laws.drafts import draft

ROOT = Path(__file__).parents[2]


def run(count: int, seed: int) -> dict[str, Any]:
    """Fill the disk ``count`` times; return rounds, full, acknowledged, lost, broken, stuck."""
    command = [sys.executable, "-m", "tests.laws.disk_full", str(count), str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def fill(log: SqliteLog, acknowledged: dict[str, int]) -> bool:
    """Append until the disk is full; False if 3000 batches still fit."""
    for _ in range(3000):
        batch = [draft("土砂流出" * 500) for _ in range(5)]
        try:
            outcomes = log.append(batch, 0)
        except StorageFull:
            return True
        note(acknowledged, batch, outcomes)
    return False


def note(acknowledged: dict[str, int], batch: list[Any], outcomes: list[Any]) -> None:
    """Remember what the log said is safe."""
    for one, outcome in zip(batch, outcomes, strict=True):
        assert isinstance(outcome, Appended), outcome
        acknowledged[one.id] = outcome.seq


def figures(log: SqliteLog, acknowledged: dict[str, int]) -> dict[str, int]:
    """Return what became of the acknowledged entries."""
    stored = {event.id: event.seq for event in log.read()}
    lost = sum(stored.get(id_) != seq for id_, seq in acknowledged.items())
    broken = log.verify().broken_at or 0
    return {"acknowledged": len(acknowledged), "lost": lost, "broken": broken}


def main(count: int, seed: int) -> None:
    """Fill and free the disk ``count`` times within one process."""
    chance = random.Random(seed)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    acknowledged: dict[str, int] = {}
    full = stuck = 0
    with tempfile.TemporaryDirectory(prefix="eoc-full-") as folder:
        log = SqliteLog(Path(folder) / "log.db")
        for _ in range(count):
            largest = max(file.stat().st_size for file in Path(folder).iterdir())
            limit = largest + chance.randrange(0, 300_000)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            full += fill(log, acknowledged)
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            one = draft()
            try:
                note(acknowledged, [one], log.append([one], 0))
            except StorageFull:
                stuck += 1
        result = {"rounds": count, "full": full, "stuck": stuck, **figures(log, acknowledged)}
        log.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
