"""Rays of sight from one eye until they meet the ground.

A ray is followed in steps until it is under the ground, then the step is halved until the
meeting point is exact. The earth is taken as flat under the eye: over 5 km it falls by 2 m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.schema import LonLat
from layers.terrain.model import Floats, Ground

STEP_M = 4.0  # half a pixel of the elevation in Biei
GROWTH = 0.005  # far away a step may be this part of the way
BLOCK = 64  # steps looked at together; a ray that met the ground leaves
HALVINGS = 24  # of 25 m: some micrometres
_A, _E2 = 6_378_137.0, 0.006694379990141  # of WGS 84: half the equator's width in m, flatness


@dataclass(frozen=True, slots=True)
class Met:
    """Where rays ended, (n,) each: metres along the ray (NaN: nowhere), and which are blind.

    A blind ray came over ground without data before it met any: nobody knows what it shows.
    """

    range_m: Floats
    blind: NDArray[np.bool_]

    @property
    def sky(self) -> NDArray[np.bool_]:
        """Those which meet no ground within the range."""
        return np.isnan(self.range_m) & ~self.blind


@dataclass(frozen=True, slots=True)
class Eye:
    """Where rays begin: degrees (EPSG:4326), metres above the sea, and the ground below."""

    lon: float
    lat: float
    height_m: float
    ground: Ground
    max_range_m: float

    def cast(self, direction: Floats) -> Met:
        """Return where rays along unit vectors (n, 3), east, north, up, meet the ground."""
        steps = _steps(self.max_range_m)
        clear, under = np.full(len(direction), np.nan), np.full(len(direction), np.nan)
        blind = np.zeros(len(direction), dtype=bool)
        going = np.arange(len(direction))
        for first in range(0, len(steps) - 1, BLOCK):
            block = steps[first : first + BLOCK + 1]
            above = self._clearance(direction[going], block)
            stop = (above <= 0) | np.isnan(above)
            ended = stop.any(axis=1)
            at = stop.argmax(axis=1)[ended]
            lost = np.isnan(above[ended, at])
            rays = going[ended]
            blind[rays[lost]] = True
            clear[rays[~lost]] = block[np.maximum(at[~lost] - 1, 0)]
            under[rays[~lost]] = block[at[~lost]]
            going = going[~ended]
            if not len(going):
                break
        return Met(self._halved(direction, clear, under), blind)

    def place(self, east_north: Floats) -> Floats:
        """Return lon, lat of (n, 2) metres east and north of the eye; within 0.1 m over 5 km.

        Second-order terms of the direct geodetic problem (Bomford, *Geodesy*, 2.14).
        """
        east, north = east_north[:, 0], east_north[:, 1]
        lat = math.radians(self.lat)
        across, along = _radii(lat)
        there = lat + north / along - east**2 * math.tan(lat) / (2 * across * along)
        lon = self.lon + np.degrees(east / (across * np.cos(there)))
        return np.column_stack([lon, np.degrees(there)])

    def _clearance(self, direction: Floats, steps: Floats) -> Floats:
        """Return metres above the ground, (rays, steps); NaN over unknown ground."""
        points = direction[:, None, :] * steps[None, :, None]
        flat = points.reshape(-1, 3)
        above = self.height_m + flat[:, 2] - self.ground.heights(self.place(flat[:, :2]))
        return above.reshape(points.shape[:2])

    def _halved(self, direction: Floats, clear: Floats, under: Floats) -> Floats:
        met = np.flatnonzero(np.isfinite(under))
        rays, low, high = direction[met], clear[met], under[met]
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            points = rays * middle[:, None]
            above = self.height_m + points[:, 2] - self.ground.heights(self.place(points[:, :2]))
            inside = above <= 0
            low, high = np.where(inside, low, middle), np.where(inside, middle, high)
        ranges = np.full(len(direction), np.nan)
        ranges[met] = (low + high) / 2
        return ranges


def place_of(eye: Eye, direction: Floats, range_m: float) -> LonLat:
    """Return lon, lat of the end of one ray, a unit vector (3,)."""
    ((lon, lat),) = eye.place((direction * range_m)[None, :2])
    return float(lon), float(lat)


def _steps(farthest_m: float) -> Floats:
    steps = [0.0]
    while steps[-1] < farthest_m:
        steps.append(min(farthest_m, steps[-1] + max(STEP_M, GROWTH * steps[-1])))
    return np.array(steps)


def _radii(lat: float) -> tuple[float, float]:
    """Return the radii of curvature east-west and north-south in metres."""
    part = 1 - _E2 * math.sin(lat) ** 2
    return _A / math.sqrt(part), _A * (1 - _E2) / part**1.5
