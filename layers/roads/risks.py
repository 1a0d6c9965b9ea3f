"""Before it happens: what would be lost if a road went, and which roads are the only ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from layers.roads.closures import Closure, Matched
from layers.roads.dominators import Dominators, dominators
from layers.roads.isolation import of_matched
from layers.roads.matching import match
from layers.roads.modes import DOUBTFUL
from layers.roads.network import Network
from layers.roads.reach import states, usable
from layers.roads.results import Isolation, counted
from layers.schema import Feature

WHAT_IF = "what-if"  # the id of a closure that is only thought of


@dataclass(frozen=True, slots=True)
class Loss:
    """What one more full closure would cut off, beyond what is cut off already.

    ``isolated``, ``centre``: ids of settlements newly 孤立, and newly without a way to the
    town hall by car. ``matched`` says which edges were meant, or why none could be found.
    """

    matched: Matched
    isolated: tuple[str, ...]
    centre: tuple[str, ...]

    def as_row(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {**self.matched.as_row(), "isolated": list(self.isolated), "centre": [*self.centre]}


@dataclass(frozen=True, slots=True)
class Fragile:
    """An edge that is the only way in for some settlements (ids), with their households."""

    edge: int
    lost: tuple[str, ...]
    households: Mapping[str, Any]

    def as_feature(self, network: Network) -> Feature:
        """Return it as a GeoJSON feature, EPSG:4326."""
        feature = network.edge_feature(self.edge)
        told = {"lost": list(self.lost), "households_ja": self.households["text_ja"]}
        return {**feature, "properties": {**feature["properties"], **told}}


def what_if(
    network: Network,
    closures: Sequence[Closure],
    gone: int | Mapping[str, Any],
    *,
    road_name: str = "",
) -> Loss:
    """Return what would be lost if an edge (its number) or a place (GeoJSON) were closed too."""
    matched = [match(network, closure) for closure in sorted(closures, key=lambda c: c.id)]
    if isinstance(gone, int):
        extra = Matched(Closure(WHAT_IF), (gone,), "edge", 0.0, "high")
    else:
        extra = match(network, Closure(WHAT_IF, "full", gone, road_name))
    now, then = (_by_car(network, m) for m in (matched, [*matched, extra]))
    return Loss(extra, *(_new(before, after) for before, after in zip(now, then, strict=True)))


def fragile(network: Network, closures: Sequence[Closure]) -> tuple[Fragile, ...] | None:
    """Return the edges whose loss alone would isolate settlements, the worst first.

    None: the network has no ``outside`` node, so nobody can tell (判定不可).
    """
    outside = network.nodes_of("outside")
    if not len(outside):
        return None
    matched = [match(network, closure) for closure in closures]
    kept = usable(network, states(network, matched, "car"), "car", DOUBTFUL, back=False)
    tails, heads, edges = _with_root(network, kept, outside)
    size = len(network.xy) + 1
    matrix = csr_array((np.ones(len(tails)), (tails, heads)), shape=(size, size))
    tree = dominators(matrix, size - 1)
    found = _only_ways(network, tree, tails, heads, edges)
    return tuple(sorted(found, key=lambda f: (-len(f.lost), f.edge)))


def _with_root(
    network: Network, kept: np.ndarray, outside: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return tail, head and edge of each arc; from one root arcs of no edge (-1) lead inward."""
    arcs, root = network.arcs, len(network.xy)
    tail = np.repeat(np.arange(root), np.diff(arcs.indptr))[kept]
    return (
        np.concatenate([tail, np.full(len(outside), root)]),
        np.concatenate([arcs.head[kept], outside]),
        np.concatenate([arcs.edge[kept], np.full(len(outside), -1)]),
    )


def _only_ways(
    network: Network, tree: Dominators, tails: np.ndarray, heads: np.ndarray, edges: np.ndarray
) -> list[Fragile]:
    """Return the edges by which alone one comes into a branch that holds a settlement."""
    inward = (tree.enter[tails] >= 0) & ~tree.within(heads, tails)
    ways = np.bincount(heads[inward], minlength=len(tree.enter))
    single = inward & (ways[heads] == 1) & (edges >= 0)
    places = [i for i in network.of_kind("settlement") if network.node[i] >= 0]
    turns = tree.enter[network.node[places]]
    found = []
    for edge, head in zip(edges[single].tolist(), heads[single].tolist(), strict=True):
        behind = np.flatnonzero((turns >= tree.enter[head]) & (turns <= tree.leave[head]))
        if len(behind):
            lost = sorted((network.places[places[i]] for i in behind), key=lambda p: p.id)
            found.append(Fragile(edge, tuple(p.id for p in lost), counted(lost, "households")))
    return found


def _by_car(network: Network, matched: Sequence[Matched]) -> tuple[set[str], set[str]]:
    answer: Isolation = of_matched(network, matched, modes=("car",))
    return {s.place.id for s in answer.isolated}, {s.place.id for s in answer.cut_from("town_hall")}


def _new(before: set[str], after: set[str]) -> tuple[str, ...]:
    return tuple(sorted(after - before))
