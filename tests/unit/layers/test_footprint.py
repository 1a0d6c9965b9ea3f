"""What a camera sees of the ground, against geometry on paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from layers.errors import BrokenCamera, NoTerrain
from layers.terrain import (
    Camera,
    Plane,
    Terrain,
    altitude_above_sea,
    footprint,
    fov_from_diagonal,
)
from layers.terrain.camera import directions
from layers.terrain.rays import Eye
from tests.unit.layers.elevation import TOWN, camera, column_row, made

GEOD = Geod(ellps="WGS84")
FLAT = Plane(200.0)
COLUMN, ROW = column_row(*TOWN)
PIXEL_M = 6.92  # in Biei


def seen_m(polygon: Any) -> np.ndarray:
    """The corners of a footprint in metres east and north of the town hall."""
    lonlat = shapely.get_coordinates(polygon)
    azimuth, _, metres = GEOD.inv(
        np.full(len(lonlat), TOWN[0]), np.full(len(lonlat), TOWN[1]), lonlat[:, 0], lonlat[:, 1]
    )
    turn = np.radians(azimuth)
    return np.column_stack([metres * np.sin(turn), metres * np.cos(turn)])


def extent(polygon: Any) -> list[float]:
    """West, south, east, north in metres from the town hall."""
    east, north = seen_m(polygon).T
    return [east.min(), north.min(), east.max(), north.max()]


def half(degrees: float, height_m: float = 100.0) -> float:
    return height_m * math.tan(math.radians(degrees / 2))


def test_straight_down_it_sees_twice_the_tangent_of_half_the_view() -> None:
    seen = footprint(camera(), FLAT)
    assert extent(seen.polygon) == pytest.approx(
        [-half(60), -half(40), half(60), half(40)], abs=0.15
    )
    assert seen.centre == pytest.approx(TOWN, abs=1e-7)
    assert seen.range_m == pytest.approx(100, abs=1e-3)
    assert (seen.horizon, seen.partial) == (False, False)


def test_turned_to_the_east_the_long_side_lies_north_to_south() -> None:
    seen = footprint(camera(yaw_deg=90), FLAT)
    assert extent(seen.polygon) == pytest.approx(
        [-half(40), -half(60), half(40), half(60)], abs=0.15
    )


def test_the_example_of_the_data_sheet_is_157_by_88_metres() -> None:
    hfov, vfov = fov_from_diagonal(84, 16 / 9)
    west, south, east, north = extent(footprint(camera(hfov_deg=hfov, vfov_deg=vfov), FLAT).polygon)
    assert (east - west, north - south) == pytest.approx((156.9, 88.3), abs=0.3)


def test_looking_down_aslant_it_sees_a_trapezium_ahead() -> None:
    seen = footprint(camera(pitch_deg=-45), FLAT)
    near, far = 100 / math.tan(math.radians(65)), 100 / math.tan(math.radians(25))
    _, south, east, north = extent(seen.polygon)
    assert (south, north) == pytest.approx((near, far), abs=0.3)
    slant = math.hypot(100, far) * math.cos(math.radians(20))  # of the axis, at the upper edge
    assert east == pytest.approx(slant * math.tan(math.radians(30)), abs=0.3)
    assert seen.range_m == pytest.approx(100 * math.sqrt(2), abs=1e-3)
    assert seen_m(shapely.Point(seen.centre))[0] == pytest.approx([0, 100], abs=0.05)


def test_a_roll_to_the_right_lifts_the_left_and_one_to_the_left_is_its_mirror() -> None:
    right, left = (
        seen_m(footprint(camera(pitch_deg=-45, roll_deg=roll), FLAT).polygon) for roll in (10, -10)
    )
    farthest = right[np.linalg.norm(right, axis=1).argmax()]
    assert farthest[0] < 0
    mirrored = shapely.Polygon(left * (-1, 1))
    assert shapely.Polygon(right).symmetric_difference(mirrored).area < 1


def test_a_roll_of_90_degrees_stands_the_picture_on_its_side() -> None:
    seen = footprint(camera(roll_deg=90), FLAT)
    assert extent(seen.polygon) == pytest.approx(
        [-half(40), -half(60), half(40), half(60)], abs=0.15
    )


def test_the_horizon_ends_the_view_at_the_range() -> None:
    seen = footprint(camera(pitch_deg=0), FLAT, max_range_m=2000)
    distance = np.linalg.norm(seen_m(seen.polygon), axis=1)
    assert seen.horizon
    assert (seen.centre, seen.range_m) == (None, None)
    assert distance.max() == pytest.approx(math.sqrt(2000**2 - 100**2), rel=0.01)
    near = extent(seen.polygon)[1]
    assert near == pytest.approx(100 / math.tan(math.radians(20)), rel=0.01)


def test_on_its_side_the_horizon_ends_the_view_at_the_range_too() -> None:
    seen = footprint(camera(pitch_deg=0, roll_deg=90), FLAT, max_range_m=2000)
    distance = np.linalg.norm(seen_m(seen.polygon), axis=1)
    assert distance.max() == pytest.approx(math.sqrt(2000**2 - 100**2), rel=0.01)


def test_a_picture_of_the_sky_shows_no_ground() -> None:
    seen = footprint(camera(pitch_deg=40), FLAT)
    assert (seen.polygon, seen.centre, seen.horizon) == (None, None, True)


RIDGE_M = 600.0  # north of the town hall, 150 m high, 100 m to either side


def ridge(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    north = (ROW - row) * PIXEL_M
    return 200 + np.clip(150 - 1.5 * np.abs(north - RIDGE_M), 0, None)


def test_below_a_crest_the_view_stops_at_the_ridge() -> None:
    seen = footprint(camera(pitch_deg=0, altitude_m=100), made(ridge))
    assert extent(seen.polygon)[3] == pytest.approx(RIDGE_M, abs=12)
    assert seen.horizon


def test_above_a_crest_the_shade_behind_it_is_left_out() -> None:
    seen = footprint(camera(pitch_deg=-10, altitude_m=250, vfov_deg=30), made(ridge))
    behind = RIDGE_M * 250 / (250 - 150)  # where the ray over the crest comes down
    line = shapely.LineString([TOWN, GEOD.fwd(*TOWN, 0, 4000)[:2]])
    parts = shapely.get_parts(shapely.intersection(seen.polygon, line))
    assert len(parts) == 2
    before, after = sorted(parts, key=lambda part: part.bounds[1])
    assert extent(before)[3] == pytest.approx(RIDGE_M, abs=5)
    assert extent(after)[1] == pytest.approx(behind, rel=0.1)
    assert extent(after)[1] > behind - 20  # never too much


@pytest.mark.parametrize(
    ("pitch", "roll", "found"), [(-90, 0, 0.99), (-50, 10, 0.99), (-30, 20, 0.7), (-12, -5, 0.7)]
)
def test_among_hills_it_claims_what_a_line_of_sight_reaches(
    pitch: float, roll: float, found: float
) -> None:
    hills = made(lambda c, r: 400 + 60 * np.sin(c / 25) * np.cos(r / 18) + 25 * np.sin(r / 9))
    looking = camera(yaw_deg=70, pitch_deg=pitch, roll_deg=roll, hfov_deg=70, vfov_deg=45)
    places, truly = in_sight(looking, hills, reach_m=400 if pitch < -40 else 1500)
    claimed = shapely.contains_xy(footprint(looking, hills).polygon, *places.T)
    assert (claimed & ~truly).sum() <= 0.02 * truly.sum()
    assert (claimed & truly).sum() >= found * truly.sum()


def in_sight(looking: Camera, hills: Terrain, reach_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Places strewn around a camera, and which of them it sees, point by point."""
    eye = Eye(*TOWN, altitude_above_sea(looking, hills), hills, reach_m)
    random = np.random.default_rng(1)
    flat = random.uniform(-reach_m, reach_m, (3000, 2))
    places = eye.place(flat)
    way = np.column_stack([flat, hills.heights(places) - eye.height_m])
    axis, side, top = directions(looking, [0, 1, 0], [0, 0, 1])
    right, up = side / (side @ axis) - axis, top / (top @ axis) - axis
    depth = way @ axis
    inside = depth > 0
    for edge in (right, up):
        inside &= np.abs(way @ edge) <= depth * (edge @ edge)
    seen = np.zeros(len(way), dtype=bool)
    for at in np.flatnonzero(inside):
        steps = np.linspace(0.001, 0.995, 400)[:, None] * way[at]
        above = eye.height_m + steps[:, 2] - hills.heights(eye.place(steps[:, :2]))
        seen[at] = (above > -0.2).all()
    return places, seen


