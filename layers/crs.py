"""Coordinate systems: what may come in, and the plane in which Biei is measured.

Inside, every geometry is EPSG:4326 with ``(lon, lat)``; every length and area is taken in the
plane-rectangular zone XII (EPSG:6680, metres) with ``(east, north)`` order, whatever the order
of axes in the official definition (there X is the northing).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

PLANE = 6680  # JGD2011 / Japan Plane Rectangular CS XII: central Hokkaido
GEOGRAPHIC = 4326
# what the importer offers when a file does not say; others are taken from .prj or crs members
KNOWN = {
    4326: "WGS 84",
    6668: "JGD2011",
    4612: "JGD2000",
    4301: "日本測地系（旧）",
    6680: "平面直角座標系 XII系 (JGD2011)",
    6681: "平面直角座標系 XIII系 (JGD2011)",
    2454: "平面直角座標系 XII系 (JGD2000)",
    30172: "平面直角座標系 XII系（日本測地系）",
    3857: "Web メルカトル",
}


@lru_cache(maxsize=32)
def transformer(source: int, target: int) -> Transformer:
    """Return the transformer between two EPSG codes, always in (x, y) = (lon, lat) order."""
    return Transformer.from_crs(source, target, always_xy=True)


def to_plane(geometry: Any) -> Any:
    """Return a shapely geometry (or array of them) of EPSG:4326 in metres of the plane."""
    return _turned(geometry, GEOGRAPHIC, PLANE)


def to_lonlat(geometry: Any) -> Any:
    """Return a shapely geometry (or array of them) of the plane in degrees, EPSG:4326."""
    return _turned(geometry, PLANE, GEOGRAPHIC)


def plane_xy(lonlat: np.ndarray) -> np.ndarray:
    """Return an (n, 2) array of lon, lat in degrees as east, north in metres of the plane."""
    given = np.asarray(lonlat, dtype=float).reshape(-1, 2)
    return np.column_stack(transformer(GEOGRAPHIC, PLANE).transform(given[:, 0], given[:, 1]))


def lonlat_of(xy: np.ndarray) -> np.ndarray:
    """Return an (n, 2) array of east, north in metres of the plane as lon, lat in degrees."""
    given = np.asarray(xy, dtype=float).reshape(-1, 2)
    return np.column_stack(transformer(PLANE, GEOGRAPHIC).transform(given[:, 0], given[:, 1]))


def _turned(geometry: Any, source: int, target: int) -> Any:
    turn = transformer(source, target)
    return shapely.transform(
        geometry, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1]))
    )
