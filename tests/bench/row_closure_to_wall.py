"""closure-to-wall: the one bridge is closed; who is behind it is painted on the wall.

The whole way: event, worker, graph, event, push, paint. The reference is the closure alone,
until the same page has heard of it.
"""

from __future__ import annotations

import json
import time
from importlib.resources import files
from statistics import median
from typing import Any

from playwright.sync_api import Page

from dashboard.events import uuid7
from tests.bench.chromium_wall import envelope, open_seconds, served, wall_page
from tests.browser.served import Served
from tests.wait import until

NAME, UNIT, BAR = "closure-to-wall", "ms p50", "<= 1000 ms"
ROUNDS, LONGEST_MS = 11, 1000
BRIDGE = "平和橋（仮称）"
WATCH = """() => {
    window.heard = {};
    window.signs = () => document.querySelectorAll('.eoc-sign.access-isolated').length;
    eocReplica.on('change', (ids) => { for (const id of ids) heard[id] ??= Date.now(); });
}"""
PAINTED = """(wanted) => signs() === wanted && new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => done(Date.now()))))"""


def run() -> dict[str, Any]:
    """Return the median milliseconds of both."""
    with served(worker=True) as server, wall_page(server) as page:
        incident = server.open_incident("closure-to-wall")
        open_seconds(page, incident, 0)
        until(lambda: bool(server.features(incident, "isolation")), 30)
        page.evaluate(WATCH)
        rounds = [_round(server, page, incident) for _ in range(ROUNDS)][1:]
    ours, reference = (round(median(column), 1) for column in zip(*rounds, strict=True))
    ratio = round(ours / reference, 2)
    return {"ours": ours, "reference": reference, "ratio": ratio, "pass": ours <= LONGEST_MS}


def _round(server: Served, page: Page, incident: str) -> tuple[float, float]:
    body = {"seen": 0, "closure_kind": "full", **_bridge()}
    closed = envelope("road_closure.declared", uuid7(), body)
    began = time.time() * 1000
    server.api("POST", f"/api/v1/incidents/{incident}/events", closed)
    painted = float(page.wait_for_function(PAINTED, arg=2).json_value())
    heard = float(page.evaluate("(id) => heard[id]", closed["subject_id"]))
    seen = next(f["seq"] for f in server.features(incident, "road_closure")
                if f["id"] == closed["subject_id"])  # fmt: skip
    server.send(incident, "road_closure.lifted", {"seen": seen}, subject=closed["subject_id"])
    page.wait_for_function("() => signs() === 0")
    return painted - began, heard - began


def _bridge() -> dict[str, Any]:
    network = json.loads(files("data").joinpath("reference", "network.geojson").read_text("utf-8"))
    found = next(f for f in network["features"] if f["properties"].get("name") == BRIDGE)
    return {"geometry": found["geometry"], "road_name": found["properties"]["road"]}
