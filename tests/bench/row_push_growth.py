"""How the p99 grows from 240 readers to 1,000, at 2 events a second; beside the bare echo."""

from __future__ import annotations

import resource
from statistics import median
from typing import Any

from tests.bench.pushed import both, listening

NAME, UNIT, BAR = "push-growth", "x p99", "p99 at 1,000 readers <= 4 x p99 at 240"
FEW, MANY, RATE, COUNT, ROUNDS = 240, 1000, 2, 12, 5


def run() -> dict[str, Any]:
    """Return the growth of ours and of the echo; medians of interleaved rounds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 8192), hard), hard))
    with both() as sides:
        few, many = [_p99s(sides, count) for count in (FEW, MANY)]
    ours, echo = (many[i] / few[i] for i in (0, 1))
    note = f"ours {few[0]:.0f} to {many[0]:.0f} ms, echo {few[1]:.0f} to {many[1]:.0f} ms"
    return {"ours": ours, "reference": echo, "ratio": ours, "pass": ours <= 4, "note": note}


def _p99s(sides: Any, count: int) -> tuple[float, float]:
    found: list[list[float]] = [[], []]
    with listening(*sides, count=count) as readers:
        for _ in range(ROUNDS):
            for side, heard, into in zip(sides, readers, found, strict=True):
                into.append(heard.heard(side.paced(COUNT, RATE))["p99_ms"])
    return median(found[0]), median(found[1])
