"""孤立 and 町中心部へ不通 are two answers; what is not known is neither yes nor no nor nought."""

from __future__ import annotations

import json

import pytest

from layers.roads import Closure, Network, fragile, isolation, what_if
from tests.sketch import layer, place, point, road

CENTRE = (
    place("town_hall", "役場", (0, 0)),
    place("fire_station", "消防署", (0, 0)),
    place("hospital", "病院", (0, 0)),
)


def town(*more, outside=True, **road_properties) -> Network:
    """Outside – (west) – hall – (east) – village; the village also has a road of its own out.

    -2000 …… 0 …… 2000 …… 4000
    """
    features = [
        road("西", (-2000, 0), (0, 0)),
        road("東", (0, 0), (2000, 0), **road_properties),
        road("裏", (2000, 0), (4000, 0)),
        *CENTRE,
        place("settlement", "村", (2000, 0), households=12, guests=None),
        *more,
    ]
    if outside:
        features += [
            place("outside", "西口", (-2000, 0)), place("outside", "東口", (4000, 0)),
        ]  # fmt: skip
    return Network.from_collection(layer(*features, name="n", uncertainty_m=1, schematic=True))


def full(name: str, at: tuple[float, float], **more) -> Closure:
    return Closure(name, "full", point(*at), name, **more)


def village(network: Network, *closures: Closure):
    (row,) = isolation(network, closures).settlements
    return row


def test_a_place_that_only_lost_the_way_to_the_centre_is_not_isolated() -> None:
    row = village(town(), full("東", (1000, 0)))
    assert row.outside == "connected"
    assert row.centre["town_hall"]["car"].state == "cut"
    assert row.centre["hospital"]["fire_engine"].state == "cut"


def test_a_place_without_any_way_in_is_isolated_and_still_may_reach_the_centre() -> None:
    row = village(town(), full("西", (-1000, 0)), full("裏", (3000, 0)))
    assert (row.outside, row.way_in, row.way_out) == ("isolated", False, False)
    assert row.centre["town_hall"]["car"].state == "reachable"


def test_without_a_node_outside_isolation_cannot_be_told_but_the_centre_can() -> None:
    network = town(outside=False)
    row = village(network, full("東", (1000, 0)))
    assert (row.outside, row.way_in) == ("undecided", None)
    assert "外へ出る" in row.reason_ja
    assert row.centre["town_hall"]["car"].state == "cut"
    assert fragile(network, []) is None


def test_walkers_over_a_full_closure_are_undecided_until_somebody_says_so() -> None:
    def foot(on_foot):
        return village(town(), full("東", (1000, 0), on_foot=on_foot)).centre["town_hall"]["foot"]

    assert (foot(None).state, foot(None).distance_m) == ("undecided", None)
    assert "歩いて" in foot(None).reason_ja
    assert foot(True).state == "reachable"
    assert foot(False).state == "cut"


@pytest.mark.parametrize(
    ("kind", "states"),
    [("alternating", ("reachable",) * 3), ("caution", ("reachable",) * 3),
     ("large_vehicles", ("reachable", "cut", "reachable")),
     ("full", ("cut", "cut", "undecided"))],
)  # fmt: skip
def test_each_kind_of_closure_stops_those_it_names(kind, states) -> None:
    ways = village(town(), Closure("c", kind, point(1000, 0), "東")).centre["town_hall"]
    assert tuple(ways[m].state for m in ("car", "fire_engine", "foot")) == states


def test_an_engine_needs_three_metres_and_unknown_widths_are_allowed_but_marked() -> None:
    def engine(**properties):
        return village(town(**properties)).centre["town_hall"]["fire_engine"]

    narrow, unknown = engine(width_m=2.9), engine()
    assert narrow.state == "cut"
    assert "幅員" in narrow.reason_ja
    assert (unknown.state, unknown.width_unconfirmed) == ("reachable", True)
    assert engine(width_m=3.0).width_unconfirmed is False
    assert engine(width_m=6, max_weight_t=5).state == "cut"


def test_a_one_way_road_lets_in_or_out_and_both_are_told() -> None:
    back = road("戻り道", (3500, 0), (3000, 900), (0, 900), (0, 0))
    network = town(back, oneway="yes")  # 東 leads from the hall to the village only
    row = village(network, full("裏", (2500, 0)))
    assert (row.outside, row.way_in, row.way_out) == ("connected", True, False)
    assert row.centre["town_hall"]["car"].state == "cut"  # the way home went over the back road
    assert row.centre["town_hall"]["fire_engine"].state == "reachable"  # engines come out to it
    assert row.centre["town_hall"]["foot"].state == "reachable"  # walkers heed no arrow


def test_the_detour_is_counted_against_the_open_network() -> None:
    network = town(road("遠回り", (0, 0), (1000, 2000), (2000, 0)))
    before, after = village(network), village(network, full("東", (1000, 0)))
    way = after.centre["town_hall"]["car"]
    assert before.centre["town_hall"]["car"].detour_m == 0
    assert way.distance_m == pytest.approx(2 * 5**0.5 * 1000, abs=1)
    assert way.detour_m == pytest.approx(way.distance_m - 2000, abs=1)


