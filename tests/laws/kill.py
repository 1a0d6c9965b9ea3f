"""Law ``kill``: an appending process killed at random points loses nothing it acknowledged."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from tests.laws.appender import start
from tests.laws.places import open_place


def run(count: int, seed: int, place: str | None = None) -> dict[str, Any]:
    """Kill an appender ``count`` times; return the figures, all zero when the law holds.

    Returns:
        kills, acknowledged, lost, wrong (an acknowledged seq that holds another entry), broken.
    """
    with tempfile.TemporaryDirectory(prefix="eoc-kill-") as folder:
        place = place or str(Path(folder) / "log.db")
        chance = random.Random(seed)
        acknowledged: dict[str, int] = {}
        for _ in range(count):
            acknowledged.update(_one_kill(place, chance))
        log = open_place(place)
        stored = {event.id: event.seq for event in log.read()}
        broken = log.verify().broken_at
        log.close()
    return {
        "kills": count,
        "acknowledged": len(acknowledged),
        "lost": sum(1 for id_ in acknowledged if id_ not in stored),
        "wrong": sum(1 for id_, seq in acknowledged.items() if stored.get(id_) != seq),
        "broken": broken or 0,
    }


def _one_kill(place: str, chance: random.Random) -> dict[str, int]:
    process = start(place, 0, threads=chance.choice((1, 4)))
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(chance.randrange(1, 60))]
    process.kill()
    lines += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    said = [line.split() for line in lines if line.endswith("\n")]
    return {id_: int(seq) for id_, seq in said}
