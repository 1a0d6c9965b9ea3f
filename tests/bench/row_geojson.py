"""10,000 features to bytes: the board's own collection beside geopandas."""

from __future__ import annotations

import statistics
import time
from typing import Any

import geopandas
from shapely.geometry import Point

from dashboard.events import uuid7
from dashboard.live import Live
from dashboard.log import Draft
from dashboard.log.memory import MemoryLog
from tests.laws.drafts import draft

NAME, UNIT, BAR = "geojson", "ms", ">= 10 x geopandas to_json"
COUNT, ROUNDS = 10_000, 5


def run() -> dict[str, Any]:
    """Return the median of interleaved rounds."""
    live = _live()
    board, frame = live.board("incident-1"), _frame(live)
    live.collection(board, "hq")  # each feature is made once, when it changes
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_seconds(lambda: live.collection(board, "hq")))
        theirs.append(_seconds(frame.to_json))
    mine, reference = statistics.median(ours) * 1e3, statistics.median(theirs) * 1e3
    ratio = reference / mine
    return {"ours": mine, "reference": reference, "ratio": ratio, "pass": ratio >= 10}


def _seconds(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _place(n: int) -> dict[str, Any]:
    return {
        "lon": 142.2 + n % 100 / 200, "lat": 43.4 + n // 100 / 300,
        "method": "device", "uncertainty_m": 12.0,
    }  # fmt: skip


def _live() -> Live:
    log = MemoryLog()
    opened = draft(kind="incident.opened", subject_id="incident-1", body={"title": "大雨"})
    log.append([opened, *(_report(n) for n in range(COUNT))], 1_471_900_001_000_000)
    live = Live(log)
    live.catch_up()
    return live


def _report(n: int) -> Draft:
    body = {"text": f"冠水 {n}", "category": "flooding", "place": _place(n)}
    return draft(subject_id=uuid7(), body=body)


def _frame(live: Live) -> geopandas.GeoDataFrame:
    """The same reports as a frame. Columns: as a report's properties, geometry (Point, 4326)."""
    board = live.board("incident-1")
    features = [board.feature(subject_id) for subject_id in board.subjects]
    reports = [f for f in features if f and f["geometry"]]
    rows = [{k: str(v) for k, v in f["properties"].items()} for f in reports]
    points = [Point(f["geometry"]["coordinates"]) for f in reports]
    return geopandas.GeoDataFrame(rows, geometry=points, crs="EPSG:4326")
