"""map-growth: one change applied on a map of 50,000 points, over the same on 1,000."""

from __future__ import annotations

from typing import Any

from tests.bench.chromium_wall import change_ms, fill, open_seconds, served, wall_page

NAME, UNIT, BAR = "map-growth", "ms", "<= 2"
FEW, MANY = 1_000, 50_000


def run() -> dict[str, Any]:
    """Return main-thread milliseconds of one change: ours at 50,000, the reference at 1,000."""
    with served() as server:
        small, large = server.open_incident("few"), server.open_incident("many")
        fill(server, small, range(FEW), photos=False)
        fill(server, large, range(MANY), photos=False)
        with wall_page(server) as page:
            open_seconds(page, small, FEW)
            few = change_ms(server, page, small)
            open_seconds(page, large, MANY)
            many = change_ms(server, page, large)
    ratio = many / max(few, 0.5)
    return {
        "ours": round(many, 1), "reference": round(few, 1), "ratio": round(ratio, 2),
        "pass": ratio <= 2,
    }  # fmt: skip
