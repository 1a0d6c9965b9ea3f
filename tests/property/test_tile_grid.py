"""The laws of the tile grid: every place has its tile, and a box is covered by what is counted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pmtiles.tile import zxy_to_tileid

from layers.errors import LayerError
from layers.schema import BBox
from layers.tiles.grid import (
    MAX_LAT,
    Tile,
    block,
    count,
    flipped,
    tile_bounds,
    tile_of,
    tiles,
    valid,
)
from layers.tiles.writer import laid_out

LON = st.floats(-180, 180, exclude_max=True)
LAT = st.floats(-85, 85)
ZOOM = st.integers(0, 20)


@st.composite
def boxes(draw: st.DrawFn) -> BBox:
    west, south = draw(st.floats(-179, 178)), draw(st.floats(-84, 83))
    return west, south, west + draw(st.floats(0.001, 1)), south + draw(st.floats(0.001, 1))


@st.composite
def some_tiles(draw: st.DrawFn) -> Tile:
    z = draw(ZOOM)
    column = st.integers(0, (1 << z) - 1)
    return z, draw(column), draw(column)


@given(LON, LAT, ZOOM)
def test_a_place_lies_in_its_tile(lon: float, lat: float, z: int) -> None:
    tile = tile_of(lon, lat, z)
    west, south, east, north = tile_bounds(*tile)
    assert valid(*tile)
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9


@given(some_tiles())
def test_the_middle_of_a_tile_is_in_it(tile: Tile) -> None:
    west, south, east, north = tile_bounds(*tile)
    assert tile_of((west + east) / 2, (south + north) / 2, tile[0]) == tile


@given(some_tiles())
def test_turning_a_row_twice_changes_nothing(tile: Tile) -> None:
    z, x, y = tile
    assert flipped(z, flipped(z, y)) == y
    assert valid(z, x, flipped(z, y))


@given(some_tiles())
def test_the_box_of_a_tile_is_covered_by_that_tile(tile: Tile) -> None:
    # the edges are computed with a rounding error of their own, so the box is drawn in a little
    west, south, east, north = tile_bounds(*tile)
    inset_x, inset_y = (east - west) / 1e6, (north - south) / 1e6
    inner = (west + inset_x, south + inset_y, east - inset_x, north - inset_y)
    assert block(inner, tile[0]) == (tile[1], tile[2], tile[1], tile[2])


@given(boxes(), st.integers(0, 9), st.integers(0, 2))
@settings(deadline=None)
def test_what_is_counted_is_what_is_made(bbox: BBox, low: int, more: int) -> None:
    every = list(tiles(bbox, (low, low + more)))
    assert len(every) == count(bbox, (low, low + more)) == len(set(every))
    assert all(valid(*tile) for tile in every)


@given(boxes(), st.integers(0, 16), st.data())
def test_every_place_of_a_box_is_covered(bbox: BBox, z: int, data: st.DataObject) -> None:
    west, south, east, north = bbox
    # a hair inside: on an edge itself the last bit of a float decides
    inside = st.floats(0.0001, 0.9999)
    lon = west + data.draw(inside) * (east - west)
    lat = south + data.draw(inside) * (north - south)
    left, top, right, bottom = block(bbox, z)
    _, x, y = tile_of(lon, lat, z)
    assert left <= x <= right
    assert top <= y <= bottom


@given(st.lists(some_tiles(), max_size=30))
def test_tiles_are_laid_out_in_the_order_of_the_format(some: list[Tile]) -> None:
    ids = [zxy_to_tileid(*tile) for tile in laid_out(some)]
    assert ids == sorted(ids)


def test_the_whole_world_at_zoom_one_is_four_tiles() -> None:
    assert len(list(tiles((-180, -MAX_LAT, 180, MAX_LAT), (1, 1)))) == 4


def test_a_box_that_ends_on_an_edge_does_not_take_the_tile_beyond() -> None:
    assert list(tiles((0.0, 0.0, 90.0, 66.0), (2, 2))) == [(2, 2, 1)]


@pytest.mark.parametrize(
    "bbox",
    [(143, 43, 142, 44), (142, 44, 143, 43), (142, 43, 142, 44), (0, 0, 181, 1),
     (float("nan"), 0, 1, 1), (43.4, 142.3, 43.7, 142.9)],
)  # fmt: skip
def test_what_is_no_box_is_refused(bbox: BBox) -> None:
    with pytest.raises(LayerError, match="is no box"):
        count(bbox, (5, 5))
