"""The hand-made ground: right places, Japanese names, and honest about being a sketch."""

from __future__ import annotations

import copy
import math
import re

import pytest

from layers.errors import BrokenGround
from layers.ground import GEOMETRY, check, ground

PUBLISHED = {  # lon, lat in degrees
    "美瑛町役場": (142.4670597, 43.5883298),
    "美瑛駅": (142.461695, 43.591185),
    "北美瑛駅": (142.47965, 43.61791),
    "美馬牛駅": (142.44714, 43.537435),
    "十勝岳": (142.686389, 43.417778),
    "美瑛岳": (142.706667, 43.44),
    "オプタテシケ山": (142.751667, 43.470278),
    "富良野岳": (142.635, 43.393611),
    "十勝岳火山砂防情報センター": (142.64022, 43.477184),
    "望岳台防災シェルター": (142.649412, 43.447653),
    "大雪青少年交流の家": (142.650407, 43.47249),
    "白金保養センター": (142.641971, 43.473579),
    "62-2火口": (142.675452, 43.423234),
    "アメダス美瑛": (142.4933, 43.5883),
    "アメダス白金": (142.65, 43.475),
}


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = (a[0] - b[0]) * 111_320 * math.cos(math.radians(43.5))
    return math.hypot(east, (a[1] - b[1]) * 111_130)


def by_name(kind: str | None = None) -> dict[str, dict]:
    return {
        f["properties"]["name"]: f
        for f in ground()["features"]
        if kind in (None, f["properties"]["kind"])
    }


def vertices(feature: dict) -> list[tuple[float, float]]:
    return [(lon, lat) for lon, lat in feature["geometry"]["coordinates"]]


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_published_place_lies_within_200_m_of_its_coordinates(name: str) -> None:
    lon, lat = by_name()[name]["geometry"]["coordinates"]
    assert metres((lon, lat), PUBLISHED[name]) <= 200


def test_the_map_says_that_it_is_a_sketch() -> None:
    metadata = ground()["metadata"]
    assert metadata["schematic"] is True
    assert "概略" in metadata["title_ja"]
    assert metadata["attribution"]


def test_every_kind_is_drawn_and_every_name_is_japanese() -> None:
    features = ground()["features"]
    assert {f["properties"]["kind"] for f in features} == set(GEOMETRY)
    for feature in features:
        assert re.search(r"[぀-ヿ一-鿿]", feature["properties"]["name"]), feature["id"]


def test_the_main_roads_and_rivers_carry_what_a_label_needs() -> None:
    roads = {f["properties"].get("ref"): f["properties"] for f in by_name("road").values()}
    assert {"237", "452", "966", "213"} <= set(roads)
    assert roads["966"]["road_class"] == "prefectural"
    assert roads["237"]["road_class"] == "national"
    assert {"美瑛川", "辺別川", "宇莫別川", "置杵牛川"} <= set(by_name("river"))


def test_the_railway_calls_at_its_three_stations() -> None:
    line = vertices(by_name("railway")["ＪＲ富良野線"])
    for station in ("美瑛駅", "北美瑛駅", "美馬牛駅"):
        assert min(metres(PUBLISHED[station], v) for v in line) <= 200, station


def test_the_prefectural_road_leads_from_town_over_shirogane_to_the_shelter() -> None:
    road = vertices(by_name("road")["道道966号 十勝岳温泉美瑛線"])
    for place in ("白金保養センター", "望岳台防災シェルター"):
        assert min(metres(PUBLISHED[place], v) for v in road) <= 500, place
    assert metres(PUBLISHED["美瑛町役場"], road[0]) <= 1500


def test_the_tributaries_end_in_the_biei_river() -> None:
    main = vertices(by_name("river")["美瑛川"])
    for name in ("辺別川", "置杵牛川", "瑠辺蘂川", "美瑛美馬牛川", "硫黄沢川"):
        mouth = vertices(by_name("river")[name])[-1]
        assert min(metres(mouth, v) for v in main) <= 600, name


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda d: d["metadata"].pop("schematic"), "schematic"),
        (lambda d: d["features"][0]["properties"].update(kind="canal"), "kind"),
        (lambda d: d["features"][0]["properties"].pop("source"), "source"),
        (lambda d: d["features"].append(copy.deepcopy(d["features"][0])), "twice"),
        (lambda d: d["features"][-1]["geometry"]["coordinates"].reverse(), "swapped"),
        (lambda d: d["features"][-1]["geometry"].update(type="LineString"), "LineString"),
        (lambda d: d.update(features=[]), "FeatureCollection"),
    ],
)
def test_a_spoiled_ground_is_refused_in_words(spoil, words: str) -> None:
    document = copy.deepcopy(ground())
    spoil(document)
    with pytest.raises(BrokenGround, match=words):
        check(document)
