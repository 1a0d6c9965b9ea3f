"""``eoc layers list|fetch|tiles`` as an officer types it, the provider on the loopback."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.cli.layers import COMMANDS, layers
from dashboard.cli.layers.desk import Desk
from dashboard.config import Settings
from layers.catalog import load
from layers.fetching.manners import Manners
from layers.fetching.sources import hosts
from layers.schema import Metadata
from layers.shelf import Shelf
from layers.tiles import open_archive
from layers.tiles.grid import tiles
from tests.provider import Clock, Provider, Reply

BOX = "142.455,43.580,142.475,43.595"
AREA = (142.455, 43.580, 142.475, 43.595)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
Eoc = Callable[..., Result]


@pytest.fixture
def desk(official: Provider, clock: Clock, tmp_path: Path) -> Desk:
    catalog = load()
    return Desk(
        Settings(state_dir=tmp_path, contact="bousai@example.jp"), catalog,
        dict.fromkeys(hosts(catalog), official.address), Manners(tries=2), clock.time,
    )  # fmt: skip


@pytest.fixture
def eoc(desk: Desk) -> Eoc:
    def run(*words: str, typed: str | None = None) -> Result:
        result = CliRunner().invoke(layers, words, obj=desk, input=typed)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def serve(official: Provider, low: int, high: int) -> int:
    """Give every second tile of the box; return how many."""
    every = list(tiles(AREA, (low, high)))
    for z, x, y in every[::2]:
        official.gives(f"/xyz/std/{z}/{x}/{y}.png", Reply(body=PNG + bytes([z])))
    return len(every[::2])


def road(official: Provider) -> None:
    feature: dict[str, Any] = {
        "type": "Feature", "properties": {"rID": "r1", "rdCtg": "国道"},
        "geometry": {"type": "LineString", "coordinates": [[142.46, 43.585], [142.461, 43.5851]]},
    }  # fmt: skip
    body = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    z, x, y = next(tiles((142.46, 43.585, 142.4601, 43.5851), (16, 16)))
    official.gives(f"/xyz/experimental_rdcl/{z}/{x}/{y}.geojson", Reply(body=body))


def test_the_commands_are_in_the_table() -> None:
    assert {"list", "fetch", "tiles"} <= set(COMMANDS)


def test_the_terms_are_read_before_anything_is_asked(official: Provider, eoc: Eoc) -> None:
    result = eoc("tiles", "--layer", "std", "--bbox", BOX, "--zoom", "5-16", typed="n\n")
    assert result.exit_code == 1
    for told in ("51 枚", "MB", "出典「地理院タイル」", "国土地理院コンテンツ利用規約"):
        assert told in result.output
    assert official.asked == []


def test_tiles_of_a_box_become_one_file(official: Provider, eoc: Eoc, desk: Desk) -> None:
    wanted = serve(official, 12, 16)
    result = eoc("tiles", "--layer", "std", "--bbox", BOX, "--zoom", "12-16", "--yes")
    assert result.exit_code == 0, result.output
    with closing(open_archive(desk.tiles / "std.pmtiles")) as archive:
        held = [t for t in tiles(AREA, (12, 16)) if archive.tile(*t)]
        said = archive.metadata()
    assert len(held) == wanted
    assert said["attribution"] == "地理院タイル（国土地理院）"
    assert (said["licence"], said["date"]) == ("国土地理院コンテンツ利用規約", "2023-11-14")
    assert f"{wanted} 枚を書きました" in result.output


def test_the_file_may_be_mbtiles_elsewhere(official: Provider, eoc: Eoc, tmp_path: Path) -> None:
    serve(official, 14, 14)
    out = tmp_path / "usb" / "std.mbtiles"
    eoc("tiles", "--layer", "std", "--bbox", BOX, "--zoom", "14", "--yes", "--out", str(out))
    with closing(open_archive(out)) as archive:
        assert archive.zooms == (14, 14)


def test_a_run_stopped_by_hand_goes_on_and_leaves_no_half_file(
    official: Provider, eoc: Eoc, desk: Desk, clock: Clock
) -> None:
    serve(official, 12, 16)
    number = len(list(tiles(AREA, (12, 16))))
    clock.stopped_at = 5
    words = ("tiles", "--layer", "std", "--bbox", BOX, "--zoom", "12-16", "--yes")
    result = eoc(*words)
    assert result.exit_code == 1
    assert "続きから" in result.output
    assert not desk.tiles.exists()
    asked = len(official.asked)
    assert 0 < asked < number
    result = eoc(*words)
    assert result.exit_code == 0
    assert len(official.asked) == number
    assert f"手元にあったもの {asked} 枚" in result.output


def test_more_tiles_than_allowed_are_refused_unasked(official: Provider, eoc: Eoc) -> None:
    result = eoc("tiles", "--layer", "seamlessphoto", "--zoom", "5-18", "--yes")
    assert result.exit_code == 1
    assert "上限 20,000 枚を超えます" in result.output
    assert official.asked == []


def test_a_layer_whose_terms_nobody_wrote_down_is_refused(official: Provider, desk: Desk) -> None:
    silent = tuple(replace(one, terms=type(one.terms)()) for one in desk.catalog)
    closed = replace(desk, catalog=replace(desk.catalog, layers=silent))
    words = ["tiles", "--layer", "std", "--bbox", BOX, "--zoom", "14", "--yes"]
    result = CliRunner().invoke(layers, words, obj=closed)
    assert result.exit_code == 1
    assert "may not be taken in bulk" in result.output
    assert official.asked == []


def test_a_place_without_a_hazard_tile_is_not_called_safe(official: Provider, eoc: Eoc) -> None:
    result = eoc("tiles", "--layer", "flood_l2", "--bbox", BOX, "--zoom", "14", "--yes")
    assert result.exit_code == 1
    assert "安全を意味しません" in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--layer", "std", "--zoom", "16-5"), "no range of zooms"),
        (("--layer", "std", "--zoom", "x"), "no range of zooms"),
        (("--layer", "std", "--zoom", "2-5"), "std has zooms 5-18"),
        (("--layer", "std", "--zoom", "5", "--bbox", "43,142,44,143"), "is no box"),
        (("--layer", "std", "--zoom", "5", "--bbox", BOX, "--town", "01459"), "not both"),
        (("--layer", "shelters", "--zoom", "5"), "not a layer of tiles"),
        (("--layer", "std", "--zoom", "5", "--out", "std.zip"), "must end in"),
    ],
)  # fmt: skip
def test_a_slip_in_the_command_is_told(
    official: Provider, eoc: Eoc, words: tuple[str, ...], told: str
) -> None:
    result = eoc("tiles", *words, "--yes")
    assert result.exit_code == 2
    assert told in result.output
    assert official.asked == []


def test_fetched_roads_are_on_the_shelf_with_their_licence(
    official: Provider, eoc: Eoc, desk: Desk
) -> None:
    road(official)
    result = eoc("fetch", "roads", "--bbox", BOX)
    assert result.exit_code == 0, result.output
    sha256, about = Shelf(desk.shelf).get("roads")
    assert (about.licence, about.role) == ("国土地理院コンテンツ利用規約", "network")
    document = Shelf(desk.shelf).collection(sha256)
    assert Metadata.of(document) == about
    assert len(document["features"]) == 1
    assert sha256 in result.output
    assert "国土地理院コンテンツ利用規約" in result.output


def test_the_contact_of_the_town_is_told_to_the_provider(official: Provider, eoc: Eoc) -> None:
    road(official)
    eoc("fetch", "roads", "--bbox", BOX)
    assert {headers["user-agent"] for _, headers in official.asked} == {
        "biei-eoc layers (bousai@example.jp)"
    }


def test_one_source_that_fails_does_not_stop_the_others(
    official: Provider, eoc: Eoc, desk: Desk
) -> None:
    road(official)
    result = eoc("fetch", "shelters", "roads", "--bbox", BOX)
    assert result.exit_code == 1
    assert "取得できません failed: " in result.output
    assert Shelf(desk.shelf).names() == ["roads"]


def test_fetching_stopped_by_hand_goes_on(official: Provider, eoc: Eoc, clock: Clock) -> None:
    road(official)
    clock.stopped_at = 5
    assert "続きから" in eoc("fetch", "roads", "--bbox", BOX).output
    assert eoc("fetch", "roads", "--bbox", BOX).exit_code == 0
    assert len({path for path, _ in official.asked}) == len(official.asked)


@pytest.mark.parametrize(
    ("name", "told"), [("std", "eoc layers tiles --layer std"), ("depots", "no official source")]
)
def test_what_cannot_be_fetched_says_what_to_do(
    official: Provider, eoc: Eoc, name: str, told: str
) -> None:
    result = eoc("fetch", name)
    assert result.exit_code == 2
    assert told in result.output
    assert official.asked == []


def test_the_list_shows_what_is_here(official: Provider, eoc: Eoc, desk: Desk) -> None:
    road(official)
    serve(official, 14, 14)
    eoc("fetch", "roads", "--bbox", BOX)
    eoc("tiles", "--layer", "std", "--bbox", BOX, "--zoom", "14", "--yes")
    Shelf(desk.shelf).put({"type": "FeatureCollection", "features": []}, Metadata("kawa", "町の川"))
    (desk.tiles / "pale.pmtiles").write_bytes(b"what")
    lines = {line.split()[0]: line for line in eoc("list").output.splitlines()}
    assert "std.pmtiles z14-14" in lines["std"]
    assert Shelf(desk.shelf).get("roads")[0][:12] in lines["roads"]
    assert "町の川" in lines["kawa"]
    assert "破損" in lines["pale"]
    assert "概略" in lines["ground"]
