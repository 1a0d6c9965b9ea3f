"""Parts of a river or road put together to as few lines as possible.

Surveys cut a river at every confluence and sheet edge. Parts of one key whose ends meet make a
net; its stem is the shortest way between the two ends farthest apart, and what is left over
(side channels, a second carriageway) is joined in the same manner into further pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree
from shapely.geometry import LineString

Chain = list[tuple[int, bool]]  # parts one after the other, each with whether it runs forward
STEMS = 50  # of one net; a river has a stem and side channels, not more
CELL_M = 0.5
MEET_M = 5.0  # ends nearer than this are one point: rounding and sheet edges, not a gap


@dataclass(frozen=True, slots=True)
class Piece:
    """A joined course in the plane; ``flows`` when it is known to run downstream."""

    course: LineString
    flows: bool


def join(parts: Sequence[LineString], flowing: Sequence[bool]) -> list[Piece]:
    """Join plane lines; the longest piece first.

    ``flowing`` says of each part whether it is drawn downstream. A piece is turned to run
    downstream; if its parts contradict one another, or none says anything, its flow is unknown.
    """
    if len(parts) == 1:
        return [Piece(parts[0], flowing[0])]
    ends = _nodes(parts)
    chains = [chain for net in _nets(ends) for chain in _chains(net, ends, parts)]
    pieces = [_piece(chain, parts, flowing) for chain in chains]
    return sorted(pieces, key=lambda piece: -piece.course.length)


def _chains(
    net: list[int], ends: Sequence[tuple[int, int]], parts: Sequence[LineString]
) -> Iterator[Chain]:
    """Take stem after stem out of one net; what a town of side streets leaves stays single."""
    left = net
    for _ in range(STEMS):
        if len(left) < 2:
            break
        chain = _stem([ends[i] for i in left], [parts[i].length for i in left])
        yield [(left[at], forward) for at, forward in chain]
        taken = {left[at] for at, _ in chain}
        left = [i for i in left if i not in taken]
    for at in left:
        yield [(at, True)]


def _nets(ends: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the parts that hang together, net by net."""
    a, b = np.array(ends).T
    size = int(max(a.max(), b.max())) + 1
    _, label = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(size, size)))
    nets: dict[int, list[int]] = {}
    for at, net in enumerate(label[a].tolist()):
        nets.setdefault(net, []).append(at)
    return list(nets.values())


def _nodes(parts: Sequence[LineString]) -> list[tuple[int, int]]:
    """Return the two end nodes of each part; ends within MEET_M are one node."""
    ends = np.array([xy for part in parts for xy in (part.coords[0][:2], part.coords[-1][:2])])
    # ten thousand ends in one place are a few cells, not fifty million pairs
    cells, cell_of = np.unique(np.round(ends / CELL_M), axis=0, return_inverse=True)
    pairs = cKDTree(cells * CELL_M).query_pairs(MEET_M, output_type="ndarray")
    size = len(cells)
    link = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    _, label = connected_components(link, directed=False)
    node = label[cell_of.ravel()].tolist()
    return list(zip(node[::2], node[1::2], strict=True))


def _stem(ends: Sequence[tuple[int, int]], lengths: Sequence[float]) -> Chain:
    """Return the parts from one far end to the other, each with whether it runs forward."""
    shortest: dict[tuple[int, int], int] = {}
    for at, (a, b) in enumerate(ends):
        pair = (min(a, b), max(a, b))
        if a != b and (pair not in shortest or lengths[at] < lengths[shortest[pair]]):
            shortest[pair] = at
    if not shortest:  # closed rings only
        return [(0, True)]
    path = _farthest(shortest, lengths)
    chosen = ((a, b, shortest[min(a, b), max(a, b)]) for a, b in pairwise(path))
    return [(at, ends[at] == (a, b)) for a, b, at in chosen]


def _farthest(shortest: dict[tuple[int, int], int], lengths: Sequence[float]) -> list[int]:
    """Return the nodes of the way between the two ends farthest apart (double sweep)."""
    names = sorted({node for pair in shortest for node in pair})
    number = {node: at for at, node in enumerate(names)}
    rows = [[number[a], number[b], max(lengths[at], 1e-9)] for (a, b), at in shortest.items()]
    a, b, weight = np.array(rows).T
    graph = coo_array((weight, (a.astype(int), b.astype(int))), shape=(len(names),) * 2).tocsr()
    start = _last(dijkstra(graph, directed=False, indices=0))
    reach, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    path = [_last(reach)]
    while path[-1] != start:
        path.append(int(before[path[-1]]))
    return [names[at] for at in path]


def _last(reach: Any) -> int:
    return int(np.argmax(np.where(np.isfinite(reach), reach, -1.0)))


def _piece(chain: Chain, parts: Sequence[LineString], flowing: Sequence[bool]) -> Piece:
    coords = [_turned(parts[at], forward) for at, forward in chain]
    # where two ends only nearly meet, both points stay: the short step between them is real line
    course = shapely.remove_repeated_points(LineString(np.concatenate(coords)))
    said = {forward for at, forward in chain if flowing[at]}
    if said == {False}:
        return Piece(course.reverse(), True)
    return Piece(course, said == {True})


def _turned(part: LineString, forward: bool) -> np.ndarray:
    coords = np.asarray(part.coords)[:, :2]
    return coords if forward else coords[::-1]
