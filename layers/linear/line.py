"""A river or road as one line with a beginning, an end and, where known, a direction of flow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from shapely.geometry import LineString, Point
from shapely.ops import substring

from layers.crs import lonlat_of, to_lonlat
from layers.errors import LayerError
from layers.linear.posts import Posts
from layers.schema import LonLat

END_M = 0.01  # a centimetre: nearer to an end than this, a position is the end


@dataclass(frozen=True, slots=True)
class Line:
    """One named line. ``course`` lies in the plane (EPSG:6680, metres).

    It runs downstream where ``flows`` is true (rivers), else as it was drawn. ``key`` is what
    its parts were joined by: pieces that do not meet share it and differ in ``id``.
    """

    id: str
    key: str
    kind: str
    name: str
    course: LineString
    flows: bool
    uncertainty_m: float
    schematic: bool = False
    source: str = ""
    ref: str = ""
    posts: Posts | None = None

    @property
    def length_m(self) -> float:
        """The length in metres of the plane."""
        return float(self.course.length)

    def locate(self, point: Point) -> float:
        """Return the metres from the start to the place on the line nearest to a plane point."""
        return float(self.course.project(point))

    def at(self, along_m: float) -> LonLat:
        """Return the position (lon, lat) so many metres from the start; ends are kept to."""
        spot = self.course.interpolate(min(max(along_m, 0.0), self.length_m))
        lon, lat = lonlat_of(np.array([spot.x, spot.y]))[0]
        return float(lon), float(lat)

    def km_at(self, along_m: float) -> float | None:
        """Return the km post there, or None where no posts are known."""
        return None if self.posts is None else self.posts.km_at(along_m)

    def part(self, from_m: float, to_m: float) -> dict[str, Any]:
        """Return the stretch between two distances as a GeoJSON LineString, EPSG:4326.

        It runs from the smaller to the larger distance; distances past an end stop there.

        Raises:
            LayerError: nothing of the line lies between them.
        """
        low, high = sorted((from_m, to_m))
        low, high = max(low, 0.0), min(high, self.length_m)
        if high - low < END_M:
            raise LayerError(
                f"{self.name} has nothing between {from_m:.1f} m and {to_m:.1f} m "
                f"(it is {self.length_m:.1f} m long); give two distances that differ."
            )
        cut = to_lonlat(substring(self.course, low, high))
        return {"type": "LineString", "coordinates": [list(c) for c in cut.coords]}

    def with_posts(self, posts: Posts) -> Self:
        """Return the line with its km posts."""
        return replace(self, posts=posts)
