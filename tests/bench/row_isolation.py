"""Bench ``isolation``: a closure is added -> every settlement's reachability, beside networkx.

Town size is a synthetic grid of 5,000 edges with 100 settlements (the farm roads of a town this
wide), the large one 100,000 edges with 1,000; both with one-way roads and known and unknown
widths. ``isolation-sketch`` is the network of the project: 115 edges, so few that a search over
them costs networkx nothing, and only the time counts. In each round all roads at the door of
some settlements are closed. networkx searches settlement by settlement, once per mode
and once each way to the outside; it is spared closures' names, detours and what reopening does.
On the large grid it searches a sample and its time is scaled to all settlements.
"""

from __future__ import annotations

import json
import math
import random
import statistics
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import networkx as nx
import numpy as np

from layers.crs import lonlat_of, plane_xy
from layers.roads import CENTRE, MODES, Closure, Isolation, Network, isolation
from layers.roads.modes import SHUT, standing

NAME, UNIT, BAR = "isolation", "ms", "see rows"
NAMES = ("isolation", "isolation-sketch", "isolation-100k")
ROUNDS, WANTED_RATIO, SAMPLE = 5, 10.0, 5
STEP_M = 100.0


def run() -> list[dict[str, Any]]:
    """Return one row per size: medians of interleaved rounds."""
    text = files("data").joinpath("reference", "network.geojson").read_text(encoding="utf-8")
    return [
        _measured("isolation", _grid(50, 100), 100, 100.0, WANTED_RATIO),  # 2 x 50 x 49 edges
        _measured("isolation-sketch", json.loads(text), 31, 100.0, 0.0),
        _measured("isolation-100k", _grid(224, 1_000), SAMPLE, 1000.0, WANTED_RATIO),
    ]


