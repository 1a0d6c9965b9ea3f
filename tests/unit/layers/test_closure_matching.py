"""A closure is put on the road it means, or the reason why not is told in words."""

from __future__ import annotations

import pytest

from layers.errors import LayerError
from layers.roads import Closure, Network, Road, match
from layers.roads.names import agrees
from tests.sketch import layer, place, point, road, stretch

H966 = {"ref": "966", "road_class": "prefectural"}
SLACK = 200.0


@pytest.fixture(scope="module")
def network() -> Network:
    """Route 966 eastward over a bridge, 300 m north of it a town road, a link between them."""
    return Network.from_collection(
        layer(
            road("道道966号 十勝岳温泉美瑛線", (0, 0), (1000, 0), (2000, 0), (3000, 0), **H966),
            road("町道南2線", (0, 300), (3000, 300), road_class="town"),
            road("", (1000, 0), (1000, 300)),
            place("bridge", "白金橋", (2500, 0), road="道道966号"),
            place("settlement", "白金", (3000, 0)),
        )
    )


def named(network: Network, edges: tuple[int, ...]) -> set[str]:
    return {network.roads[network.road[e]].name for e in edges}


def closure(geometry, name="", **more) -> Closure:
    return Closure("c-1", "full", geometry, name, **more)


@pytest.mark.parametrize(
    "name",
    [
        "道道966号",
        "９６６号線",
        "道道 966",
        "十勝岳温泉美瑛線",
        "道道966号（白金）",
    ],
)
def test_a_road_is_known_by_number_and_by_name_in_any_width(network, name) -> None:
    found = match(network, closure(point(1500, 20), name))
    assert named(network, found.edges) == {"道道966号 十勝岳温泉美瑛線"}
    assert (found.method, found.confidence, found.reason_ja) == ("point", "high", "")
    assert found.distance_m == pytest.approx(20, abs=0.1)


def test_the_named_road_is_cut_though_another_one_is_nearer(network) -> None:
    found = match(network, closure(point(500, 170), "道道966号", uncertainty_m=150))
    assert named(network, found.edges) == {"道道966号 十勝岳温泉美瑛線"}


def test_only_the_piece_between_two_junctions_is_cut(network) -> None:
    (edge,) = match(network, closure(point(500, 0), "道道966号")).edges
    assert network.length_m[edge] == pytest.approx(1000, abs=0.1)


def test_a_bridge_is_cut_by_its_name_near_it_and_without_a_position(network) -> None:
    near = match(network, closure(point(2460, 8), "道道966号 白金橋"))
    alone = match(network, closure(None, "白金橋付近"))
    assert near.edges == alone.edges
    assert (near.method, near.confidence) == ("bridge", "high")
    assert (alone.method, alone.confidence, alone.distance_m) == ("bridge", "medium", None)
    assert network.bridge[near.edges[0]] >= 0


def test_a_point_far_from_the_bridge_named_closes_the_road_where_it_is(network) -> None:
    found = match(network, closure(point(300, 0), "道道966号 白金橋"))
    assert found.method == "point"
    assert not (network.bridge[list(found.edges)] >= 0).any()


def test_a_long_stretch_that_names_a_bridge_closes_the_road_drawn(network) -> None:
    drawn = stretch((1200, 0), (2900, 0))
    found = match(network, closure(drawn, "道道966号（白金橋～白金）"))
    assert found.method == "stretch"
    assert sum(network.length_m[e] for e in found.edges) == pytest.approx(2000, abs=1)


@pytest.mark.parametrize(
    ("said", "means"),
    [("町道（旭）", True), ("町道（北瑛・旭）", True), ("町道（旭方面）", True), ("", None),
     ("町道（大村）", None), ("町道（旭～大村）", None), ("町道", None), ("国道", False),
     ("道道（旭）", False)],
)  # fmt: skip
def test_a_town_road_is_known_by_the_places_it_leads_to(said, means) -> None:
    road = Road("r", "町道（北瑛・旭方面・仮）", "", "town", "", 0, None, None, None)
    assert agrees(said, road) is means


