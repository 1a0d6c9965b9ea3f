"""The ground in three dimensions: heights anywhere, out of tiles of elevation or a flat plane."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from layers.crs import lonlat_of, plane_xy
from layers.errors import BrokenTiles, NoTerrain
from layers.terrain.dem import SIDE, Grid, decode

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Tiles = Callable[[int, int, int], bytes | None]  # z, x, y (from the north): PNG, or no such tile
EQUATOR_M = 40_075_016.685578488  # the width of the Web-Mercator world
ZOOM = 14  # the finest of dem_png; 9.6 m a pixel at the equator, 6.9 m in Biei
NORTH_END = 85.0511  # the Web-Mercator world ends there


class Ground(Protocol):
    """What a ray of sight can meet."""

    def heights(self, lonlat: ArrayLike) -> Floats:
        """Return the height in metres above the sea at (n, 2) lon, lat; NaN = not known."""
        ...


@dataclass(frozen=True, slots=True)
class Plane:
    """Flat ground at one height in metres above the sea: for where there is no elevation."""

    height_m: float

    def heights(self, lonlat: ArrayLike) -> Floats:
        """Return that height at each of (n, 2) lon, lat."""
        return np.full(len(_pairs(lonlat)), float(self.height_m))


@dataclass(frozen=True, slots=True)
class Profile:
    """Heights along a line: distance in metres, lon and lat in degrees (n, 2), metres (n,)."""

    distance_m: Floats
    lonlat: Floats
    height_m: Floats  # NaN where nothing is known


class Terrain:
    """The ground as elevation tiles tell it.

    Between the middles of pixels heights are bilinear, across the borders of tiles too. A
    point that needs a pixel without data has no height: nothing is made up.

    ``tiles`` is asked once per tile and its answer kept (also "no such tile"): make a new
    Terrain when the archive was replaced. ``keep`` tiles stay decoded, a megabyte each.
    """

    def __init__(self, tiles: Tiles, zoom: int = ZOOM, *, keep: int = 64) -> None:
        self.zoom = zoom
        self._tiles = tiles
        self._decoded = lru_cache(maxsize=keep)(self._decode)
        self._wide = lru_cache(maxsize=keep)(self._widen)

    def height(self, lon: float, lat: float) -> float:
        """Return the height at a point (degrees, EPSG:4326) in metres above the sea.

        Raises:
            NoTerrain: there is no tile, or no data in it.
            BrokenTiles: the tile is damaged.
        """
        (height,) = self.heights([(lon, lat)])
        if np.isnan(height):
            raise NoTerrain(f"({lon}, {lat}) の標高は分かりません。標高タイルの範囲外か欠測です。")
        return float(height)

    def heights(self, lonlat: ArrayLike) -> Floats:
        """Return the heights at (n, 2) lon, lat in metres above the sea; NaN = not known.

        Raises:
            BrokenTiles: a tile that is needed is damaged.
        """
        column, row = pixel(lonlat, self.zoom)
        height = np.full(len(column), np.nan)
        known = np.flatnonzero(np.isfinite(column) & np.isfinite(row))
        west, north = np.floor(column[known]), np.floor(row[known])
        right, down = column[known] - west, row[known] - north
        for (x, y), there in _by_tile(west, north, self.zoom):
            grid = self._wide(x, y)
            if grid is not None:
                c, r = west[there].astype(np.int64) % SIDE, north[there].astype(np.int64) % SIDE
                height[known[there]] = _between(grid, c, r, right[there], down[there])
        return height

    def profile(self, line: ArrayLike, step_m: float = 10.0) -> Profile:
        """Return the heights along a line of (n, 2) lon, lat, every ``step_m`` metres and its end.

        Raises:
            BrokenTiles: a tile that is needed is damaged.
        """
        path = shapely.LineString(plane_xy(np.asarray(line, dtype=float)))
        distance = np.append(np.arange(0.0, path.length, step_m), path.length)
        places = lonlat_of(shapely.get_coordinates(shapely.line_interpolate_point(path, distance)))
        return Profile(distance, places, self.heights(places))

    def samples(self, column: Floats, row: Floats, zoom: int | None = None) -> Floats:
        """Return the pixels (n,) of the whole world's grid, unchanged; NaN = not known."""
        zoom = self.zoom if zoom is None else zoom
        found = np.full(len(column), np.nan)
        known = np.flatnonzero(np.isfinite(column) & np.isfinite(row))
        for (x, y), there in _by_tile(column[known], row[known], zoom):
            grid = self._decoded(zoom, x, y)
            if grid is not None:
                at = known[there]
                r, c = row[at].astype(np.int64) % SIDE, column[at].astype(np.int64) % SIDE
                found[at] = grid[r, c]
        return found

    def grid(self, z: int, x: int, y: int) -> Grid | None:
        """Return the heights of a tile with a ring of one pixel around it, (258, 258), or None.

        Raises:
            BrokenTiles: it, or one beside it, is damaged.
        """
        return self._cut(z, x, y, -1)

    def _cut(self, z: int, x: int, y: int, first: int) -> Grid | None:
        """Return a tile from its pixel ``first`` to the one past its last, or None."""
        if self._decoded(z, x, y) is None:
            return None
        row, column = np.mgrid[first : SIDE + 1, first : SIDE + 1].astype(float)
        flat = self.samples((column + x * SIDE).ravel(), (row + y * SIDE).ravel(), z)
        return flat.reshape(row.shape)

    def _widen(self, x: int, y: int) -> Grid | None:
        """Return a tile with the first column and row of its neighbours, (257, 257), or None."""
        return self._cut(self.zoom, x, y, 0)

    def _decode(self, z: int, x: int, y: int) -> Grid | None:
        png = self._tiles(z, x, y) if 0 <= y < 1 << z else None
        if png is None:
            return None
        try:
            return decode(png)
        except BrokenTiles as error:
            raise BrokenTiles(str(error), where=f"{z}/{x}/{y}") from None


