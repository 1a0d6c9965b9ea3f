"""The town's lahar table: read strictly, computed to the second, never drawn as official."""

from __future__ import annotations

import datetime as dt
import json
from importlib.resources import files
from pathlib import Path

import pytest
import shapely

from layers.crs import plane_xy, to_plane
from layers.errors import BrokenTable
from layers.ground import ground
from layers.lahar import LaharTable, bands, windows

JST = dt.timezone(dt.timedelta(hours=9))
ERUPTED = dt.datetime(2026, 2, 12, 10, 0, tzinfo=JST)
DRILL = Path(str(files("data").joinpath("reference", "lahar_drill.yaml")))

TABLE = """
version: 1
title: 到達時間の表
source: 町地域防災計画（試験用の架空の値）
date: 2025-04-01
entered_by: 総務課 防災担当
river: 美瑛川
drill: false
places:
  - name: 白金温泉
    lon: 142.641971
    lat: 43.473579
    distance_km: 7
    speed_fast_kmh: 60
    speed_slow_kmh: 30
    groups:
      - {name: 宿泊客, preparation_min: 3, travel_min: 2.5}
  - name: 美沢
    lon: 142.54
    lat: 43.545
    arrival_fast_min: 18.5
    arrival_slow_min: 40
    note: 橋の手前
"""
LINE = """
line:
  type: LineString
  coordinates: [[142.675, 43.423], [142.653, 43.4745], [142.636, 43.4778], [142.54, 43.543]]
"""


def after(minutes: float) -> dt.datetime:
    return ERUPTED + dt.timedelta(minutes=minutes)


def test_a_distance_and_two_speeds_make_a_window() -> None:
    first, _ = windows(LaharTable.read(TABLE), ERUPTED, ERUPTED)
    assert (first.arrives_from, first.arrives_to) == (after(7), after(14))
    assert (first.remaining_fast_s, first.remaining_slow_s) == (420, 840)
    assert "7 kmを、30～60 km/hの一定の速さで流れると仮定" in first.assumption


def test_two_arrivals_make_a_window() -> None:
    _, second = windows(LaharTable.read(TABLE), ERUPTED, after(1))
    assert (second.arrives_from, second.arrives_to) == (after(18.5), after(40))
    assert second.remaining_fast_s == 17.5 * 60
    assert second.note == "橋の手前"


def test_a_part_of_a_second_never_lengthens_the_time_left() -> None:
    odd = TABLE.replace("speed_fast_kmh: 60", "speed_fast_kmh: 59.9").replace(
        "speed_slow_kmh: 30", "speed_slow_kmh: 31"
    )
    first, _ = windows(LaharTable.read(odd), ERUPTED, ERUPTED)
    assert first.arrives_from == ERUPTED + dt.timedelta(seconds=420)  # 420.7 s
    assert first.arrives_to == ERUPTED + dt.timedelta(seconds=813)  # 812.9 s
    half = ERUPTED + dt.timedelta(microseconds=500_000)
    later, _ = windows(LaharTable.read(odd), ERUPTED, half)
    assert (later.remaining_fast_s, later.remaining_slow_s) == (419, 813)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(-5, "before"), (6.99, "before"), (7, "inside"), (14, "inside"), (14.01, "passed")],
)
def test_a_place_is_before_inside_or_past_its_window(minutes: float, state: str) -> None:
    assert windows(LaharTable.read(TABLE), ERUPTED, after(minutes))[0].state == state


def test_the_margin_of_a_group_is_what_preparing_and_walking_leave() -> None:
    (margin,) = windows(LaharTable.read(TABLE), ERUPTED, ERUPTED)[0].margins
    assert (margin.group, margin.margin_s, margin.order_by) == ("宿泊客", 90, after(1.5))
    (late,) = windows(LaharTable.read(TABLE), ERUPTED, after(4))[0].margins
    assert (late.margin_s, late.order_by) == (-150, after(1.5))


def test_every_window_says_that_it_is_a_model_and_where_it_comes_from() -> None:
    for window in windows(LaharTable.read(TABLE), ERUPTED, ERUPTED):
        assert window.model_not_observation
        assert "観測ではない" in window.mark
        assert "公式の到達範囲ではない" in window.mark
        assert "町地域防災計画" in window.source
        assert "2025-04-01" in window.source
        assert window.assumption


