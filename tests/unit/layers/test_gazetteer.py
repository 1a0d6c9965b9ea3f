"""The gazetteer over its own ground: searching, taking apart, hostile names."""

from __future__ import annotations

import math
import pickle

import pytest

from layers.crs import plane_xy
from layers.gazetteer import LINES, Entry, Gazetteer, entries_from, gazetteer_of
from layers.ground import ground
from layers.lines import LineIndex

BRIDGE = Entry("bridge:1", "白金橋", "bridge", (142.6385, 43.4767), kana="しろがねばし",
               source="試験", uncertainty_m=10)  # fmt: skip


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.dist(*plane_xy([a, b]))


@pytest.fixture(scope="module")
def book() -> Gazetteer:
    entries = [*entries_from(ground()), BRIDGE]
    return Gazetteer.build(entries, LineIndex.from_collection(ground(), LINES))


def names(book: Gazetteer, text: str) -> list[str]:
    return [c.entry.name for c in book.search(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("美馬牛駅", "美馬牛駅"), ("びばうしえき", "美馬牛駅"), ("ビバウシ", "美馬牛"),
        ("ﾙﾍﾞｼﾍﾞ", "瑠辺蘂"), ("役場", "美瑛町役場"), ("びえいちょうやくば", "美瑛町役場"),
        ("道道966", "道道966号 十勝岳温泉美瑛線"), ("966号", "道道966号 十勝岳温泉美瑛線"),
        ("十勝岳温泉美瑛線", "道道966号 十勝岳温泉美瑛線"), ("国道237号線", "国道237号"),
        ("北海道道２１３号", "道道213号 天人峡美瑛線"), ("しろがねばし", "白金橋"),
        ("美馬午駅", "美馬牛駅"), ("びばうじ", "美馬牛"), ("62-2", "62-2火口"),
        ("あおいいけ", "青い池"), ("白金橋付近", "白金橋"),
        ("ぼうがくだい", "望岳台防災シェルター"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(book: Gazetteer, text: str, name: str) -> None:
    assert names(book, text)[0] == name


def test_exact_goes_before_prefix_before_part_before_similar(book: Gazetteer) -> None:
    found = book.search("白金")
    assert [c.why for c in found[:2]] == ["exact", "prefix"]
    assert found[0].entry.name == "白金"
    assert found[0].score > found[1].score + 0.05
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    assert "part" in {c.why for c in book.search("センター")}
    assert book.search("びばうじ")[0].why == "similar"


def test_near_prefers_what_is_close_by() -> None:
    twins = [Entry(f"b{lon}", "一号橋", "bridge", (lon, 43.5)) for lon in (142.4, 142.6)]
    book = Gazetteer.build(twins)
    for lon in (142.4, 142.6):
        assert book.search("1号橋", near=(lon, 43.5))[0].entry.id == f"b{lon}"


def test_one_place_in_two_layers_is_answered_once() -> None:
    twice = [Entry("a", "字白金", "aza", (142.6437, 43.4728)),
             Entry("a", "白金", "settlement", (142.645, 43.47), uncertainty_m=800),
             Entry("c", "白金", "settlement", (142.4, 43.6))]  # fmt: skip
    found = Gazetteer.build(twice).search("白金")
    assert [(c.entry.kind, c.entry.id) for c in found] == [("aza", "a"), ("settlement", "c")]


@pytest.mark.parametrize(
    "text", ["43.5883, 142.4671", "142.4671,43.5883", "北緯43度35分18秒 東経142度28分1.5秒"]
)
def test_coordinates_in_any_notation_are_a_candidate(book: Gazetteer, text: str) -> None:
    (found,) = book.search(text)
    assert (found.why, found.entry.kind) == ("coordinates", "coordinate")
    assert metres(found.entry.lonlat, (142.4671, 43.5883)) < 30


def test_a_grid_square_is_a_candidate_with_its_size(book: Gazetteer) -> None:
    (found,) = book.search("6542-03-57")
    assert found.entry.name == "メッシュ 65420357"
    assert 650 < found.entry.uncertainty_m < 750
    assert found.entry.geometry["type"] == "Polygon"
    assert book.search("0166-92-1111") == []  # a telephone number is none


def test_so_far_upstream_is_measured_along_the_river(book: Gazetteer) -> None:
    up, down = (book.search(f"白金橋の300m{way}")[0] for way in ("上流", "下流"))
    assert up.entry.name == "白金橋から上流へ300 m（美瑛川）"
    snaps = [book.lines.snap(c.entry.lonlat, within_m=50, kinds=("river",)) for c in (up, down)]
    assert snaps[1].along_m - snaps[0].along_m == pytest.approx(600, abs=1)
    assert up.entry.schematic
    assert up.entry.uncertainty_m > 500
    assert book.search("白金橋の上流約300メートル")[0].entry.lonlat == up.entry.lonlat


def test_upstream_on_a_river_of_unknown_flow_is_the_anchor_and_says_so() -> None:
    document = ground() | {"metadata": {"schematic": True}}
    lines = LineIndex.from_collection(document, ("river",))
    found = Gazetteer.build([BRIDGE], lines).search("白金橋の300m上流")[0]
    assert "流れの向きが不明" in found.entry.name
    assert found.entry.lonlat == BRIDGE.lonlat
    assert found.entry.uncertainty_m >= 300


@pytest.mark.parametrize(
    "text", ["白金橋から北西へ0.5km", "白金橋の北西500m", "白金橋から５００ｍ北西側"]
)
def test_so_far_in_a_direction(book: Gazetteer, text: str) -> None:
    found = book.search(text)[0]
    here, there = plane_xy([BRIDGE.lonlat, found.entry.lonlat])
    assert (there - here).tolist() == pytest.approx([-353.6, 353.6], abs=0.5)


def test_a_road_and_a_place_meet_on_the_road(book: Gazetteer) -> None:
    found = book.search("道道966号　青い池付近")[0]
    assert (found.entry.name, found.why) == ("道道966号 青い池付近", "on_line")
    assert book.lines.snap(found.entry.lonlat, within_m=5, kinds=("road",)).name.startswith(
        "道道966"
    )


def test_a_road_and_a_river_meet_where_they_cross(book: Gazetteer) -> None:
    found = book.search("国道237号と美瑛川")[0]
    assert found.why == "crossing"
    for kind in ("road", "river"):
        assert book.lines.snap(found.entry.lonlat, within_m=5, kinds=(kind,)) is not None


def test_of_two_names_the_finer_one_near_the_other_is_meant() -> None:
    halls = [Entry("h1", "美沢行政区会館", "evacuation_site", (142.541, 43.546)),
             Entry("h2", "福富行政区会館", "evacuation_site", (142.47, 43.556)),
             Entry("s1", "美沢", "settlement", (142.54, 43.545)),
             Entry("s2", "福富", "settlement", (142.47, 43.555))]  # fmt: skip
    book = Gazetteer.build(halls)
    for text in ("美沢の公民館の近く", "美沢公民館", "美沢 集会所"):
        assert names(book, text)[0] == "美沢行政区会館"
    assert names(book, "福富の公民館")[0] == "福富行政区会館"


def test_a_km_post_is_found_on_its_river() -> None:
    document = ground()
    line = LineIndex.from_collection(document).line("river:biei")
    posts = [{"km": km, "lon": lon, "lat": lat}
             for km, (lon, lat) in ((10, line.at(9000)), (12, line.at(7000)))]  # fmt: skip
    document["metadata"]["posts"] = {"美瑛川": posts}
    book = Gazetteer.build(entries_from(document), LineIndex.from_collection(document))
    for text in ("美瑛川 KP11", "美瑛川の１１ＫＰ", "びえいがわ KP99"):
        found = [c for c in book.search(text) if c.why == "offset"]
        if "99" in text:
            assert found == []
        else:
            assert metres(found[0].entry.lonlat, line.at(8000)) < 1


@pytest.mark.parametrize(
    "text", ["", " ", "。、", "\x00\x1b[31m", "‮", "=cmd()", "%", "…" * 5000, "の" * 10_000, "(" * 9]
)
def test_a_question_without_a_name_finds_nothing_and_breaks_nothing(book, text: str) -> None:
    assert book.search(text) == []


def test_a_question_of_ten_thousand_characters_is_answered(book: Gazetteer) -> None:
    assert len(book.search("白金橋" * 3334)) <= 10
    assert book.search("白金橋の9" + "9" * 10_000 + "m上流") is not None


HOSTILE = [
    "<script>alert(1)</script>", '=HYPERLINK("x")', "あ" * 10_000, "\x00\x07", "  ", "%s{0}",
]  # fmt: skip


def test_hostile_names_are_kept_as_they_are_and_harm_no_search() -> None:
    features = [
        {"type": "Feature", "properties": {"name": name},
         "geometry": {"type": "Point", "coordinates": [142.5, 43.5]}}
        for name in HOSTILE
    ]  # fmt: skip
    entries = entries_from({"type": "FeatureCollection", "features": features})
    assert [e.name for e in entries] == [n for n in HOSTILE if n.strip()]
    book = Gazetteer.build(entries)
    assert book.search("script")[0].entry.name == HOSTILE[0]
    assert book.search("HYPERLINK")[0].entry.name == HOSTILE[1]
    assert all(book.reverse((142.5, 43.5)).text(lang) for lang in ("ja", "en"))


@pytest.mark.parametrize(
    "geometry",
    [None, {}, {"type": "Point", "coordinates": []}, {"type": "Point", "coordinates": [None, 1]},
     {"type": "Point", "coordinates": [math.nan, 43]}, {"type": "Point", "coordinates": [9e9, 43]},
     {"type": "Polygon", "coordinates": [[[0, 0]]]}, {"type": "Nothing", "coordinates": [1, 2]},
     {"type": "Point", "coordinates": "142,43"}, {"type": "GeometryCollection", "geometries": []},
     {"type": "LineString", "coordinates": [[math.nan, 43], [142, 43]]}],
)  # fmt: skip
def test_a_feature_without_a_readable_place_is_left_out(geometry) -> None:
    feature = {"type": "Feature", "properties": {"name": "橋"}, "geometry": geometry}
    assert entries_from({"type": "FeatureCollection", "features": [feature]}) == []


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"S_NAME": "字白金", "CITY_NAME": "美瑛町"}, ("aza", "字白金", "美瑛町")),
        ({"N02_003": "富良野線", "N02_005": "美瑛"}, ("station", "美瑛", "")),
        ({"W05_002": "81", "W05_004": "美瑛川"}, ("river", "美瑛川", "")),
        ({"N03_001": "北海道", "N03_004": "美瑛町"}, ("municipality", "美瑛町", "美瑛町")),
        ({"lgcode": "014591", "city": "美瑛町", "citykana": "びえいちょう"},
         ("town_hall", "美瑛町役場", "美瑛町")),
        ({"kind": "no such kind", "name": "何か"}, ("place", "何か", "")),
    ],
)  # fmt: skip
def test_the_attributes_of_official_layers_are_understood(properties, expected) -> None:
    feature = {"properties": properties,
               "geometry": {"type": "Point", "coordinates": [142.5, 43.5]}}  # fmt: skip
    (found,) = entries_from({"features": [feature]})
    assert (found.kind, found.name, found.municipality) == expected


