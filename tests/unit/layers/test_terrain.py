"""Heights, slopes and relief of made ground, against what geometry says."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyproj import Geod

from layers.errors import BrokenTiles, NoTerrain
from layers.terrain import Plane, Terrain, hillshade, hillshade_tile, slopes
from layers.terrain.model import pixel, pixel_m
from tests.unit.layers.elevation import TOWN, ZOOM, column_row, encode, made

COLUMN, ROW = (math.floor(part) for part in column_row(*TOWN))
TILE = (COLUMN // 256, ROW // 256)


def lonlat(column: float, row: float) -> tuple[float, float]:
    """The place of a pixel's middle: Web Mercator turned round."""
    side = 256 << ZOOM
    turn = math.pi * (1 - 2 * (row + 0.5) / side)
    return (column + 0.5) / side * 360 - 180, math.degrees(math.atan(math.sinh(turn)))


def ramp(east: float, south: float) -> Terrain:
    """Ground that rises evenly per pixel, 500 m high at the town hall."""
    return made(lambda c, r: 500 + east * (c - COLUMN) + south * (r - ROW))


RAMP = ramp(0.5, 0.25)
ROUGH = made(lambda c, r: 500 + 50 * np.sin(c * 1.3) * np.cos(r * 0.7))


def test_the_town_hall_lies_on_the_tile_of_the_usual_formula() -> None:
    lon, lat = TOWN
    turn = math.log(math.tan(math.radians(45 + lat / 2)))
    assert (int((lon + 180) / 360 * 2**14), int((1 - turn / math.pi) * 2**13)) == TILE


@settings(deadline=None)  # the first one makes tiles
@given(st.floats(-300, 300), st.floats(-300, 300))
def test_a_plane_is_met_everywhere_over_the_borders_of_tiles_too(dc: float, dr: float) -> None:
    place = lonlat(COLUMN + dc, ROW + dr)
    assert RAMP.height(*place) == pytest.approx(500 + 0.5 * dc + 0.25 * dr, abs=1e-4)


@settings(deadline=None)  # the first one makes tiles
@given(st.floats(-1, 1), st.integers(0, 255))
def test_heights_do_not_jump_at_a_border(beside: float, along: int) -> None:
    border = TILE[0] * 256 - 0.5
    rough = ROUGH.height(*lonlat(border + beside, TILE[1] * 256 + along))
    near = ROUGH.height(*lonlat(border + beside + 1e-3, TILE[1] * 256 + along))
    assert abs(rough - near) < 0.2  # 100 m a pixel at most


def test_where_there_is_no_tile_there_is_no_height() -> None:
    terrain = made(lambda c, r: c * 0 + 100, holes=frozenset({TILE}))
    with pytest.raises(NoTerrain, match="標高は分かりません"):
        terrain.height(*TOWN)


def test_a_missing_neighbour_takes_only_the_half_pixel_that_needs_it() -> None:
    terrain = made(lambda c, r: c * 0 + 100, holes=frozenset({(TILE[0] + 1, TILE[1])}))
    edge = (TILE[0] + 1) * 256 - 1
    assert terrain.height(*lonlat(edge - 0.01, ROW)) == 100
    with pytest.raises(NoTerrain):
        terrain.height(*lonlat(edge + 0.25, ROW))


def test_a_pixel_without_data_is_never_filled_from_its_neighbours() -> None:
    terrain = made(lambda c, r: np.where((c == COLUMN) & (r == ROW), np.nan, 100.0))
    steps = [lonlat(COLUMN + d, ROW + 0.3) for d in (-1.5, -0.5, 0, 0.5, 1.5)]
    assert np.isnan(terrain.heights(steps)).tolist() == [False, True, True, True, False]


@pytest.mark.parametrize("place", [(math.nan, 43.5), (142.4, math.inf), (142.4, 89.0), (999, 43)])
def test_a_place_outside_the_world_has_no_height(place: tuple[float, float]) -> None:
    with pytest.raises(NoTerrain):
        made(lambda c, r: c * 0).height(*place)


def test_the_world_is_round() -> None:
    terrain = made(lambda c, r: c * 0 + 7)
    assert terrain.height(180.0, 10.0) == terrain.height(-180.0, 10.0) == 7


def test_a_damaged_tile_is_named_and_not_taken_for_a_hole() -> None:
    with pytest.raises(BrokenTiles, match=rf"14/{TILE[0]}/{TILE[1]}: .*not a PNG"):
        Terrain(lambda z, x, y: b"<html>").height(*TOWN)


def test_a_tile_is_read_once_and_forgotten_when_others_came() -> None:
    asked = []

    def tile(z: int, x: int, y: int) -> bytes:
        asked.append((z, x, y))
        return encode(np.zeros((256, 256)))

    terrain = Terrain(tile, keep=8)
    for _ in range(2):
        terrain.height(*TOWN)
    assert len(asked) == len(set(asked)) <= 4  # it and what lies beside it
    for lon in (142.51, 142.54, 142.57, 142.6, 142.63, 142.66, 142.69, 142.72, 142.75):
        terrain.height(lon, 43.5)
    asked.clear()
    terrain.height(*TOWN)
    assert asked


def test_a_profile_climbs_along_its_line_and_ends_at_its_end() -> None:
    line = [lonlat(COLUMN, ROW), lonlat(COLUMN + 100, ROW)]
    profile = ramp(1, 0).profile(line, step_m=25)
    length = 100 * float(pixel_m(ROW, ZOOM))
    assert profile.distance_m[-1] == pytest.approx(length, rel=4e-3)  # the plane is an ellipsoid's
    assert profile.distance_m[:3].tolist() == [0, 25, 50]
    assert profile.height_m[[0, -1]] == pytest.approx([500, 600], abs=1e-3)
    assert (np.diff(profile.height_m) > 0).all()


