"""Every shared file through the importer: the right place on the map, or one clear sentence."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.crs import PLANE, plane_xy
from layers.errors import BrokenFile
from layers.importers import coordinates, read, read_all

HOKKAIDO, NEAR = coordinates.HOKKAIDO, (142.1, 43.0, 143.3, 43.9)
PLACES = {
    "biei_boundary_n03": ((142.3203, 43.4176, 142.9121, 43.6690), 1),
    "biei_machiaza_abr2022": ((142.32, 43.41, 142.92, 43.67), 228),
    "biei_oaza_points_geolonia": ((142.32, 43.41, 142.92, 43.67), 96),
    "biei_shelters_emergency_014591": ((142.32, 43.41, 142.92, 43.67), 54),
    "biei_shelters_evacuation_014591": ((142.32, 43.41, 142.92, 43.67), 28),
    "furano_line_stations_n02": ((142.3, 43.3, 142.5, 43.8), 17),
    "higashikawa_shelters_emergency_014583": (NEAR, 24),
    "higashikawa_shelters_evacuation_014583": (NEAR, 51),
    "hokkaido_municipalities_s0010": (HOKKAIDO, 194),
    "kamifurano_shelters_emergency_014605": (NEAR, 67),
    "kamifurano_shelters_evacuation_014605": (NEAR, 43),
    "mountains_around_biei_gsi": (NEAR, 23),
    "naturalearth_hokkaido_coast_10m": ((139.2, 41.2, 146.0, 45.7), 14),
    "naturalearth_hokkaido_rivers_10m": (HOKKAIDO, 1),
    "neighbours_boundary_n03": (NEAR, 5),
    "peaks_saddles_dem10m": (NEAR, 29),
    "tokachidake_reference_points": ((142.4, 43.4, 142.7, 43.6), 7),
    "townhalls_localgovjp": (NEAR, 12),
}
REFUSED = {"biei_machiaza.mbtiles": "地図タイル", "tile_catalog.json": "GeoJSON ではありません"}


@pytest.mark.parametrize("name", PLACES)
def test_a_shared_file_lies_where_it_should(shared, name):
    item = read(shared / "geo" / f"{name}.geojson")
    (west, south, east, north), count = PLACES[name]
    box = item.report.bbox
    assert west <= box[0] <= box[2] <= east
    assert south <= box[1] <= box[3] <= north
    assert (len(item.frame), item.report.kept, item.report.dropped) == (count, count, [])
    assert item.frame.crs.to_epsg() == 4326
    assert item.report.warnings == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_geodata_is_refused_in_a_sentence(shared, name):
    with pytest.raises(BrokenFile, match=REFUSED[name]):
        read_all(shared / "geo" / name)


def test_every_shared_file_is_tried(shared):
    there = {p.name for p in (shared / "geo").iterdir() if p.suffix != ".md"}
    assert there == {f"{name}.geojson" for name in PLACES} | set(REFUSED)


def test_the_whole_folder_gives_every_layer_and_names_the_rest(shared):
    found = read_all(shared / "geo")
    assert {item.title for item in found} == set(PLACES)
    ignored = dict(found[0].report.ignored)
    assert ignored["README.md"] == "対象外の形式"
    assert "地図タイル" in ignored["biei_machiaza.mbtiles"]
    assert "GeoJSON ではありません" in ignored["tile_catalog.json"]


def test_the_town_hall_is_among_the_town_halls(shared):
    halls = read(shared / "geo" / "townhalls_localgovjp.geojson").frame
    hall = shapely.Point(*plane_xy(np.array([142.4670597, 43.5883298]))[0])
    assert halls.to_crs(PLANE).distance(hall).min() < 50  # metres