def test_a_slope_is_met_earlier_than_the_plain_at_its_foot() -> None:
    rising = made(lambda c, r: 200 + 0.5 * PIXEL_M * np.clip(ROW - r, 0, None))
    seen = footprint(camera(pitch_deg=-45, altitude_m=300), rising)
    # y = 300 - y meets z = y / 2: 200 m ahead
    assert seen_m(shapely.Point(seen.centre))[0][1] == pytest.approx(200, rel=0.01)


def test_where_the_elevation_ends_the_view_is_partial_and_nothing_is_made_up() -> None:
    border = (int(ROW) // 256) * 256
    cut = made(lambda c, r: np.where(r < border + 5, np.nan, 200.0))
    seen = footprint(camera(pitch_deg=-20, altitude_m=150), cut)
    edge = (ROW - border - 5) * PIXEL_M
    assert seen.partial
    assert extent(seen.polygon)[3] == pytest.approx(edge, rel=0.02)
    assert any("標高データの無い所" in said for said in seen.assumptions)


def test_over_unknown_ground_nothing_is_seen() -> None:
    seen = footprint(camera(above="sea", altitude_m=500), made(lambda c, r: c * np.nan))
    assert (seen.polygon, seen.partial, seen.horizon) == (None, True, False)


def test_a_take_off_without_elevation_is_no_altitude() -> None:
    nothing = made(lambda c, r: c * np.nan)
    with pytest.raises(NoTerrain, match="離陸地点"):
        footprint(camera(above="takeoff", takeoff=TOWN), nothing)


@pytest.mark.parametrize("altitude_m", [199.0, 200.0, -5.0])
def test_a_camera_under_the_ground_is_an_error(altitude_m: float) -> None:
    with pytest.raises(BrokenCamera, match=r"地面の標高 200\.0 m より"):
        footprint(camera(above="sea", altitude_m=altitude_m), FLAT)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 360), st.floats(-80, -20), st.floats(20, 400))
