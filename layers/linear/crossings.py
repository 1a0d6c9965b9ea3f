"""Where roads and rivers cross: a bridge (or a culvert) connects both."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry import MultiLineString, Point

from layers.crs import lonlat_of, plane_xy
from layers.linear.line import Line
from layers.schema import Collection, LonLat

if TYPE_CHECKING:
    from layers.lines import LineIndex


@dataclass(frozen=True, slots=True)
class Crossing:
    """A place where a road crosses a river, with the distance along each.

    ``bridge_id`` and ``bridge_name`` are empty until a layer of bridges is matched.
    """

    id: str
    position: LonLat
    road_id: str
    road_name: str
    road_along_m: float
    river_id: str
    river_name: str
    river_along_m: float
    uncertainty_m: float
    schematic: bool
    bridge_id: str = ""
    bridge_name: str = ""


def crossings(roads: LineIndex, rivers: LineIndex) -> list[Crossing]:
    """Return every crossing of two sets of lines, in the order of roads, then along each.

    Where they run on one another for a while (sketches do), it is the middle of that stretch.
    """
    found = [
        crossing
        for road, river in _pairs(roads.lines, rivers)
        for crossing in _between(road, river)
    ]
    return sorted(found, key=lambda c: (c.road_id, c.road_along_m, c.river_id))


def matched(
    found: Sequence[Crossing], bridges: Collection, *, within_m: float
) -> tuple[list[Crossing], list[str]]:
    """Give crossings the ids and names of bridge points (EPSG:4326).

    Each bridge goes to its nearest crossing within ``within_m`` and each crossing keeps its
    nearest bridge. Returns the crossings and the names of the bridges that fit none.
    """
    points = [f for f in bridges.get("features", ()) if _is_point(f)]
    best: dict[int, tuple[float, Any]] = {}
    lost: list[str] = []
    spots = plane_xy(np.array([c.position for c in found])) if found else np.empty((0, 2))
    for bridge in points:
        at, away = _nearest(spots, bridge)
        if at is None or away > within_m or (at in best and best[at][0] <= away):
            lost.append(_name(bridge))
            continue
        if at in best:
            lost.append(_name(best[at][1]))
        best[at] = (away, bridge)
    named = {
        at: replace(found[at], bridge_id=str(b.get("id") or ""), bridge_name=_name(b))
        for at, (_, b) in best.items()
    }
    return [named.get(at, crossing) for at, crossing in enumerate(found)], lost


def _pairs(roads: Sequence[Line], rivers: LineIndex) -> Iterator[tuple[Line, Line]]:
    for road in roads:
        for at in sorted(rivers.tree.query(road.course, predicate="intersects")):
            yield road, rivers.lines[int(at)]


def _between(road: Line, river: Line) -> Iterator[Crossing]:
    for at, spot in enumerate(_spots(road.course.intersection(river.course))):
        lon, lat = lonlat_of(np.array([spot.x, spot.y]))[0]
        yield Crossing(
            id=f"crossing:{road.id}:{river.id}:{at + 1}",
            position=(float(lon), float(lat)),
            road_id=road.id, road_name=road.name, road_along_m=road.locate(spot),
            river_id=river.id, river_name=river.name, river_along_m=river.locate(spot),
            uncertainty_m=math.hypot(road.uncertainty_m, river.uncertainty_m),
            schematic=road.schematic or river.schematic,
        )  # fmt: skip


def _spots(shared: Any) -> list[Point]:
    parts = shapely.get_parts(shared)
    runs = shapely.line_merge(MultiLineString([p for p in parts if not isinstance(p, Point)]))
    middles = [run.interpolate(0.5, normalized=True) for run in shapely.get_parts(runs)]
    return [p for p in parts if isinstance(p, Point)] + middles


def _is_point(feature: Any) -> bool:
    return (feature.get("geometry") or {}).get("type") == "Point"


def _nearest(spots: np.ndarray, bridge: Any) -> tuple[int | None, float]:
    if not len(spots):
        return None, math.inf
    here = plane_xy(np.array(bridge["geometry"]["coordinates"][:2]))[0]
    away = np.hypot(*(spots - here).T)
    at = int(np.argmin(away))
    return at, float(away[at])


def _name(bridge: Any) -> str:
    return str((bridge.get("properties") or {}).get("name") or bridge.get("id") or "")
