"""A closed bridge in two browsers: who is behind it stands on wall and triage, and in the log."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import shoot
from tests.browser.served import Served
from tests.browser.test_triage import open_triage
from tests.browser.test_wall import open_wall
from tests.wait import until

pytestmark = pytest.mark.browser


def bridge(name: str) -> dict[str, Any]:
    """Return a bridge of the packaged network."""
    network = json.loads(files("data").joinpath("reference", "network.geojson").read_text("utf-8"))
    (found,) = (f for f in network["features"] if f["properties"].get("name") == name)
    return found


def close_bridge(served: Served, incident: str, name: str = "平和橋（仮称）") -> str:
    """Declare the full closure of a bridge; return its id."""
    found = bridge(name)
    body = {
        "seen": 0, "closure_kind": "full", "road_name": found["properties"]["road"],
        "geometry": found["geometry"], "owner": "北海道", "closed_by": "北海道",
        "reason": "橋台洗掘",
    }  # fmt: skip
    return served.send(incident, "road_closure.declared", body)


def with_ground(served: Served, title: str) -> str:
    """Open an incident and wait until the worker has published the town's ground there."""
    incident = served.open_incident(title)
    until(lambda: bool(served.features(incident, "isolation")), 20)
    return incident


def signs(page: Page) -> list[str]:
    """Return the names on the signs of settlements that are cut off."""
    return sorted(page.locator(".eoc-sign.access-isolated span").all_text_contents())


def test_closing_the_one_bridge_shows_who_is_behind_it_and_reopening_clears_it(
    served: Served, wall: BrowserContext, desk: BrowserContext
) -> None:
    incident = with_ground(served, "令和8年8月23日 大雨")
    screen, office = open_wall(wall, incident), open_triage(desk, incident)
    expect(screen.locator("#wall-access")).to_contain_text("孤立・不通の地区はありません")
    closure = close_bridge(served, incident)
    for page, panel in ((screen, "#wall-access"), (office, "#triage-access")):
        expect(page.locator(panel)).to_contain_text("白金")
        expect(page.locator(panel)).to_contain_text("世帯数 未確認")
        expect(page.locator(panel)).to_contain_text("概略")
        assert signs(page) == ["平和", "白金"]
    expect(screen.locator("[data-measure=settlements_isolated] b")).to_have_text("2")
    shoot(screen, "isolation-wall")
    office.locator(".eoc-sign.access-isolated").first.click()
    expect(office.locator(".leaflet-popup")).to_contain_text("町外へ")
    shoot(office, "isolation-triage")
    rows = served.api("GET", f"/api/v1/incidents/{incident}/timeline")["rows"]
    assert any(
        "孤立 2地区（平和・白金）" in r["text"] for r in rows if r["kind"] == "isolation.computed"
    )

    seen = next(f["seq"] for f in served.features(incident, "road_closure") if f["id"] == closure)
    served.send(
        incident, "road_closure.lifted", {"seen": seen, "reason": "点検済"}, subject=closure
    )
    for page in (screen, office):
        expect(page.locator(".eoc-sign.access-isolated")).to_have_count(0)
    expect(screen.locator("#wall-access")).to_contain_text("孤立・不通の地区はありません")


def click_at(page: Page, lon: float, lat: float) -> None:
    """Click the map where a position is drawn."""
    page.evaluate("at => eocTriage.map.setView(at, 15, {animate: false})", [lat, lon])
    spot = page.evaluate(
        "at => { const p = eocTriage.map.latLngToContainerPoint(at); return {x: p.x, y: p.y}; }",
        [lat, lon],
    )
    page.locator("#eoc-map").click(position=spot)