def test_the_parts_of_a_road_are_one_entry() -> None:
    parts = [
        {"type": "Feature", "properties": {"N01_003": "一般国道237号", "N01_002": "3"},
         "geometry": {"type": "LineString", "coordinates": [[lon, 43.5], [lon + 0.01, 43.5]]}}
        for lon in (142.4, 142.41, 142.42)
    ]  # fmt: skip
    (road,) = entries_from({"type": "FeatureCollection", "features": parts})
    assert (road.kind, len(road.geometry["coordinates"])) == ("road", 3)


def test_a_gazetteer_survives_pickling(book: Gazetteer) -> None:
    again = pickle.loads(pickle.dumps(book))
    assert again.search("白金橋") == book.search("白金橋")
    assert again.reverse((142.64, 43.48)).text() == book.reverse((142.64, 43.48)).text()


def line(title: str, points: list, **metadata) -> dict:
    feature = {"type": "Feature", "id": f"{metadata}{title}",
               "properties": {"kind": "river", "name": title},
               "geometry": {"type": "LineString", "coordinates": points}}  # fmt: skip
    return {"type": "FeatureCollection", "metadata": metadata, "features": [feature]}


def test_a_surveyed_river_takes_the_place_of_the_sketched_one() -> None:
    survey = line("美瑛川", [[142.5, 43.5], [142.4, 43.6]], name="w05")
    book, wrong = gazetteer_of([ground(), survey])
    assert wrong == []
    assert [x.schematic for x in book.lines.lines if x.name == "美瑛川"] == [False]
    assert {x.name for x in book.lines.lines if x.schematic} >= {"辺別川", "国道237号"}


