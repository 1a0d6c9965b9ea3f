"""map-open: the wall with 10,000 photos, from navigation to painted; and one change on it.

The wall is opened with every reference layer visible that this server offers: the ground, the
parts of the network, and the shared geodata of the tests, imported and put in force. They load
once the live layer stands; the note says when the last of them was drawn.

The reference of the change is dash-leaflet's own clustered layer in the same browser, which
rebuilds its index when its data changes. Main-thread time is the thread's processor time.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from playwright.sync_api import Page

from tests.bench.chromium_wall import (
    all_layers,
    change_ms,
    fill,
    open_seconds,
    served,
    swap_ms,
    wall_page,
)
from tests.browser.served import Served
from tests.browser.test_shared_layers import put_in_force
from tests.conftest import SHARED
from tests.wait import until

NAMES = ("map-open", "map-change")
NAME, UNIT, BAR = NAMES[0], "s", "<= 2 s"
PHOTOS, ROUNDS = 10_000, 5
OPEN_S, CHANGE_MS = 2.0, 16.0


def run() -> list[dict[str, Any]]:
    """Return seconds to open, and milliseconds of one change against dash-leaflet's."""
    with served(worker=True) as server:
        incident = server.open_incident("map-open")
        _ground(server, incident)
        fill(server, incident, range(PHOTOS), photos=True)
        with wall_page(server) as page:
            layers = all_layers(server, incident)
            rounds = [_open(page, incident, layers) for _ in range(ROUNDS)]
            opened, drawn = (median(column) for column in zip(*rounds, strict=True))
            ours = change_ms(server, page, incident)
        with wall_page(server) as page:
            open_seconds(page, server.open_incident("reference"), 0)
            theirs = swap_ms(page, PHOTOS)
    return [
        {
            "name": "map-open", "ours": round(opened, 2), "reference": OPEN_S,
            "ratio": round(opened / OPEN_S, 2), "pass": opened <= OPEN_S,
            "note": f"all {layers.count(',') + 1} layers drawn after {drawn:.2f} s",
        },
        {
            "name": "map-change", "ours": round(ours, 1), "reference": round(theirs, 1),
            "ratio": round(ours / theirs, 3), "pass": ours <= CHANGE_MS, "unit": "ms",
            "bar": "<= 16 ms", "note": "reference: data swap of dash-leaflet at 10k",
        },
    ]  # fmt: skip


def _ground(server: Served, incident: str) -> None:
    """Wait for the town's network, and put every shared layer in force where they are here."""
    until(lambda: bool(server.features(incident, "isolation")), 60)
    for path in sorted((SHARED / "geo").glob("*.geojson")):
        put_in_force(server, incident, path)


def _open(page: Page, incident: str, layers: str) -> tuple[float, float]:
    opened = open_seconds(page, incident, PHOTOS, layers)
    page.wait_for_function("() => performance.getEntriesByName('eoc-layers-ready').length")
    page.wait_for_function("() => eocLayers.drawing.settled()", polling="raf", timeout=60_000)
    return opened, float(page.evaluate("performance.now()")) / 1000
