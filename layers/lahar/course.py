"""The line a flow follows, and where along it the places of the table lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import shapely
from shapely.ops import substring

from layers.crs import plane_xy, to_lonlat
from layers.errors import BrokenTable
from layers.schema import LonLat

FARTHEST_M = 2000.0  # a place farther than this from the line is on another river


@dataclass(frozen=True, slots=True)
class Course:
    """A line in metres of the plane, from the source of the flow; ``at_m`` of each place on it."""

    line: Any  # shapely LineString, EPSG:6680
    at_m: tuple[float, ...]

    @classmethod
    def through(cls, lonlat: Sequence[LonLat], places: Sequence[tuple[str, float, float]]) -> Self:
        """Return the course along (lon, lat) with places ``(name, lon, lat)`` going downstream.

        Raises:
            BrokenTable: a place lies far from the line, or before the place above it.
        """
        line = shapely.LineString(plane_xy(np.array(lonlat)))
        points = shapely.points(plane_xy(np.array([place[1:] for place in places])))
        names = [place[0] for place in places]
        for name, metres in zip(names, shapely.distance(line, points), strict=True):
            if metres > FARTHEST_M:
                raise BrokenTable(
                    f"「{name}」は流路の線から {metres:.0f} m 離れています。"
                    "位置か線を確かめてください。"
                )
        along = shapely.line_locate_point(line, points)
        for name, metres in zip(names[1:], np.diff(along), strict=True):
            if metres < 0:
                raise BrokenTable(
                    f"「{name}」は線の上では一つ上の地点より上流です。順を直してください。"
                )
        return cls(line, tuple(float(metres) for metres in along))

    def front_m(self, elapsed_s: float, arrivals_s: Sequence[float]) -> float:
        """Return how far along the line a front is that reaches the places after these seconds.

        Between two places, and from the source to the first, it goes at an even speed; past
        the last place nothing is known, and it stays there.
        """
        return float(np.interp(elapsed_s, [0.0, *arrivals_s], [0.0, *self.at_m]))

    def timed(
        self, fast_s: Sequence[float], slow_s: Sequence[float]
    ) -> list[tuple[float, float, float, float]]:
        """Return (lon, lat, fast, slow) down to the last place: seconds of both fronts there.

        Between two places a front goes at an even speed, as in :meth:`front_m`.
        """
        ends = shapely.get_coordinates(self.line)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(ends, axis=0).T))])
        metres = np.unique(np.concatenate([along[along < self.at_m[-1]], self.at_m]))
        points = shapely.line_interpolate_point(self.line, metres)
        lonlat = shapely.get_coordinates(to_lonlat(points))
        fast, slow = (np.interp(metres, [0.0, *self.at_m], [0.0, *s]) for s in (fast_s, slow_s))
        rows = np.column_stack([np.round(lonlat, 6), np.floor(fast), np.ceil(slow)])
        return [tuple(row) for row in rows.tolist()]

    def stretch(self, from_m: float, to_m: float) -> Any:
        """Return the part of the line between two distances as a LineString of EPSG:4326."""
        return to_lonlat(substring(self.line, from_m, to_m))
