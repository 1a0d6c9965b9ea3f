"""The hand-made network: on the roads of the ground, honest about what is made up or unknown."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
import yaml
from shapely.geometry import Point, shape

from layers.crs import to_plane
from layers.ground import AREA, ground
from layers.roads import Closure, Network, isolation
from layers.schema import Metadata

COUNTS = ("households", "population", "guests", "care")
KINDS = {
    "road", "bridge", "settlement", "outside", "town_hall", "fire_station", "hospital", "depot",
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    text = files("data").joinpath("reference", "network.geojson").read_text(encoding="utf-8")
    return json.loads(text)


@pytest.fixture(scope="module")
def network(document: dict[str, Any]) -> Network:
    return Network.from_collection(document)


def of_kind(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [f for f in document["features"] if f["properties"]["kind"] == kind]


def line(feature: dict[str, Any]) -> Any:
    return to_plane(shape(feature["geometry"]))


def test_it_says_that_it_is_a_sketch_and_what_it_must_not_be_used_for(document) -> None:
    metadata = Metadata.of(document)
    assert (metadata.name, metadata.role, metadata.schematic) == ("network", "network", True)
    assert "概略" in metadata.title_ja
    assert metadata.uncertainty_m
    assert "望岳台" in metadata.note_ja  # the mountain road is said to be left out


def test_every_feature_has_an_id_of_its_own_a_name_a_source_and_lies_in_the_area(document) -> None:
    ids = [f["id"] for f in document["features"]]
    assert len(set(ids)) == len(ids)
    assert {f["properties"]["kind"] for f in document["features"]} == KINDS
    for feature in document["features"]:
        properties = feature["properties"]
        assert all(properties[k] for k in ("name", "source", "uncertainty_m")), feature["id"]
        west, south, east, north = shape(feature["geometry"]).bounds
        assert AREA[0] <= west <= east <= AREA[2], feature["id"]
        assert AREA[1] <= south <= north <= AREA[3], feature["id"]


def test_roads_name_their_owner_and_leave_unknown_widths_unknown(document) -> None:
    for feature in of_kind(document, "road"):
        properties = feature["properties"]
        assert properties["road_class"] in ("national", "prefectural", "town")
        assert properties["owner"]
        assert (properties["width_m"], properties["oneway"]) == (None, "no")


def test_roads_lie_on_those_of_the_ground_and_invented_ones_say_so(document) -> None:
    under = {f["id"]: line(f) for f in ground()["features"] if f["properties"]["kind"] == "road"}
    for feature in of_kind(document, "road"):
        if feature["id"] not in under:
            assert "仮" in feature["properties"]["name"]
            continue
        drawn = line(feature)
        off = drawn.difference(under[feature["id"]].buffer(5.0)).length
        assert off < 900, feature["id"]  # only what ties its end to the next road


def test_bridges_stand_on_their_road_and_those_of_no_known_name_are_marked(document) -> None:
    roads = {f["properties"]["name"]: line(f) for f in of_kind(document, "road")}
    rivers = {
        f["properties"]["name"]: line(f)
        for f in ground()["features"]
        if f["properties"]["kind"] == "river"
    }
    for feature in of_kind(document, "bridge"):
        properties, point = feature["properties"], line(feature)
        assert roads[properties["road"]].distance(point) < 5, properties["name"]
        known = properties["name"] in ("水楽橋", "両泉橋", "白金橋")
        assert known != ("（仮称）" in properties["name"])
        if properties["river"]:
            assert rivers[properties["river"]].distance(point) < 5, properties["name"]


def test_the_settlements_are_those_of_the_ground_and_nobody_there_is_counted_yet(document) -> None:
    names = {f["properties"]["name"] for f in of_kind(document, "settlement")}
    there = {
        f["properties"]["name"]
        for f in ground()["features"]
        if f["properties"]["kind"] == "settlement"
    }
    assert names == there
    for feature in of_kind(document, "settlement"):
        for count in COUNTS:
            assert feature["properties"][count] is None  # unknown is not 0
            assert feature["properties"][f"{count}_state"] == "未確認"


def test_depots_are_all_made_up_and_say_so(document) -> None:
    assert all("仮" in f["properties"]["name"] for f in of_kind(document, "depot"))


def test_it_is_one_connected_network_with_everything_attached(network: Network) -> None:
    assert network.notices == ()
    assert network.unattached == ()
    assert set(network.component.tolist()) == {0}
    assert {p.kind for p in network.places} == KINDS - {"road"}


def test_with_all_roads_open_nobody_is_isolated(network: Network) -> None:
    answer = isolation(network, [])
    assert {row.outside for row in answer.settlements} == {"connected"}
    assert len(answer.settlements) == 31
    assert answer.schematic


def test_closing_the_one_bridge_isolates_heiwa_and_shirogane_and_nobody_else(network) -> None:
    (bridge,) = [p for p in network.places if p.name == "平和橋（仮称）"]
    spot = {"type": "Point", "coordinates": list(bridge.lonlat)}
    answer = isolation(network, [Closure("c-1", "full", spot, "道道966号")])
    assert [row.place.name for row in answer.isolated] == ["平和", "白金"]
    assert [f.closure_id for f in answer.freed_by] == ["c-1"]
    assert answer.totals()["isolated_people"]["guests"]["text_ja"] == "未確認"


@pytest.mark.parametrize("name", ["水楽橋", "両泉橋", "白金橋"])
def test_each_bridge_before_shirogane_isolates_it_when_named_on_the_phone(network, name) -> None:
    answer = isolation(network, [Closure("c-1", "full", None, f"道道966号 {name}")])
    assert [row.place.name for row in answer.isolated] == ["白金"]


def test_every_closure_of_the_demo_is_put_on_it_and_isolates_what_it_did_in_2016(network) -> None:
    text = files("data").joinpath("demo", "heavy_rain_2016.yaml").read_text(encoding="utf-8")
    steps = [s for s in yaml.safe_load(text)["steps"] if s["kind"] == "road_closure.declared"]
    closures = [
        Closure(s["subject"], b["closure_kind"], b["geometry"], b["road_name"])
        for s in steps
        for b in [s["body"]]
    ]
    answer = isolation(network, closures)
    assert answer.complete
    assert all(matched.edges for matched in answer.closures)
    assert [row.place.name for row in answer.isolated] == ["白金", "天人峡"]


def test_the_positions_of_the_town_hall_and_of_the_ground_agree(document) -> None:
    (hall,) = of_kind(document, "town_hall")
    (there,) = [f for f in ground()["features"] if f["properties"]["kind"] == "town_hall"]
    assert Point(hall["geometry"]["coordinates"]) == shape(there["geometry"])
