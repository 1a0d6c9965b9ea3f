"""Lines become a graph: ends that nearly meet are joined, lines are cut where others touch them.

A crossing is a junction only where both lines share a vertex, or where an end lies on the
other line: a bridge over a road is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

GRAIN_M = 0.01  # vertices closer than this are the same vertex


@dataclass(frozen=True, slots=True)
class Pieces:
    """The lines in pieces. Stations are the ends of pieces, line by line, in order along it.

    ``xy`` (n, 2) nodes in metres; ``u``, ``v`` (m,) nodes of each piece; ``line`` (m,) the line
    it is of; ``begin``, ``end`` (m,) metres along that line; ``shapes`` (m,) LineStrings.
    """

    xy: np.ndarray
    u: np.ndarray
    v: np.ndarray
    line: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    shapes: np.ndarray
    first: np.ndarray  # of each line, the number of its first piece; one more at the end

    def node_at(self, line: int, metres: float) -> int:
        """Return the node of a line nearest to a distance along it."""
        pieces = slice(self.first[line], self.first[line + 1])
        stops = np.append(self.begin[pieces], self.end[pieces][-1])
        nodes = np.append(self.u[pieces], self.v[pieces][-1])
        return int(nodes[np.argmin(np.abs(stops - metres))])


def junctions(lines: Sequence[np.ndarray], shapes: np.ndarray, snap_m: float) -> list[list[float]]:
    """Return for each line the distances along it at which another road joins it."""
    cuts: list[list[float]] = [[] for _ in lines]
    for line, metres in [*_shared_vertices(lines), *_touching_ends(lines, shapes, snap_m)]:
        cuts[line].append(metres)
    return cuts


def cut(lines: Sequence[np.ndarray], cuts: Sequence[Sequence[float]], snap_m: float) -> Pieces:
    """Cut each line (metres) at its distances and join the ends that lie within ``snap_m``."""
    along = [np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(x, axis=0).T))]) for x in lines]
    stops = [_stops(a[-1], c, snap_m) for a, c in zip(along, cuts, strict=True)]
    counts = np.array([len(s) for s in stops])
    stations = np.concatenate([_at(x, a, s) for x, a, s in zip(lines, along, stops, strict=True)])
    nodes, xy = _joined(stations, snap_m)
    inner = np.ones(len(stations), dtype=bool)
    inner[np.cumsum(counts) - 1] = False  # the last station of a line begins no piece
    start = np.flatnonzero(inner)
    places = np.concatenate(stops)
    shapes = [
        shapely.linestrings(_between(x, a, s[i], s[i + 1]))
        for x, a, s in zip(lines, along, stops, strict=True)
        for i in range(len(s) - 1)
    ]
    return Pieces(
        xy=xy, u=nodes[start], v=nodes[start + 1],
        line=np.repeat(np.arange(len(lines)), counts - 1),
        begin=places[start], end=places[start + 1], shapes=np.array(shapes, dtype=object),
        first=np.concatenate([[0], np.cumsum(counts - 1)]),
    )  # fmt: skip


def _shared_vertices(lines: Sequence[np.ndarray]) -> list[tuple[int, float]]:
    counts = [len(x) for x in lines]
    line = np.repeat(np.arange(len(lines)), counts)
    every = np.concatenate(lines)
    _, inverse, times = _spots(every)
    shared = times[inverse] > 1
    steps = np.concatenate([[0.0], np.hypot(*np.diff(every, axis=0).T)])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    steps[starts] = 0.0
    run = np.cumsum(steps)
    metres = run - np.repeat(run[starts], counts)
    shared[starts] = False
    shared[np.cumsum(counts) - 1] = False
    at = np.flatnonzero(shared)
    return list(zip(line[at].tolist(), metres[at].tolist(), strict=True))


def _touching_ends(
    lines: Sequence[np.ndarray], shapes: np.ndarray, snap_m: float
) -> list[tuple[int, float]]:
    tips = np.concatenate([[x[0], x[-1]] for x in lines])
    ends = shapely.points(tips[_spots(tips)[0]])
    end, line = shapely.STRtree(shapes).query(ends, predicate="dwithin", distance=snap_m)
    metres = shapely.line_locate_point(shapes[line], ends[end])
    inside = (metres > snap_m) & (metres < shapely.length(shapes[line]) - snap_m)
    return list(zip(line[inside].tolist(), metres[inside].tolist(), strict=True))


def _stops(length: float, cuts: Sequence[float], snap_m: float) -> np.ndarray:
    """Return ordered distances from 0 to the length, none closer than ``snap_m`` to the last."""
    kept = [0.0]
    for metres in sorted(cuts):
        if metres - kept[-1] > snap_m and length - metres > snap_m:
            kept.append(metres)
    return np.array([*kept, length])


def _at(line: np.ndarray, along: np.ndarray, metres: np.ndarray) -> np.ndarray:
    return np.column_stack([np.interp(metres, along, line[:, k]) for k in (0, 1)])


def _between(line: np.ndarray, along: np.ndarray, begin: float, end: float) -> np.ndarray:
    inner = line[(along > begin + GRAIN_M) & (along < end - GRAIN_M)]
    return np.concatenate(
        [_at(line, along, np.array([begin])), inner, _at(line, along, np.array([end]))]
    )


def _spots(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (first point of each spot, spot of each point, points in each spot), by grain."""
    grid = np.round(points / GRAIN_M).astype(np.int64)
    grid -= grid.min(axis=0)
    keys = grid[:, 0] * (grid[:, 1].max() + 1) + grid[:, 1]
    _, first, spot, times = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    return first, spot, times


def _joined(stations: np.ndarray, snap_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (node of each station, (n, 2) positions of nodes): the first station of each.

    Stations on one spot are one before neighbours are looked for: a star of n roads has n
    ends there, and n squared pairs.
    """
    first, spot, _ = _spots(stations)
    pairs = KDTree(stations[first]).query_pairs(snap_m, output_type="ndarray")
    n = len(first)
    near = coo_array((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    labels = connected_components(near, directed=False)[1][spot]
    _, begin, nodes = np.unique(labels, return_index=True, return_inverse=True)
    return nodes, stations[begin]