def _measured(
    name: str, collection: dict[str, Any], sample: int, bar_ms: float, wanted: float
) -> dict[str, Any]:
    network = Network.from_collection(collection)
    isolation(network, [])  # what a worker has done when the layer was published
    here = [i for i in network.of_kind("settlement") if network.node[i] >= 0]
    asked = [int(network.node[i]) for i in here[:: max(1, len(here) // sample)]][:sample]
    rng, ours, theirs, wrong = random.Random(1), [], [], 0
    for count in range(1, ROUNDS + 1):
        doors = rng.sample(asked, min(count, len(asked)))
        closures = [closure for node in doors for closure in _closures(network, node)]
        seconds, answer = _timed(lambda c=closures: isolation(network, c))
        ours.append(seconds)
        gone = frozenset(edge for each in answer.closures for edge in each.edges)
        graphs = {mode: _graph(network, mode, gone) for mode in MODES}
        seconds, found = _timed(lambda g=graphs: _slow(network, g, asked))
        theirs.append(seconds * len(here) / len(asked))
        wrong += _disagreements(answer, found)
    mine, reference = statistics.median(ours) * 1e3, statistics.median(theirs) * 1e3
    return {
        "name": name, "ours": mine, "reference": reference, "ratio": reference / mine,
        "bar": f"<= {bar_ms:.0f} ms" + f", >= {wanted:.0f} x networkx" * bool(wanted),
        "pass": mine <= bar_ms and reference / mine >= wanted and not wrong,
        "note": f"{len(network.u)} edges, {len(here)} settlements, "
        f"{len(asked)} searched by networkx, {wrong} disagreements",
    }  # fmt: skip


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = call()
    return time.perf_counter() - began, found


def _closures(network: Network, node: int) -> list[Closure]:
    """Return a full closure on every road at a node."""
    return [
        _closure(network, edge)
        for edge in np.flatnonzero((network.u == node) | (network.v == node)).tolist()
    ]


def _closure(network: Network, edge: int) -> Closure:
    middle = network.shapes[edge].interpolate(0.5, normalized=True)
    lon, lat = lonlat_of(np.array([middle.x, middle.y]))[0].tolist()
    name = network.roads[network.road[edge]].name
    return Closure(f"c{edge}", "full", {"type": "Point", "coordinates": [lon, lat]}, name)


def _graph(network: Network, mode: str, gone: frozenset[int]) -> nx.DiGraph:
    """The roads one mode may use, for networkx; built outside the time measured."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(network.xy)))
    state, oneways = standing(network, MODES[mode]), network.oneway
    for edge, (u, v) in enumerate(zip(network.u.tolist(), network.v.tolist(), strict=True)):
        if edge in gone or state[edge] == SHUT:
            continue
        oneway = 0 if mode == "foot" else oneways[edge]
        if oneway >= 0:
            graph.add_edge(u, v, weight=float(network.length_m[edge]))
        if oneway <= 0:
            graph.add_edge(v, u, weight=float(network.length_m[edge]))
    return graph


def _slow(
    network: Network, graphs: dict[str, nx.DiGraph], asked: list[int]
) -> dict[int, tuple[bool, float]]:
    """Return for each settlement's node (reached from outside, metres by car to the hall)."""
    outside = network.nodes_of("outside").tolist()
    goals = {goal: network.nodes_of(goal).tolist() for goal in CENTRE}
    turned = {mode: graph.reverse(copy=False) for mode, graph in graphs.items()}
    found = {}
    for node in asked:
        inward = nx.descendants(turned["car"], node) | {node}
        outward = nx.descendants(graphs["car"], node) | {node}
        ways = {}
        for mode, graph in graphs.items():
            side = turned[mode] if MODES[mode].outward else graph
            metres = nx.single_source_dijkstra_path_length(side, node)
            for goal, nodes in goals.items():
                ways[mode, goal] = min((metres[n] for n in nodes if n in metres), default=math.inf)
        leaves = any(n in outward for n in outside)
        found[node] = (any(n in inward for n in outside), ways["car", "town_hall"], leaves)
    return {node: (reached, far) for node, (reached, far, _) in found.items()}


def _disagreements(answer: Isolation, found: dict[int, tuple[bool, float]]) -> int:
    wrong = 0
    for row in answer.settlements:
        if row.node not in found or row.outside == "undecided":
            continue
        reached, metres = found[row.node]
        far = row.centre["town_hall"]["car"].distance_m
        same = abs((far if far is not None else math.inf) - metres) < 1e-3
        both_cut = far is None and metres == math.inf
        wrong += (row.outside == "connected") != reached or not (same or both_cut)
    return wrong


def _grid(side: int, settlements: int) -> dict[str, Any]:
    """A town of straight roads 100 m apart, split at every crossing."""
    rng = random.Random(7)
    corner = plane_xy(np.array([[142.35, 43.45]]))[0]
    axis = np.arange(side) * STEP_M
    xy = corner + np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    at = lonlat_of(xy).round(8).tolist()
    lines = [at[r * side : (r + 1) * side] for r in range(side)] + [
        at[c::side] for c in range(side)
    ]
    features = [_road(i, line, rng) for i, line in enumerate(lines)]
    rows = rng.sample(range(len(at)), settlements)
    features += [_place("settlement", f"s{n}", at[n]) for n in rows]
    features += [_place("outside", f"o{n}", at[n]) for n in (0, side - 1, len(at) - 1)]
    middle = len(at) // 2 + side // 2
    kinds = ("town_hall", "fire_station", "hospital")
    features += [_place(kind, kind, at[middle + 7 * i]) for i, kind in enumerate(kinds)]
    return {"type": "FeatureCollection", "features": features, "metadata": {"uncertainty_m": 5}}


def _road(number: int, line: list[list[float]], rng: random.Random) -> dict[str, Any]:
    return {
        "type": "Feature", "id": f"road:{number}",
        "geometry": {"type": "LineString", "coordinates": line},
        "properties": {
            "kind": "road", "name": f"町道{number}号", "ref": str(number), "road_class": "town",
            "oneway": rng.choice(["no"] * 9 + ["yes"]),
            "width_m": rng.choice([None, 2.5, 4.0, 6.0]),
        },
    }  # fmt: skip


def _place(kind: str, name: str, at: list[float]) -> dict[str, Any]:
    return {
        "type": "Feature", "id": name, "geometry": {"type": "Point", "coordinates": at},
        "properties": {"kind": kind, "name": name, "households": 5},
    }  # fmt: skip
