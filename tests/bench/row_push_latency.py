"""Submit (durable) to heard by 240 readers at 40 events a second, beside the bare echo."""

from __future__ import annotations

from statistics import median
from typing import Any

from tests.bench.pushed import both, listening

NAME, UNIT = "push-latency", "ms p99"
BAR = "p50 <= echo + 25 ms; p99 <= 1.5 x echo and <= 250 ms"
READERS, RATE, COUNT, ROUNDS = 240, 40, 160, 5


def run() -> dict[str, Any]:
    """Return the medians of interleaved rounds; the ratio is that of the p99."""
    with both() as (ours, echo), listening(ours, echo, count=READERS) as (mine, theirs):
        ours.paced(20, RATE)
        echo.paced(20, RATE)
        rounds = [
            (mine.heard(ours.paced(COUNT, RATE)), theirs.heard(echo.paced(COUNT, RATE)))
            for _ in range(ROUNDS)
        ]
    p50, p99 = (median(r[0][k] for r in rounds) for k in ("p50_ms", "p99_ms"))
    echo_p50, echo_p99 = (median(r[1][k] for r in rounds) for k in ("p50_ms", "p99_ms"))
    good = p50 <= echo_p50 + 25 and p99 <= 1.5 * echo_p99 and p99 <= 250
    note = f"p50 {p50:.0f} ms, echo {echo_p50:.0f} ms"
    return {"ours": p99, "reference": echo_p99, "ratio": p99 / echo_p99, "pass": good, "note": note}
