"""How far it is from one spot to others by road, for spots that are no nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import shapely.ops
from scipy.sparse.csgraph import dijkstra

from layers.crs import plane_xy
from layers.roads.modes import DOUBTFUL, MODES, OPEN, SHUT
from layers.roads.network import ATTACH_M, Network
from layers.roads.reach import roadbook, way
from layers.schema import LonLat


@dataclass(frozen=True, slots=True)
class Stop:
    """A spot beside a road: the edge, metres along it from its node ``u``, metres off it."""

    edge: int
    metres: float
    away_m: float


def stop(network: Network, mode: str, at: LonLat) -> Stop | None:
    """Return where a spot (EPSG:4326) meets the nearest road its mode may ever use, if any."""
    point = shapely.points(plane_xy(np.array([at]))[0])
    near = np.sort(network.tree.query(point, predicate="dwithin", distance=ATTACH_M))
    near = near[roadbook(network, mode).state[near] != SHUT]
    if not len(near):
        return None
    away = shapely.distance(network.shapes[near], point)
    edge = int(near[np.argmin(away)])
    metres = float(shapely.line_locate_point(network.shapes[edge], point))
    return Stop(edge, metres, float(away.min()))


@dataclass(frozen=True, slots=True)
class Trips:
    """Trips of one mode under ``state`` (closures) that may not enter ``zone`` (metres).

    A road nearer to the zone than it may be drawn off is DOUBTFUL, one that touches it SHUT.
    """

    network: Network
    mode: str
    state: np.ndarray
    zone: Any

    def metres(self, start: Stop, goals: Sequence[Stop], worst: int) -> list[float]:
        """Return the metres over what is no worse than ``worst``; inf where there is no way.

        What lies off the road at both ends is added as the crow flies.
        """
        reach = np.full(len(self.network.xy), np.inf)
        matrix = way(self.network, self._states(), self.mode, worst, back=False)
        for node, paid in self._ways(start, worst, leaving=True):
            reach = np.minimum(reach, paid + dijkstra(matrix, indices=node))
        return [
            start.away_m + goal.away_m + self._last(reach, start, goal, worst) for goal in goals
        ]

    def leaves(self, start: Stop) -> bool:
        """Return whether there is any way from a stop to an end of its road."""
        return bool(self._ways(start, DOUBTFUL, leaving=True))

    def _states(self) -> np.ndarray:
        network, found = self.network, self.state.copy()
        reach = float(network.slack_m.max())
        near = network.tree.query(self.zone, predicate="dwithin", distance=reach)
        away = shapely.distance(network.shapes[near], self.zone)
        worse = np.where(away <= 0, SHUT, np.where(away <= network.slack_m[near], DOUBTFUL, OPEN))
        found[near] = np.maximum(found[near], worse)
        return found

    def _last(self, reach: np.ndarray, start: Stop, goal: Stop, worst: int) -> float:
        found = [reach[n] + rest for n, rest in self._ways(goal, worst, leaving=False)]
        along = goal.metres - start.metres
        same = start.edge == goal.edge and along * self._oneway(goal.edge) >= 0
        if same and self._clear(goal.edge, start.metres, goal.metres, worst):
            found.append(abs(along))
        return float(min(found, default=np.inf))

    def _ways(self, at: Stop, worst: int, *, leaving: bool) -> list[tuple[int, float]]:
        """Return the nodes of its edge one may leave to, or come from, with the metres between."""
        network, length = self.network, float(self.network.length_m[at.edge])
        toward_v = self._oneway(at.edge) * (1 if leaving else -1)
        found = []
        if toward_v <= 0 and self._clear(at.edge, 0.0, at.metres, worst):
            found.append((int(network.u[at.edge]), at.metres))
        if toward_v >= 0 and self._clear(at.edge, at.metres, length, worst):
            found.append((int(network.v[at.edge]), max(0.0, length - at.metres)))
        return found

    def _oneway(self, edge: int) -> int:
        return 0 if MODES[self.mode].on_foot else int(self.network.oneway[edge])

    def _clear(self, edge: int, begin: float, end: float, worst: int) -> bool:
        """Return whether a part of an edge is no worse than ``worst``."""
        part = shapely.ops.substring(self.network.shapes[edge], *sorted((begin, end)))
        off = float(self.network.slack_m[edge]) if worst == OPEN else 0.0
        return bool(self.state[edge] <= worst and self.zone.distance(part) > off)
