"""Rivers and roads as things with position."""

from __future__ import annotations

import math
import pickle

import pytest
from shapely.geometry import shape

from layers.crs import lonlat_of, to_plane
from layers.errors import BrokenFile, BrokenTable, LayerError, NotThere
from layers.ground import ground
from layers.linear.snap import confidence
from layers.lines import LineIndex, crossings, matched

EAST_M, NORTH_M = 30_000.0, -40_000.0  # about the middle of Biei in the plane


def lonlat(x: float, y: float) -> tuple[float, float]:
    """A point of the plane, metres from the middle of Biei, as lon, lat."""
    lon, lat = lonlat_of([[EAST_M + x, NORTH_M + y]])[0]
    return float(lon), float(lat)


def line(points: list[tuple[float, float]], **properties) -> dict:
    given = {"kind": "river", "name": "試験川", "uncertainty_m": 0, "flow": "downstream"}
    name = properties.pop("id", None)
    return {
        "type": "Feature", "properties": given | properties,
        "geometry": {"type": "LineString", "coordinates": [list(lonlat(*p)) for p in points]},
    } | ({"id": name} if name else {})  # fmt: skip


def layer(*features: dict, **metadata) -> dict:
    return {"type": "FeatureCollection", "metadata": metadata, "features": list(features)}


def index(*features: dict, kinds=("river",), **metadata) -> LineIndex:
    return LineIndex.from_collection(layer(*features, **metadata), kinds)


EASTWARD = line([(0, 0), (1000, 0)])


def test_looking_downstream_north_of_an_eastward_river_is_the_left_bank() -> None:
    snap = index(EASTWARD).snap(lonlat(300, 40), within_m=100)
    assert (snap.name, snap.side, snap.side_words(), snap.side_words("en")) == (
        "試験川", "left", "左岸", "left bank",
    )  # fmt: skip
    assert snap.distance_m == pytest.approx(40, abs=0.01)
    assert snap.along_m == pytest.approx(300, abs=0.01)
    assert index(EASTWARD).snap(lonlat(300, -40), within_m=100).side_words() == "右岸"


def test_beyond_the_reach_there_is_no_line() -> None:
    assert index(EASTWARD).snap(lonlat(300, 140), within_m=100) is None
    assert index().snap(lonlat(0, 0), within_m=100) is None
    assert index(EASTWARD).snap((float("nan"), 43.5), within_m=100) is None


@pytest.mark.parametrize("x", [-30.0, 1030.0])
def test_a_point_past_the_end_of_a_river_has_no_side(x: float) -> None:
    snap = index(EASTWARD).snap(lonlat(x, 20), within_m=100)
    assert (snap.side, snap.no_side) == (None, "past_end")


def test_a_point_nearer_than_the_uncertainty_has_no_side() -> None:
    assert index(EASTWARD).snap(lonlat(300, 0), within_m=9).no_side == "within_uncertainty"
    far = index(EASTWARD).snap(lonlat(300, 40), within_m=100, uncertainty_m=50)
    assert (far.side, far.no_side) == (None, "within_uncertainty")
    sketch = index(line([(0, 0), (1000, 0)], uncertainty_m=500))
    assert sketch.snap(lonlat(300, 400), within_m=900).side is None
    assert sketch.snap(lonlat(300, 600), within_m=900).side == "left"


@pytest.mark.parametrize("said", ["0", "false", 0, False, None])
def test_a_river_whose_flow_is_not_judged_has_no_banks(said: object) -> None:
    river = line([(0, 0), (1000, 0)], flow=said)
    snap = index(river).snap(lonlat(300, 40), within_m=100)
    assert (snap.side, snap.no_side) == (None, "flow_unknown")


@pytest.mark.parametrize("said", ["1", "true", 1, True])
def test_a_w05_river_is_known_by_its_attributes(said: object) -> None:
    properties = {"W05_002": "8101020001", "W05_004": "美瑛川", "W05_006": said}
    feature = EASTWARD | {"properties": properties}
    snap = index(feature).snap(lonlat(300, 40), within_m=100)
    assert (snap.name, snap.side) == ("美瑛川", "left")


def test_hokkaidos_rivers_are_written_in_japanese() -> None:
    properties = {"河川コード": "8101020001", "河川名": "名称不明", "流下方向判定": "true"}
    feature = EASTWARD | {"properties": properties}
    snap = index(feature).snap(lonlat(300, -150), within_m=200)
    assert (snap.line_id, snap.name, snap.side) == ("river:8101020001", "", "right")


def test_a_road_has_only_the_sides_of_the_way_it_is_drawn() -> None:
    road = line([(0, 0), (1000, 0)], kind="road", name="町道", flow=None)
    snap = index(road, kinds=("road",)).snap(lonlat(300, 40), within_m=100)
    assert snap.side_words() == "左側（線の向きに対して）"


def test_outside_a_sharp_bend_the_side_is_that_of_the_outside() -> None:
    hairpin = index(line([(0, 0), (500, 0), (0, 30)]))
    assert hairpin.snap(lonlat(520, 8), within_m=50).side == "right"
    assert hairpin.snap(lonlat(520, -8), within_m=50).side == "right"