def test_a_profile_has_gaps_where_nothing_is_known() -> None:
    terrain = made(lambda c, r: c * 0 + 5, holes=frozenset({(TILE[0] + 1, TILE[1])}))
    middle = TILE[1] * 256 + 100
    line = [lonlat(TILE[0] * 256 + 200, middle), lonlat(TILE[0] * 256 + 300, middle)]
    known = np.isfinite(terrain.profile(line).height_m)
    assert known[0]
    assert not known[-1]


def test_flat_ground_has_one_height_everywhere() -> None:
    assert Plane(250).heights([TOWN, (0, 0)]).tolist() == [250, 250]


@pytest.mark.parametrize(
    ("east", "south", "aspect"),
    [(1, 0, 270), (-1, 0, 90), (0, 1, 0), (0, -1, 180), (1, 1, 315), (-2, 2, 45)],
)
def test_the_slope_of_a_plane_and_where_it_falls_to(
    east: float, south: float, aspect: float
) -> None:
    ((slope, falls),) = slopes(ramp(east, south), [lonlat(COLUMN, ROW)])
    rise = math.hypot(east, south) / float(pixel_m(ROW, ZOOM))
    assert slope == pytest.approx(math.degrees(math.atan(rise)), abs=1e-9)
    assert falls == pytest.approx(aspect)


def test_flat_ground_falls_to_nowhere_and_unknown_ground_has_no_slope() -> None:
    ((slope, falls),) = slopes(ramp(0, 0), [TOWN])
    assert slope == 0
    assert np.isnan(falls)
    hole = made(lambda c, r: np.where(c == COLUMN + 1, np.nan, 5.0))
    assert np.isnan(slopes(hole, [lonlat(COLUMN, ROW)])).all()


def test_a_pixel_in_biei_is_as_long_as_on_the_ellipsoid() -> None:
    _, _, metres = Geod(ellps="WGS84").inv(*lonlat(COLUMN, ROW), *lonlat(COLUMN + 100, ROW))
    assert 100 * float(pixel_m(ROW, ZOOM)) == pytest.approx(metres, rel=2e-3)


def lambert(east: float, south: float) -> float:
    """The textbook form, in zenith, slope and aspect."""
    slope = math.atan(math.hypot(east, south) / float(pixel_m(ROW, ZOOM)))
    aspect = math.atan2(-east, south)  # where it falls to, clockwise from north
    light = math.radians(315)
    turned = math.cos(math.radians(45)) * math.cos(slope) + math.sin(math.radians(45)) * math.sin(
        slope
    ) * math.cos(light - aspect)
    return max(0.0, 255 * turned)


@pytest.mark.parametrize(
    ("east", "south"), [(0, 0), (2, 0), (-2, 0), (0, 3), (0, -3), (5, 5), (-5, 5), (-20, -20)]
)
def test_a_plane_is_lit_as_the_textbook_says(east: float, south: float) -> None:
    shade, known = hillshade(ramp(east, south), ZOOM, *TILE)
    assert known.all()
    assert shade[ROW % 256, COLUMN % 256] == pytest.approx(lambert(east, south), abs=0.51)


def test_a_cone_is_bright_in_the_north_west_and_dark_in_the_south_east() -> None:
    top = TILE[0] * 256 + 128, TILE[1] * 256 + 128
    cone = made(lambda c, r: 2000 - 4 * np.hypot(c - top[0], r - top[1]))
    shade, _ = hillshade(cone, ZOOM, *TILE)
    assert shade[68, 68] == pytest.approx(lambert(2.83, 2.83), abs=2)
    assert shade[188, 188] == pytest.approx(lambert(-2.83, -2.83), abs=2)
    assert shade[68, 68] > 1.5 * shade[188, 188]


def test_relief_goes_on_over_the_border_of_tiles() -> None:
    left, _ = hillshade(ROUGH, ZOOM, *TILE)
    right, _ = hillshade(ROUGH, ZOOM, TILE[0] + 1, TILE[1])
    whole = made(lambda c, r: 500 + 50 * np.sin((c + 128) * 1.3) * np.cos(r * 0.7))
    moved, _ = hillshade(whole, ZOOM, *TILE)
    assert (moved[:, :128] == left[:, 128:]).all()
    assert (moved[:, 128:] == right[:, :128]).all()


def test_a_relief_tile_is_transparent_where_nothing_is_known() -> None:
    terrain = made(lambda c, r: np.where(c < TILE[0] * 256 + 10, np.nan, 100.0))
    with Image.open(io.BytesIO(hillshade_tile(terrain, ZOOM, *TILE) or b"")) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "LA", (256, 256))
        shade, alpha = np.moveaxis(np.asarray(image), 2, 0)
    assert (alpha[:, :11] == 0).all()
    assert (alpha[:, 11:] == 255).all()
    assert set(shade[:, 11:].ravel()) == {180}  # 255 cos 45 degrees


def test_without_elevation_there_is_no_relief_tile() -> None:
    assert hillshade_tile(Terrain(lambda z, x, y: None), ZOOM, *TILE) is None


def test_the_grid_of_pixels_is_that_of_the_tiles() -> None:
    (column,), (row,) = pixel([(-180, 0)], 0)
    assert (column, row) == (-0.5, 127.5)
