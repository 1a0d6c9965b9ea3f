"""CSV without coordinates: placed by name where that is sure, dropped and told where not."""

from __future__ import annotations

import csv
import json
import random

import numpy as np
import pytest
from shapely.geometry import shape

from layers.crs import plane_xy
from layers.errors import BrokenFile, LayerError, UnsafeFile
from layers.gazetteer import Entry, Gazetteer, gazetteer_of
from layers.importers import limits, read, read_all
from tests.geofiles import collection, point, zipped
from tests.laws.mutated import mutate

HALL, SCHOOL, BRIDGE = (142.467, 43.5883), (142.46, 43.587), (142.6385, 43.4767)
BOOK = Gazetteer.build([
    Entry("h", "美瑛町役場", "town_hall", HALL, uncertainty_m=30),
    Entry("s", "美瑛小学校", "shelter", SCHOOL, uncertainty_m=20),
    Entry("b", "白金橋", "bridge", BRIDGE, uncertainty_m=900, schematic=True),
    Entry("c1", "中央会館", "facility", (142.4, 43.5)), Entry("c2", "中央会館", "facility", HALL),
])  # fmt: skip
ROWS = "場所,被害\n美瑛町役場,停電\n美瑛小学狡,雨漏り\n,不明\n中央会館,床上浸水\n美瑛小学校,なし\n"


@pytest.fixture
def table(tmp_path):
    """Write a CSV and return its path."""

    def write(text: str):
        path = tmp_path / "t.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_rows_are_placed_by_name_and_say_so(table):
    item = read(table(ROWS), places=BOOK)
    frame = item.frame
    assert frame["被害"].tolist() == ["停電", "なし"]
    assert frame.geometry.iloc[0].coords[0] == HALL
    assert frame["位置の根拠"].tolist() == ["地名から推定"] * 2
    assert frame["位置の候補"].tolist() == ["美瑛町役場", "美瑛小学校"]
    assert frame["位置誤差_m"].tolist() == [30, 20]
    assert frame["一致度"].between(0.9, 1).all()


def test_what_is_not_sure_is_dropped_with_its_row_and_reason(table):
    report = read(table(ROWS), places=BOOK).report
    assert [number for number, _ in report.dropped] == [2, 3, 4]
    reasons = [why for _, why in report.dropped]
    for words, reason in zip(("はっきり合う名前がない", "空", "離れて複数"), reasons, strict=True):
        assert words in reason
    text = report.as_text()
    assert "地名から置いた 2件／置けなかった 3件（「場所」の列）" in text
    assert "推定" in text
    assert "誤差は最大 30 m" in text
    assert "2番目「美瑛小学狡」：似た名前は「美瑛小学校」" in text
    assert json.loads(json.dumps(report.as_dict()))["by_place"]["unplaced"] == 3


def test_a_sketched_place_makes_the_layer_schematic(table):
    given = read(table("路線・橋,x\n白金橋,1\n美瑛小学校,2\n"), places=BOOK).report
    assert given.by_place is not None
    assert (given.by_place.schematic, given.by_place.uncertainty_m) == (True, 900)
    assert "概略の資料" in given.as_text()


def test_without_a_gazetteer_the_refusal_says_how_it_could_be_done(table):
    with pytest.raises(BrokenFile, match=r"座標の列がありません.*--by-place"):
        read(table(ROWS))


def test_a_table_that_places_no_row_is_refused_with_the_first_reason(table):
    with pytest.raises(BrokenFile, match="1番目は地名辞書に"):
        read(table("場所,x\nどこか,1\n"), places=BOOK)


@pytest.mark.parametrize("text", ["場所,x\n\n", "場所,x\n,\n", "場所\n\n", "場所,x\n", ""])
def test_an_empty_table_is_refused(table, text):
    for places in (None, BOOK):
        with pytest.raises(BrokenFile):
            read(table(text), places=places)


def test_a_table_with_headings_and_blank_lines_only_is_refused(table):
    """A table of coordinates without a row once ended in a traceback."""
    with pytest.raises(BrokenFile, match="1件もありません"):
        read(table("名前,緯度,経度\n\n"))


def test_the_column_is_found_by_its_heading_the_finest_first(table):
    item = read(table("住所,施設名\n美瑛町役場,美瑛小学校\n"), places=BOOK)
    assert item.frame.geometry.iloc[0].coords[0] == SCHOOL
    item = read(table("住所,施設名\n美瑛町役場,美瑛小学校\n"), places=BOOK, place_column="住所")
    assert item.frame.geometry.iloc[0].coords[0] == HALL


def test_a_list_of_one_column_is_a_table_of_places(table):
    assert len(read(table("場所\n美瑛町役場\n"), places=BOOK).frame) == 1
    assert len(read(table("どこ\n美瑛町役場\n"), places=BOOK, place_column="どこ").frame) == 1


@pytest.mark.parametrize(("column", "words"), [("無い列", "「無い列」"), (None, "場所の列")])
def test_a_column_that_is_not_there_is_told_with_the_headings_there_are(table, column, words):
    with pytest.raises(BrokenFile, match=f"{words}.*品目、数"):
        read(table("品目,数\n土のう,3\n"), places=BOOK, place_column=column)


