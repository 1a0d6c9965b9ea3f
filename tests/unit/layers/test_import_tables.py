"""CSV: columns under many names, coordinates in many notations, markup and formulas as text."""

from __future__ import annotations

import pytest

from layers.errors import BrokenFile, UnknownCrs
from layers.importers import read
from layers.schema import Metadata
from layers.shelf import to_collection
from tests.geofiles import HALL, csv_text, points


@pytest.fixture
def table(tmp_path):
    """Write a CSV and return its path."""

    def write(text: str, encoding: str = "utf-8"):
        path = tmp_path / "t.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize(
    ("lat", "lon"),
    [("緯度", "経度"), ("北緯", "東経"), ("lat", "lon"), ("Latitude", "Longitude"),
     ("ＬＡＴ", "ＬＮＧ"), ("Y", "X"), ("y", "x"), (" 緯度 ", "経度")],
)  # fmt: skip
@pytest.mark.parametrize("gap", [",", "\t", ";"])
def test_columns_are_found_under_their_usual_names(table, lat, lon, gap):
    item = read(table(f"名前{gap}{lat}{gap}{lon}\n役場{gap}{HALL[1]}{gap}{HALL[0]}\n"))
    assert item.frame.geometry.iloc[0].coords[0] == pytest.approx(HALL)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_every_encoding_of_a_spreadsheet_is_told(table, encoding):
    item = read(table(csv_text(), encoding))
    assert item.frame["施設名"].tolist() == ["美瑛町役場", "白金"]
    shown = {"utf-8-sig": "UTF-8", "cp932": "CP932（シフトJIS）"}.get(encoding, encoding.upper())
    assert item.report.encoding == shown


@pytest.mark.parametrize(
    ("lat", "lon"),
    [("４３．５８８３２９８", "１４２．４６７０５９７"), ("43度35分17.99秒", "142度28分1.41秒"),
     ("43°35′17.99″", "142°28′1.41″"), ("N43-35-17.99", "E142-28-01.41"),
     ("北緯43.5883", "東経142.46706")],
)  # fmt: skip
def test_coordinates_in_any_notation_are_read(table, lat, lon):
    item = read(table(f"名前,緯度,経度\n役場,{lat},{lon}\n"))
    assert item.frame.geometry.iloc[0].coords[0] == pytest.approx(HALL, abs=5e-5)


def test_a_pair_in_one_column_is_read(table):
    item = read(table('名前,座標\n役場,"43.5883298, 142.4670597"\n'))
    assert item.frame.geometry.iloc[0].coords[0] == pytest.approx(HALL)


def test_rows_without_a_readable_position_are_dropped_and_named(table):
    item = read(table("名前,緯度,経度\n一,43.5,142.5\n二,,\n三,不明,142.5\n四,0,0\n"))
    assert [number for number, _ in item.report.dropped] == [2, 3, 4]
    reasons = dict(item.report.dropped)
    assert (reasons[2], reasons[3]) == ("座標の欄が空", "座標が読めない")
    assert item.frame["名前"].tolist() == ["一"]


def test_codes_keep_their_zeros_and_formulas_stay_text(table):
    item = read(table('コード,名前,緯度,経度\n01459,"=HYPERLINK(""x"")",43.5,142.5\n'))
    properties = to_collection(item.frame, Metadata("a", "a"))["features"][0]["properties"]
    assert properties["コード"] == "01459"
    assert properties["名前"] == '=HYPERLINK("x")'


def test_metres_of_a_plane_are_asked_for(table):
    metres = points(6680).geometry.iloc[0]
    path = table(f"名前,X座標,Y座標\n役場,{metres.x},{metres.y}\n")
    with pytest.raises(UnknownCrs, match="6680"):
        read(path)
    assert read(path, crs=6680).frame.geometry.iloc[0].distance(points().geometry.iloc[0]) < 1e-6


def test_swapped_columns_are_turned(table):
    item = read(table(f"名前,緯度,経度\n役場,{HALL[0]},{HALL[1]}\n"))
    assert item.frame.geometry.iloc[0].coords[0] == pytest.approx(HALL)
    assert "入れ替えた" in item.report.axis_order


def test_a_shifted_row_refuses_the_file(table):
    with pytest.raises(BrokenFile, match="3行目"):
        read(table("名前,緯度,経度\n一,43.5,142.5\n二,三,43.5,142.5\n"))


def test_columns_of_the_same_or_no_name_get_one(table):
    item = read(table("名前,名前,,緯度,経度\na,b,c,43.5,142.5\n"))
    assert list(item.frame.columns) == ["名前", "名前_2", "項目3", "緯度", "経度", "geometry"]
