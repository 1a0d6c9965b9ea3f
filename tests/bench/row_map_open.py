"""map-open: the wall with 10,000 photos, from navigation to painted; and one change on it.

The wall is opened with every reference layer visible that this server offers (a fresh one: the
ground and, below a published network, its parts); they load once the live layer stands.

The reference of the change is dash-leaflet's own clustered layer in the same browser, which
rebuilds its index when its data changes. Main-thread time is the thread's processor time.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from tests.bench.chromium_wall import (
    all_layers,
    change_ms,
    fill,
    open_seconds,
    served,
    swap_ms,
    wall_page,
)

NAMES = ("map-open", "map-change")
NAME, UNIT, BAR = NAMES[0], "s", "<= 2 s"
PHOTOS, ROUNDS = 10_000, 5
OPEN_S, CHANGE_MS = 2.0, 16.0


def run() -> list[dict[str, Any]]:
    """Return seconds to open, and milliseconds of one change against dash-leaflet's."""
    with served() as server:
        incident = server.open_incident("map-open")
        fill(server, incident, range(PHOTOS), photos=True)
        with wall_page(server) as page:
            layers = all_layers(server, incident)
            opened = median(open_seconds(page, incident, PHOTOS, layers) for _ in range(ROUNDS))
            ours = change_ms(server, page, incident)
        with wall_page(server) as page:
            open_seconds(page, server.open_incident("reference"), 0)
            theirs = swap_ms(page, PHOTOS)
    return [
        {
            "name": "map-open", "ours": round(opened, 2), "reference": OPEN_S,
            "ratio": round(opened / OPEN_S, 2), "pass": opened <= OPEN_S,
        },
        {
            "name": "map-change", "ours": round(ours, 1), "reference": round(theirs, 1),
            "ratio": round(ours / theirs, 3), "pass": ours <= CHANGE_MS, "unit": "ms",
            "bar": "<= 16 ms", "note": "reference: data swap of dash-leaflet at 10k",
        },
    ]  # fmt: skip
