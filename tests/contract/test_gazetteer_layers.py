"""The gazetteer over real layers: 町字, shelters, stations, peaks, town halls, boundaries."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from layers.gazetteer import LINES, Gazetteer, entries_from
from layers.ground import ground
from layers.lines import LineIndex

FILES = (
    "biei_machiaza_abr2022", "biei_oaza_points_geolonia", "biei_shelters_emergency_014591",
    "biei_shelters_evacuation_014591", "furano_line_stations_n02", "mountains_around_biei_gsi",
    "townhalls_localgovjp", "biei_boundary_n03", "neighbours_boundary_n03",
)  # fmt: skip
KINDS = {
    "biei_machiaza_abr2022": {"aza": 97, "district": 131}, "biei_oaza_points_geolonia": {"aza": 96},
    "biei_shelters_emergency_014591": {"evacuation_site": 54},
    "biei_shelters_evacuation_014591": {"shelter": 28}, "furano_line_stations_n02": {"station": 17},
    "mountains_around_biei_gsi": {"summit": 23}, "townhalls_localgovjp": {"town_hall": 12},
    "biei_boundary_n03": {"municipality": 1}, "neighbours_boundary_n03": {"municipality": 5},
    "kamifurano_shelters_evacuation_014605": {"shelter": 43},
    "hokkaido_municipalities_s0010": {"municipality": 194},
}  # fmt: skip
TOWN_HALL = (142.4670597, 43.5883298)


def layer(shared: Path, name: str) -> dict:
    return json.loads((shared / "geo" / f"{name}.geojson").read_text(encoding="utf-8"))


@pytest.fixture
def book(shared: Path) -> Gazetteer:
    return built(shared)


@functools.cache
def built(shared: Path) -> Gazetteer:
    entries = [e for name in FILES for e in entries_from(layer(shared, name))]
    lines = LineIndex.from_collection(ground(), LINES)
    return Gazetteer.build([*entries_from(ground()), *entries], lines)


@pytest.mark.parametrize("name", KINDS)
def test_every_feature_of_a_real_layer_becomes_an_entry_of_its_kind(shared, name: str) -> None:
    counted: dict[str, int] = {}
    for entry in entries_from(layer(shared, name)):
        counted[entry.kind] = counted.get(entry.kind, 0) + 1
        assert entry.name
    assert counted == KINDS[name]


def test_every_real_name_is_found_by_itself(book: Gazetteer) -> None:
    for entry in book.entries:
        found = book.search(entry.name, near=entry.lonlat, limit=3)
        assert found, entry.name
        assert found[0].why == "exact", (entry.name, found[0])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("びばうし", "字美馬牛"), ("ビバウシ", "字美馬牛"), ("美馬牛", "字美馬牛"),
        ("美馬牛駅", "美馬牛駅"), ("五稜第3", "五稜第三"), ("五稜第三", "五稜第三"),
        ("ごりょう第三", "五稜第三"), ("ルベシベ", "字瑠辺蘂"),
        ("ﾙﾍﾞｼﾍﾞ集落センター", "ルベシベ集落センター"),
        ("瑠邊蕊第二", "瑠辺蘂第二"), ("旭町1丁目", "旭町一丁目"), ("美瑛町字白金", "字白金"),
        ("北海道上川郡美瑛町字朗根内", "字朗根内"), ("美瑛原野5線", "美瑛原野五線"),
        ("水澤", "字水沢"), ("憩ヶ丘", "憩が丘"), ("横牛堀之澤", "横牛堀の沢"),
        ("新星みどりケ丘", "新星みどりヶ丘"), ("とむらうし", "トムラウシ山"),
        ("旭岳", "大雪山<旭岳>"),
        ("Bi.yell", "丘のまち交流館ｂｉ．ｙｅｌｌ"), ("旧宇莫別小", "（旧）宇莫別小学校"),
        ("町民センタ", "町民センター"), ("美沢の公民館の近く", "美沢行政区会館"),
        ("東川町役場", "東川町役場"), ("役場", "美瑛町役場"),
    ],
)  # fmt: skip
def test_what_people_type_finds_the_place(book: Gazetteer, text: str, name: str) -> None:
    assert book.search(text)[0].entry.name == name


def test_a_letter_wrong_in_a_long_name_still_finds_it(book: Gazetteer) -> None:
    assert book.search("十勝岳火山砂防情報センタ一")[0].entry.name == "十勝岳火山砂防情報センター"
    assert book.search("美瑛高等学交")[0].entry.name == "美瑛高等学校"


def test_the_town_hall_lies_in_biei(book: Gazetteer) -> None:
    found = book.reverse(TOWN_HALL)
    assert (found.municipality, found.border) == ("美瑛町", False)
    assert found.landmark.entry.name == "美瑛町役場"
    assert found.text().startswith("美瑛町本町四丁目付近")


@pytest.mark.parametrize(
    ("lonlat", "town"), [((142.478, 43.455), "上富良野町"), ((142.6, 43.68), "東川町")]
)
def test_the_neighbours_are_named(book: Gazetteer, lonlat, town: str) -> None:
    assert book.reverse(lonlat).municipality == town


def test_the_summit_on_the_boundary_is_told_with_doubt(book: Gazetteer) -> None:
    found = book.reverse((142.686389, 43.417778))
    assert found.border
    assert found.landmark.entry.name == "十勝岳"


def test_every_evacuation_site_of_biei_lies_in_biei_and_is_its_own_landmark(book, shared) -> None:
    for site in entries_from(layer(shared, "biei_shelters_emergency_014591")):
        found = book.reverse(site.lonlat)
        assert found.municipality == "美瑛町", site.name
        assert found.landmark.distance_m < 60, site.name
