"""Any line layer becomes a graph, and nothing is left out in silence."""

from __future__ import annotations

import math

import pytest

from layers.errors import BrokenNetwork
from layers.ground import ground
from layers.roads import Network
from tests.sketch import layer, lonlat, place, road


def build(*features, **metadata) -> Network:
    return Network.from_collection(layer(*features, **metadata))


def parts(network: Network) -> int:
    return len(set(network.component.tolist()))


def test_roads_that_share_a_vertex_meet_there() -> None:
    cross = build(road("a", (-100, 0), (0, 0), (100, 0)), road("b", (0, -100), (0, 0), (0, 100)))
    assert (len(cross.u), len(cross.xy), parts(cross)) == (4, 5, 1)


def test_a_bridge_over_a_road_is_no_junction() -> None:
    over = build(road("a", (-100, 0), (100, 0)), road("b", (0, -100), (0, 100)))
    assert (len(over.u), parts(over)) == (2, 2)


def test_an_end_that_lies_on_another_road_splits_it() -> None:
    t = build(road("a", (-100, 0), (100, 0)), road("b", (10, 0.4), (10, 90)))
    assert (len(t.u), parts(t)) == (3, 1)
    assert sorted(round(x) for x in t.length_m) == [90, 90, 110]


def test_ends_that_nearly_meet_are_joined_and_ends_that_do_not_are_left_apart() -> None:
    assert parts(build(road("a", (0, 0), (50, 0)), road("b", (50.6, 0.3), (99, 0)))) == 1
    assert parts(build(road("a", (0, 0), (50, 0)), road("b", (53, 0), (99, 0)))) == 2


def test_a_road_that_ends_on_itself_makes_a_loop_with_a_tail() -> None:
    lollipop = build(road("a", (0, 0), (100, 0), (150, 50), (150, -50), (100, 0)))
    assert (len(lollipop.u), parts(lollipop)) == (2, 1)
    assert sum(lollipop.u == lollipop.v) == 1


def test_many_roads_that_end_in_one_spot_share_one_node() -> None:
    ends = [(900 * math.cos(a), 900 * math.sin(a)) for a in (math.pi * k / 150 for k in range(300))]
    star = build(*(road(f"r{i}", (0, 0), end) for i, end in enumerate(ends)))
    assert (len(star.u), len(star.xy), parts(star)) == (300, 301, 1)


def test_a_multilinestring_is_one_road_of_several_lines() -> None:
    both = road("a", (0, 0), (50, 0))
    both["geometry"] = {
        "type": "MultiLineString",
        "coordinates": [[lonlat(0, 0), lonlat(50, 0)], [lonlat(50, 0), lonlat(50, 80)]],
    }
    network = build(both)
    assert (len(network.u), len(network.roads), parts(network)) == (2, 1, 1)


def test_heights_are_left_off_and_lengths_are_in_metres() -> None:
    up = road("a", (0, 0), (300, 400))
    up["geometry"]["coordinates"] = [[*p, 99.0, 5.0] for p in up["geometry"]["coordinates"]]
    assert build(up).length_m.tolist() == pytest.approx([500.0], abs=1e-3)


def test_lines_without_length_and_lines_drawn_twice_are_named_not_used() -> None:
    network = build(
        road("a", (0, 0), (50, 0)), road("b", (9, 9), (9, 9)), road("c", (50, 0), (0, 0))
    )
    told = [(n.code, n.where) for n in network.notices]
    assert told == [("zero_length", "b"), ("duplicate", "c")]
    assert len(network.u) == 1


def test_two_one_way_roads_on_one_line_are_not_the_same_road() -> None:
    network = build(
        road("a", (0, 0), (50, 0), oneway="yes"), road("b", (50, 0), (0, 0), oneway="yes")
    )
    assert len(network.u) == 2


def test_places_split_the_nearest_road_and_those_far_from_any_are_listed() -> None:
    network = build(
        road("a", (0, 0), (1000, 0)),
        place("settlement", "近い", (300, 200)),
        place("settlement", "遠い", (300, 5000)),
    )
    assert len(network.u) == 2
    assert [p.name for p in network.unattached] == ["遠い"]
    assert network.attached_m[0] == pytest.approx(200, abs=0.1)


