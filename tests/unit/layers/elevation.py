"""Made ground and a camera above it: tiles encoded as the survey authority's format asks."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from layers.terrain import Camera, Terrain
from layers.terrain.model import pixel

ZOOM = 14
TOWN = (142.4670597, 43.5883298)


def encode(height_m: np.ndarray) -> bytes:
    """Return heights (256, 256) as an elevation tile; NaN becomes (128, 0, 0)."""
    hundredths = np.round(np.nan_to_num(height_m) * 100).astype(np.int64)
    x = np.where(np.isnan(height_m), 1 << 23, hundredths % (1 << 24))
    return png(np.dstack([x >> 16, x >> 8 & 255, x & 255]).astype(np.uint8))


def png(pixels: np.ndarray, **kept: object) -> bytes:
    """Return pixels as a PNG file."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", **kept)
    return out.getvalue()


def column_row(lon: float, lat: float) -> tuple[float, float]:
    """Where a place lies in the world's grid of pixels."""
    column, row = pixel([(lon, lat)], ZOOM)
    return float(column[0]), float(row[0])


def made(
    height: Callable[[np.ndarray, np.ndarray], np.ndarray], holes: frozenset[tuple] = frozenset()
) -> Terrain:
    """Return a terrain of ``height(column, row)``; tiles ``(x, y)`` in ``holes`` are not there."""

    def tile(z: int, x: int, y: int) -> bytes | None:
        if (x, y) in holes:
            return None
        row, column = np.mgrid[0:256, 0:256]
        return encode(np.asarray(height(column + x * 256.0, row + y * 256.0), dtype=float))

    return Terrain(tile, ZOOM)


def camera(**other: Any) -> Camera:
    """Return a camera 100 m above the town hall, looking straight down with north up."""
    given = {
        "lon": TOWN[0], "lat": TOWN[1], "altitude_m": 100.0, "above": "ground",
        "yaw_deg": 0.0, "pitch_deg": -90.0, "hfov_deg": 60.0, "vfov_deg": 40.0,
    }  # fmt: skip
    return Camera(**(given | other))
