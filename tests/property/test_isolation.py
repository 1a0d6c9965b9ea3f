"""Laws of isolation on small random networks, with networkx searching by brute force beside it."""

from __future__ import annotations

import math
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.roads import (
    CENTRE,
    EFFECT,
    Closure,
    Matched,
    Network,
    fragile,
    match,
    of_matched,
    what_if,
)
from layers.roads.modes import SHUT
from tests.sketch import layer, place, point, road

CORNERS = 9  # on a circle: no three in a line, so roads meet at corners only
AT = [(900 * math.cos(a), 900 * math.sin(a)) for a in (2 * math.pi * i / CORNERS for i in range(9))]
WIDE = {"car": 2.0, "fire_engine": 3.0, "foot": 0.0}
HEAVY = {"car": 0.0, "fire_engine": 8.0, "foot": 0.0}
LAW = settings(max_examples=60, deadline=None)

pairs = st.tuples(st.integers(0, CORNERS - 1), st.integers(0, CORNERS - 1)).filter(
    lambda p: p[0] != p[1]
)
roads = st.lists(
    st.tuples(
        pairs,
        st.sampled_from(["no", "no", "yes", "-1"]),
        st.sampled_from([None, None, 1.5, 2.5, 4.0]),
        st.sampled_from([None, None, 5.0, 20.0]),
    ),
    min_size=3,
    max_size=16,
    unique_by=lambda r: tuple(sorted(r[0])),
)


@st.composite
def towns(draw: Any) -> Network:
    """A network with settlements on some corners, and outside, hall and so on on others."""
    lines = draw(roads)
    used = sorted({corner for (pair, *_) in lines for corner in pair})
    corner = st.sampled_from(used)
    features = [
        road(f"r{i}", AT[a], AT[b], oneway=way, width_m=width, max_weight_t=weight)
        for i, ((a, b), way, width, weight) in enumerate(lines)
    ]
    features += [
        place("settlement", f"s{c}", AT[c], households=draw(st.sampled_from([None, 0, 3, 40])))
        for c in draw(st.lists(corner, min_size=1, max_size=5, unique=True))
    ]
    for kind in ("outside", *CENTRE):
        for c in draw(st.lists(corner, max_size=2, unique=True)):
            features.append(place(kind, f"{kind}{c}", AT[c]))
    return Network.from_collection(layer(*features))


@st.composite
def closed(draw: Any, network: Network) -> list[Matched]:
    edge = st.integers(0, len(network.u) - 1)
    return [
        Matched(
            Closure(f"c{i}", draw(st.sampled_from(list(EFFECT))),
                    on_foot=draw(st.sampled_from([None, None, True, False]))),
            tuple(draw(st.lists(edge, min_size=1, max_size=3, unique=True))),
        )
        for i in range(draw(st.integers(0, 4)))
    ]  # fmt: skip


towns_with_closures = towns().flatmap(lambda n: st.tuples(st.just(n), closed(n)))


def graph(network: Network, matched: list[Matched], mode: str, sure: bool) -> nx.MultiDiGraph:
    """Draw the network for one mode from the roads' own words, edge by edge."""
    found = nx.MultiDiGraph()
    found.add_nodes_from(range(len(network.xy)))
    for edge, (u, v) in enumerate(zip(network.u.tolist(), network.v.tolist(), strict=True)):
        said = network.roads[network.road[edge]]
        effects = [m.closure.effect(mode) for m in matched if edge in m.edges]
        worst = max([0, *effects])
        if mode != "foot":
            narrow = said.width_m is not None and said.width_m < WIDE[mode]
            weak = said.max_weight_t is not None and said.max_weight_t < HEAVY[mode]
            worst = max(worst, 2 if narrow or weak else 0)
        if mode == "fire_engine" and said.width_m is None:
            worst = max(worst, 1)
        if worst > (0 if sure else 1):
            continue
        way = 0 if mode == "foot" else said.oneway
        if way >= 0:
            found.add_edge(u, v, weight=network.length_m[edge])
        if way <= 0:
            found.add_edge(v, u, weight=network.length_m[edge])
    return found


def metres(g: nx.MultiDiGraph, sources: Any, goals: Any) -> float:
    found = [math.inf]
    for source in sources:
        lengths = nx.single_source_dijkstra_path_length(g, source)
        found += [lengths[g_] for g_ in goals if g_ in lengths]
    return min(found)


def expected_outside(network: Network, matched: list[Matched], node: int) -> str:
    outside = network.nodes_of("outside").tolist()
    if not outside or metres(graph(network, [], "car", False), outside, [node]) == math.inf:
        return "undecided"
    reached = metres(graph(network, matched, "car", False), outside, [node]) < math.inf
    return "connected" if reached else "isolated"


