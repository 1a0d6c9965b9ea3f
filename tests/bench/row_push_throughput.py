"""300 events at once to 240 readers: deliveries a second, beside the bare echo and taky."""

from __future__ import annotations

from statistics import median
from typing import Any

from tests.bench.pushed import Readers, both, listening

NAME, UNIT = "push-throughput", "deliv./s"
BAR = ">= 2 x bare echo (taky is not compared)"
READERS, COUNT, ROUNDS = 240, 300, 5


def run() -> dict[str, Any]:
    """Return the medians of interleaved rounds."""
    with both() as (ours, echo), listening(ours, echo, count=READERS) as (mine, theirs):
        _rate(ours, mine), _rate(echo, theirs)
        rounds = [(_rate(ours, mine), _rate(echo, theirs)) for _ in range(ROUNDS)]
    a, b = median(r[0] for r in rounds), median(r[1] for r in rounds)
    return {"ours": a, "reference": b, "ratio": a / b, "pass": a >= 2 * b}


def _rate(side: Any, readers: Readers) -> float:
    sent = side.burst(COUNT)
    began_s = min(at for _, at in sent)
    return READERS * COUNT / (readers.heard(sent)["last_s"] - began_s)
