"""10,000 features to a file of each format, beside geopandas writing the same rows.

Ours starts from GeoJSON features as the board gives them; the reference from a frame that
is already built, which flatters it (the note says what building the frame costs).
``export-memory`` is the growth of a child process that imported everything beforehand.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas

from layers.export import FORMATS, About, export

NAME, UNIT, BAR = "export", "features/s", ">= 0.8"
MEMORY, BAR_MB = "export-memory", 150
NAMES = (NAME, *(f"export-{name}" for name in FORMATS), MEMORY)
COUNT, ROUNDS = 10_000, 7
DRIVERS: dict[str, tuple[str, dict[str, str]]] = {
    "geojson": ("GeoJSON", {}), "gpkg": ("GPKG", {}), "kml": ("KML", {}), "kmz": ("LIBKML", {}),
    "fgb": ("FlatGeobuf", {}), "csv": ("CSV", {"GEOMETRY": "AS_WKT"}),
}  # fmt: skip


def run() -> list[dict[str, Any]]:
    """Return a result a format, and the worst growth of memory."""
    return [*(_speed(name) for name in FORMATS), _memory()]


def feature(n: int) -> dict[str, Any]:
    """Return a feature with the properties of a report."""
    place = [142.2 + n % 100 / 200, 43.4 + n // 100 % 100 / 300]
    return {
        "type": "Feature",
        "id": f"report-{n}",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": {
            "category": ("flooding", "river", "road")[n % 3], "text": f"冠水 {n} 路肩が崩れている",
            "priority": "high" if n % 3 else None, "certainty": "unverified",
            "handling": "open", "organisation": "住民", "means": "phone",
            "created_at": f"2016-08-23T03:{n % 60:02}:00Z", "place_method": "typed",
            "uncertainty_m": 12.5 + n, "retracted": n % 7 == 0, "photos": n % 4, "seq": n,
        },
    }  # fmt: skip


def _speed(name: str) -> dict[str, Any]:
    rows = [feature(n) for n in range(COUNT)]
    frame = _frame(rows)
    with tempfile.TemporaryDirectory(prefix="eoc-export-") as folder:
        target = Path(folder) / "ours"
        ours, theirs = [], []
        for round_ in range(ROUNDS):
            ours.append(_seconds(lambda: export(rows, name, target, about=About("通報"))))
            path = Path(folder) / f"theirs_{round_}.{name}"
            theirs.append(_seconds(lambda path=path: _theirs(frame, name, path)))
    mine, reference = COUNT / statistics.median(ours), COUNT / statistics.median(theirs)
    building = _seconds(lambda: _frame(rows))
    note = f"{COUNT / mine * 1e3:.0f} ms; frame ready {COUNT / reference * 1e3:.0f} ms"
    return {
        "name": f"export-{name}", "ours": mine, "reference": reference,
        "ratio": mine / reference, "pass": mine / reference >= 0.8,
        "note": f"{note}, building it {building * 1e3:.0f} ms",
    }  # fmt: skip


def _frame(rows: list[dict[str, Any]]) -> geopandas.GeoDataFrame:
    frame = geopandas.GeoDataFrame.from_features(rows, crs="EPSG:4326")
    frame.insert(0, "id", [row["id"] for row in rows])
    return frame


def _theirs(frame: geopandas.GeoDataFrame, name: str, path: Path) -> None:
    driver, options = DRIVERS[name]
    frame.to_file(path, driver=driver, **options)


def _seconds(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _memory() -> dict[str, Any]:
    """Run each format in a child; the rows come one by one, as from a shelf."""
    grown = {name: _grown(name) for name in FORMATS}
    worst = max(grown, key=lambda name: grown[name])
    return {
        "name": MEMORY, "unit": "MB", "bar": f"+ <= {BAR_MB} MB", "ours": grown[worst],
        "ratio": grown[worst], "pass": grown[worst] <= BAR_MB,
        "note": ", ".join(f"{name} {mb:.0f}" for name, mb in grown.items()),
    }  # fmt: skip


def _grown(name: str) -> float:
    command = [sys.executable, "-m", "tests.bench.export_child", name, str(COUNT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["grown_mb"])