def test_two_bridges_of_one_name_and_no_position_are_not_guessed() -> None:
    twins = Network.from_collection(
        layer(
            road("道", (0, 0), (3000, 0)),
            place("bridge", "新橋", (1000, 0)), place("bridge", "新橋", (2000, 0)),
        )
    )  # fmt: skip
    found = match(twins, closure(None, "新橋"))
    assert found.edges == ()
    assert "複数" in found.reason_ja


def test_two_clicks_close_the_road_between_them_and_nothing_more(network) -> None:
    found = match(network, closure(stretch((990, 10), (2600, -10)), "道道966号"))
    assert found.method == "stretch"
    assert named(network, found.edges) == {"道道966号 十勝岳温泉美瑛線"}
    covered = sum(network.length_m[e] for e in found.edges)
    assert covered == pytest.approx(3000, abs=1)  # all three pieces it touches, whole


def test_a_stretch_that_ends_at_a_junction_does_not_reach_beyond_it(network) -> None:
    found = match(network, closure(stretch((1000, 0), (2400, 0)), "道道966号"))
    assert sum(network.length_m[e] for e in found.edges) == pytest.approx(1490, abs=1)


def test_a_stretch_over_roads_without_a_way_closes_both_ends_and_says_so() -> None:
    apart = Network.from_collection(
        layer(road("町道1号", (0, 0), (500, 0)), road("町道1号", (600, 0), (900, 0)))
    )
    found = match(apart, closure(stretch((100, 0), (800, 0)), "町道1号"))
    assert (len(found.edges), found.confidence) == (2, "low")
    assert "両端" in found.reason_ja


def test_a_road_of_another_name_is_not_cut_and_the_nearest_is_told(network) -> None:
    found = match(network, closure(point(500, 10), "国道237号"))
    assert (found.edges, found.confidence) == ((), "")
    assert "道道966号" in found.reason_ja
    assert "10 m" in found.reason_ja


def test_without_a_name_only_a_close_road_is_taken_and_marked_as_doubtful(network) -> None:
    near = match(network, closure(point(500, 30)))
    assert (len(near.edges), near.confidence) == (1, "low")
    assert "照合できず" in near.reason_ja
    assert match(network, closure(point(500, -400))).edges == ()


def test_a_sketch_is_matched_as_far_as_it_may_be_wrong_but_says_when_a_fork_is_within() -> None:
    sketch = Network.from_collection(
        layer(
            road("道道966号", (0, 0), (9000, 0), uncertainty_m=SLACK, **H966),
            place("settlement", "村", (4000, 0)),
        )
    )
    far = match(sketch, closure(point(2000, 230), "道道966号"))
    assert (len(far.edges), far.confidence) == (1, "medium")
    assert match(sketch, closure(point(2000, 260), "道道966号")).edges == ()
    fork = match(sketch, closure(point(4100, 0), "道道966号"))
    assert (len(fork.edges), fork.confidence) == (1, "medium")
    assert "どちら側" in fork.reason_ja


@pytest.mark.parametrize(
    "geometry",
    [None, {}, {"type": "Point"}, {"type": "Point", "coordinates": []},
     {"type": "Point", "coordinates": [43.5, 142.4]}, {"type": "LineString", "coordinates": []},
     {"type": "Point", "coordinates": [float("nan"), 43.5]}, {"type": "Polygon", "coordinates": []},
     {"type": "Point", "coordinates": "ここ"}],
)  # fmt: skip
def test_a_closure_without_a_usable_position_is_told_not_dropped(network, geometry) -> None:
    found = match(network, closure(geometry, "道道966号"))
    assert found.edges == ()
    assert "位置がない" in found.reason_ja
    assert found.as_row()["matched"] is False


def test_a_long_drawing_is_followed_along_its_road(network) -> None:
    drawn = stretch(*[(x, 5.0) for x in range(100, 2300, 2)])
    found = match(network, closure(drawn, "道道966号"))
    assert sum(network.length_m[e] for e in found.edges) == pytest.approx(2490, abs=1)


def test_owner_and_who_closed_it_are_carried_along(network) -> None:
    row = match(
        network, closure(point(500, 0), "道道966号", owner="北海道", closed_by="警察")
    ).as_row()
    assert (row["owner"], row["closed_by"], row["kind_ja"]) == ("北海道", "警察", "全面通行止")


def test_a_kind_of_closure_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LayerError, match=r"c-1.*half"):
        Closure("c-1", "half")