def test_a_click_on_a_known_road_names_it_and_its_owner(
    served: Served, desk: BrowserContext
) -> None:
    incident = with_ground(served, "路線名は地図の線から")
    page = open_triage(desk, incident)
    page.keyboard.press("c")
    one = page.get_by_role("button", name="1地点だけで登録")
    expect(one).to_be_disabled()
    click_at(page, 142.57773, 43.51219)
    one.click()
    expect(page.locator("input[name=road_name]")).to_have_value(
        bridge("平和橋（仮称）")["properties"]["road"]
    )
    expect(page.locator("input[name=owner]")).to_have_value(re.compile("^北海道"))
    expect(page.locator(".dialog-from").first).to_contain_text("地図の線から")
    shoot(page, "isolation-named-by-the-map")
    page.keyboard.press("Enter")
    expect(page.locator("#triage-access")).to_contain_text("孤立 2")
    (closure,) = served.features(incident, "road_closure")
    assert closure["properties"]["owner"].startswith("北海道")


def test_what_the_desk_types_stands_whatever_the_map_knows(
    served: Served, desk: BrowserContext
) -> None:
    incident = with_ground(served, "路線名は人の言葉が先")
    page = open_triage(desk, incident)
    held: list[Route] = []
    page.route("**/api/v1/place?*", lambda route: held.append(route))
    page.keyboard.press("c")
    click_at(page, 142.57773, 43.51219)
    page.get_by_role("button", name="1地点だけで登録").click()
    page.locator("input[name=road_name]").fill("町道 平和線")
    (asked,) = until(lambda: held)
    with page.expect_response("**/api/v1/place?*") as answered:
        asked.continue_()
    answered.value.finished()
    page.wait_for_function("() => new Promise((done) => setTimeout(() => done(true), 0))")
    expect(page.locator("input[name=road_name]")).to_have_value("町道 平和線")
    expect(page.locator("input[name=owner]")).to_have_value("")


def test_a_closure_that_fits_no_road_is_said_and_not_counted(
    served: Served, wall: BrowserContext
) -> None:
    incident = with_ground(served, "位置の分からない通行止め")
    far = {"type": "Point", "coordinates": [142.35, 43.45]}
    body = {"seen": 0, "closure_kind": "full", "road_name": "〇〇林道", "geometry": far}
    served.send(incident, "road_closure.declared", body)
    screen = open_wall(wall, incident)
    expect(screen.locator("#wall-access")).to_contain_text("「〇〇林道」")
    shoot(screen, "isolation-unmatched")


def test_an_answer_that_does_not_come_is_said_and_green_is_not_shown(
    served: Served, wall: BrowserContext
) -> None:
    incident = with_ground(served, "作業係が止まった夜")
    screen = open_wall(wall, incident)
    expect(screen.locator("#wall-access .access-none")).to_be_visible()
    # a closure that no worker has answered, older than the patience of the page
    screen.evaluate(
        """() => {
            const panel = eocWall.panels.find((p) => p.inputs);
            const answered = eocReplica.features.get('isolation').seq;
            panel.inputs.set('closure-x', { seq: answered + 1, heard: Date.now() - 60000 });
        }"""
    )
    expect(screen.locator("#wall-access .access-late")).to_contain_text("eoc work")
    expect(screen.locator("#wall-access .access-none")).to_be_hidden()
    shoot(screen, "isolation-late")


def test_many_closures_that_fit_no_road_leave_time_and_source_readable(
    served: Served, wall: BrowserContext
) -> None:
    incident = with_ground(served, "位置の分からない通行止めが多い夜")
    for n in range(8):
        far = {"type": "Point", "coordinates": [142.33 + n / 1000, 43.45]}
        body = {"seen": 0, "closure_kind": "full", "road_name": f"林道{n}号", "geometry": far}
        served.send(incident, "road_closure.declared", body)
    close_bridge(served, incident)
    screen = open_wall(wall, incident)
    panel = screen.locator("#wall-access")
    expect(panel).to_contain_text("ほか 7 件の通行止めも")
    expect(panel).to_contain_text("概略")
    expect(panel).to_contain_text("2地区が解消")
    over = panel.evaluate("(n) => n.parentElement.scrollHeight - n.parentElement.clientHeight")
    assert over <= 2
    shoot(screen, "isolation-many-unmatched")