def expected_way(network: Network, matched: list[Matched], node: int, goal: str, mode: str) -> Any:
    """Return (state, metres) as a slow and simple search finds them."""
    goals = network.nodes_of(goal).tolist()

    def search(closures: list[Matched], sure: bool, by: str = mode) -> float:
        g = graph(network, closures, by, sure)
        return metres(g, goals, [node]) if by == "fire_engine" else metres(g, [node], goals)

    if not goals:
        return "undecided", None
    if search([], False) == math.inf:
        return ("undecided" if search([], False, "car") == math.inf else "cut"), None
    sure, possible = search(matched, True), search(matched, False)
    if possible == math.inf:
        return "cut", None
    if mode == "foot":
        return ("undecided", None) if sure == math.inf else ("reachable", sure)
    return "reachable", possible


@LAW
@given(towns_with_closures)
def test_every_answer_is_that_of_a_search_settlement_by_settlement(town) -> None:
    network, matched = town
    for row in of_matched(network, matched).settlements:
        assert row.outside == expected_outside(network, matched, row.node)
        for goal, ways in row.centre.items():
            for mode, way in ways.items():
                state, far = expected_way(network, matched, row.node, goal, mode)
                assert (way.state, way.distance_m) == (
                    state, None if far is None else pytest.approx(far)
                ), (row.place.id, goal, mode)  # fmt: skip
                assert way.detour_m is None or way.detour_m >= 0


@LAW
@given(towns_with_closures)
def test_reopening_everything_restores_what_was(town) -> None:
    network, matched = town
    before = of_matched(network, []).as_rows()
    of_matched(network, matched)
    assert of_matched(network, []).as_rows() == before


@LAW
@given(towns_with_closures, st.data())
def test_one_more_closure_never_makes_anything_reachable(town, data) -> None:
    network, matched = town
    (extra, *_) = [*data.draw(closed(network)), None]
    if extra is None:
        return
    fewer, more = of_matched(network, matched), of_matched(network, [*matched, extra])
    for less, now in zip(fewer.settlements, more.settlements, strict=True):
        assert less.outside != "isolated" or now.outside == "isolated"
        for goal in CENTRE:
            for mode, way in now.centre[goal].items():
                before = less.centre[goal][mode]
                assert way.state != "reachable" or before.state == "reachable"
                assert before.state != "cut" or way.state == "cut"
                if way.distance_m is not None:
                    assert way.distance_m >= before.distance_m - 1e-6


@LAW
@given(towns_with_closures, st.data())
def test_what_if_is_what_really_closing_it_does(town, data) -> None:
    network, _ = town
    edge = data.draw(st.integers(0, len(network.u) - 1))
    before = of_matched(network, [])
    after = of_matched(network, [Matched(Closure("x", "full"), (edge,))])
    lost = {s.place.id for s in after.isolated} - {s.place.id for s in before.isolated}
    away = {s.place.id for s in after.cut_from("town_hall")} - {
        s.place.id for s in before.cut_from("town_hall")
    }
    found = what_if(network, [], edge)
    assert (set(found.isolated), set(found.centre)) == (lost, away)


@LAW
@given(towns_with_closures)
def test_freed_by_is_what_really_reopening_does(town) -> None:
    network, matched = town
    now = of_matched(network, matched)
    told = {f.closure_id: f for f in now.freed_by}
    isolated = {s.place.id for s in now.isolated}
    away = {s.place.id for s in now.cut_from("town_hall")}
    for one in matched:
        then = of_matched(network, [m for m in matched if m is not one])
        free = isolated - {s.place.id for s in then.isolated}
        home = away - {s.place.id for s in then.cut_from("town_hall")}
        found = told.get(one.closure.id)
        assert (set(found.no_longer_isolated) if found else set()) == free
        assert (set(found.centre_again) if found else set()) == home
    counts = [len(f.no_longer_isolated) for f in now.freed_by]
    assert counts == sorted(counts, reverse=True)


@LAW
@given(towns())
def test_fragile_roads_are_those_whose_loss_isolates_somebody(network) -> None:
    found = fragile(network, [])
    if not len(network.nodes_of("outside")):
        assert found is None
        return
    for edge in range(len(network.u)):
        lost = of_matched(network, [Matched(Closure("x", "full"), (edge,))]).isolated
        told = [f.lost for f in found if f.edge == edge]
        assert told == ([tuple(s.place.id for s in lost)] if lost else [])


@LAW
@given(st.integers(0, 11), st.floats(0.1, 0.9))
def test_a_point_on_a_road_cuts_that_road_and_no_other(number, share) -> None:
    ends = [(1000 * math.cos(a), 1000 * math.sin(a)) for a in (math.pi * i / 6 for i in range(12))]
    star = Network.from_collection(
        layer(*(road(f"町道{i}号", (0, 0), end, ref=str(i)) for i, end in enumerate(ends)))
    )
    east, north = (share * x for x in ends[number])
    found = match(star, Closure("c", "full", point(east, north), f"町道{number}号"))
    assert (found.edges, found.confidence) == ((number,), "high")
    assert found.closure.effect("car") == SHUT
