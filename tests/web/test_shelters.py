"""The door to shelters that fit: a rank only away from a danger area that somebody entered."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from dashboard.ground import PACKAGED
from dashboard.realm import Realm
from tests.conftest import event
from tests.web.conftest import Caller
from tests.web.ground_files import layer_file, point, publish

TOWN = {"lon": 142.467, "lat": 43.59}
FLAG = {"洪水": "1", "火山現象": "1"}
NEAR = point("美瑛町民センター", 142.4640, 43.5890, **FLAG)
INSIDE = point("白金の会館", 142.6440, 43.4740, **FLAG)


@pytest.fixture
def realm(app: Flask) -> Realm:
    return app.extensions["eoc"].realms["real"]


@pytest.fixture
def ground(desk: Caller, realm: Realm, tmp_path: Path) -> Path:
    """A network and two sites in force; the folder for more."""
    publish(realm, desk, "network", PACKAGED["network"])
    sites = layer_file(tmp_path, "sites", NEAR, INSIDE, role="shelters", date="2026-03-01")
    publish(realm, desk, "sites", sites)
    return tmp_path


def area(name: str, west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "id": name, "properties": {"name": name}, "geometry": geometry}


def ask(caller: Caller, **query: Any) -> Any:
    answer = caller.get(f"/api/v1/incidents/inc/shelters?{urlencode({**TOWN, **query})}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_without_a_danger_area_nothing_is_ranked_but_the_sites_are_listed(
    desk: Caller, ground: Path
) -> None:
    told = ask(desk)
    assert told["state"] == "undecided"
    assert "判定できません" in told["reason"]
    assert {s["name"] for s in told["sites"]} == {"美瑛町民センター", "白金の会館"}
    assert {s["distance_m"] for s in told["sites"]} == {None}
    assert told["hazard"] is None


def test_a_site_that_is_no_point_is_listed_without_a_position(
    desk: Caller, ground: Path, realm: Realm
) -> None:
    yard = area("中学校の校庭", 142.46, 43.58, 142.47, 43.59)
    publish(realm, desk, "yards", layer_file(ground, "yards", yard, role="shelters"))
    (found,) = (s for s in ask(desk)["sites"] if s["name"] == "中学校の校庭")
    assert (found["lon"], found["lat"]) == (None, None)


def test_away_from_a_danger_area_the_fitting_site_comes_first_and_the_other_says_why_not(
    desk: Caller, ground: Path, realm: Realm
) -> None:
    zone = area("泥流", 142.60, 43.45, 142.70, 43.50)
    publish(realm, desk, "mudflow", layer_file(ground, "mudflow", zone, role="hazard"))
    told = ask(desk, hazard="mudflow", kind="volcano")
    assert (told["state"], told["hazard"]["name"]) == ("decided", "mudflow")
    first, last = told["sites"]
    assert (first["name"], first["state"]) == ("美瑛町民センター", "fits")
    assert first["distance_m"] is not None
    assert first["open"] is None  # nobody said so: 開設は未確認
    assert (last["state"], last["reason_ja"]) == ("excluded", "危険区域の中です")
    assert told["schematic"] is True
    assert told["as_of"].endswith("Z")
    assert {s["name"] for s in told["sources"]} == {"network", "sites"}
    assert [h["name"] for h in told["hazards"]] == ["mudflow"]


def test_a_closure_that_lies_on_no_road_is_named_because_routes_may_be_wrong(
    desk: Caller, ground: Path, realm: Realm
) -> None:
    zone = area("泥流", 142.60, 43.45, 142.70, 43.50)
    publish(realm, desk, "mudflow", layer_file(ground, "mudflow", zone, role="hazard"))
    where = {"type": "Point", "coordinates": [142.35, 43.45]}
    body = {"seen": 0, "closure_kind": "full", "road_name": "〇〇林道", "geometry": where}
    assert desk.send(event("road_closure.declared", "c1", body)).status_code == 200
    told = ask(desk, hazard="mudflow")
    assert (told["unmatched"], told["closures"]) == (["〇〇林道"], 1)


def test_a_network_that_was_withdrawn_makes_it_undecided(
    desk: Caller, ground: Path, realm: Realm
) -> None:
    desk.send(event("layer.withdrawn", "layer:network", {"seen": realm.live.position}))
    told = ask(desk)
    assert told["state"] == "undecided"
    assert "道路網" in told["reason"]


def test_without_a_list_of_sites_it_says_which_layer_is_missing(desk: Caller) -> None:
    told = ask(desk)
    assert (told["state"], told["sites"]) == ("undecided", [])
    assert "避難所" in told["reason"]


@pytest.mark.parametrize(
    ("query", "status"),
    [({"hazard": "nothing"}, 404), ({"kind": "ghosts"}, 400), ({"lon": "x"}, 400)],
)
def test_what_cannot_be_answered_is_refused(
    desk: Caller, ground: Path, query: dict[str, str], status: int
) -> None:
    answer = desk.get(f"/api/v1/incidents/inc/shelters?{urlencode({**TOWN, **query})}")
    assert answer.status_code == status, answer.text


def test_a_danger_layer_without_areas_is_refused(desk: Caller, ground: Path, realm: Realm) -> None:
    dots = layer_file(ground, "dots", point("x", 142.6, 43.5), role="hazard")
    publish(realm, desk, "dots", dots)
    answer = desk.get(f"/api/v1/incidents/inc/shelters?{urlencode({**TOWN, 'hazard': 'dots'})}")
    assert answer.status_code == 422
    assert "面がありません" in answer.get_json()["error"]["message"]