def test_a_bridge_becomes_a_piece_of_the_road_it_names_not_of_the_one_under_it() -> None:
    network = build(
        road("国道237号", (0, 3), (1000, 3), ref="237"),
        road("町道1号", (500, -500), (500, 500), road_class="town"),
        place("bridge", "跨道橋", (500, 3), road="町道1号"),
    )
    (edge,) = (network.bridge >= 0).nonzero()[0]
    assert network.roads[network.road[edge]].name == "町道1号"
    assert network.length_m[edge] == pytest.approx(20, abs=0.1)


def test_a_settlement_is_not_tied_to_a_footpath_while_a_road_is_near() -> None:
    network = build(
        road("道", (0, 0), (1000, 0)), road("小道", (0, 100), (1000, 100), road_class="徒歩道"),
        place("settlement", "村", (500, 90)),
    )  # fmt: skip
    node = network.node[0]
    assert all(
        network.roads[network.road[e]].name == "道"
        for e in range(len(network.u))
        if node in (network.u[e], network.v[e])
    )


def test_what_a_layer_does_not_say_stays_unknown() -> None:
    network = build(road("a", (0, 0), (50, 0), width="3m未満", oneway="ときどき"))
    assert math.isnan(network.width_m[0])
    assert math.isnan(network.max_weight_t[0])
    assert network.oneway[0] == 0
    assert network.notices[0].code == "oneway"


@pytest.mark.parametrize(
    ("said", "means"),
    [("yes", 1), (True, 1), (1, 1), ("forward", 1), (-1, -1), ("-1", -1), ("backward", -1),
     ("no", 0), (False, 0), (None, 0)],
)  # fmt: skip
def test_every_way_to_say_one_way_is_understood(said, means) -> None:
    assert build(road("a", (0, 0), (50, 0), oneway=said)).oneway[0] == means


def test_counts_that_are_no_counts_are_unknown_and_zero_is_zero() -> None:
    network = build(
        road("a", (0, 0), (50, 0)),
        place("settlement", "村", (0, 0), households=0, guests="多数", care=-1, population=True),
    )
    assert network.places[0].counts == {
        "households": 0, "guests": None, "care": None, "population": None,
    }  # fmt: skip


def spoilt(**geometry) -> dict:
    feature = road("悪い道", (0, 0), (50, 0))
    feature["geometry"] = {**feature["geometry"], **geometry}
    return layer(feature)


@pytest.mark.parametrize(
    ("collection", "words"),
    [
        ({"type": "Feature"}, "FeatureCollection"),
        ({"type": "FeatureCollection", "features": None}, "FeatureCollection"),
        (layer(), "no road"),
        (layer(place("settlement", "村", (0, 0))), "no road"),
        (layer(road("a", (0, 0), (0, 0))), "no road with a length"),
        (layer("text"), "feature 0"),
        (spoilt(coordinates=[[142.4, float("nan")], [142.5, 43.5]]), "悪い道.*swapped"),
        (spoilt(coordinates=[[43.5, 142.4], [43.6, 142.4]]), "悪い道.*swapped"),
        (spoilt(coordinates=[["a", "b"], [1, 2]]), "悪い道"),
        (spoilt(coordinates=None), "悪い道"),
        (spoilt(coordinates=[[142.4], [142.5]]), "悪い道"),
        (spoilt(type="Polygon", coordinates=[[[142.4, 43.5]]]), "悪い道.*Polygon"),
    ],
)
def test_a_layer_that_cannot_serve_is_refused_and_the_feature_named(collection, words) -> None:
    with pytest.raises(BrokenNetwork, match=words):
        Network.from_collection(collection)


def test_rivers_and_polygons_of_the_ground_are_left_out_by_name() -> None:
    network = Network.from_collection(ground())
    assert {n.code for n in network.notices} == {"not_used"}
    assert len(network.notices) + len(network.roads) + len(network.places) == len(
        ground()["features"]
    )
