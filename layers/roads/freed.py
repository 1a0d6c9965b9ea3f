"""Which single reopening frees most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.roads.closures import Matched
from layers.roads.modes import SHUT
from layers.roads.network import Network
from layers.roads.reach import Condensed, roadbook, states
from layers.roads.reading import Place

Tied = Sequence[tuple[Place, int]]  # settlements with their nodes


@dataclass(frozen=True, slots=True)
class Freed:
    """What reopening one closure alone would do: ids of settlements, in order.

    ``no_longer_isolated``: reached again from outside. ``centre_again``: reach the town hall
    again by car. ``households``: of the first, where known; None 未確認.
    """

    closure_id: str
    no_longer_isolated: tuple[str, ...]
    centre_again: tuple[str, ...]
    households: int | None
    households_unknown: int

    def as_row(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "closure_id": self.closure_id,
            "no_longer_isolated": list(self.no_longer_isolated),
            "centre_again": list(self.centre_again),
            "households": self.households,
            "households_unknown": self.households_unknown,
        }


def freed_by(
    network: Network, matched: Sequence[Matched], isolated: Tied, cut: Tied
) -> tuple[Freed, ...]:
    """Return the closures that would free somebody if reopened alone, the best first."""
    state = states(network, matched, "car")
    small = Condensed.of(network, state)
    outside, hall = network.nodes_of("outside"), network.nodes_of("town_hall")
    back = Condensed(small.part, small.count, small.heads, small.tails)  # every arc turned
    times = _times_shut(network, matched)
    found = []
    for each in matched:
        edges = np.array(each.edges, dtype=int)
        edges = edges[times[edges] == 1]  # what another closure shuts too stays shut
        if each.closure.effect("car") != SHUT or not len(edges):
            continue
        tails, heads = _arcs(network, edges)
        again = small.reached(outside, (tails, heads))
        home = back.reached(hall, (heads, tails))
        found.append(_freed(each, again, home, isolated, cut))
    useful = [f for f in found if f.no_longer_isolated or f.centre_again]
    return tuple(sorted(useful, key=_rank))


def _times_shut(network: Network, matched: Sequence[Matched]) -> np.ndarray:
    """Return by how many closures, and by its own limits, each edge is shut to cars."""
    times = (roadbook(network, "car").state == SHUT).astype(int)
    for each in matched:
        if each.closure.effect("car") == SHUT:
            times[list(each.edges)] += 1
    return np.asarray(times)


def _arcs(network: Network, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return tails and heads of the arcs cars have on some edges."""
    oneway, u, v = network.oneway[edges], network.u[edges], network.v[edges]
    ahead, against = oneway >= 0, oneway <= 0
    return np.concatenate([u[ahead], v[against]]), np.concatenate([v[ahead], u[against]])


def _freed(one: Matched, again: np.ndarray, home: np.ndarray, isolated: Tied, cut: Tied) -> Freed:
    free = sorted((p for p, node in isolated if again[node]), key=lambda p: p.id)
    known = [n for p in free if (n := p.counts["households"]) is not None]
    return Freed(
        closure_id=one.closure.id,
        no_longer_isolated=tuple(p.id for p in free),
        centre_again=tuple(sorted(p.id for p, node in cut if home[node])),
        households=sum(known) if known else None,
        households_unknown=len(free) - len(known),
    )


def _rank(freed: Freed) -> tuple[int, int, int, str]:
    return (
        -len(freed.no_longer_isolated),
        -(freed.households or 0),
        -len(freed.centre_again),
        freed.closure_id,
    )
