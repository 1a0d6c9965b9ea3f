"""What can be reached: by whom, over which edges, how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra

from layers.roads.closures import Matched
from layers.roads.modes import DOUBTFUL, MODES, allowed, standing
from layers.roads.network import Network


@dataclass(frozen=True, slots=True)
class Roadbook:
    """What one mode finds in a network before any closure; kept while the network lives."""

    state: np.ndarray  # of each edge: OPEN, DOUBTFUL, SHUT
    there: np.ndarray  # masks over arcs, with the traffic
    back: np.ndarray  # and against it


@lru_cache(maxsize=16)
def roadbook(network: Network, mode: str) -> Roadbook:
    """Return the road book of a mode."""
    there, back = (allowed(network, MODES[mode], backwards=b) for b in (False, True))
    return Roadbook(standing(network, MODES[mode]), there, back)


def states(network: Network, matched: Sequence[Matched], mode: str) -> np.ndarray:
    """Return the state of every edge (int8) for a mode under closures."""
    state = roadbook(network, mode).state.copy()
    for each in matched:
        edges = list(each.edges)
        state[edges] = np.maximum(state[edges], each.closure.effect(mode))
    return state


def usable(network: Network, state: np.ndarray, mode: str, worst: int, *, back: bool) -> np.ndarray:
    """Return the mask of the arcs whose edges are no worse than ``worst``."""
    book = roadbook(network, mode)
    return np.asarray((state <= worst)[network.arcs.edge] & (book.back if back else book.there))


def way(network: Network, state: np.ndarray, mode: str, worst: int, *, back: bool) -> csr_array:
    """Return the matrix of the usable arcs."""
    return network.matrix(usable(network, state, mode, worst, back=back))


def metres_from(matrix: csr_array, sources: np.ndarray) -> np.ndarray:
    """Return the distance of each node from the nearest source; inf where there is no way."""
    if not len(sources):
        return np.full(matrix.shape[0], np.inf)
    return np.asarray(dijkstra(matrix, indices=sources, min_only=True))


def reached_from(matrix: csr_array, sources: np.ndarray) -> np.ndarray:
    """Return the mask of nodes some source has a way to."""
    found = np.zeros(matrix.shape[0], dtype=bool)
    for source in sources.tolist():
        if not found[source]:
            found[breadth_first_order(matrix, source, return_predecessors=False)] = True
    return found


@dataclass(frozen=True, slots=True)
class Condensed:
    """The network with every part that can go round in itself drawn together to one point.

    Whatever is asked again and again (which reopening helps) is asked of this small graph.
    """

    part: np.ndarray  # of each node
    count: int
    tails: np.ndarray  # arcs between parts
    heads: np.ndarray

    @classmethod
    def of(cls, network: Network, state: np.ndarray) -> Condensed:
        """Condense what cars may use."""
        matrix = way(network, state, "car", DOUBTFUL, back=False)
        count, part = connected_components(matrix, connection="strong")
        tails = np.repeat(part, np.diff(matrix.indptr))
        heads = part[matrix.indices]
        apart = tails != heads
        return cls(part, int(count), tails[apart], heads[apart])

    def reached(self, sources: np.ndarray, arcs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """Return the mask of nodes reached from source nodes when some arcs are added."""
        tails = np.concatenate([self.tails, self.part[arcs[0]]])
        heads = np.concatenate([self.heads, self.part[arcs[1]]])
        size = self.count + 1
        start = np.unique(self.part[sources])
        tails = np.concatenate([tails, np.full(len(start), self.count)])
        heads = np.concatenate([heads, start])
        small = csr_array((np.ones(len(tails)), (tails, heads)), shape=(size, size))
        found = np.zeros(size, dtype=bool)
        found[breadth_first_order(small, self.count, return_predecessors=False)] = True
        return np.asarray(found[self.part])