def test_coordinates_in_the_file_go_before_names(table):
    item = read(table("場所,緯度,経度\n美瑛町役場,43.5,142.5\n"), places=BOOK)
    assert item.frame.geometry.iloc[0].coords[0] == (142.5, 43.5)
    assert item.report.by_place is None
    assert "地名からは置いていない" in item.report.as_text()


def test_a_position_written_in_the_column_is_not_called_an_estimate(table):
    item = read(table('場所,x\n"43.5, 142.5",1\n'), places=BOOK)
    assert item.frame["位置の根拠"].tolist() == ["場所の欄の座標"]


def test_columns_of_the_same_name_keep_what_they_hold(table):
    item = read(table("場所,一致度\n美瑛町役場,高い\n"), places=BOOK)
    assert item.frame["一致度"].tolist() == ["高い"]
    assert item.frame["一致度_2"].tolist() == [pytest.approx(0.99)]


def test_a_system_given_for_files_beside_it_does_not_move_the_places(tmp_path):
    path = tmp_path / "both.zip"
    files = {
        "a.csv": "場所,x\n美瑛町役場,1\n".encode(),
        "b.geojson": collection(point(142.5, 43.6)),
    }
    path.write_bytes(zipped(files))
    by_name = {item.title: item for item in read_all(path, crs=6668, places=BOOK)}
    assert by_name["a"].frame.geometry.iloc[0].coords[0] == HALL
    assert "EPSG:4326" in by_name["a"].report.crs


def test_hostile_texts_are_texts(table):
    evil = ["=cmd|' /C calc'!A0", "<script>", "\x1b[2J\x07", "美" * 90_000, "'; DROP TABLE x;--",
            "٣٤", "\u202e橋金白", "a" * 300 + "\u0301" * 3000]  # fmt: skip
    path = table("")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["場所", "x"], ["美瑛町役場", "=1+1"], *([e, "1"] for e in evil)]
        )
    item = read(path, places=BOOK)
    assert item.frame["x"].tolist() == ["=1+1"]
    assert len(item.report.dropped) == len(evil)
    assert not {"\x1b", "\x07", "\u202e"} & set(item.report.as_text())


def test_too_many_different_places_are_refused(table, monkeypatch):
    monkeypatch.setattr(limits, "MAX_PLACES", 3)
    with pytest.raises(UnsafeFile, match="異なる場所"):
        read(table(ROWS), places=BOOK)


def test_five_thousand_rows_are_counted_to_the_last(table):
    lines = [f"{name},{n}" for n in range(2500) for name in ("美瑛町役場", f"謎の場所{n}号地")]
    report = read(table("場所,n\n" + "\n".join(lines) + "\n"), places=BOOK).report
    assert report.by_place is not None
    assert (report.by_place.placed, report.by_place.unplaced) == (2500, 2500)
    assert len(report.as_text().splitlines()) < 30


def test_mutated_tables_give_a_layer_or_a_refusal(tmp_path):
    chance, path, taken = random.Random(7), tmp_path / "m.csv", 0
    for _ in range(200):
        path.write_bytes(mutate(ROWS.encode(), chance))
        try:
            frame = read(path, places=BOOK).frame
        except LayerError:
            continue
        taken += 1
        assert set(map(tuple, np.vstack([p.coords[0] for p in frame.geometry]))) <= {
            HALL, SCHOOL, BRIDGE
        }  # fmt: skip
    assert taken > 5


@pytest.mark.parametrize("kind", ["emergency", "evacuation"])
def test_real_shelters_are_found_again_by_their_names(shared, table, kind):
    path = shared / "geo" / f"biei_shelters_{kind}_014591.geojson"
    layer = json.loads(path.read_text(encoding="utf-8"))
    book, _ = gazetteer_of([layer])
    names = [f["properties"]["施設・場所名"] for f in layer["features"]]
    cells = "".join(f'"{name}",{n}\n' for n, name in enumerate(names))
    item = read(table(f"施設名,n\n{cells}"), places=book)
    spots = [shape(layer["features"][int(n)]["geometry"]).coords[0][:2] for n in item.frame["n"]]
    found = [p.coords[0] for p in item.frame.geometry]
    away = np.hypot(*(plane_xy(np.array(found)) - plane_xy(np.array(spots))).T)
    assert away.max() <= 50
    assert item.report.by_place is not None
    assert item.report.by_place.unplaced == 0, item.report.as_text()


def test_real_addresses_are_placed_within_the_error_told(shared, table):
    geo = shared / "geo"
    layer = json.loads((geo / "biei_shelters_emergency_014591.geojson").read_text("utf-8"))
    book, _ = gazetteer_of([json.loads((geo / "biei_machiaza_abr2022.geojson").read_text("utf-8"))])
    rows = "".join(f"{f['properties']['住所']},{n}\n" for n, f in enumerate(layer["features"]))
    frame = read(table(f"住所,n\n{rows}"), places=book).frame
    spots = [shape(layer["features"][int(n)]["geometry"]).coords[0][:2] for n in frame["n"]]
    found = [p.coords[0] for p in frame.geometry]
    away = np.hypot(*(plane_xy(np.array(found)) - plane_xy(np.array(spots))).T)
    assert (away <= frame["位置誤差_m"]).all()
    assert len(frame) > 0.9 * len(layer["features"])