def test_parts_are_joined_in_whatever_order_and_direction_they_come() -> None:
    parts = [
        line([(1000, 0), (2000, 0)], id="r", flow="1"),
        line([(0, 0), (1000, 0)], flow=""),
        line([(3000, 0), (2001, 1)], flow=""),
    ]
    (whole,) = index(*parts).lines
    assert whole.id == "r"
    assert whole.length_m == pytest.approx(3000, abs=3)
    assert whole.flows
    snap = index(*parts).snap(lonlat(2500, 60), within_m=100)
    assert (snap.side, round(snap.along_m, -1)) == ("left", 2500)


def test_a_river_whose_parts_contradict_each_other_has_no_known_flow() -> None:
    (whole,) = index(line([(0, 0), (1000, 0)]), line([(2000, 0), (1000, 0)])).lines
    assert not whole.flows


def test_a_multilinestring_with_a_side_channel_keeps_the_stem_and_the_rest() -> None:
    whole = line([(0, 0), (1000, 0)])
    main, channel = [(0, 0), (1000, 0)], [(1000, 0), (1500, 400), (2000, 0)]
    parts = [main, [(1000, 0), (2000, 0)], channel]
    whole["geometry"] = {
        "type": "MultiLineString",
        "coordinates": [[list(lonlat(*p)) for p in part] for part in parts],
    }
    stem, side = index(whole).lines
    assert stem.length_m == pytest.approx(2000, abs=0.01)
    assert (side.id, side.key) == (f"{stem.id}#2", stem.key)


def test_pieces_with_a_gap_stay_apart_and_are_no_rivals() -> None:
    rivers = index(line([(0, 0), (900, 0)]), line([(1000, 0), (1500, 0)]))
    assert [round(x.length_m) for x in rivers.lines] == [900, 500]
    assert rivers.snap(lonlat(950, 30), within_m=500).runner_up is None


def test_a_town_of_streets_with_one_name_is_taken_in_without_end() -> None:
    streets = [[(x, y), (x + dx, y + dy)] for x in range(0, 4000, 100) for y in range(0, 4000, 100)
               for dx, dy in ((100, 0), (0, 100))]  # fmt: skip
    town = index(*(line(street, kind="road", name="町道") for street in streets), kinds=("road",))
    assert sum(x.length_m for x in town.lines) == pytest.approx(100 * len(streets), rel=1e-4)
    assert len({x.key for x in town.lines}) == 1


def test_a_star_of_thousands_of_parts_is_taken_in() -> None:
    rays = [[(0, 0), (1000 * math.cos(i), 1000 * math.sin(i))] for i in range(4000)]
    star = index(*(line(ray, name="星川") for ray in rays))
    assert len(star.lines) == 4000 - 50


def test_nameless_lines_are_not_joined() -> None:
    rivers = index(line([(0, 0), (900, 0)], name=""), line([(900, 0), (1500, 0)], name="名称不明"))
    assert len(rivers.lines) == 2


def test_a_ring_has_no_ends() -> None:
    ring = index(line([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]))
    assert ring.snap(lonlat(-10, -10), within_m=50).side == "right"


@pytest.mark.parametrize("down", [True, False])
def test_km_posts_are_read_between_and_never_beyond(down: bool) -> None:
    km = (12.0, 11.5) if down else (11.5, 12.0)
    posts = [dict(zip(("lon", "lat"), lonlat(x, 20), strict=True), km=k)
             for x, k in zip((100, 700), km, strict=True)]  # fmt: skip
    rivers = index(EASTWARD, posts={"試験川": posts})
    assert rivers.snap(lonlat(400, 5), within_m=50).km_post == pytest.approx(11.75)
    assert rivers.snap(lonlat(50, 5), within_m=50).km_post is None
    assert rivers.lines[0].posts.along_at(11.75) == pytest.approx(400, abs=0.1)
    assert rivers.lines[0].posts.along_at(13) is None


@pytest.mark.parametrize(
    ("posts", "words"),
    [
        ([(0, 0, 1.0)], "at least two"),
        ([(0, 0, 1.0), (500, 0, 2.0), (900, 0, 1.5)], "do not follow"),
        ([(0, 0, 1.0), (500, 0, 1.0)], "do not follow"),
        ([(0, 0, 1.0), (500, 900, 2.0)], "off the line"),
        ([(0, 0, 1.0), (500, 0, "two")], "numbers"),
        ([(0, 0, 1.0), (500, 0, math.inf)], "without end"),
    ],
)
def test_a_table_of_posts_that_does_not_hold_together_is_refused(posts, words: str) -> None:
    table = [dict(zip(("lon", "lat"), lonlat(x, y), strict=True), km=km) for x, y, km in posts]
    with pytest.raises(BrokenTable, match=words):
        index(EASTWARD, posts={"試験川": table})


def test_posts_of_a_line_that_is_not_there_are_refused() -> None:
    with pytest.raises(BrokenTable, match="no line"):
        index(EASTWARD, posts={"別の川": []})


