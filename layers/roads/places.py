"""Places find their road: the one they name, else the nearest, within a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from layers.crs import plane_xy
from layers.roads.names import agrees
from layers.roads.reading import Place, Road

BRIDGE_M = 10.0  # half of a bridge: what is cut out of the road, for its true length is unknown


@dataclass(frozen=True, slots=True)
class Attached:
    """A place on a line: numbers of both, metres along the line, metres between them."""

    place: int
    line: int
    metres: float
    distance_m: float


def attach(
    places: Sequence[Place], shapes: np.ndarray, roads: Sequence[Road], limit_m: float
) -> list[Attached]:
    """Tie places to lines (metres); those without a line within the limit are left out."""
    if not places:
        return []
    points = shapely.points(plane_xy(np.array([p.lonlat for p in places])))
    place, line = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=limit_m)
    away = shapely.distance(points[place], shapes[line])
    other = np.array(
        [
            roads[x].foot_only
            or (places[p].kind == "bridge" and agrees(places[p].road_name, roads[x]) is not True)
            for p, x in zip(place, line, strict=True)
        ],
        dtype=bool,
    )
    order = np.lexsort(
        (line, away, other, place)
    )  # per place: a road that may be its own, then the nearest
    _, first = np.unique(place[order], return_index=True)
    best = order[first]
    metres = shapely.line_locate_point(shapes[line[best]], points[place[best]])
    found = (place[best].tolist(), line[best].tolist(), metres.tolist(), away[best].tolist())
    return [Attached(*each) for each in zip(*found, strict=True)]