@pytest.mark.parametrize("which", ["erupted_at", "now"])
def test_a_time_without_a_zone_is_refused(which: str) -> None:
    moments = {"erupted_at": ERUPTED, "now": ERUPTED} | {which: ERUPTED.replace(tzinfo=None)}
    with pytest.raises(ValueError, match=f"{which} .* no time zone"):
        windows(LaharTable.read(TABLE), **moments)


def test_a_file_with_a_mark_of_windows_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "表.yaml"
    path.write_text(TABLE.replace("\n", "\r\n"), encoding="utf-8-sig")
    assert LaharTable.read(path) == LaharTable.read(TABLE)


def test_full_width_digits_are_digits() -> None:
    assert (
        LaharTable.read(TABLE.replace("distance_km: 7", "distance_km: ７．０")).places[0].fast_s
        == 420
    )


def but(old: str, new: str) -> str:
    """The table with one thing changed."""
    assert old in TABLE
    return TABLE.replace(old, new)


def on_line(old: str, new: str) -> str:
    """The table with a line, changed in one thing."""
    assert old in LINE
    return TABLE + LINE.replace(old, new)


ANOTHER = "{name: 宿泊客, preparation_min: 1, travel_min: 1}"
ARRIVALS = "    arrival_fast_min: 18.5\n    arrival_slow_min: 40\n"
SPOILED = {
    "not YAML": (but("version: 1", "version: [1"), r"行目.*YAMLとして読めません"),
    "a list": ("- 1\n- 2\n", r"1行目.*項目: 値"),
    "nothing": ("", r"項目: 値"),
    "two documents": (TABLE + "---\n" + TABLE, "YAMLとして読めません"),
    "a control character": (but("橋の", "橋\x00の"), "YAMLとして読めません"),
    "an alias": (but("drill: false", "drill: &a false\nx: *a"), "別名"),
    "a deep nest": ("a: " + "[" * 5000 + "]" * 5000, "入れ子"),
    "too large": ("#" * 300_000, "256 KiB"),
    "a key twice": (but("river:", "title: 別\nriver:"), r"7行目: 項目「title」が二つ"),
    "an unknown key": (but("note:", "memo:"), r"23行目 places\[2\]\.memo: 「memo」"),
    "another version": (but("version: 1", "version: 2"), r"2行目 version"),
    "no source": (but("source: 町地域防災計画（試験用の架空の値）", ""), "source"),
    "no date": (but("2025-04-01", "令和7年"), r"date: 2026-11-24 の形"),
    "neither drill nor real": (but("drill: false", "drill: no"), "true"),
    "no places": (TABLE[: TABLE.index("places:")] + "places: []\n", "地点は 1 から"),
    "a long title": (but("到達時間の表", "表" * 600), "500字まで"),
    "NaN": (but("speed_fast_kmh: 60", "speed_fast_kmh: .nan"), r"speed_fast_kmh: 数では"),
    "a sexagesimal": (but("fast_min: 18.5", "fast_min: 0:18"), "数ではありません"),
    "a negative speed": (but("slow_kmh: 30", "slow_kmh: -30"), "単位"),
    "a speed of zero": (but("slow_kmh: 30", "slow_kmh: 0"), "単位"),
    "metres for kilometres": (but("distance_km: 7", "distance_km: 7000"), "単位"),
    "fast and slow swapped": (
        but("fast_kmh: 60", "fast_kmh: 20"),
        r"10行目 places\[1\]: 速い側が遅い側より遅く",
    ),
    "speeds and arrivals": (but("note: 橋の手前", "speed_fast_kmh: 3"), "どちらか一方"),
    "neither": (but(ARRIVALS, ""), "どちらか"),
    "half of the speeds": (but("    speed_slow_kmh: 30\n", ""), "speed_slow_kmh"),
    "lat and lon swapped": (but("lon: 142.54", "lon: 43.545"), r"places\[2\]\.lon"),
    "a place twice": (but("name: 美沢", "name: 白金温泉"), "「白金温泉」が二つ"),
    "a group twice": (
        but("travel_min: 2.5}", f"travel_min: 2.5}}\n      - {ANOTHER}"),
        "「宿泊客」が二つ",
    ),
    "downstream earlier": (but("fast_min: 18.5", "fast_min: 5"), "上流の「白金温泉」より早く"),
    "distances out of order": (
        but("note: 橋の手前", "distance_km: 3"),
        "上の行の 7 km より近く",
    ),
    "a line of one point": (
        TABLE + "line: {type: LineString, coordinates: [[142.6, 43.5]]}\n",
        "LineString",
    ),
    "a line elsewhere": (on_line("[142.675, 43.423]", "[43.423, 142.675]"), "日本の外"),
    "a line of triples": (on_line("[142.675, 43.423]", "[142.675, 43.423, 900]"), "経度, 緯度"),
    "a line of another river": (
        TABLE + "line: {type: LineString, coordinates: [[142.67, 43.42], [142.5, 43.42]]}\n",
        "離れています",
    ),
    "a line going upstream": (
        TABLE + "line: {type: LineString, coordinates: [[142.54, 43.543], [142.645, 43.474]]}\n",
        "より上流です",
    ),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_table_is_refused_with_line_and_key(what: str) -> None:
    text, words = SPOILED[what]
    with pytest.raises(BrokenTable, match=words):
        LaharTable.read(text)


def test_a_file_that_is_not_utf_8_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sjis.yaml"
    path.write_bytes(TABLE.encode("cp932"))
    with pytest.raises(BrokenTable, match=r"sjis\.yaml: 文字コードを UTF-8"):
        LaharTable.read(path)
    with pytest.raises(BrokenTable, match="表を開けません"):
        LaharTable.read(tmp_path / "none.yaml")


def stretch(minutes: float, text: str = TABLE + LINE) -> dict | None:
    found = bands(LaharTable.read(text), ERUPTED, after(minutes))["features"]
    return next((f for f in found if f["properties"]["kind"] == "lahar_band"), None)


def test_the_band_reaches_from_the_slowest_front_to_the_fastest() -> None:
    line = shapely.LineString(
        plane_xy([[142.675, 43.423], [142.653, 43.4745], [142.636, 43.4778], [142.54, 43.543]])
    )
    spa, misawa = (
        line.project(shapely.Point(plane_xy([place])[0]))
        for place in ((142.641971, 43.473579), (142.54, 43.545))
    )
    band = stretch(14)
    assert band is not None
    assert band["properties"]["slow_front_m"] == round(spa)  # the slow front is at the spa
    assert band["properties"]["fast_front_m"] == round(spa + (misawa - spa) * 7 / 11.5)
    drawn = to_plane(shapely.geometry.shape(band["geometry"]))
    assert drawn.length == pytest.approx((misawa - spa) * 7 / 11.5, abs=1)


def test_past_the_last_place_the_band_stays_and_says_so() -> None:
    band = stretch(30)
    assert band is not None
    assert band["properties"]["fast_front_left_the_table"]


@pytest.mark.parametrize("minutes", [-1, 0, 40, 500])
def test_there_is_no_band_before_the_eruption_nor_after_the_slowest_front(minutes: float) -> None:
    assert stretch(minutes) is None


def test_without_a_line_there_are_only_places() -> None:
    assert stretch(10, TABLE) is None


def test_whatever_is_drawn_carries_its_mark_and_its_source() -> None:
    layer = bands(LaharTable.read(TABLE + LINE), ERUPTED, after(10))
    assert layer["metadata"]["role"] == "lahar"
    assert "公式の到達範囲ではない" in layer["metadata"]["title_ja"]
    for feature in layer["features"]:
        assert "想定（観測ではない）。公式の到達範囲ではない。" in feature["properties"]["mark"]
        assert feature["properties"]["model_not_observation"] is True
        assert "町地域防災計画" in feature["properties"]["source"]
        assert feature["properties"]["assumption"]
    assert json.loads(json.dumps(layer)) == json.loads(json.dumps(layer, allow_nan=False))


def test_the_table_for_drills_says_so_everywhere() -> None:
    table = LaharTable.read(DRILL)
    assert table.drill
    for feature in bands(table, ERUPTED, after(9))["features"]:
        assert feature["properties"]["mark"].startswith("訓練用・仮の値。")
        assert feature["properties"]["drill"] is True
        assert "1926年" in feature["properties"]["source"]


def test_the_distances_of_the_drill_are_those_of_the_sketched_river() -> None:
    rivers = {f["id"]: f["geometry"]["coordinates"] for f in ground()["features"]}
    table = LaharTable.read(DRILL)
    upper, lower = rivers["river:iozawa"], rivers["river:biei"]
    assert set(table.line) <= {tuple(p) for p in (rivers["crater:62-2"], *upper, *lower)}
    course = table.course()
    assert course is not None
    for place, metres in zip(table.places, course.at_m, strict=True):
        assert float(place.fast_s) == pytest.approx(metres / 75 * 3.6, abs=75 / 3.6)
        assert place.slow_s / place.fast_s == pytest.approx(75 / 48)
