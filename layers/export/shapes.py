"""Geometries of one layer brought to one type."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from layers.export.gathered import Layer
from layers.export.rows import COLLECTION, LINE, POINT, POLYGON

NAMES = {POINT: "Point", LINE: "LineString", POLYGON: "Polygon"}
PROMOTE = {
    POINT: shapely.multipoints, LINE: shapely.multilinestrings, POLYGON: shapely.multipolygons,
}  # fmt: skip
SINGLE = (0, 1, 2, 3)  # shapely's type ids


def type_name(layer: Layer) -> str:
    """Return the geometry type of a layer: ``MultiPolygon`` where any of its rows has parts."""
    if layer.key.family == COLLECTION:
        return "GeometryCollection"
    return ("Multi" if layer.multi else "") + NAMES[layer.key.family]


def promoted(geometries: Any, layer: Layer) -> Any:
    """Return the geometries with single ones made multiple where the layer is."""
    if not layer.multi or layer.key.family == COLLECTION:
        return geometries
    single = np.isin(shapely.get_type_id(geometries), SINGLE)
    made = geometries.copy()
    if single.any():
        made[single] = PROMOTE[layer.key.family](geometries[single].reshape(-1, 1))
    return made
