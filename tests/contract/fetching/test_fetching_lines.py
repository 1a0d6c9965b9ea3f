"""Lines cut at tile edges come together again; what is no line is told or left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely
from shapely.geometry import LineString, box, mapping, shape

from layers.catalog import Catalog
from layers.errors import FetchFailed
from layers.fetching.sources import SOURCES, Fetching, fetch
from layers.fetching.towns import box_of
from layers.schema import Metadata
from layers.tiles.grid import tile_bounds, tiles
from tests.contract.fetching.conftest import AREA
from tests.provider import Provider, Reply


def serve_lines(official: Provider, name: str, things: list[tuple[Any, dict[str, Any]]]) -> int:
    """Cut lines into the z16 tiles of AREA as the provider does; return how many pieces."""
    pieces = 0
    for z, x, y in tiles(AREA, (16, 16)):
        # a hair over the edge: pieces of neighbouring tiles overlap, as they do there
        frame = box(*tile_bounds(z, x, y)).buffer(1e-6)
        cut = [
            {"type": "Feature", "properties": properties, "geometry": mapping(part)}
            for line, properties in things
            for part in shapely.get_parts(line.intersection(frame))
            if part.length
        ]
        pieces += len(cut)
        if cut:
            body = json.dumps({"type": "FeatureCollection", "features": cut}).encode()
            official.gives(f"/xyz/{name}/{z}/{x}/{y}.geojson", Reply(body=body))
    return pieces


MAIN = LineString([(142.4551, 43.5811), (142.4633, 43.5882), (142.4749, 43.5942)])
SIDE = LineString([(142.4633, 43.5882), (142.4699, 43.5823)])
NORTH = {"class": "RdCL", "rID": "r1", "rdCtg": "国道", "state": "通常部"}
BRIDGE = NORTH | {"rID": "r2", "state": "橋・高架"}
LANE = NORTH | {"rID": "r2", "rdCtg": "市区町村道等"}


def test_a_river_cut_by_tiles_is_one_line_again(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    river = {"class": "RvCL", "rivCtg": "一級河川", "type": "河川中心線（通常部）"}
    pieces = serve_lines(official, "experimental_rvrcl", [(MAIN, river)])
    document, notes = fetch(run, catalog["rivers"])
    assert pieces > 4
    (only,) = document["features"]
    assert only["properties"] == river
    assert shape(only["geometry"]).hausdorff_distance(MAIN) < 1e-7
    assert f"断片 {pieces} 本" in notes[0]


def test_pieces_of_a_river_with_ids_of_their_own_are_one_line_too(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    low, high = (LineString(MAIN.coords[part]) for part in (slice(2), slice(1, 3)))
    river = {"rivCtg": "一級河川", "type": "河川中心線（通常部）"}
    serve_lines(
        official, "experimental_rvrcl",
        [(low, river | {"rID": "a", "devDate": "1"}), (high, river | {"rID": "b", "devDate": "2"})],
    )  # fmt: skip
    document, _ = fetch(run, catalog["rivers"])
    assert [feature["properties"] for feature in document["features"]] == [river]


def test_roads_keep_their_properties_and_meet_at_their_ends(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    near, far = (LineString(MAIN.coords[part]) for part in (slice(2), slice(1, 3)))
    serve_lines(
        official, "experimental_rdcl",
        [(near, NORTH), (far, NORTH | {"rID": "r3"}), (SIDE, LANE)],
    )  # fmt: skip
    document, _ = fetch(run, catalog["roads"])
    found = {f["properties"]["rID"]: f for f in document["features"]}
    assert len(document["features"]) == 3
    assert found["r2"]["properties"] == LANE
    assert shape(found["r2"]["geometry"]).hausdorff_distance(SIDE) < 1e-7


def test_bridges_are_the_parts_of_roads_that_say_so(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    serve_lines(official, "experimental_rdcl", [(MAIN, NORTH), (SIDE, BRIDGE)])
    document, _ = fetch(run, catalog["bridges"])
    assert [feature["properties"]["rID"] for feature in document["features"]] == ["r2"]


def test_bridges_after_roads_ask_the_provider_nothing(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    serve_lines(official, "experimental_rdcl", [(MAIN, NORTH), (SIDE, BRIDGE)])
    fetch(run, catalog["roads"])
    asked = len(official.asked)
    fetch(run, catalog["bridges"])
    assert len(official.asked) == asked


def test_licence_source_and_date_are_written_into_the_data(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    serve_lines(official, "experimental_rdcl", [(MAIN, NORTH)])
    document, _ = fetch(run, catalog["roads"])
    said = Metadata.of(document)
    assert (said.name, said.role, said.date) == ("roads", "network", "2023-11-14")
    assert said.licence == "国土地理院コンテンツ利用規約"
    assert "国土地理院" in said.attribution
    assert "experimental_rdcl" in said.source


@pytest.mark.parametrize(
    "body", [b"<html>sorry", b"[]", b'{"type": "Topology"}', b'{"features": 1}', b"{", b"[" * 9999]
)
def test_a_tile_that_is_no_collection_is_refused_with_its_address(
    official: Provider, catalog: Catalog, run: Fetching, body: bytes
) -> None:
    serve_lines(official, "experimental_rdcl", [(MAIN, NORTH)])
    path = next(iter(official.replies))
    official.gives(path, Reply(body=body))
    with pytest.raises(FetchFailed, match=path):
        fetch(run, catalog["roads"])


def test_what_cannot_be_drawn_is_left_out(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    serve_lines(official, "experimental_rdcl", [(MAIN, NORTH)])
    path = next(iter(official.replies))
    given = json.loads(official.replies[path][0].body)
    broken: list[Any] = [
        None, 7, {}, {"geometry": None}, {"geometry": {"type": "LineString"}},
        {"geometry": {"type": "LineString", "coordinates": []}},
        {"geometry": {"type": "LineString", "coordinates": [[142, 43]]}},
        {"geometry": {"type": "LineString", "coordinates": [[142, float("nan")], [142, 43]]}},
        {"geometry": {"type": "LineString", "coordinates": [[4e6, 5e6], [4e6, 6e6]]}},
        {"geometry": {"type": "LineString", "coordinates": "here"}},
        {"geometry": {"type": "Point", "coordinates": [142, 43]}},
        {"geometry": {"type": "LineString", "coordinates": [[142, 43], [142, 43]]}},
    ]  # fmt: skip
    given["features"] = broken + given["features"]
    official.gives(path, Reply(body=json.dumps(given).encode()))
    document, _ = fetch(run, catalog["roads"])
    assert len(document["features"]) == 1


def test_a_box_with_nothing_in_it_is_told(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    with pytest.raises(FetchFailed, match="nothing of roads"):
        fetch(run, catalog["roads"])


def test_more_tiles_than_the_terms_allow_are_not_asked_for(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    wide = Fetching(run.client, run.cache, (142.0, 43.0, 143.0, 44.0))
    with pytest.raises(FetchFailed, match="smaller box"):
        fetch(wide, catalog["roads"])
    assert official.asked == []


def test_a_layer_without_a_source_is_told(catalog: Catalog, run: Fetching) -> None:
    with pytest.raises(FetchFailed, match="depots has no official vector source"):
        fetch(run, catalog["depots"])


def test_every_source_is_a_layer_with_an_address(catalog: Catalog) -> None:
    assert all(catalog[name].url for name in SOURCES)


def test_a_town_nobody_knows_is_told() -> None:
    with pytest.raises(FetchFailed, match="01459"):
        box_of("13101")
