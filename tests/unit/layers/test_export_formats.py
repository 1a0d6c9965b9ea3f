"""Every format is read back by GDAL with the same rows, words and places."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from layers.errors import BrokenFile, NotExportable
from layers.export import FORMATS, About, export
from layers.schema import Metadata
from tests.exported import AREA, LINE, POINT, TOWN, feature, layers_of, read, written

# GDAL keeps the name ``id`` for itself where it reads KML
ID = {"kml": "feature_id", "kmz": "feature_id"}
MAPS = ("geojson", "gpkg", "kml", "kmz", "fgb")
ROW = {"名称": "白金橋", "幅_m": 6.5, "車線": 2, "閉鎖": True, "備考": None}


def _frame(made: Any, layer: str | None = None) -> Any:
    return read(made.path, layer)


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("geometry", [POINT, LINE, AREA], ids=["point", "line", "area"])
def test_a_feature_comes_back_with_its_words_and_its_place(
    tmp_path: Path, name: str, geometry: dict[str, Any]
) -> None:
    made = written(tmp_path, name, feature(geometry, "橋-1", **ROW), feature(geometry, "橋-2"))
    assert (made.count, made.path.suffix) == (2, f".{FORMATS[name].extension}")
    frame = _frame(made, next(n for n in layers_of(made.path) if n != "layer_styles"))
    assert len(frame) == 2
    assert frame["名称"][0] == "白金橋"
    assert float(frame["幅_m"][0]) == 6.5
    assert int(frame["車線"][0]) == 2
    assert frame[ID.get(name, "id")].tolist() == ["橋-1", "橋-2"]
    assert shapely.equals_exact(frame.geometry[0], shape(geometry), 1e-9)
    assert frame.crs is not None
    assert frame.crs.to_epsg() == 4326


def test_csv_has_points_as_numbers_and_lines_as_text(tmp_path: Path) -> None:
    nowhere = feature(None, "c", 名称="場所不明")
    made = written(tmp_path, "csv", feature(POINT, "a", **ROW), feature(LINE, "b"), nowhere)
    raw = made.path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [r["lon"] for r in rows] == ["142.467", "", ""]
    assert shapely.from_wkt(rows[1]["wkt"]).equals(shape(LINE))
    assert (rows[2]["名称"], rows[2]["wkt"], rows[2]["閉鎖"]) == ("場所不明", "", "")
    assert read(made.path)["幅_m"][0] == "6.5"


@pytest.mark.parametrize("name", ["geojson", "gpkg", "csv"])
def test_a_feature_without_a_place_stays_a_row(tmp_path: Path, name: str) -> None:
    made = written(tmp_path, name, feature(POINT, "a"), feature(None, "b"), feature(None, "c"))
    counts = [len(_frame(made, layer)) for layer in layers_of(made.path) if layer != "layer_styles"]
    assert (sum(counts), made.count) == (3, 3)


@pytest.mark.parametrize("name", ["kml", "kmz", "fgb"])
def test_a_feature_without_a_place_is_named_where_it_cannot_go(tmp_path: Path, name: str) -> None:
    made = written(tmp_path, name, feature(POINT, "a"), feature(None, "b", 名称="孤立した家"))
    assert made.count == 1
    assert any("孤立した家" in note and "1件" in note for note in made.notes)
    with pytest.raises(NotExportable, match="csv"):
        written(tmp_path, name, feature(None, "b"))


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_to_export_is_an_error_and_leaves_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotExportable, match="nothing to export"):
        written(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NotExportable, match="geojson, gpkg"):
        written(tmp_path, "shp", feature(POINT))


def test_what_is_no_feature_is_refused_whole(tmp_path: Path) -> None:
    for odd in ({"type": "FeatureCollection", "features": []}, 7, None):
        with pytest.raises(BrokenFile, match="not a GeoJSON feature"):
            written(tmp_path, "gpkg", feature(POINT), odd)
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_is_replaced_whole_and_stays_when_the_new_one_fails(tmp_path: Path) -> None:
    first = written(tmp_path, "gpkg", feature(POINT, "old")).path
    with pytest.raises(BrokenFile):
        written(tmp_path, "gpkg", feature(POINT), 7)
    assert read(first, "美瑛町の地物_点")["id"].tolist() == ["old"]
    written(tmp_path, "gpkg", feature(POINT, "new"))
    assert read(first, "美瑛町の地物_点")["id"].tolist() == ["new"]
    assert list(tmp_path.iterdir()) == [first]


def test_mixed_geometry_is_a_layer_a_family_and_several_flatgeobufs_are_a_zip(
    tmp_path: Path,
) -> None:
    several = {"type": "MultiPoint", "coordinates": [[142.4, 43.5], [142.5, 43.5]]}
    both = {"type": "GeometryCollection", "geometries": [POINT, LINE]}
    shapes = (POINT, several, LINE, AREA, both, None)
    rows = [feature(g, str(n), n=n) for n, g in enumerate(shapes)]
    found = layers_of(written(tmp_path, "gpkg", *rows).path)
    assert found == {
        "美瑛町の地物_点": "MultiPoint", "美瑛町の地物_線": "LineString",
        "美瑛町の地物_面": "Polygon", "美瑛町の地物_複合": "GeometryCollection",
        "美瑛町の地物_位置なし": None, "layer_styles": None,
    }  # fmt: skip
    made = written(tmp_path, "fgb", *rows)
    assert (made.path.name, made.mimetype) == ("out.fgb.zip", "application/zip")
    with zipfile.ZipFile(made.path) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "parts")
    assert "CC BY 4.0" in (tmp_path / "parts" / "about.txt").read_text("utf-8")
    frames = [read(tmp_path / "parts" / name) for name in names if name.endswith(".fgb")]
    assert sorted(i for frame in frames for i in frame["id"]) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("name", ["gpkg", "kmz", "geojson", "csv"])
def test_each_layer_named_by_its_features_stands_by_itself(tmp_path: Path, name: str) -> None:
    rows = [
        feature(POINT, "a", layer="通報", 内容="冠水"),
        feature(POINT, "b", layer="写真", 方向=7),
    ]
    made = written(tmp_path, name, *rows)
    if name in ("gpkg", "kmz"):
        assert {"通報_点", "写真_点"} <= set(layers_of(made.path))
    if name == "gpkg":
        assert "方向" not in read(made.path, "通報_点")


@pytest.mark.parametrize("name", MAPS)
def test_heights_are_dropped_and_said(tmp_path: Path, name: str) -> None:
    high = {"type": "LineString", "coordinates": [[142.4, 43.5, 300], [142.5, 43.6, 310]]}
    made = written(tmp_path, name, feature(high, "尾根"))
    frame = _frame(made, next(iter(layers_of(made.path))))
    assert not frame.geometry.has_z.any()
    assert any("高さ" in note and "尾根" in note for note in made.notes)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [float("nan"), 43.5]},
        {"type": "Point", "coordinates": ["142", "43"]},
        {"type": "Polygon", "coordinates": [[[142, 43], [143, 43]]]},
        {"type": "Circle", "coordinates": [1, 2]},
        {"type": "GeometryCollection", "geometries": []},
        {"coordinates": [142, 43]}, [142, 43], "POINT (142 43)",
    ],
)  # fmt: skip
def test_a_broken_geometry_is_no_place_and_said(tmp_path: Path, geometry: Any) -> None:
    made = written(tmp_path, "geojson", feature(geometry, "壊れ"), feature(POINT, "a"))
    found = json.loads(made.path.read_text("utf-8"))["features"]
    assert {f["id"]: f["geometry"] for f in found} == {"壊れ": None, "a": POINT}
    assert any("壊れ" in note for note in made.notes)


def test_geojson_keeps_nested_properties_and_says_where_it_comes_from(tmp_path: Path) -> None:
    given = {"place": {"method": "typed", "n": [1, 2]}, "photos": [], "空": ""}
    made = written(tmp_path, "geojson", feature(POINT, "a", **given))
    text = json.loads(made.path.read_text("utf-8"))
    assert text["features"][0]["properties"] == given
    assert text["metadata"]["licence"] == "CC BY 4.0"
    table = written(tmp_path, "gpkg", feature(POINT, "a", **given))
    assert json.loads(read(table.path, "美瑛町の地物_点")["place"][0]) == given["place"]


def test_a_drill_says_so_in_names_titles_and_rows(tmp_path: Path) -> None:
    drill = About("泥流", mark="訓練")
    rows = [feature(POINT, "a", 訓練区分="本番"), feature(LINE, "b")]
    made = written(tmp_path, "gpkg", *rows, about=drill)
    assert {"訓練_泥流_点", "訓練_泥流_線"} <= set(layers_of(made.path))
    assert read(made.path, "訓練_泥流_点")["訓練区分"].tolist() == ["訓練"]
    text = written(tmp_path, "csv", *rows, about=drill).path.read_text("utf-8-sig")
    assert text.count("訓練,") >= 2
    kml = written(tmp_path, "kml", *rows, about=drill).path.read_text("utf-8")
    assert "<Document><name>訓練 泥流</name>" in kml
    geojson = json.loads(written(tmp_path, "geojson", *rows, about=drill).path.read_text("utf-8"))
    assert geojson["metadata"]["heading"] == "訓練 泥流"
    assert all(f["properties"]["訓練区分"] == "訓練" for f in geojson["features"])


def test_a_schematic_layer_says_so_in_the_file(tmp_path: Path) -> None:
    about = About.of_layer(Metadata("roads", "道路", source="手描き", schematic=True))
    made = written(tmp_path, "geojson", feature(LINE), about=about)
    assert "概略" in json.loads(made.path.read_text("utf-8"))["metadata"]["note"]


@pytest.mark.parametrize("name", FORMATS)
def test_rows_beyond_memory_come_back_in_order(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.export.gathered.IN_MEMORY", 5)
    monkeypatch.setattr("layers.export.rows.CHUNK", 3)
    rows = (feature(POINT, f"r{n:02}", 番号=n, 内容=f"冠水 {n}") for n in range(20))
    made = export(rows, name, tmp_path / "out", about=TOWN)
    frame = _frame(made, next(iter(layers_of(made.path))))
    ids = frame[ID.get(name, "id")]
    assert sorted(ids) == [f"r{n:02}" for n in range(20)]
    numbers = dict(zip(ids, frame["番号"].astype(int), strict=True))
    assert numbers == {f"r{n:02}": n for n in range(20)}
