"""Row ``import``: a file onto the shelf, against read_file + make_valid + to_crs + to_file(GPKG).

Ours does everything the command does: opens safely, guesses, checks, mends, reports, and puts
the layer on the shelf by its hash, with fsync.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely

NAME, UNIT, BAR = "import", "ms", ">= 0.8 x geopandas to GPKG"
LEAST, COUNT, VERTICES, ROUNDS = 0.8, 10_000, 60, 7
FORMS = {"GeoJSON": ".geojson", "GPKG": ".gpkg", "ESRI Shapefile": ".shp", "FlatGeobuf": ".fgb"}
NAMES = tuple(f"{NAME} {suffix[1:]}" for suffix in FORMS.values())


def run() -> list[dict[str, Any]]:
    """Return a row per format: medians of interleaved rounds over 10,000 polygons."""
    with tempfile.TemporaryDirectory(prefix="eoc-bench-") as name:
        folder = Path(name)
        return [_row(driver, suffix, folder) for driver, suffix in FORMS.items()]


def _row(driver: str, suffix: str, folder: Path) -> dict[str, Any]:
    path = folder / f"given{suffix}"
    frame = _frame() if driver != "GeoJSON" else _frame().to_crs(4326)
    frame.to_file(path, driver=driver, encoding="utf-8")
    calls = (lambda: _ours(path, folder / "shelf"), lambda: _theirs(path, folder / "out.gpkg"))
    rounds = [[_seconds(call) for call in calls] for _ in range(ROUNDS + 1)][1:]
    ours, reference = (1e3 * statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(theirs / mine for mine, theirs in rounds)
    return {
        "name": f"{NAME} {suffix[1:]}", "ours": round(ours, 1), "reference": round(reference, 1),
        "ratio": round(ratio, 2), "pass": ratio >= LEAST,
    }  # fmt: skip


def _ours(path: Path, folder: Path) -> None:
    from layers.importers import read
    from layers.schema import Metadata
    from layers.shelf import Shelf

    for old in folder.glob("*"):
        old.unlink()
    item = read(path)
    item.report.as_text()
    metadata = Metadata(item.name, item.title)
    Shelf(folder).put_frame(item.frame, metadata)


def _theirs(path: Path, out: Path) -> None:
    out.unlink(missing_ok=True)
    frame = geopandas.read_file(path)
    frame = frame.set_geometry(frame.geometry.make_valid()).to_crs(4326)
    frame.to_file(out, driver="GPKG")


def _seconds(call: Callable[[], None]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _frame() -> geopandas.GeoDataFrame:
    """Round fields over zone XII. Columns: name, code, area_m2, geometry (Polygon, 6680)."""
    turn = np.linspace(0, 2 * np.pi, VERTICES)
    ring = np.column_stack([np.cos(turn), np.sin(turn)]) * 80
    east, north = np.meshgrid(np.arange(100) * 300.0, np.arange(COUNT // 100) * 300.0 - 60_000)
    middles = np.column_stack([east.ravel(), north.ravel()])
    shapes = [shapely.Polygon(ring + middle) for middle in middles]
    rows = {
        "name": [f"字五稜第{n}" for n in range(COUNT)],
        "code": [f"01459{n:04d}" for n in range(COUNT)],
        "area_m2": np.arange(COUNT) * 1.5,
    }
    return geopandas.GeoDataFrame(rows, geometry=shapes, crs=6680)