def test_a_stretch_between_two_points_is_drawn_along_the_line() -> None:
    rivers = index(line([(0, 0), (500, 0), (500, 500)]))
    a, b = (rivers.snap(lonlat(*p), within_m=100) for p in ((500, 300), (100, 0)))
    drawn = to_plane(shape(rivers.between(a, b)))
    assert drawn.length == pytest.approx(700, abs=0.01)
    for near_an_end in (lonlat(30, 10), lonlat(490, 480)):
        around = to_plane(shape(rivers.stretch_around(near_an_end, 200)))
        assert around.length == pytest.approx(200, abs=0.01)
    assert to_plane(shape(rivers.stretch_around(lonlat(0, 0), 9e9))).length == pytest.approx(1000)
    assert rivers.stretch_around(lonlat(0, 5000), 200) is None


def test_a_stretch_needs_one_line_and_some_length() -> None:
    rivers = index(EASTWARD, line([(0, 300), (900, 300)], name="別の川"))
    a, b = (rivers.snap(lonlat(300, y), within_m=10) for y in (0, 300))
    with pytest.raises(LayerError, match="different lines"):
        rivers.between(a, b)
    with pytest.raises(LayerError, match="nothing between"):
        rivers.between(a, a)
    with pytest.raises(NotThere, match="no line"):
        rivers.stretch("no such", 0, 10)


def test_confidence_falls_with_distance_and_doubt_and_with_a_near_rival() -> None:
    assert confidence(0, 0, None) == 1
    assert confidence(0, 0, 0) == confidence(0, 0, 0.0) == 0.5
    assert confidence(50, 10, None) > confidence(100, 10, None) > confidence(100, 10, 150)
    assert confidence(0, 10, 500) > confidence(0, 500, 500)
    assert confidence(0, 1000, None) == 0.5


def test_the_rival_is_named() -> None:
    rivers = index(EASTWARD, line([(0, 300), (900, 300)], name="別の川", id="b"))
    snap = rivers.snap(lonlat(300, 100), within_m=400)
    assert (snap.runner_up.line_id, round(snap.runner_up.distance_m)) == ("b", 200)
    assert rivers.snap(lonlat(300, 299), within_m=400, kinds=("road",)) is None


def test_bridges_connect_roads_and_rivers() -> None:
    roads = index(line([(200, -100), (200, 100)], kind="road", name="道道966号", flow=None),
                  kinds=("road",))  # fmt: skip
    (found,) = crossings(roads, index(EASTWARD))
    assert (found.road_name, found.river_name) == ("道道966号", "試験川")
    assert found.road_along_m == pytest.approx(100, abs=0.01)
    assert found.river_along_m == pytest.approx(200, abs=0.01)
    bridges = layer(*(
        {"type": "Feature", "id": name, "properties": {"name": name},
         "geometry": {"type": "Point", "coordinates": list(lonlat(*at))}}
        for name, at in (("遠橋", (230, 0)), ("白金橋", (205, 5)), ("別橋", (900, 900)))
    ))  # fmt: skip
    (named,), lost = matched([found], bridges, within_m=100)
    assert (named.bridge_name, sorted(lost)) == ("白金橋", ["別橋", "遠橋"])
    assert matched([], bridges, within_m=100)[0] == []


def test_the_ground_of_biei_knows_its_rivers_roads_and_where_they_cross() -> None:
    both = LineIndex.from_collection(ground(), ("river", "road"))
    snap = both.snap((142.614, 43.493), within_m=2000, kinds=("river",))  # 青い池
    assert (snap.name, snap.schematic) == ("美瑛川", True)
    assert snap.confidence < 0.7
    roads, rivers = (LineIndex.from_collection(ground(), (k,)) for k in ("road", "river"))
    assert all(river.flows for river in rivers.lines)
    pairs = {(c.road_name.split()[0], c.river_name) for c in crossings(roads, rivers)}
    assert ("国道237号", "美瑛川") in pairs
    assert len((roads + rivers).lines) == len(both.lines)


def test_an_index_survives_pickling() -> None:
    rivers = index(EASTWARD)
    assert rivers.tree is not None
    again = pickle.loads(pickle.dumps(rivers))
    assert again.snap(lonlat(300, 40), within_m=100) == rivers.snap(lonlat(300, 40), within_m=100)


@pytest.mark.parametrize(
    "coordinates",
    [[[142.5, 43.5]], [["a", "b"], [1, 2]], [[1e9, 1e9], [2e9, 1e9]], [[math.nan, 43], [142, 43]]],
)
def test_an_unreadable_line_is_refused_by_name(coordinates) -> None:
    bad = EASTWARD | {"id": "x7", "geometry": {"type": "LineString", "coordinates": coordinates}}
    with pytest.raises(BrokenFile, match="x7"):
        index(bad)


def test_empty_geometries_and_other_kinds_are_passed_over() -> None:
    nothing = EASTWARD | {"geometry": None}
    empty = EASTWARD | {"geometry": {"type": "LineString", "coordinates": []}}
    same = EASTWARD | {"geometry": {"type": "LineString", "coordinates": [[142, 43], [142, 43]]}}
    other = line([(0, 0), (9, 9)], kind="road")
    assert index(nothing, empty, same, other).lines == ()
