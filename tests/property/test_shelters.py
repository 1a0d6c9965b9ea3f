"""Laws of proposing shelters: danger only ever takes sites away, and no route enters it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from layers.roads import Closure, Network
from layers.shelters import MARGIN_M, fitting
from tests.sketch import layer, lonlat, point, road

LAW = settings(max_examples=50, deadline=None)
STEP, SIDE = 500, 5
LINES = [k * STEP for k in range(SIDE)]
NETWORK = Network.from_collection(
    layer(
        *(road(f"町道{k}号", *((x, LINES[k]) for x in LINES), ref=f"{k}") for k in range(SIDE)),
        *(road(f"町道1{k}号", *((LINES[k], y) for y in LINES), ref=f"1{k}") for k in range(SIDE)),
    )
)
spots = st.tuples(st.integers(0, 2000), st.integers(0, 2000))
boxes = st.tuples(
    st.integers(-500, 1900), st.integers(-500, 1900), st.integers(50, 900), st.integers(50, 900)
)
closures = st.lists(
    st.tuples(st.integers(0, SIDE - 1), st.integers(10, 1990)).map(
        lambda t: Closure(f"c{t}", "full", point(t[1], t[0] * STEP), f"町道{t[0]}号")
    ),
    max_size=4,
)


def zone(west: int, south: int, width: int, height: int) -> dict[str, Any]:
    corners = box(west, south, west + width, south + height).exterior.coords
    return {"type": "Polygon", "coordinates": [[lonlat(*p) for p in corners]]}


def site(name: str, at: tuple[int, int]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": point(*at), "properties": {"共通ID": name}}


def ask(start: tuple[int, int], at: Any, hazard: Any, closed: Any) -> Any:
    here, there = tuple(lonlat(*start)), [site(f"s{i}", p) for i, p in enumerate(at)]
    return fitting(NETWORK, closed, here, there, hazard=zone(*hazard), hazard_kind="flood")


@LAW
@given(spots, st.lists(spots, max_size=6), boxes, closures, st.integers(1, 400))
def test_a_larger_hazard_or_one_more_closure_never_adds_a_site(start, at, hazard, closed, grown):
    west, south, width, height = hazard
    larger = (west - grown, south - grown, width + 2 * grown, height + 2 * grown)
    now = {s.id: s.distance_m for s in ask(start, at, hazard, closed).fitting}
    then = {s.id: s.distance_m for s in ask(start, at, larger, closed).fitting}
    fewer = {s.id: s.distance_m for s in ask(start, at, hazard, closed[:-1]).fitting}
    assert all(name in now and metres >= now[name] - 1e-6 for name, metres in then.items())
    assert all(name in fewer and metres >= fewer[name] - 1e-6 for name, metres in now.items())


@LAW
@given(spots, st.lists(spots, max_size=6), boxes)
def test_no_site_that_fits_is_within_the_margin_and_none_is_lost_from_the_list(start, at, hazard):
    answer = ask(start, at, hazard, [])
    west, south, width, height = hazard
    danger = box(west, south, west + width, south + height)
    if answer.state == "decided":
        assert {s.id for s in answer.sites} == {f"s{i}" for i in range(len(at))}
    for found in answer.fitting:
        spot = box(*at[int(found.id[1:])] * 2)
        assert danger.distance(spot) > MARGIN_M - 1  # the plane is bent by less than a metre


corners = st.tuples(st.sampled_from(LINES), st.sampled_from(LINES))


@LAW
@given(corners, corners)
def test_from_corner_to_corner_of_a_grid_it_is_as_far_as_the_blocks_between(start, goal) -> None:
    (found,) = ask(start, [goal], (9000, 9000, 100, 100), []).fitting
    blocks = sum(abs(a - b) for a, b in zip(start, goal, strict=True))
    assert abs(found.distance_m - blocks) < 1
