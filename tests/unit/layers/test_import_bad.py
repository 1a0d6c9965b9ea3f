"""Broken, hostile and odd input: taken with a report, or refused with what and where."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from layers.errors import BrokenFile, LayerError, UnknownCrs, UnsafeFile
from layers.importers import read, read_all
from tests.geofiles import (
    HALL,
    NAMES,
    SUFFIX,
    collection,
    every_format,
    frame,
    point,
    points,
    shapefile,
    written,
)  # fmt: skip


@pytest.fixture
def put(tmp_path):
    """Write a file and return its path."""

    def write(name: str, data: bytes | str):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return write


def parts(put, **changed: bytes | None):
    """Write a shapefile as a folder, some parts changed or left out (None); return the folder."""
    for suffix, data in (shapefile() | {f".{k}": v for k, v in changed.items()}).items():
        if data is not None:
            path = put(f"shape/道路{suffix}", data)
    return path.parent


@pytest.mark.parametrize("name", [*every_format()])
def test_every_format_lands_on_the_town_hall(put, name):
    for item in read_all(put(name, every_format()[name])):
        west, south, east, north = item.report.bbox
        assert 142.45 < west <= east < 142.65
        assert 43.47 < south <= north < 43.6
        assert item.frame.geometry.is_valid.all()
        assert item.report.as_text().count("\n") >= 5


@pytest.mark.parametrize("name", [n for n in every_format() if n != "data.csv"])
def test_a_file_cut_short_is_refused_and_named(put, name):
    whole = every_format()[name]
    with pytest.raises(LayerError) as refused:
        read_all(put(name, whole[: len(whole) * 2 // 3 - 7]))
    assert refused.value.where


@pytest.mark.parametrize("driver", ["GPKG", "FlatGeobuf", "ESRI Shapefile", "GML"])
def test_names_and_numbers_come_through_a_format_unchanged(put, driver):
    files = written(frame(6680), driver)
    for suffix, data in files.items():
        path = put(f"data{suffix}", data)
    item = read(path.with_suffix(SUFFIX[driver]))
    rows = item.frame.sort_values("width", na_position="last")
    assert rows["name"].tolist() == [NAMES[0], NAMES[1], NAMES[2], NAMES[3]]
    assert rows["width"].tolist()[:3] == [1.5, 2.0, 3.25]
    ours, theirs = rows.geometry.tolist(), frame().geometry.tolist()
    assert all(a.symmetric_difference(b).area < 1e-12 for a, b in zip(ours, theirs, strict=True))


# --- coordinate systems -----------------------------------------------------------------------


def test_tokyo_datum_is_transformed_and_not_relabelled(put):
    parts_ = written(points(4301), "ESRI Shapefile")
    for suffix, data in parts_.items():
        path = put(f"old{suffix}", data)
    raw = points(4301).geometry.iloc[0]
    item = read(path.with_suffix(".shp"))
    moved = item.frame.to_crs(6680).geometry.iloc[0]
    kept = points().set_crs(4326).to_crs(6680).geometry.iloc[0]
    taken_as_is = frame().__class__(geometry=[raw], crs=4326).to_crs(6680).geometry.iloc[0]
    assert moved.distance(kept) < 0.1
    assert 400 < moved.distance(taken_as_is) < 420
    assert any("日本測地系" in warning for warning in item.report.warnings)


@pytest.mark.parametrize("code", [4612, 6668, 6680, 6681, 2454, 3857, 4326, 30172])
def test_a_crs_of_the_prj_is_obeyed(put, code):
    for suffix, data in written(points(code), "ESRI Shapefile").items():
        path = put(f"p{suffix}", data)
    item = read(path.with_suffix(".shp"))
    assert item.frame.to_crs(6680).distance(points(6680).geometry).max() < 0.1
    assert ".prj" in item.report.crs_why


def test_without_prj_the_candidates_are_named_and_nothing_is_guessed(put):
    folder = parts(put, prj=None)
    with pytest.raises(UnknownCrs, match="6680") as refused:
        read_all(folder)
    assert refused.value.candidates[0] == 6680
    assert "道路.shp" in refused.value.where
    item = read(folder, crs=6680)
    assert item.frame.total_bounds == pytest.approx(frame().total_bounds, abs=1e-6)
    assert item.report.crs_why == "指定による"


def test_degrees_without_prj_may_be_of_the_old_datum(put):
    for suffix, data in written(points(), "ESRI Shapefile").items():
        path = put(f"p{suffix}", data)
    path.with_suffix(".prj").unlink()
    with pytest.raises(UnknownCrs) as refused:
        read_all(path.with_suffix(".shp"))
    assert {6668, 4301, 4612, 4326} == set(refused.value.candidates)


def test_a_crs_the_numbers_belie_is_refused(put):
    metres = points(6680).geometry.iloc[0]
    wrong = collection(point(metres.x, metres.y))  # GeoJSON without crs is in degrees by rule
    with pytest.raises(UnknownCrs, match="6680"):
        read_all(put("metres.geojson", wrong))
    degrees = collection(point(*HALL), crs={"type": "name", "properties": {"name": "EPSG:6680"}})
    with pytest.raises(UnknownCrs, match="合わない"):
        read_all(put("degrees.geojson", degrees))


def test_a_crs_member_in_metres_is_obeyed(put):
    metres = points(6680).geometry.iloc[0]
    name = "urn:ogc:def:crs:EPSG::6680"
    given = collection(
        point(metres.x, metres.y), crs={"type": "name", "properties": {"name": name}}
    )
    item = read(put("m.geojson", given))
    assert item.frame.geometry.iloc[0].distance(points().geometry.iloc[0]) < 1e-7


def test_an_unknown_crs_is_named_and_refused(put):
    with pytest.raises(UnknownCrs, match="999999"):
        read(put("a.geojson", collection(point(*HALL))), crs=999999)
    with pytest.raises(UnknownCrs, match="crs"):
        read(put("b.geojson", collection(point(*HALL), crs={"type": "name", "properties": 3})))


def test_swapped_latitude_and_longitude_are_turned_and_said(put):
    item = read(put("a.geojson", collection(point(HALL[1], HALL[0]), point(43.6, 142.5))))
    assert item.frame.geometry.iloc[0].coords[0] == pytest.approx(HALL)
    assert "入れ替えた" in item.report.axis_order


def test_swapped_features_among_others_are_refused(put):
    with pytest.raises(BrokenFile, match="2番目と 1番目"):
        read(put("a.geojson", collection(point(*HALL), point(HALL[1], HALL[0]))))


def test_northing_first_in_the_plane_is_turned_where_nothing_else_lies_in_japan(put):
    name = {"type": "name", "properties": {"name": "EPSG:3857"}}
    east, north = 15_859_360.0, 5_402_000.0  # the town hall
    item = read(put("a.geojson", collection(point(north, east), crs=name)))
    assert item.frame.geometry.iloc[0].distance(shapely.Point(*HALL)) < 0.01
    assert "入れ替えた" in item.report.axis_order


def test_a_layer_far_away_is_taken_with_a_warning(put):
    item = read(put("a.geojson", collection(point(139.7, 35.7))))
    assert "北海道の外" in item.report.as_text()
    item = read(put("b.geojson", collection(point(141.35, 43.06))))
    assert "美瑛町の外" in item.report.as_text()


# --- geometry ---------------------------------------------------------------------------------


BOW = {"type": "Polygon", "coordinates": [[[142, 43], [143, 44], [143, 43], [142, 44], [142, 43]]]}


def test_null_empty_nan_and_zero_are_dropped_with_number_and_reason(put):
    given = collection(
        point(*HALL), None, {"type": "Point", "coordinates": []}, point(float("nan"), 43.5),
        point(0, 0), {"type": "Polygon", "coordinates": [[[142, 43], [143, 43]]]},
        {"type": "Circle"},
        {"type": "LineString", "coordinates": [[142, 43], [142, 43]]},
    )  # fmt: skip
    report = read(put("a.geojson", given)).report
    assert (report.read, report.kept) == (8, 1)
    assert {number for number, _ in report.dropped} == {2, 3, 4, 5, 6, 7, 8}
    reasons = dict(report.dropped)
    assert (reasons[2], reasons[3]) == ("図形がない", "図形が空")
    parts = {4: "数ではない", 5: "0, 0", 6: "点が足りない", 7: "種類", 8: "長さ"}
    assert [n for n, part in parts.items() if part not in reasons[n]] == []
    assert "除いた地物：1件 図形がない（2番目）" in report.as_text()


def test_nan_and_infinity_in_binary_files_are_dropped(put):
    with np.errstate(invalid="ignore"):
        line = shapely.LineString([[142, 43], [142.1, np.nan]])
    endless, nowhere = shapely.Point(np.inf, 43), shapely.Point(np.nan, np.nan)
    given = points().set_geometry([shapely.Point(*HALL), endless, nowhere, line])
    report = read(put("a.gpkg", written(given.set_crs(4326), "GPKG")[".gpkg"])).report
    assert (report.read, report.kept) == (4, 1)


def test_a_file_without_one_usable_feature_is_refused(put):
    with pytest.raises(BrokenFile, match="1番目は図形がない"):
        read(put("a.geojson", collection(None, None)))
    with pytest.raises(BrokenFile, match="1件もありません"):
        read(put("b.geojson", collection()))


def test_self_crossing_is_mended_and_stays_an_area(put):
    item = read(put("a.geojson", collection(BOW, point(*HALL))))
    assert item.report.repaired == [(1, "自己交差を直した")]
    assert item.frame.geom_type.tolist() == ["MultiPolygon", "Point"]
    assert item.frame.geometry.iloc[0].area == pytest.approx(0.5)


def test_heights_and_a_fourth_dimension_are_reduced_and_said(put):
    given = collection(point(*HALL, 300), point(*HALL, 300, 5), {
        "type": "LineString", "coordinates": [[*HALL, 1, 2], [142.5, 43.6, 1, 2]],
    })  # fmt: skip
    item = read(put("a.geojson", given))
    assert not item.frame.has_z.any()
    assert len(item.frame) == 3
    assert any("4次元" in note for note in item.report.notes)
    assert any("2次元" in note for note in item.report.notes)


def test_mixed_kinds_stay_mixed(put):
    line = {"type": "LineString", "coordinates": [[142, 43], [142.1, 43]]}
    both = {"type": "GeometryCollection", "geometries": [point(*HALL), line]}
    item = read(put("a.geojson", collection(point(*HALL), line, both)))
    assert item.frame.geom_type.tolist() == ["Point", "LineString", "GeometryCollection"]
    assert item.report.kinds == {"Point": 1, "LineString": 1, "GeometryCollection": 1}


def test_a_million_vertices_pass_and_twenty_million_do_not(put):
    turn = np.linspace(0, 2 * np.pi, 1_000_000)
    ring = np.column_stack([HALL[0] + np.cos(turn) / 10, HALL[1] + np.sin(turn) / 10])
    circle = frame().iloc[:1].set_geometry([shapely.Polygon(ring)], crs=4326)
    item = read(put("big.fgb", written(circle, "FlatGeobuf")[".fgb"]))
    assert shapely.get_num_coordinates(item.frame.geometry.iloc[0]) > 990_000
    text = b'{"type":"LineString","coordinates":[' + b"[1,2]," * 20_000_000 + b"[1,2]]}"
    with pytest.raises(UnsafeFile, match="頂点が 20,000,"):
        read(put("huge.geojson", text))


def test_a_few_arcs_named_by_thousands_of_shapes_are_refused(put):
    arcs = [[[x / 1000, 43.0] for x in range(5_000)]]
    shapes = [{"type": "LineString", "arcs": [0]}] * 2_000
    given = {"type": "Topology", "arcs": arcs, "objects": {"a": {
        "type": "GeometryCollection", "geometries": shapes}}}  # fmt: skip
    with pytest.raises(UnsafeFile, match="頂点"):
        read(put("bomb.topojson", json.dumps(given)))


@pytest.mark.parametrize("depth", [30, 300, 480])
@pytest.mark.parametrize(
    ("opening", "inner", "closing"),
    [
        ('{"type":"GeometryCollection","geometries":[',
         '{"type":"Point","coordinates":[142.4,43.5]}', "]}"),
        ("[", "[142.4,43.5]", "]"),
    ],
)  # fmt: skip
def test_a_shape_nested_too_deep_is_refused_and_its_feature_named(
    put, depth, opening, inner, closing
):
    nest = opening * depth + inner + closing * depth
    shape = nest if nest[0] == "{" else f'{{"type":"Polygon","coordinates":{nest}}}'
    deep = f'{{"type":"Feature","properties":{{}},"geometry":{shape}}}'
    plain = json.dumps({"type": "Feature", "properties": {}, "geometry": None})
    text = f'{{"type":"FeatureCollection","features":[{plain},{deep}]}}'
    with pytest.raises(BrokenFile, match=r"2番目の地物.*入れ子が深すぎます"):
        read(put("深い.geojson", text))


@pytest.mark.parametrize("value", ["[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900])
def test_a_property_nested_too_deep_to_be_written_again_is_refused(put, value):
    where = '{"type":"Point","coordinates":[142.4,43.5]}'
    text = f'{{"type":"Feature","properties":{{"備考":{value}}},"geometry":{where}}}'
    with pytest.raises(BrokenFile, match="1番目の地物の項目「備考」の入れ子が深すぎます"):
        read(put("深い.geojson", text))
