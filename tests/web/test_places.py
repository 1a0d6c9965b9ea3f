"""Places by name, names by place, stretches of lines: the doors the desk asks while it types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from dashboard.bodies.ground import OnLine
from dashboard.ground import PACKAGED
from dashboard.realm import Realm
from tests.conftest import event
from tests.web.conftest import Caller
from tests.web.ground_files import layer_file, point, publish

ON_ROAD = {"lon": 142.53, "lat": 43.545}
FARTHER = {"to_lon": 142.55, "to_lat": 43.533}


@pytest.fixture
def realm(app: Flask) -> Realm:
    return app.extensions["eoc"].realms["real"]


def ask(caller: Caller, path: str, **query: Any) -> Any:
    answer = caller.get(f"/api/v1/{path}?{urlencode(query)}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def found(caller: Caller, text: str) -> list[str]:
    return [c["name"] for c in ask(caller, "places", q=text)["candidates"]]


@pytest.mark.parametrize("text", ["白金", "しろがね", "ﾋﾞﾊﾞｳｼ", "43.5883,142.4671", "654234"])
def test_a_name_a_reading_coordinates_and_a_square_give_candidates(desk: Caller, text: str) -> None:
    first = ask(desk, "places", q=text, limit=3)["candidates"][0]
    assert 142 < first["lon"] < 143
    assert 43 < first["lat"] < 44
    assert first["uncertainty_m"] > 0
    assert first["kind_words"]


def test_before_any_incident_the_packaged_ground_is_searched(
    caller: Callable[..., Caller],
) -> None:
    assert found(caller("viewer"), "青い池")[0] == "青い池"


def test_words_that_mean_nothing_give_no_candidate(desk: Caller) -> None:
    assert ask(desk, "places", q="  、。 ") == {"q": "  、。 ", "candidates": []}
    assert found(desk, "") == []


def test_a_layer_put_in_force_is_found_at_once_and_no_longer_when_withdrawn(
    desk: Caller, realm: Realm, tmp_path: Path
) -> None:
    assert "憩町の土のう置場" not in found(desk, "憩町の土のう置場")
    publish(
        realm,
        desk,
        "sites",
        layer_file(tmp_path, "sites", point("憩町の土のう置場", 142.47, 43.59)),
    )
    assert found(desk, "憩町の土のう置場")[0] == "憩町の土のう置場"
    sent = desk.send(event("layer.withdrawn", "layer:sites", {"seen": realm.live.position}))
    assert sent.status_code == 200, sent.text
    assert "憩町の土のう置場" not in found(desk, "憩町の土のう置場")


def test_a_broken_layer_does_not_silence_the_others(
    desk: Caller, realm: Realm, tmp_path: Path
) -> None:
    line = {"type": "LineString", "coordinates": [[142.5, 43.5]]}
    bad = {"type": "Feature", "id": "r", "properties": {"kind": "road"}, "geometry": line}
    sha256 = publish(realm, desk, "broken", layer_file(tmp_path, "broken", bad))
    assert found(desk, "白金")[0] == "白金"
    realm.media.path(sha256).write_bytes(b"{")
    publish(realm, desk, "sites", layer_file(tmp_path, "sites", point("資材置場", 142.47, 43.59)))
    assert found(desk, "資材置場")[0] == "資材置場"


def test_areas_of_danger_are_not_places(desk: Caller, realm: Realm, tmp_path: Path) -> None:
    zone = point("土石流 美瑛川1", 142.6, 43.5)
    publish(realm, desk, "debris", layer_file(tmp_path, "debris", zone, role="hazard"))
    assert "土石流 美瑛川1" not in found(desk, "土石流 美瑛川1")


def test_a_position_has_words_and_lies_on_river_and_road(desk: Caller) -> None:
    told = ask(desk, "place", lon=142.64, lat=43.475)
    assert told["words"].startswith("白金付近、道道966号、美瑛川")
    assert told["words"].endswith("（概略）")
    assert told["schematic"] is True
    assert told["parts"]["aza"] == "白金"
    assert "手描き（概略）" in told["sources"]
    on = {name: told["road"][name] for name in OnLine.model_fields}
    assert OnLine(**on).name == "道道966号 十勝岳温泉美瑛線"
    assert told["road"]["owner"].startswith("北海道")
    assert told["river"]["kind"] == "river"
    assert "near" in ask(desk, "place", lon=142.64, lat=43.475, lang="en")["words"]


def test_far_from_everything_there_are_words_and_no_line(desk: Caller) -> None:
    told = ask(desk, "place", lon=142.36, lat=43.41)
    assert told["words"]
    assert (told["river"], told["road"]) == (None, None)


def test_two_clicks_on_a_road_give_the_stretch_between_them(desk: Caller) -> None:
    told = ask(desk, "stretch", kind="road", **ON_ROAD, **FARTHER)
    on = OnLine(**told["on"])
    # a crossing road lies nearer to the first click alone
    assert on.name == "道道966号 十勝岳温泉美瑛線"
    assert on.to_m is not None
    assert told["length_m"] == pytest.approx(on.to_m - on.along_m, abs=0.2)
    assert told["geometry"]["coordinates"][0] == pytest.approx([142.53, 43.545], abs=0.001)
    assert told["owner"].startswith("北海道")
    turned = {"lon": 142.55, "lat": 43.533, "to_lon": 142.53, "to_lat": 43.545}
    assert ask(desk, "stretch", kind="road", **turned)["geometry"] == told["geometry"]


def test_one_click_and_a_length_give_a_stretch_around_it(desk: Caller) -> None:
    told = ask(desk, "stretch", kind="river", **ON_ROAD, length_m=200)
    assert told["length_m"] == 200
    assert told["on"]["name"] == "美瑛川"
    assert told["on"]["distance_m"] > 100  # it is said how far the click was off


def test_a_stretch_of_a_layer_in_force_names_its_hash(desk: Caller, realm: Realm) -> None:
    sha256 = publish(realm, desk, "network", PACKAGED["network"])
    assert ask(desk, "stretch", kind="road", **ON_ROAD, **FARTHER)["on"]["layer"] == sha256


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"kind": "railway", **ON_ROAD}, 400, "kind"),
        ({"kind": "road", "lon": "x", "lat": 43}, 400, "degrees"),
        ({"kind": "road", "lon": "nan", "lat": 43}, 400, "no position"),
        ({"kind": "road", **ON_ROAD, "length_m": "nan"}, 400, "metres"),
        ({"kind": "road", **ON_ROAD, "to_lon": 142.5}, 400, "to_lat"),
        ({"kind": "road", "lon": 10, "lat": 10}, 404, "3 km以内に"),
        ({"kind": "road", **ON_ROAD, "to_lon": 142.53, "to_lat": 43.545}, 422, "同じ場所"),
        ({"kind": "road", **ON_ROAD, "to_lon": 142.9, "to_lat": 43.3}, 404, "二つの点の両方"),
    ],
)  # fmt: skip
def test_a_stretch_that_cannot_be_is_refused_with_words(
    desk: Caller, query: dict[str, Any], status: int, words: str
) -> None:
    answer = desk.get(f"/api/v1/stretch?{urlencode(query)}")
    assert answer.status_code == status, answer.text
    assert words in answer.get_json()["error"]["message"]


def test_a_stretch_as_it_is_answered_is_taken_as_damage(desk: Caller) -> None:
    told = ask(desk, "stretch", kind="road", **ON_ROAD, **FARTHER)
    body = {
        "text": "路肩欠壊", "on": told["on"], "geometry": told["geometry"],
        "length_m": told["length_m"], "passable": "no", "owner": told["owner"], "means": "phone",
    }  # fmt: skip
    assert desk.send(event("road_damage.reported", "d1", body)).status_code == 200
