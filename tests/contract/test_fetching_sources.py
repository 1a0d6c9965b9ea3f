"""Official sources in the shapes they have: tiles of lines, tables of shelters, national data."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from shapely.geometry import LineString, box, mapping, shape

from layers.catalog import Catalog, load
from layers.errors import FetchFailed
from layers.fetching.cache import Cache
from layers.fetching.client import Client
from layers.fetching.manners import Manners
from layers.fetching.sources import SOURCES, Fetching, fetch, hosts
from layers.fetching.tiles import Tally, TileFetcher
from layers.fetching.towns import box_of
from layers.schema import BBox, Metadata
from layers.tiles.grid import tile_bounds, tiles
from tests.provider import Clock, Provider, Reply, provider

AREA: BBox = (142.455, 43.580, 142.475, 43.595)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)


@pytest.fixture
def official() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def catalog() -> Catalog:
    return load()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run(official: Provider, catalog: Catalog, clock: Clock, tmp_path: Path) -> Iterator[Fetching]:
    names = hosts(catalog)
    elsewhere = dict.fromkeys(names, official.address)
    with (
        Client(
            hosts=names, elsewhere=elsewhere, manners=Manners(per_second=1000.0), time=clock.time
        ) as client,
        Cache(tmp_path / "fetched") as cache,
    ):
        yield Fetching(client, cache, AREA)


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


def table(shared: Path, name: str) -> bytes:
    """Return the CSV the provider gives, from the shared points of the town."""
    points = json.loads((shared / "geo" / name).read_text())["features"]
    rows = [
        feature["properties"]
        | dict(zip(("経度", "緯度"), feature["geometry"]["coordinates"], strict=True))
        for feature in points
    ]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


SITES = "/hinanjocp/defaultFtpData/csv/mergeFromCity_2.csv"


def of_town(run: Fetching) -> Fetching:
    return Fetching(run.client, run.cache, box_of("01459"))


def test_the_evacuation_sites_of_the_town_come_with_their_flags(
    shared: Path, official: Provider, catalog: Catalog, run: Fetching
) -> None:
    body = table(shared, "biei_shelters_emergency_014591.geojson")
    official.gives(SITES, Reply(body=body))
    document, notes = fetch(of_town(run), catalog["evacuation_sites"])
    assert len(document["features"]) == 54
    assert notes == []
    first = document["features"][0]
    assert first["id"] == first["properties"]["共通ID"] == "E0145900001201"
    assert first["properties"]["洪水"] == "1"
    assert first["properties"]["高潮"] == ""
    assert first["geometry"]["coordinates"] == [142.468914, 43.594052]
    assert Metadata.of(document).role == "shelters"


def test_sites_of_the_whole_country_are_cut_to_the_box(
    shared: Path, official: Provider, catalog: Catalog, run: Fetching
) -> None:
    official.gives(SITES, Reply(body=table(shared, "biei_shelters_emergency_014591.geojson")))
    document, _ = fetch(run, catalog["evacuation_sites"])
    assert 0 < len(document["features"]) < 54


def test_rows_without_a_place_are_counted_and_told(
    shared: Path, official: Provider, catalog: Catalog, run: Fetching
) -> None:
    body = table(shared, "biei_shelters_emergency_014591.geojson")
    body += b"1,E1,,x,x,,,,,,,,,,,,\r\n"
    official.gives(SITES, Reply(body=body))
    document, notes = fetch(of_town(run), catalog["evacuation_sites"])
    assert len(document["features"]) == 54
    assert notes == ["位置の読めない行 1 件を除きました。"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("NO,共通ID\r\n1,2\r\n".encode(), "no column"),
        ("施設・場所名,緯度\r\n".encode("cp932"), "not UTF-8"),
        (b"<!DOCTYPE html><p>maintenance", "not csv"),
        ("共通ID,施設・場所名,住所,緯度,経度\r\n\"1,2".encode(), "broken"),
        ("共通ID,施設・場所名,住所,緯度,経度\r\n1,2,3,43.5,nan\r\n".encode(), "nothing of"),
    ],
)  # fmt: skip
def test_another_table_is_refused(
    official: Provider, catalog: Catalog, run: Fetching, body: bytes, why: str
) -> None:
    official.gives(SITES, Reply(body=body))
    with pytest.raises(FetchFailed, match=why):
        fetch(of_town(run), catalog["evacuation_sites"])


def zipped(tmp_path: Path, members: dict[str, bytes]) -> bytes:
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path.read_bytes()


BOUNDARY = "/ksj/gml/data/N03/N03-2024/N03-20240101_01_GML.zip"


def municipalities(shared: Path, tmp_path: Path) -> dict[str, bytes]:
    """Return the members of a boundary zip: a Shapefile with names in CP932."""
    frame = geopandas.read_file(shared / "geo" / "hokkaido_municipalities_s0010.geojson")
    frame = frame.set_crs(6668, allow_override=True)
    frame.to_file(tmp_path / "N03-20240101_01.shp", encoding="CP932")
    return {path.name: path.read_bytes() for path in sorted(tmp_path.glob("N03-20240101_01.*"))}


def test_the_boundary_is_read_out_of_its_zip_and_cut_to_the_box(
    shared: Path, official: Provider, catalog: Catalog, run: Fetching, tmp_path: Path
) -> None:
    members = {"KS-META-N03.xml": b"<x/>"} | municipalities(shared, tmp_path)
    official.gives(BOUNDARY, Reply(body=zipped(tmp_path, members)))
    document, _ = fetch(run, catalog["boundary"])
    names = {feature["properties"]["N03_004"] for feature in document["features"]}
    assert names == {"美瑛町"}
    assert shape(document["features"][0]["geometry"]).contains(shapely.Point(142.467, 43.588))
    assert Metadata.of(document).date == "2024-01-01"
    json.dumps(document)


def test_stations_and_railways_are_two_layers_of_one_file(
    official: Provider, catalog: Catalog, run: Fetching, tmp_path: Path
) -> None:
    def lines(name: str) -> bytes:
        feature = {"type": "Feature", "properties": {"N02_003": name}, "geometry": mapping(MAIN)}
        return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()

    members = {
        "Shift-JIS/N02-24_Station.geojson": b"{}", "UTF-8/N02-24_Station.geojson": lines("駅"),
        "UTF-8/N02-24_RailroadSection.geojson": lines("富良野線"),
    }  # fmt: skip
    path = "/ksj/gml/data/N02/N02-24/N02-24_GML.zip"
    official.gives(path, Reply(body=zipped(tmp_path, members), headers={"ETag": '"1"'}))
    for name, wanted in (("railways", "富良野線"), ("stations", "駅")):
        document, _ = fetch(run, catalog[name])
        assert document["features"][0]["properties"] == {"N02_003": wanted}
    assert official.headers(path)[1]["if-none-match"] == '"1"'


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"readme.txt": b"x"}, "no member"),
        ({"a.geojson": b"{not json"}, "cannot be read"),
        ({"../a.geojson": b"{}"}, "leaves its archive"),
        ({"a}/b.geojson": b"{}"}, "leaves its archive"),
    ],
)
def test_a_zip_with_something_else_is_refused(
    official: Provider, catalog: Catalog, run: Fetching, tmp_path: Path,
    members: dict[str, bytes], why: str,
) -> None:  # fmt: skip
    official.gives(BOUNDARY, Reply(body=zipped(tmp_path, members)))
    with pytest.raises(FetchFailed, match=why):
        fetch(run, catalog["boundary"])


def test_a_zip_cut_short_is_refused(
    official: Provider, catalog: Catalog, run: Fetching, tmp_path: Path
) -> None:
    body = zipped(tmp_path, {"a.geojson": b"{}" * 999})
    official.gives(BOUNDARY, Reply(body=body[:-30]))
    with pytest.raises(FetchFailed, match="no zip"):
        fetch(run, catalog["boundary"])


def test_a_box_with_nothing_in_it_is_told(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    with pytest.raises(FetchFailed, match="nothing of roads"):
        fetch(run, catalog["roads"])


def test_a_layer_without_a_source_is_told(catalog: Catalog, run: Fetching) -> None:
    with pytest.raises(FetchFailed, match="depots has no official vector source"):
        fetch(run, catalog["depots"])


def test_every_source_is_a_layer_with_an_address(catalog: Catalog) -> None:
    assert all(catalog[name].url for name in SOURCES)


def test_a_town_nobody_knows_is_told() -> None:
    with pytest.raises(FetchFailed, match="01459"):
        box_of("13101")


def some(count: int) -> list[tuple[int, int, int]]:
    return list(tiles(AREA, (16, 16)))[:count]


def test_a_tile_is_asked_for_once_and_a_missing_one_is_remembered(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    here, gone = some(2)
    official.gives("/xyz/std/{}/{}/{}.png".format(*here), Reply(body=PNG))
    fetcher = TileFetcher(run.client, run.cache, catalog["std"])
    told: list[Tally] = []
    for _ in range(3):
        assert dict(fetcher.each([here, gone], lambda tally: told.append(tally) is None)) == {
            here: PNG
        }
    assert {(tally.done, tally.missing) for tally in told} == {(2, 1)}
    assert len(official.asked) == 2


def test_an_old_tile_is_asked_for_only_if_it_changed(
    official: Provider, catalog: Catalog, run: Fetching, clock: Clock
) -> None:
    (tile,) = some(1)
    path = "/xyz/std/{}/{}/{}.png".format(*tile)
    official.gives(path, Reply(body=PNG, headers={"ETag": '"1"'}))
    fetcher = TileFetcher(run.client, run.cache, catalog["std"])
    assert dict(fetcher.each([tile])) == {tile: PNG}
    clock.seconds += 31 * 86_400
    assert dict(fetcher.each([tile])) == {tile: PNG}
    assert official.headers(path)[1]["if-none-match"] == '"1"'
    assert dict(fetcher.each([tile])) == {tile: PNG}
    assert official.count(path) == 2
    clock.seconds += 31 * 86_400
    official.gives(path, Reply(body=PNG + b"new", headers={"ETag": '"2"'}))
    assert dict(fetcher.each([tile])) == {tile: PNG + b"new"}


def test_a_run_that_is_stopped_goes_on_where_it_was(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    wanted = some(6)
    for tile in wanted:
        official.gives("/xyz/std/{}/{}/{}.png".format(*tile), Reply(body=PNG))
    fetcher = TileFetcher(run.client, run.cache, catalog["std"])
    assert len(list(fetcher.each(wanted, lambda tally: tally.done < 3))) == 3
    assert len(list(fetcher.each(wanted))) == 6
    assert len(official.asked) == 6


@pytest.mark.parametrize("body", [b"<html>sorry", b"", b"\xff\xd8\xff jpeg"])
def test_a_page_with_status_200_is_not_a_tile_and_is_not_kept(
    official: Provider, catalog: Catalog, run: Fetching, body: bytes
) -> None:
    (tile,) = some(1)
    path = "/xyz/std/{}/{}/{}.png".format(*tile)
    official.gives(path, Reply(body=body, headers={"Content-Type": "text/html"}), Reply(body=PNG))
    fetcher = TileFetcher(run.client, run.cache, catalog["std"])
    with pytest.raises(FetchFailed, match=r"not png \(text/html\)"):
        list(fetcher.each([tile]))
    assert dict(fetcher.each([tile])) == {tile: PNG}


def test_unchanged_what_we_never_had_is_refused(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    (tile,) = some(1)
    official.gives("/xyz/std/{}/{}/{}.png".format(*tile), Reply(304))
    with pytest.raises(FetchFailed, match="nothing was here"):
        list(TileFetcher(run.client, run.cache, catalog["std"]).each([tile]))