def test_the_middle_of_the_picture_lies_in_the_direction_of_yaw(
    yaw: float, pitch: float, height_m: float
) -> None:
    seen = footprint(camera(yaw_deg=yaw, pitch_deg=pitch, altitude_m=height_m), FLAT)
    assert seen.centre is not None
    azimuth, _, metres = GEOD.inv(*TOWN, *seen.centre)
    assert (azimuth - yaw + 180) % 360 - 180 == pytest.approx(0, abs=0.05)
    assert metres == pytest.approx(height_m / math.tan(math.radians(-pitch)), rel=1e-4)
    assert seen.polygon.buffer(1e-6).contains(shapely.Point(seen.centre))


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 360), st.floats(-90, -30), st.floats(-30, 30))
def test_on_flat_terrain_a_camera_sees_what_it_sees_on_a_plane(
    yaw: float, pitch: float, roll: float
) -> None:
    looking = camera(yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll)
    flat, tiles = (footprint(looking, g).polygon for g in (FLAT, FLAT_TILES))
    assert flat.symmetric_difference(tiles).area < 1e-3 * flat.area


FLAT_TILES = made(lambda c, r: c * 0 + 200.0)


@settings(deadline=None)
@given(st.floats(0, 360), st.floats(1, 5000))
def test_metres_from_the_eye_become_degrees_as_on_the_ellipsoid(turn: float, metres: float) -> None:
    east, north = metres * math.sin(math.radians(turn)), metres * math.cos(math.radians(turn))
    (place,) = Eye(*TOWN, 0.0, FLAT, 1.0).place(np.array([[east, north]]))
    lon, lat, _ = GEOD.fwd(*TOWN, turn, metres)
    assert GEOD.inv(*place, lon, lat)[2] < 0.1


def test_what_was_assumed_is_said_in_sentences() -> None:
    flat = footprint(camera(above="sea", altitude_m=300), FLAT).assumptions
    assert any("平らな面とみなした" in said for said in flat)
    assert any("海抜300 m" in said for said in flat)
    assert any("ズーム14" in said for said in footprint(camera(), FLAT_TILES).assumptions)
