"""The board as geodata: Japanese words, no person, nothing an audience may not see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dashboard.projections.features import TYPES
from dashboard.reports.geodata import LEFT_OUT, Wanted, export_board, features
from dashboard.reports.geosheets import SHEETS
from layers.errors import NotExportable
from tests.conftest import CREW, DESK, SYSTEM, Headquarters, event
from tests.exported import document, layers_of, read

PLACE = {"lon": 142.467, "lat": 43.588, "method": "typed", "uncertainty_m": 200.0}
SHA = "a" * 64
ROAD = {"type": "LineString", "coordinates": [[142.6, 43.47], [142.62, 43.48]]}


@pytest.fixture
def board(hq: Headquarters) -> Headquarters:
    """Two reports of two teams, one of them with a photo and an instruction; a closed road."""
    text = {"category": "river", "text": "増水 <b>", "place": PLACE, "team": "t1"}
    hq.one(CREW, event("report.received", "r1", text))
    hq.one(CREW, event("report.received", "r2", {"text": "場所不明", "team": "t2"}))
    photo = {"sha256": SHA, "size": 9, "content_type": "image/jpeg", "filename": "a.jpg"}
    hq.one(CREW, event("photo.announced", "p1", {**photo, "report_id": "r1", "place": PLACE}))
    hq.one(SYSTEM, event("photo.received", "p1", {**photo, "width": 4, "height": 3}))
    variant = {"name": "1600", "content_type": "image/jpeg", "width": 4, "height": 3, "size": 9}
    hq.one(SYSTEM, event("photo.rendered", "p1", {"sha256": SHA, "variants": [variant]}))
    order = {"team": "t1", "words": "土のうを積む", "report_id": "r1", "seen": hq.board.upto}
    hq.one(DESK, event("instruction.issued", "i1", order))
    closed = {"closure_kind": "full", "road_name": "道道966号", "geometry": ROAD, "seen": 0}
    hq.one(DESK, event("road_closure.declared", "c1", closed))
    return hq


def _ids(hq: Headquarters, audience: str, *types: str) -> set[str]:
    return {f["id"] for f in features(hq.board, Wanted(audience, frozenset(types)))}


def test_headquarters_gets_all_that_a_map_can_show_and_no_numbers(board: Headquarters) -> None:
    assert _ids(board, "hq") == {"r1", "r2", "p1", "i1", "c1"}
    assert _ids(board, "controller") == _ids(board, "hq")


def test_each_audience_gets_its_own_only(board: Headquarters) -> None:
    assert _ids(board, "field:t2") == {"r2", "c1"}
    assert _ids(board, "field:t1") == {"r1", "p1", "i1", "c1"}
    assert _ids(board, "partner:kamifurano") == {"c1"}
    assert _ids(board, "nobody") == set()


def test_types_choose(board: Headquarters) -> None:
    assert _ids(board, "hq", "report", "photo") == {"r1", "r2", "p1"}
    assert _ids(board, "hq", "shelter") == set()


def test_words_are_those_of_the_screens_and_times_are_of_japan(board: Headquarters) -> None:
    wanted = Wanted("hq", teams={"t1": "建設水道課1班"})
    rows = {f["id"]: f["properties"] for f in features(board.board, wanted)}
    report = rows["r1"]
    assert (report["分類"], report["確度"], report["対応"]) == (
        "河川増水・越水",
        "未確認",
        "未対応",
    )
    assert (report["位置の根拠"], report["位置誤差_m"]) == ("座標入力", 200.0)
    assert (report["発生"], report["班"]) == ("2026-08-23T12:00:00+09:00", "建設水道課1班")
    assert (rows["c1"]["規制"], rows["c1"]["状態"]) == ("全面通行止", "規制中")


def test_no_person_is_named(board: Headquarters) -> None:
    assert "crew-1" not in str(list(features(board.board, Wanted("hq"))))
    assert "desk-1" not in str(list(features(board.board, Wanted("hq"))))


def test_pictures_go_with_the_photo_and_its_report(board: Headquarters) -> None:
    found = {f["id"]: f.get("pictures") for f in features(board.board, Wanted("hq"))}
    assert (found["p1"], found["r1"], found["r2"]) == ([SHA], [SHA], [])


def test_a_type_that_the_table_does_not_know_goes_out_as_it_is(
    board: Headquarters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(SHEETS, "road_closure")
    found = next(f for f in features(board.board, Wanted("hq")) if f["id"] == "c1")
    assert (found["layer"], found["properties"]["road_name"]) == ("road_closure", "道道966号")


def _export(hq: Headquarters, name: str, tmp_path: Path, **more: Any) -> Any:
    return export_board(hq.board, Wanted("hq", **more), name, tmp_path / "board")


def test_a_geopackage_has_a_layer_a_kind_of_thing(board: Headquarters, tmp_path: Path) -> None:
    made = _export(board, "gpkg", tmp_path)
    assert set(layers_of(made.path)) == {
        "通報_点", "通報_位置なし", "写真_点", "指示_点", "通行止め_線", "layer_styles",
    }  # fmt: skip
    assert read(made.path, "指示_点")["指示"].tolist() == ["土のうを積む"]


def test_a_map_file_says_its_incident_as_of_and_drill(board: Headquarters, tmp_path: Path) -> None:
    text = document(_export(board, "kml", tmp_path, mark="訓練"))
    assert "<Document><name>訓練 大雨</name>" in text
    assert "時点: 2026-08-23T12:00:00+09:00" in text
    assert "未確認の情報" in text
    assert "<b>" not in text
    assert "場所不明" in text  # no place: listed


def test_nothing_of_a_type_is_an_error(board: Headquarters, tmp_path: Path) -> None:
    with pytest.raises(NotExportable):
        _export(board, "csv", tmp_path, types=frozenset({"shelter"}))


def test_damage_goes_out_on_its_stretch_with_its_river(board: Headquarters) -> None:
    on = {
        "kind": "river", "line_id": "biei", "name": "美瑛川", "along_m": 1200.0, "side": "left",
        "distance_m": 8.0, "confidence": 0.9,
    }  # fmt: skip
    body = {"text": "護岸欠損", "on": on, "geometry": ROAD, "passable": "no", "length_m": 40.0}
    board.one(CREW, event("river_damage.reported", "d1", body))
    found = next(f for f in features(board.board, Wanted("hq")) if f["id"] == "d1")
    assert found["layer"] == "河川被害"
    assert found["geometry"] == ROAD
    row = found["properties"]
    assert (row["路線・河川"], row["岸"], row["通行"]) == ("美瑛川", "左岸", "不可")


def test_every_type_a_map_shows_has_a_sheet_or_is_left_out_on_purpose() -> None:
    assert set(TYPES) == set(SHEETS) | (LEFT_OUT - {"erased"})
