"""Laws of lines: nearest is nearest, along is monotone, sides mirror."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, shape

from layers.crs import plane_xy, to_lonlat, to_plane
from layers.linear.joining import join
from layers.lines import Line, LineIndex

ORIGIN = np.array([30_000.0, -40_000.0])
METRES = st.integers(-3000, 3000).map(float)
SPOT = st.tuples(METRES, METRES)


@st.composite
def courses(draw) -> LineString:
    points = draw(st.lists(SPOT, min_size=2, max_size=8, unique=True))
    return LineString(ORIGIN + np.array(points))


def river(course: LineString, name: str = "r") -> Line:
    return Line(name, name, "river", name, course, flows=True, uncertainty_m=0.0)


def lonlat(xy: np.ndarray) -> tuple[float, float]:
    spot = to_lonlat(Point(xy))
    return spot.x, spot.y


@given(st.lists(courses(), min_size=1, max_size=6), SPOT)
def test_a_snap_is_the_nearest_of_all_lines(all_courses, spot) -> None:
    index = LineIndex(tuple(river(c, f"r{i}") for i, c in enumerate(all_courses)))
    here = ORIGIN + np.array(spot)
    snap = index.snap(lonlat(here), within_m=20_000)
    away = sorted(c.distance(Point(here)) for c in all_courses)
    assert snap.distance_m == pytest.approx(away[0], abs=1e-3)
    foot = plane_xy(np.array(snap.position))[0]
    assert math.dist(foot, here) == pytest.approx(snap.distance_m, abs=1e-3)
    assert 0 <= snap.confidence <= 1
    if snap.runner_up:
        assert snap.runner_up.distance_m == pytest.approx(away[1], abs=1e-3)


@given(courses(), st.floats(0, 1), st.floats(0, 1))
def test_along_grows_with_the_way_along_the_line(course, a, b) -> None:
    assume(course.is_simple)
    index = LineIndex((river(course),))
    low, high = sorted((a * course.length, b * course.length))
    snaps = [index.snap(index.lines[0].at(m), within_m=1) for m in (low, high)]
    assert snaps[0].along_m == pytest.approx(low, abs=0.01)
    assert snaps[0].along_m <= snaps[1].along_m + 0.01


@given(courses(), st.floats(0, 1), st.floats(0, 1))
def test_a_stretch_lies_on_the_line_and_is_as_long_as_asked(course, a, b) -> None:
    low, high = sorted((a * course.length, b * course.length))
    assume(high - low > 1)
    stretch = to_plane(shape(LineIndex((river(course),)).stretch("r", high, low)))
    assert stretch.length == pytest.approx(high - low, abs=0.01)
    for end, at in ((stretch.coords[0], low), (stretch.coords[-1], high)):
        assert Point(end).distance(course.interpolate(at)) < 0.01


@settings(max_examples=200)
@given(courses(), SPOT)
def test_the_mirrored_point_has_the_other_side(course, spot) -> None:
    index = LineIndex((river(course),))
    here = ORIGIN + np.array(spot)
    snap = index.snap(lonlat(here), within_m=20_000)
    foot = plane_xy(np.array(snap.position))[0]
    mirrored = index.snap(lonlat(2 * foot - here), within_m=20_000)
    assume(snap.side is not None)
    assume(math.dist(plane_xy(np.array(mirrored.position))[0], foot) < 0.001)
    assume(abs(mirrored.distance_m - snap.distance_m) < 0.001)
    at_a_bend = min(math.dist(foot, c) for c in course.coords) < 0.01
    assume(not at_a_bend)
    assert {snap.side, mirrored.side} == {"left", "right"}


@given(courses(), SPOT)
def test_reversing_a_line_swaps_the_sides(course, spot) -> None:
    assume(course.is_simple)
    here = lonlat(ORIGIN + np.array(spot))
    ahead, back = (
        LineIndex((river(c),)).snap(here, within_m=20_000) for c in (course, course.reverse())
    )
    assume(
        math.dist(plane_xy(np.array(ahead.position))[0], plane_xy(np.array(back.position))[0])
        < 0.01
    )
    assert back.along_m == pytest.approx(course.length - ahead.along_m, abs=0.01)
    swapped = {"left": "right", "right": "left", None: None}
    assert back.side == swapped[ahead.side]


@given(courses(), st.lists(st.booleans(), min_size=7, max_size=7), st.randoms())
def test_a_line_cut_into_parts_is_put_together_again(course, turned, random) -> None:
    assume(course.is_simple)
    assume(min(math.dist(*pair) for pair in itertools.combinations(course.coords, 2)) > 10)
    cut = [LineString(pair) for pair in itertools.pairwise(course.coords)]
    parts = [p.reverse() if t else p for p, t in zip(cut, turned, strict=False)]
    flowing = [not t for t in turned[: len(cut)]]
    both = list(zip(parts, flowing, strict=True))
    random.shuffle(both)
    assume(any(flowing))
    (piece,) = join(*map(list, zip(*both, strict=True)))
    assert piece.course.equals_exact(course, 1e-6)
    assert piece.flows
