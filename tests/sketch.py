"""Small road layers drawn in metres around a point of Biei, for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from layers.crs import lonlat_of, plane_xy

ORIGIN = plane_xy(np.array([[142.467, 43.588]]))[0]


def lonlat(east: float, north: float) -> list[float]:
    """Return the position so many metres east and north of the middle of town."""
    return lonlat_of(ORIGIN + np.array([east, north]))[0].tolist()


def road(name: str, *points: tuple[float, float], **properties: Any) -> dict[str, Any]:
    """Return a road through points in metres."""
    line = {"type": "LineString", "coordinates": [lonlat(*p) for p in points]}
    return {"type": "Feature", "id": name, "geometry": line,
            "properties": {"kind": "road", "name": name, **properties}}  # fmt: skip


def place(kind: str, name: str, at: tuple[float, float], **properties: Any) -> dict[str, Any]:
    """Return a place at a point in metres."""
    point = {"type": "Point", "coordinates": lonlat(*at)}
    return {"type": "Feature", "id": name, "geometry": point,
            "properties": {"kind": kind, "name": name, **properties}}  # fmt: skip


def layer(*features: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Return the features as a collection."""
    return {"type": "FeatureCollection", "features": list(features), "metadata": metadata}


def point(east: float, north: float) -> dict[str, Any]:
    """Return a GeoJSON Point at metres."""
    return {"type": "Point", "coordinates": lonlat(east, north)}


def stretch(*points: tuple[float, float]) -> dict[str, Any]:
    """Return a GeoJSON LineString through points in metres."""
    return {"type": "LineString", "coordinates": [lonlat(*p) for p in points]}
