"""Laws of the lahar windows, over tables nobody thought of."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import data
from layers.lahar import LaharTable, windows

HEAD = """
version: 1
title: 表
source: 架空
date: 2026-01-01
entered_by: 係
river: 川
drill: true
places:
"""
tenths = st.integers(1, 1999).map(lambda n: f"{n / 10:.1f}")
moments = st.integers(0, 50 * 365 * 86_400_000_000).map(
    lambda us: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=us)
)


@st.composite
def tables(draw: Any) -> tuple[LaharTable, list[tuple[str, str, str]]]:
    """A table of one pair of speeds, and its rows (distance, fast, slow) as they were written."""
    slow, fast = sorted((draw(tenths), draw(tenths)), key=Fraction)
    distances = sorted(draw(st.lists(tenths, min_size=1, max_size=6)), key=Fraction)
    rows = [(distance, fast, slow) for distance in distances]
    text = HEAD + "".join(
        f"  - {{name: P{at}, lon: 142.5, lat: 43.5, distance_km: {distance}, "
        f"speed_fast_kmh: {fast}, speed_slow_kmh: {slow}, "
        f"groups: [{{name: g, preparation_min: {at}, travel_min: 7.3}}]}}\n"
        for at, (distance, fast, slow) in enumerate(rows)
    )
    return LaharTable.read(text), rows


@settings(deadline=None)
@given(tables(), moments, moments)
def test_windows_are_ordered_and_go_downstream(made: Any, erupted: Any, now: Any) -> None:
    found = windows(made[0], erupted, now)
    for window in found:
        assert window.arrives_from <= window.arrives_to
        assert window.remaining_fast_s <= window.remaining_slow_s
    for upper, lower in pairwise(found):
        assert upper.arrives_from <= lower.arrives_from
        assert upper.arrives_to <= lower.arrives_to


@settings(deadline=None)
@given(tables(), moments)
def test_arrivals_are_the_whole_seconds_around_the_fraction(made: Any, erupted: Any) -> None:
    table, rows = made
    for window, (distance, fast, slow) in zip(windows(table, erupted, erupted), rows, strict=True):
        earliest = Fraction(distance) / Fraction(fast) * 3600
        latest = Fraction(distance) / Fraction(slow) * 3600
        assert window.arrives_from - erupted == dt.timedelta(seconds=math.floor(earliest))
        assert window.arrives_to - erupted == dt.timedelta(seconds=math.ceil(latest))


@settings(deadline=None)
@given(tables(), moments, moments, st.timedeltas(dt.timedelta(-9), dt.timedelta(9)))
def test_another_moment_of_eruption_shifts_everything_by_as_much(
    made: Any, erupted: Any, now: Any, shift: dt.timedelta
) -> None:
    before = windows(made[0], erupted, now)
    after = windows(made[0], erupted + shift, now + shift)
    for one, other in zip(before, after, strict=True):
        assert other.arrives_from == one.arrives_from + shift
        assert other.arrives_to == one.arrives_to + shift
        assert (other.state, other.remaining_fast_s, other.remaining_slow_s) == (
            one.state, one.remaining_fast_s, one.remaining_slow_s,
        )  # fmt: skip
        assert [m.margin_s for m in other.margins] == [m.margin_s for m in one.margins]


@settings(deadline=None)
@given(tables(), moments, st.integers(-(10**6), 10**6))
def test_now_and_the_countdown_make_the_arrival(made: Any, erupted: Any, seconds: int) -> None:
    now = erupted + dt.timedelta(seconds=seconds)
    for window in windows(made[0], erupted, now):
        assert now + dt.timedelta(seconds=window.remaining_fast_s) == window.arrives_from
        assert now + dt.timedelta(seconds=window.remaining_slow_s) == window.arrives_to
        for margin in window.margins:
            assert now + dt.timedelta(seconds=margin.margin_s) == margin.order_by


@settings(deadline=None)
@given(tables(), moments, moments)
def test_between_seconds_the_countdown_errs_to_the_safe_side(
    made: Any, erupted: Any, now: Any
) -> None:
    second = dt.timedelta(seconds=1)
    for window in windows(made[0], erupted, now):
        assert now + window.remaining_fast_s * second <= window.arrives_from
        assert window.arrives_from < now + (window.remaining_fast_s + 1) * second
        assert window.arrives_to <= now + window.remaining_slow_s * second


@settings(deadline=None)
@given(tables(), moments, moments)
def test_the_state_is_where_now_stands_to_the_window(made: Any, erupted: Any, now: Any) -> None:
    for window in windows(made[0], erupted, now):
        past = (now >= window.arrives_from) + (now > window.arrives_to)
        assert window.state == ("before", "inside", "passed")[past]


def test_the_timed_course_meets_every_place_at_its_own_seconds() -> None:
    table = LaharTable.read(Path(data.__file__).parent / "reference" / "lahar_drill.yaml")
    course = table.course()
    assert course is not None
    fast = [float(place.fast_s) for place in table.places]
    slow = [float(place.slow_s) for place in table.places]
    rows = course.timed(fast, slow)
    assert all(early <= late for _, _, early, late in rows)
    assert [r[2:] for r in rows] == sorted(r[2:] for r in rows)
    for seconds in zip(fast, slow, strict=True):
        assert (math.floor(seconds[0]), math.ceil(seconds[1])) in [r[2:] for r in rows]
