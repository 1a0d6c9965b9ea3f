"""The door to the ground: layers, their files, tiles, and the shelf of the town."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from dashboard.cli import group
from dashboard.ground import REFERENCE, bring_in
from layers.tiles.writer import About, write_archive
from tests.conftest import event
from tests.wait import until
from tests.web.conftest import Caller

Make = Callable[..., Caller]
PNG = (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x00\x00\x01\x00\x08\x06\x00\x00\x00"
       b"\\r\xa8f")  # fmt: skip
POINT = {"type": "Feature", "properties": {"name": "=1+1<b>"},
         "geometry": {"type": "Point", "coordinates": [142.46, 43.59]}}  # fmt: skip


def rows(caller: Caller, query: str = "") -> dict[str, dict[str, Any]]:
    answer = caller.get(f"/api/v1/layers?incident=inc{query}")
    assert answer.status_code == 200, answer.text
    return {row["name"]: row for row in answer.json["layers"]}


def publish_network(app: Flask, desk: Caller) -> str:
    """Put the packaged network in force, as the worker does in a new incident."""
    realm = app.extensions["eoc"].realms["real"]
    body = bring_in(realm, REFERENCE / "network.geojson")
    answer = desk.send(event("layer.published", "layer:network", {**body, "seen": 0}))
    assert answer.status_code == 200, answer.text
    return str(body["sha256"])


def imported(caller: Caller, filename: str, content: bytes, **asked: str) -> dict[str, Any]:
    """Import a file as the admin page does; return how it ended."""
    query = "&".join(f"{k}={v}" for k, v in {"filename": filename, **asked}.items())
    path = f"{caller.prefix}/api/v1/layers/imports?{query}"
    answer = caller.client.post(path, data=content, headers=caller.headers)
    assert answer.status_code == 202, answer.text
    id_ = answer.json["id"]

    def state() -> dict[str, Any]:
        found: dict[str, Any] = caller.get(f"/api/v1/layers/imports/{id_}").json
        return found

    until(lambda: state()["state"] != "running", 60)
    return state()


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_a_layer_without_file_or_tiles_says_why_it_cannot_be_shown(desk: Caller) -> None:
    found = rows(desk)
    assert found["ground"]["available"]
    assert found["ground"]["schematic"]
    for name in ("std", "boundary"):
        assert not found[name]["available"]
        assert found[name]["url"] is None
        assert "eoc layers" in found[name]["why"]
    assert all(row["attribution"] for row in found.values() if row["kind"] == "raster")


def test_layers_are_told_in_the_language_asked_for(desk: Caller) -> None:
    assert rows(desk)["std"]["title"] == "標準地図"
    assert "標" not in rows(desk, "&lang=en")["std"]["title"]


def test_the_file_of_a_published_layer_never_changes_and_runs_nothing(
    app: Flask, desk: Caller
) -> None:
    sha256 = publish_network(app, desk)
    row = rows(desk)["settlements"]
    assert row["available"]
    assert row["url"] == f"/layers/{sha256}.geojson?kind=settlement"
    answer = desk.get(row["url"])
    kinds = {f["properties"]["kind"] for f in answer.get_json(force=True)["features"]}
    assert kinds == {"settlement"}
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    with desk.get(f"/layers/{sha256}.geojson") as whole:
        assert whole.data == (REFERENCE / "network.geojson").read_bytes()


def test_a_file_that_no_layer_names_is_not_served(app: Flask, desk: Caller) -> None:
    realm = app.extensions["eoc"].realms["real"]
    sha256 = bring_in(realm, REFERENCE / "network.geojson")["sha256"]
    assert desk.get(f"/layers/{sha256}.geojson").status_code == 404
    assert desk.get("/layers/../../etc/passwd.geojson").status_code == 404


def test_a_replay_is_shown_the_layer_of_its_time(app: Flask, desk: Caller) -> None:
    first = publish_network(app, desk)
    then = app.extensions["eoc"].realms["real"].live.position
    assert imported(desk, "n.geojson", collection(POINT), name="network")["state"] == "done"
    answer = desk.client.put("/api/v1/incidents/inc/layers/network", headers=desk.headers)
    assert answer.status_code == 201, answer.text
    assert rows(desk)["settlements"]["sha256"] == answer.json["sha256"] != first
    assert rows(desk, f"&known_at={then}")["settlements"]["sha256"] == first
    with desk.get(f"/layers/{first}.geojson") as old:
        assert old.status_code == 200


def test_tiles_come_from_an_archive_and_a_missing_one_is_empty(settings: Any, desk: Caller) -> None:
    about = About("std", "png", (142.0, 43.0, 143.0, 44.0), attribution="地理院タイル")
    write_archive(Path(settings.state_dir) / "tiles" / "std.pmtiles", [((5, 28, 11), PNG)], about)
    row = rows(desk)["std"]
    assert row["url"] == "/tiles/std/{z}/{x}/{y}"
    answer = desk.get("/tiles/std/5/28/11")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", PNG)
    assert desk.get("/tiles/std/5/28/12").status_code == 204
    assert desk.get("/tiles/std/99/1/1").status_code == 204
    assert desk.get("/tiles/pale/5/28/11").status_code == 404


def test_a_broken_tile_file_is_said_and_not_served(settings: Any, desk: Caller) -> None:
    folder = Path(settings.state_dir) / "tiles"
    folder.mkdir(parents=True)
    (folder / "std.pmtiles").write_bytes(b"PMTiles\x03" + b"\xff" * 200)
    assert not rows(desk)["std"]["available"]
    assert "壊れて" in rows(desk)["std"]["why"]
    assert desk.get("/tiles/std/5/28/11").status_code == 422


def test_tiles_that_no_catalogue_knows_are_offered_by_what_they_say(
    settings: Any, desk: Caller
) -> None:
    folder, box = Path(settings.state_dir) / "tiles", (142.0, 43.0, 143.0, 44.0)
    about = About("町字界", "pbf", box, attribution="美瑛町")
    write_archive(folder / "biei_machiaza.mbtiles", [((5, 28, 11), b"\x1a\x00")], about)
    write_archive(folder / "photo.pmtiles", [((5, 28, 11), PNG)], About("", "png", box))
    (folder / "torn.pmtiles").write_bytes(b"PMTiles\x03" + b"\xff" * 200)
    (folder / "Not a name.mbtiles").write_bytes(b"")
    found = rows(desk)
    row = found["biei_machiaza"]
    told = [row[key] for key in ("group", "kind", "title", "attribution", "visible", "available")]
    assert told == ["user", "vector_tiles", "町字界", "美瑛町", False, True]
    assert desk.get(row["url"].format(z=5, x=28, y=11)).data == b"\x1a\x00"
    assert (found["photo"]["kind"], found["photo"]["title"]) == ("raster", "photo")
    assert not found["torn"]["available"]
    assert "壊れて" in found["torn"]["why"]
    assert "Not a name" not in found
    environ = {"EOC_STATE_DIR": str(settings.state_dir)}
    said = CliRunner().invoke(group, ["layers", "list"], env=environ).output
    assert "町字界　[biei_machiaza.mbtiles z5-5" in said
    assert "[破損 broken: torn.pmtiles" in said


def test_an_import_is_reported_and_shown_only_once_it_is_published(desk: Caller) -> None:
    done = imported(desk, "避難路.geojson", collection(POINT), title="避難路", role="reference")
    assert done["state"] == "done", done
    (layer,) = done["layers"]
    assert "1件のうち 1件" in layer["report"]
    assert layer["name"] not in rows(desk)
    answer = desk.client.put(f"/api/v1/incidents/inc/layers/{layer['name']}", headers=desk.headers,
                             json={"reason": "訓練"})  # fmt: skip
    assert answer.status_code == 201, answer.text
    row = rows(desk)[layer["name"]]
    assert (row["title"], row["group"], row["available"]) == ("避難路", "user", True)
    (kept,) = desk.get("/api/v1/layers/shelf").json["layers"]
    assert kept["in_force"]
    desk.client.delete(f"/api/v1/incidents/inc/layers/{layer['name']}", headers=desk.headers)
    assert layer["name"] not in rows(desk)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.geojson", b'{"type": "FeatureCollection", "features": [', "x.geojson"),
        ("x.zip", b"PK\x03\x04 and nothing else", "x.zip"),
        ("../../x.exe", b"MZ" * 100, "x.exe"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    desk: Caller, name: str, content: bytes, words: str
) -> None:
    ended = imported(desk, name, content)
    assert ended["state"] == "refused"
    assert words in ended["text"]
    assert "Traceback" not in ended["text"]
    assert desk.get("/api/v1/layers/shelf").json["layers"] == []


def test_names_become_places_when_the_page_asks_for_it(desk: Caller) -> None:
    table = "どこ,被害\n美瑛町役場,停電\n謎の沢,崩落\n".encode()
    assert "--by-place" in imported(desk, "d.csv", table)["text"]
    refused = imported(desk, "d.csv", table, place_column="どこ")
    assert refused["state"] == "refused", refused
    assert "Usage" not in refused["text"]
    done = imported(desk, "d.csv", table, by_place="1", place_column="どこ")
    assert done["state"] == "done", done
    (layer,) = done["layers"]
    assert "地名から置いた 1件／置けなかった 1件（「どこ」の列）" in layer["report"]
    assert layer["uncertainty_m"] == 30


def test_an_import_that_is_too_large_is_refused_before_it_is_read(desk: Caller) -> None:
    answer = desk.client.post(
        "/api/v1/layers/imports?filename=x.zip", headers=desk.headers,
        environ_overrides={"CONTENT_LENGTH": str(10**12)},
    )  # fmt: skip
    assert answer.status_code == 413


def test_a_drill_is_given_its_own_ground(caller: Make, desk: Caller) -> None:
    drill = caller("desk", realm="drill")
    assert drill.post("/api/v1/incidents", {"id": "inc", "title": "訓練"}).status_code == 201
    assert imported(drill, "d.geojson", collection(POINT), name="danger")["state"] == "done"
    answer = drill.client.put("/drill/api/v1/incidents/inc/layers/danger", headers=drill.headers)
    assert answer.status_code == 201
    url = rows(drill)["danger"]["url"]
    assert url.startswith("/drill/layers/")
    assert "danger" not in rows(desk)
    assert desk.get(url.removeprefix("/drill")).status_code == 404


def test_crews_see_layers_and_import_none(caller: Make, desk: Caller) -> None:
    crew = caller("field", team="kensetsu-1")
    assert rows(crew)["ground"]["available"]
    assert crew.post("/api/v1/layers/imports?filename=x.csv", {}).status_code == 403
    answer = crew.client.put("/api/v1/incidents/inc/layers/x", headers=crew.headers)
    assert answer.status_code == 403
