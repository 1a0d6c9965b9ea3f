"""Rivers and roads as things with position: snap a point to them, cut a stretch out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import shapely
from shapely.geometry import Point

from layers.crs import plane_xy
from layers.errors import LayerError, NotThere
from layers.linear.crossings import Crossing, crossings, matched
from layers.linear.gather import lines_of
from layers.linear.line import Line
from layers.linear.post_tables import posts_of, with_posts
from layers.linear.snap import RunnerUp, Snap, snap_to
from layers.schema import Collection, LonLat

__all__ = ["Crossing", "Line", "LineIndex", "RunnerUp", "Snap", "crossings", "matched", "posts_of"]


@dataclass(frozen=True)
class LineIndex:
    """Lines that can be asked for the nearest one. Cheap to build, and it can be pickled."""

    lines: tuple[Line, ...]
    by_id: dict[str, Line] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {line.id: line for line in self.lines})

    @classmethod
    def from_collection(cls, collection: Collection, kinds: Sequence[str] = ("river",)) -> Self:
        """Build it from a GeoJSON FeatureCollection of lines, EPSG:4326.

        ``kinds`` chooses among ``properties.kind``; imported layers without one are known by
        their attributes (W05, N01, N02), or are all of the one kind asked for. The member
        ``metadata.flow = "downstream"`` says that rivers are drawn that way;
        ``metadata.posts = {name or id: [{km, lon, lat}, …]}`` are km posts.

        Raises:
            BrokenFile: a geometry cannot be read.
            BrokenTable: km posts do not fit their line.
        """
        return cls(tuple(lines_of(collection, kinds)))

    def __add__(self, other: LineIndex) -> LineIndex:
        """Return both together; a line whose id is there already is left out."""
        return LineIndex(self.lines + tuple(x for x in other.lines if x.id not in self.by_id))

    def with_posts(self, tables: Mapping[str, Any]) -> LineIndex:
        """Return it with km posts: name or id of a line → ``[{km, lon, lat}, …]``.

        :func:`layers.linear.post_tables.posts_of` makes such tables from a layer of points.

        Raises:
            BrokenTable: they do not fit their line, or there is no such line.
        """
        return LineIndex(tuple(with_posts(self.lines, tables)))

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The courses in the plane, in the order of ``lines``."""
        return shapely.STRtree([line.course for line in self.lines])

    def line(self, line_id: str) -> Line:
        """Return a line by its id.

        Raises:
            NotThere: there is none.
        """
        try:
            return self.by_id[line_id]
        except KeyError:
            raise NotThere(f"There is no line {line_id!r}; use an id of a snap.") from None

    def snap(
        self,
        lonlat: LonLat,
        *,
        within_m: float,
        uncertainty_m: float = 0.0,
        kinds: Sequence[str] | None = None,
    ) -> Snap | None:
        """Return the nearest line within ``within_m`` metres, or None.

        ``uncertainty_m`` is that of the point; ``kinds`` keeps to rivers, roads …
        """
        point = Point(plane_xy(np.array(lonlat))[0])
        near = self._near(point, within_m, kinds)
        if not near:
            return None
        line = near[0][1]
        # pieces of the same river are no rivals
        other = next(((d, x) for d, x in near[1:] if x.key != line.key), None)
        runner = None if other is None else RunnerUp(other[1].id, other[1].name, other[0])
        return snap_to(line, point, uncertainty_m=uncertainty_m, runner_up=runner)

    def stretch(self, line_id: str, from_m: float, to_m: float) -> dict[str, Any]:
        """Return part of a line as a GeoJSON LineString (EPSG:4326), distances from its start.

        Raises:
            NotThere: no such line.
            LayerError: nothing lies between the two distances.
        """
        return self.line(line_id).part(from_m, to_m)

    def stretch_around(
        self, lonlat: LonLat, length_m: float, *, within_m: float = 1000.0
    ) -> dict[str, Any] | None:
        """Return the stretch of this length around a point's place on the nearest line.

        Near an end it is moved along, so it keeps its length as long as the line has it.
        None: no line within ``within_m``.
        """
        snap = self.snap(lonlat, within_m=within_m)
        return None if snap is None else self.around(snap, length_m)

    def around(self, snap: Snap, length_m: float) -> dict[str, Any]:
        """Return the stretch of this length around a snapped point."""
        line = self.line(snap.line_id)
        start = min(max(snap.along_m - length_m / 2, 0.0), max(line.length_m - length_m, 0.0))
        return line.part(start, start + length_m)

    def between(self, a: Snap, b: Snap) -> dict[str, Any]:
        """Return the stretch between two points snapped to the same line.

        Raises:
            LayerError: they lie on different lines, or on the same place.
        """
        if a.line_id != b.line_id:
            raise LayerError(
                f"{a.name or a.line_id} and {b.name or b.line_id} are different lines; "
                "choose both ends on the same one."
            )
        return self.stretch(a.line_id, a.along_m, b.along_m)

    def _near(
        self, point: Point, within_m: float, kinds: Sequence[str] | None
    ) -> list[tuple[float, Line]]:
        if not self.lines or not np.isfinite([point.x, point.y]).all():
            return []
        hits = self.tree.query(point, predicate="dwithin", distance=within_m)
        lines = [self.lines[int(at)] for at in hits]
        kept = [line for line in lines if kinds is None or line.kind in kinds]
        away = shapely.distance([line.course for line in kept], point)
        return sorted(
            ((float(d), line) for d, line in zip(away, kept, strict=True)),
            key=lambda hit: (hit[0], hit[1].id),
        )
