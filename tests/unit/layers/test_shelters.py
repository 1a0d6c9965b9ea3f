"""A site fits when it can be reached and lies outside the hazard entered; a flag says nothing."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from layers.errors import LayerError
from layers.roads import Closure, Network
from layers.shelters import FLAGS, ShelterAnswer, fitting
from tests.sketch import layer, lonlat, place, point, road

TOWN_HALL = (142.4670597, 43.5883298)
SHIROGANE_SITES = {
    "十勝岳火山砂防情報センター望岳台防災シェルター",
    "十勝岳火山砂防情報センター",
    "白金保養センター",
    "大雪青少年交流の家",
}
# made up for this test: the crater, the upper Biei river and the spa; nobody's official outline
LAHAR = {
    "type": "Polygon",
    "coordinates": [
        [[142.60, 43.49], [142.63, 43.47], [142.64, 43.44], [142.70, 43.41], [142.70, 43.45],
         [142.66, 43.48], [142.62, 43.50], [142.60, 43.49]]
    ],
}  # fmt: skip


def zone(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[lonlat(*p) for p in ring]]}


def site(name: str, at: tuple[float, float], **properties: Any) -> dict[str, Any]:
    flagged = {"施設・場所名": name, "共通ID": name, "洪水": "1", "火山現象": "1"}
    return {"type": "Feature", "geometry": point(*at), "properties": {**flagged, **properties}}


@pytest.fixture
def network() -> Network:
    """A road west to east, and a way round in the north from its middle to its east end."""
    return Network.from_collection(
        layer(
            road("町道1号", (-3000, 0), (0, 0), (3000, 0), ref="1"),
            road("町道2号", (0, 0), (0, 2000), (3000, 2000), (3000, 0), ref="2"),
            place("settlement", "村", (0, 0)),
        )
    )


def ask(network: Network, *sites: dict[str, Any], hazard: Any, **more: Any) -> ShelterAnswer:
    at = tuple(lonlat(*more.pop("at", (0, 0))))
    more = {"hazard_kind": "flood", "closures": []} | more
    return fitting(network, more.pop("closures"), at, list(sites), hazard=hazard, **more)


FAR_AWAY = zone(50_000, 0, 51_000, 1000)


def test_without_a_hazard_nothing_is_proposed_however_near_a_flagged_site_is(network) -> None:
    answer = ask(network, site("隣", (10, 0)), hazard=None)
    assert (answer.state, answer.sites, answer.fitting) == ("undecided", (), ())
    assert "入力されていない" in answer.reason_ja


@pytest.mark.parametrize(
    "hazard",
    [{"type": "Point", "coordinates": [142.5, 43.5]}, {"type": "Polygon", "coordinates": []},
     {"type": "Polygon", "coordinates": [[[142.5, 43.5], [142.6, 43.5], [142.5, 43.5]]]},
     {"type": "Polygon"}, {"type": "Polygon", "coordinates": [["x"]]}],
)  # fmt: skip
def test_a_hazard_that_is_no_area_decides_nothing(network, hazard) -> None:
    answer = ask(network, site("隣", (10, 0)), hazard=hazard)
    assert (answer.state, answer.sites) == ("undecided", ())
    assert "面で入力" in answer.reason_ja


def test_a_hazard_that_crosses_itself_is_repaired(network) -> None:
    bow = zone(900, -500, 2000, 500)
    ring = bow["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    answer = ask(network, site("中", (1000, 0)), site("外", (-1000, 0)), hazard=bow)
    assert [s.name for s in answer.fitting] == ["外"]


def test_the_nearest_by_road_stands_first_not_the_nearest_by_air(network) -> None:
    over_there = site("向こう", (1500, 1990))  # 2.5 km by air, 3.5 by road
    answer = ask(network, over_there, site("道沿い", (-2600, 0)), hazard=FAR_AWAY)
    assert [s.name for s in answer.fitting] == ["道沿い", "向こう"]
    assert answer.fitting[1].distance_m == pytest.approx(3510, abs=5)


def test_a_site_in_the_hazard_or_at_its_edge_is_left_out_with_the_reason_and_its_flag(network):
    hazard = zone(900, -500, 1500, 500)
    answer = ask(network, site("中", (1000, 0)), site("縁", (1550, 0)), hazard=hazard)
    told = {s.name: (s.state, s.reason_ja, s.flag) for s in answer.sites}
    assert told == {
        "中": ("excluded", "危険区域の中です", True),
        "縁": ("excluded", "危険区域から100 m以内です", True),
    }


def test_the_way_leads_round_the_hazard(network) -> None:
    hazard = zone(900, -500, 1500, 500)
    direct = ask(network, site("東", (2500, 0)), hazard=FAR_AWAY).fitting[0]
    (around,) = ask(network, site("東", (2500, 0)), hazard=hazard).fitting
    assert direct.distance_m == pytest.approx(2500, abs=1)
    assert around.distance_m == pytest.approx(2000 + 3000 + 2000 + 500, abs=1)


def test_a_site_that_only_roads_through_the_hazard_reach_is_told_as_such(network) -> None:
    answer = ask(network, site("西", (-2500, 0)), hazard=zone(-1500, -500, -900, 500))
    (west,) = answer.sites
    assert (west.state, answer.fitting) == ("cut", ())
    assert "道がありません" in west.reason_ja


def test_a_site_on_this_side_of_the_hazard_on_the_same_road_is_reached(network) -> None:
    (near,) = ask(network, site("手前", (-500, 0)), hazard=zone(-2500, -99, -900, 99)).fitting
    assert near.distance_m == pytest.approx(500, abs=1)


def test_a_closed_road_is_gone_round_as_well(network) -> None:
    closures = [Closure("c", "full", point(1000, 0), "町道1号")]
    (east,) = ask(network, site("東", (2900, 0)), hazard=FAR_AWAY, closures=closures).sites
    # the site's own road is closed somewhere: nobody can say on which side of it
    assert east.state == "cut"
    (corner,) = ask(network, site("角", (3000, 100)), hazard=FAR_AWAY, closures=closures).fitting
    assert corner.distance_m == pytest.approx(2000 + 3000 + 1900, abs=1)


def test_closures_nobody_could_place_are_named_beside_the_answer(network) -> None:
    answer = ask(network, hazard=FAR_AWAY, closures=[Closure("c-9", "full", None, "どこか")])
    assert answer.unmatched == ("c-9",)


def test_open_sites_stand_before_those_nobody_has_confirmed_and_closed_ones_fall_out(network):
    answer = ask(
        network,
        site("未確認", (-100, 0)), site("開設", (-2000, 0), open=True),
        site("閉鎖", (-50, 0), open=False), hazard=FAR_AWAY,
    )  # fmt: skip
    assert [(s.name, s.state) for s in answer.sites] == [
        ("開設", "fits"), ("未確認", "fits"), ("閉鎖", "closed"),
    ]  # fmt: skip
    assert "開設を確かめていません" in answer.sites[1].reason_ja


def test_a_full_site_is_told_as_full_and_unknown_room_is_not_no_room(network) -> None:
    answer = ask(
        network,
        site("満員", (-100, 0), capacity=30, occupants=30), site("不明", (-200, 0), capacity=30),
        site("零", (-300, 0), occupants=0), hazard=FAR_AWAY,
    )  # fmt: skip
    assert {s.name: s.state for s in answer.sites} == {
        "満員": "full", "不明": "fits", "零": "fits",
    }  # fmt: skip
    assert {s.name: s.capacity for s in answer.sites}["零"] is None


def test_at_the_same_distance_the_one_farther_from_the_hazard_stands_first(network) -> None:
    answer = ask(
        network, site("a東", (1000, 0)), site("b西", (-1000, 0)), hazard=zone(2500, 0, 2900, 900)
    )
    assert [s.name for s in answer.fitting] == ["b西", "a東"]


def test_who_stands_in_the_hazard_or_behind_a_closure_gets_no_route_that_is_a_guess(network):
    inside = ask(network, site("西", (-2500, 0)), hazard=zone(-99, -99, 99, 99))
    assert (inside.state, inside.sites) == ("undecided", ())
    assert "危険区域の中" in inside.reason_ja
    shut = [Closure("c", "full", point(1000, 0), "町道1号")]
    behind = ask(network, site("西", (-2500, 0)), at=(1500, 0), hazard=FAR_AWAY, closures=shut)
    assert (behind.state, "どちらへ" in behind.reason_ja) == ("undecided", True)
    nowhere = ask(network, site("西", (-2500, 0)), at=(0, 30_000), hazard=FAR_AWAY)
    assert (nowhere.state, "道路がありません" in nowhere.reason_ja) == ("undecided", True)


def test_on_a_sketch_a_route_that_may_touch_the_hazard_is_marked(network) -> None:
    sketch = Network.from_collection(
        layer(road("道", (-3000, 0), (0, 0), (3000, 0), uncertainty_m=500))
    )
    hazard = zone(-2000, 300, -1000, 900)
    west, east = site("西", (-2800, 0)), site("東", (2800, 0))
    (doubtful,) = ask(sketch, west, hazard=hazard).fitting
    assert doubtful.route_doubtful
    assert "危険区域に近い" in doubtful.reason_ja
    assert (
        ask(sketch, east, hazard=zone(-2000, 900, -1000, 1500)).fitting[0].route_doubtful is False
    )


def test_walkers_go_against_a_one_way_road_and_cars_do_not() -> None:
    network = Network.from_collection(layer(road("道", (0, 0), (3000, 0), oneway="yes")))
    back = site("手前", (500, 0))
    asked = {"at": (1000, 0), "hazard": FAR_AWAY}
    assert ask(network, back, mode="car", **asked).sites[0].state == "cut"
    assert ask(network, back, mode="foot", **asked).fitting[0].distance_m == pytest.approx(
        500, abs=1
    )


def test_a_site_without_a_readable_position_is_listed_last_not_dropped(network) -> None:
    broken = site("行方", (0, 0)) | {"geometry": None}
    answer = ask(network, broken, site("西", (-100, 0)), hazard=FAR_AWAY)
    assert [(s.name, s.state) for s in answer.sites] == [("西", "fits"), ("行方", "unreadable")]
    assert json.loads(json.dumps(answer.as_dict()))["sites"][1]["lon"] is None


def test_a_kind_of_hazard_that_has_no_flag_is_refused(network) -> None:
    with pytest.raises(LayerError, match="meteorite"):
        ask(network, hazard=FAR_AWAY, hazard_kind="meteorite")


# --- the sites of Biei as published, on the network of the project


@pytest.fixture
def biei() -> Network:
    text = files("data").joinpath("reference", "network.geojson").read_text(encoding="utf-8")
    return Network.from_collection(json.loads(text))


@pytest.fixture
def published(shared: Path) -> list[dict[str, Any]]:
    names = ("emergency", "evacuation")
    found = [shared / "geo" / f"biei_shelters_{n}_014591.geojson" for n in names]
    return [f for path in found for f in json.loads(path.read_text(encoding="utf-8"))["features"]]


def test_all_sites_of_biei_carry_the_volcano_flag_and_none_is_proposed_for_it(biei, published):
    assert sum(f["properties"].get(FLAGS["volcano"]) == "1" for f in published) == 54
    answer = fitting(biei, [], TOWN_HALL, published, hazard=None, hazard_kind="volcano")
    assert (answer.state, answer.fitting) == ("undecided", ())


def test_the_shelters_under_the_crater_are_left_out_though_flagged(biei, published) -> None:
    answer = fitting(biei, [], TOWN_HALL, published, hazard=LAHAR, hazard_kind="volcano")
    under = {s.name for s in answer.sites if s.state in ("excluded", "cut")}
    assert under == SHIROGANE_SITES
    assert all(s.flag for s in answer.sites if s.kind == "evacuation_site")
    assert all(s.flag is None for s in answer.sites if s.kind == "shelter")
    assert len(answer.fitting) == 54 + 28 - 5  # 大雪青少年交流の家 is in both lists
    assert answer.schematic
    assert answer.fitting[0].to_hazard_m > 10_000


def test_from_heiwa_the_way_to_town_is_proposed_until_its_one_bridge_is_closed(biei, published):
    heiwa = next(p.lonlat for p in biei.places if p.name == "平和")

    def asked(*closures: Closure) -> ShelterAnswer:
        return fitting(biei, closures, heiwa, published, hazard=LAHAR, hazard_kind="volcano")

    before = asked().fitting
    assert before[0].name.startswith("美沢")
    sure = [s.distance_m // 100 for s in before if not s.route_doubtful]
    assert sure == sorted(sure)
    after = asked(Closure("c", "full", None, "平和橋"))
    assert after.fitting == ()
    assert {s.state for s in after.sites} == {"cut", "excluded"}
