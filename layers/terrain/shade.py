"""Slope, aspect and hillshade out of elevation, so that a map has relief without a provider.

Gradients after B. K. P. Horn, "Hill shading and the reflectance map", Proc. IEEE 69(1), 1981:
the eight neighbours of a pixel, those beside it counted twice. Web-Mercator pixels are measured
on the ground (the cosine of the latitude), else Biei would look 1.4 times too flat.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from layers.terrain.dem import SIDE
from layers.terrain.model import Floats, Terrain, pixel, pixel_m

Shade = NDArray[np.uint8]
Known = NDArray[np.bool_]
AZIMUTH_DEG, ALTITUDE_DEG = 315.0, 45.0  # light from the north-west: else hills look like holes


def slopes(terrain: Terrain, lonlat: ArrayLike) -> Floats:
    """Return slope and aspect in degrees, (n, 2), at (n, 2) lon, lat: that of the nearest pixel.

    The aspect is where the ground falls to, clockwise from north; NaN on the flat. Both are
    NaN where one of the nine pixels has no data.
    """
    column, row = (np.round(part) for part in pixel(lonlat, terrain.zoom))
    nine = np.stack(
        [
            terrain.samples(column + across, row + along)
            for along in (-1, 0, 1)
            for across in (-1, 0, 1)
        ]
    ).reshape(3, 3, -1)
    east, north = _gradient(nine, pixel_m(row, terrain.zoom))
    steep = np.hypot(east, north)
    aspect = np.degrees(np.arctan2(-east, -north)) % 360
    return np.column_stack([np.degrees(np.arctan(steep)), np.where(steep > 0, aspect, np.nan)])


def hillshade(
    terrain: Terrain, z: int, x: int, y: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the light on a tile, (256, 256), 0 dark to 255, and where it is known.

    Lambert's law with the light of AZIMUTH_DEG and ALTITUDE_DEG: 255 times the cosine between
    it and the normal of the ground, 0 in the shade. No shadow is cast.

    Raises:
        BrokenTiles: the tile, or one beside it, is damaged.
    """
    ring = terrain.grid(z, x, y)
    if ring is None:
        ring = np.full((SIDE + 2, SIDE + 2), np.nan)
    nine = np.stack(
        [ring[a : a + SIDE, b : b + SIDE] for a in (0, 1, 2) for b in (0, 1, 2)]
    ).reshape(3, 3, SIDE, SIDE)
    side = pixel_m(np.arange(SIDE) + y * SIDE, z)[:, None]
    light = _light(*_gradient(nine, side))
    known = np.isfinite(light)
    return np.where(known, np.round(255 * light), 0).astype(np.uint8), known


def hillshade_tile(terrain: Terrain, z: int, x: int, y: int) -> bytes | None:
    """Return the hillshade as a PNG of 256 x 256, transparent where nothing is known.

    None if there is no elevation tile at all.

    Raises:
        BrokenTiles: the elevation tile, or one beside it, is damaged.
    """
    shade, known = hillshade(terrain, z, x, y)
    if not known.any():
        return None
    alpha = np.where(known, 255, 0).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(np.dstack([shade, alpha])).save(out, "PNG")
    return out.getvalue()


def _gradient(nine: Floats, side_m: Floats) -> tuple[Floats, Floats]:
    """Return the rise per metre to the east and to the north; ``nine`` is 3 x 3 from the north."""
    weight = np.array([1.0, 2.0, 1.0])
    east = np.tensordot(weight, nine[:, 2] - nine[:, 0], axes=1) / (8 * side_m)
    north = np.tensordot(weight, nine[0] - nine[2], axes=1) / (8 * side_m)
    known = np.isfinite(nine).all(axis=(0, 1))
    return np.where(known, east, np.nan), np.where(known, north, np.nan)


def _light(east: Floats, north: Floats) -> Floats:
    azimuth, altitude = np.radians(AZIMUTH_DEG), np.radians(ALTITUDE_DEG)
    falling = np.sin(azimuth) * east + np.cos(azimuth) * north
    cosine = np.sin(altitude) - np.cos(altitude) * falling
    light: Floats = np.clip(cosine / np.sqrt(1 + east**2 + north**2), 0, 1)
    return light