def pixel(lonlat: ArrayLike, zoom: int) -> tuple[Floats, Floats]:
    """Return column and row, (n,) each, of (n, 2) lon, lat; a whole number is a pixel's middle.

    Web Mercator (EPSG:3857) counted in pixels from its north-western corner; NaN outside it.
    """
    given = _pairs(lonlat)
    lon, lat = given[:, 0], given[:, 1]
    inside = (np.abs(lat) <= NORTH_END) & (np.abs(lon) <= 360)
    sine = np.sin(np.radians(np.where(inside, lat, np.nan)))
    side = float(SIDE << zoom)
    column = (lon / 360 + 0.5) * side - 0.5
    row = (0.5 - np.arctanh(sine) / (2 * np.pi)) * side - 0.5
    return np.where(inside, column, np.nan), row


def pixel_m(row: ArrayLike, zoom: int) -> Floats:
    """Return the side in metres on the ground of pixels in these rows: Mercator stretches.

    On the sphere of Web Mercator: ``EQUATOR / (256 * 2^z) * cos(lat)``.
    """
    side = float(SIDE << zoom)
    turn = np.pi * (1 - 2 * (np.asarray(row, dtype=float) + 0.5) / side)
    metres: Floats = EQUATOR_M / side / np.cosh(turn)
    return metres


def _by_tile(
    column: Floats, row: Floats, zoom: int
) -> Iterator[tuple[tuple[int, int], NDArray[np.bool_]]]:
    """Yield each tile (x, y) that pixels lie on, and which of them do. The world is round."""
    x = column.astype(np.int64) // SIDE % (1 << zoom)
    y = row.astype(np.int64) // SIDE
    key = (y << 32) + x
    for tile in np.unique(key).tolist():
        yield (tile & 0xFFFFFFFF, tile >> 32), key == tile


def _between(grid: Grid, column: Ints, row: Ints, right: Floats, down: Floats) -> Floats:
    """Return heights between four pixels; NaN if one of them is not known."""
    height = np.zeros(len(column))
    for east, south, weight in (
        (0, 0, (1 - right) * (1 - down)),
        (1, 0, right * (1 - down)),
        (0, 1, (1 - right) * down),
        (1, 1, right * down),
    ):
        height += weight * grid[row + south, column + east]
    return height


def _pairs(lonlat: ArrayLike) -> Floats:
    return np.asarray(lonlat, dtype=float).reshape(-1, 2)