def test_a_settlement_that_was_never_connected_is_undecided_not_isolated() -> None:
    network = town(
        road("離れ", (0, 9000), (100, 9000)),
        place("settlement", "離れ村", (50, 9000)), place("settlement", "道なし", (0, 20000)),
    )  # fmt: skip
    rows = {r.place.name: r for r in isolation(network, []).settlements}
    assert {n: r.outside for n, r in rows.items()} == {
        "村": "connected", "離れ村": "undecided", "道なし": "undecided",
    }  # fmt: skip
    assert "つながっていません" in rows["離れ村"].reason_ja
    assert "結び付いていません" in rows["道なし"].reason_ja
    assert rows["道なし"].attached_m is None


def test_sums_say_what_they_leave_out() -> None:
    network = town(
        place("settlement", "奥", (2500, 0), households=3),
        place("settlement", "沢", (2600, 0)),
    )
    people = isolation(network, [full("東", (1000, 0)), full("裏", (3500, 0))]).totals()
    assert people["isolated"] == 3
    assert people["isolated_people"]["households"] == {
        "known": 15, "unknown_places": 1, "text_ja": "15（未確認 1 地区を除く）",
    }  # fmt: skip
    assert people["isolated_people"]["guests"]["text_ja"] == "未確認"
    assert isolation(network, []).totals()["isolated_people"]["households"]["text_ja"] == "0"


def test_a_closure_nobody_could_place_makes_the_answer_incomplete() -> None:
    answer = isolation(town(), [Closure("c-9", "full", point(1000, 0), "国道237号")])
    lost = isolation(town(), [Closure("c-9", "full", None, "どこか")])
    harmless = isolation(town(), [Closure("c-9", "caution", None, "どこか")])
    assert (answer.complete, lost.complete, harmless.complete) == (True, False, True)
    assert lost.as_dict()["unmatched"] == ["c-9"]


def test_the_reopening_that_helps_most_stands_first() -> None:
    network = town(place("settlement", "奥", (2500, 0)), road("枝", (-1000, 0), (-1000, 500)),
                   place("settlement", "枝村", (-1000, 500), households=500))  # fmt: skip
    closures = [full("東", (1000, 0)), full("裏", (3000, 0)), full("枝", (-1000, 250))]
    order = [f.closure_id for f in isolation(network, closures).freed_by]
    assert order == ["東", "裏", "枝"]  # two places by either end, the one of 500 households last
    first = isolation(network, closures).freed_by[0]
    assert first.no_longer_isolated == ("奥", "村")
    assert (first.households, first.households_unknown) == (12, 1)


def test_a_closure_under_another_one_frees_nobody_alone() -> None:
    network = town(outside=False)
    twice = [full("東", (1000, 0)), Closure("東-2", "full", point(900, 0), "東")]
    assert isolation(network, twice).freed_by == ()


def test_the_way_home_over_a_one_way_road_counts_when_a_closure_is_lifted() -> None:
    network = Network.from_collection(
        layer(road("西", (0, 0), (-1000, 0)), road("中", (1000, 0), (0, 0), oneway="yes"),
              road("東", (1000, 0), (2000, 0)), *CENTRE, place("outside", "口", (1000, 0)),
              place("settlement", "村", (2000, 0)))
    )  # fmt: skip
    (freed,) = isolation(network, [full("東", (1500, 0))]).freed_by
    assert (freed.no_longer_isolated, freed.centre_again) == (("村",), ("村",))


def test_what_if_tells_the_loss_beyond_what_is_lost_already() -> None:
    network = town()
    spot = point(3000, 0)
    assert what_if(network, [], spot, road_name="裏").isolated == ()
    cut_off = what_if(network, [full("東", (1000, 0))], spot, road_name="裏")
    assert (cut_off.isolated, cut_off.centre) == (("村",), ())
    assert what_if(network, [], point(0, 9000)).matched.reason_ja


def test_only_ways_are_named_with_what_they_carry() -> None:
    network = town(road("枝", (2000, 0), (2000, 900)), place("bridge", "枝橋", (2000, 400)),
                   place("settlement", "枝村", (2000, 900), households=7))  # fmt: skip
    found = fragile(network, [])
    features = [f.as_feature(network)["properties"] for f in found]
    assert [f["name"] for f in features] == ["枝"] * 3
    assert [f["bridge"] for f in features] == [None, "枝橋", None]
    assert {tuple(f["lost"]) for f in features} == {("枝村",)}
    assert features[0]["households_ja"] == "7"


def test_rows_are_plain_json_in_one_order_and_name_what_they_rest_on() -> None:
    network = town(place("settlement", "奥", (2500, 0)))
    closures = [full("裏", (3000, 0)), full("東", (1000, 0))]
    answer = isolation(network, closures, network_sha256="ab" * 32)
    again = isolation(network, closures[::-1], network_sha256="ab" * 32)
    assert json.dumps(answer.as_dict()) == json.dumps(again.as_dict())
    assert answer.inputs == {"network_sha256": "ab" * 32, "closures": ["東", "裏"]}
    assert (answer.schematic, answer.uncertainty_m) == (True, 1.0)
    row = answer.as_rows()[0]
    assert {"id", "name", "lon", "lat", "outside", "centre", "households", "care"} <= set(row)


def test_a_footpath_is_no_way_in_for_cars() -> None:
    path = road("小道", (0, 0), (1000, 0), road_class="徒歩道")
    network = Network.from_collection(
        layer(path, road("道", (1000, 0), (1500, 0)), road("西", (-900, 0), (0, 0)), *CENTRE,
              place("outside", "口", (-900, 0)), place("settlement", "村", (1500, 0)))
    )  # fmt: skip
    row = village(network)
    assert row.outside == "undecided"
    assert row.centre["town_hall"]["foot"].state == "reachable"
