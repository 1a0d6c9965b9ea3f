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
    """Fill and free the disk ``count`` times within one process, a new log each time."""
    chance = random.Random(seed)
    totals = dict.fromkeys(("full", "stuck", "acknowledged", "lost", "broken"), 0)
    for _ in range(count):
        with tempfile.TemporaryDirectory(prefix="eoc-full-") as folder:
            for name, figure in one_round(Path(folder), chance.randrange(0, 400_000)).items():
                totals[name] += figure
    print(json.dumps({"rounds": count, **totals}))


def one_round(folder: Path, room: int) -> dict[str, int]:
    """Fill a new log that may grow by ``room`` bytes, free the disk, and append once more."""
    acknowledged: dict[str, int] = {}
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = SqliteLog(folder / "log.db")
    largest = max(file.stat().st_size for file in folder.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, hard))
    full = fill(log, acknowledged)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    one, stuck = draft(), 0
    try:
        note(acknowledged, [one], log.append([one], 0))
    except StorageFull:
        stuck = 1
    result = {"full": int(full), "stuck": stuck, **figures(log, acknowledged)}
    log.close()
    return result


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