def test_a_broken_layer_is_named_and_the_others_are_searched() -> None:
    broken = line("壊川", [[142.5, 43.5], ["x", None]], name="bad")
    book, (error,) = gazetteer_of([broken, ground()])
    assert "壊川" in str(error)
    assert book.search("美瑛川")[0].entry.name == "美瑛川"


def post(km: object, lonlat: tuple[float, float], **more) -> dict:
    return {"type": "Feature", "properties": {"km": km, "河川名": "美瑛川"} | more,
            "geometry": {"type": "Point", "coordinates": list(lonlat)}}  # fmt: skip


def test_a_layer_of_km_posts_is_used_and_is_no_layer_of_places() -> None:
    river = LineIndex.from_collection(ground()).line("river:biei")
    posts = {"features": [post(20 - m / 1000, river.at(m)) for m in (8000, 9000, 10_000)]}
    book, wrong = gazetteer_of([ground(), posts])
    assert wrong == []
    found = book.search("美瑛川 KP11.5")[0]
    assert metres(found.entry.lonlat, river.at(8500)) < 1
    assert [e.kind for e in book.entries if e.name == "美瑛川"] == ["river"]
    assert "KP" not in book.reverse(river.at(8500)).text()
    assert entries_from({"features": [post(1, river.at(0), 橋名="白金橋")]})[0].kind == "bridge"


def test_km_posts_that_do_not_hold_together_are_named() -> None:
    at = LineIndex.from_collection(ground()).line("river:biei").at
    crossed = {"features": [post(k, at(m)) for k, m in ((1, 0), (3, 500), (2, 900))]}
    lost = {"features": [post(1, at(0), 河川名="無い川")]}
    _, wrong = gazetteer_of([ground(), crossed, lost])
    assert ["do not follow" in str(e) or "no line" in str(e) for e in wrong] == [True, True]


def test_hazard_areas_and_ways_out_are_no_places() -> None:
    feature = {"type": "Feature", "properties": {"name": "警戒区域1"},
               "geometry": {"type": "Point", "coordinates": [142.5, 43.5]}}  # fmt: skip
    hazard = {"metadata": {"role": "hazard"}, "features": [feature]}
    way_out = {"features": [feature | {"properties": {"name": "旭川方面", "kind": "outside"}}]}
    assert gazetteer_of([hazard, way_out])[0].entries == ()


def test_an_empty_gazetteer_answers_nothing() -> None:
    empty = Gazetteer.build([])
    assert empty.search("白金") == []
    assert empty.reverse((142.5, 43.5)).text() == "付近に名前の分かる場所なし"
