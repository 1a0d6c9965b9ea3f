"""Geometry made fit for use: what cannot be a shape is dropped, what can be mended is mended.

Each step says which feature and why; the kind of a geometry never changes (a polygon does not
become lines), and mixed kinds stay mixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely import GeometryType

from layers.importers.raw import Raw
from layers.importers.report import ImportReport

AREAS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
LINES = (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING)
COLLECTION = int(GeometryType.GEOMETRYCOLLECTION)


def clean(raw: Raw, report: ImportReport) -> None:
    """Drop what is no shape at all and reduce positions to two values, before any transform."""
    _drop(raw, shapely.is_missing(raw.geometries), "図形がない", report)
    _drop(raw, shapely.is_empty(raw.geometries), "図形が空", report)
    deep = shapely.has_z(raw.geometries) | shapely.has_m(raw.geometries)
    if deep.any():
        raw.geometries[deep] = shapely.force_2d(raw.geometries[deep])
        raw.notes.append(f"高さ（Z）や測点値（M） {int(deep.sum())}件を除いて2次元にした")
    _drop(raw, _endless(raw.geometries), "座標に数でない値（NaN・無限大）がある", report)
    points = shapely.get_type_id(raw.geometries) == GeometryType.POINT
    at_zero = (np.nan_to_num(shapely.bounds(raw.geometries)) == 0).all(axis=1)
    _drop(raw, points & at_zero, "位置が 0, 0（未入力とみなす）", report)


def _endless(geometries: np.ndarray) -> np.ndarray:
    found = np.zeros(len(geometries), dtype=bool)
    if not np.isfinite(shapely.get_coordinates(geometries)).all():
        coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
        found[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    return found


def mend(raw: Raw, report: ImportReport) -> None:
    """Make every geometry valid; drop those of which nothing is left."""
    geometries = raw.geometries
    for at in np.flatnonzero(~shapely.is_valid(geometries)):
        why = shapely.is_valid_reason(geometries[at]).split("[")[0].strip()
        geometries[at] = _mended(geometries[at])
        if not geometries[at].is_empty:
            report.repaired.append((int(raw.numbers[at]), REASONS.get(why, why)))
    _drop(raw, shapely.is_empty(geometries), "面積や長さがない、または直せない", report)


REASONS = {
    "Self-intersection": "自己交差を直した",
    "Ring Self-intersection": "輪の自己接触を直した",
    "Hole lies outside shell": "外にはみ出した穴を直した",
    "Holes are nested": "重なった穴を直した",
    "Interior is disconnected": "切れた内側を直した",
    "Nested shells": "重なった面を直した",
    "Duplicate Rings": "重複した輪を直した",
    "Too few points in geometry component": "点の足りない部分を除いた",
}


def _mended(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return a valid geometry of the same kind, empty where there is none."""
    kind = shapely.get_type_id(geometry)
    for method in ({"method": "structure", "keep_collapsed": False}, {"method": "linework"}):
        made = _of_kind(shapely.make_valid(geometry, **method), kind)
        if made.is_valid:  # GEOS gives up on some slivers by one method and not by the other
            return made
    return shapely.Point()


def _of_kind(made: shapely.Geometry, kind: int) -> shapely.Geometry:
    if kind == COLLECTION or shapely.get_type_id(made) != COLLECTION:
        return made
    wanted = AREAS if kind in AREAS else LINES
    parts = [part for part in shapely.get_parts(made) if shapely.get_type_id(part) in wanted]
    return shapely.union_all(parts)


def _drop(raw: Raw, unfit: np.ndarray, reason: str, report: ImportReport) -> None:
    if not unfit.any():
        return
    for at in np.flatnonzero(unfit):
        report.dropped.append((int(raw.numbers[at]), raw.reasons.get(int(at), reason)))
    kept = np.flatnonzero(~unfit)
    raw.geometries, raw.numbers = raw.geometries[kept], raw.numbers[kept]
    raw.columns = {name: _picked(values, kept) for name, values in raw.columns.items()}
    raw.reasons = {
        new: raw.reasons[old] for new, old in enumerate(kept.tolist()) if old in raw.reasons
    }


def _picked(values: Any, kept: np.ndarray) -> Any:
    if isinstance(values, np.ndarray):
        return values[kept]
    return [values[at] for at in kept.tolist()]
