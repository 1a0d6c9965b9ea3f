"""Tables of shelters and zips of national land data, in the shapes they have."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import geopandas
import pytest
import shapely
from shapely.geometry import mapping, shape

from layers.catalog import Catalog
from layers.errors import FetchFailed
from layers.fetching.sources import Fetching, fetch
from layers.fetching.towns import box_of
from layers.schema import Metadata
from tests.provider import Provider, Reply


def table(shared: Path, name: str) -> bytes:
    """Return the CSV the provider gives, from the shared points of the town."""
    points = json.loads((shared / "geo" / name).read_text())["features"]
    rows = []
    for point in points:
        lon, lat = point["geometry"]["coordinates"]
        rows.append(point["properties"] | {"緯度": lat, "経度": lon})
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


@pytest.mark.parametrize("folder", ["", "N03/", "N03\\"])
@pytest.mark.parametrize("says_encoding", [True, False])
def test_the_boundary_is_read_out_of_its_zip_and_cut_to_the_box(
    shared: Path, official: Provider, catalog: Catalog, run: Fetching, tmp_path: Path,
    folder: str, says_encoding: bool,
) -> None:  # fmt: skip
    parts = municipalities(shared, tmp_path)
    if not says_encoding:
        del parts["N03-20240101_01.cpg"]
    members = {"N03.geojson": b"not read"} | {folder + name: parts[name] for name in parts}
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
    line = mapping(shapely.LineString([(142.4617, 43.5912), (142.4700, 43.5840)]))

    def lines(name: str) -> bytes:
        feature = {"type": "Feature", "properties": {"N02_003": name}, "geometry": line}
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
