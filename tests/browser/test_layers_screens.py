"""Layers on a phone, on the wall of any size and in the review."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import PHONE, WALL, Open, Watch, shoot
from tests.browser.layer_pages import TOWN, choose, known, pane, row, triage
from tests.browser.layer_server import LayerServer
from tests.browser.served import Served
from tests.browser.test_wall import BRIDGE, open_wall

pytestmark = pytest.mark.browser


def test_on_a_phone_the_panel_leaves_the_map_and_targets_are_large(
    served: Served, context: Open, watch: Watch, layers: LayerServer
) -> None:
    phone = context("desk", PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    page = triage(served, phone, layers, TOWN + "&base=pale&on=flood,shelters,machiaza,boundary")
    page.locator("#eoc-map").scroll_into_view_if_needed()
    foot = page.locator(".eoc-attribution")
    expect(foot.get_by_role("button")).to_have_text("出典（6件）")
    closed = foot.bounding_box()
    assert closed
    assert closed["height"] <= 60
    page.wait_for_timeout(800)
    shoot(page, "layers-phone-map")
    foot.get_by_role("button").tap()
    expect(foot.get_by_text("アドレス・ベース・レジストリ")).to_be_visible()
    shoot(page, "layers-phone-sources")
    foot.get_by_role("button").tap()
    page.locator(".eoc-layers-button").tap()
    panel = page.locator("#eoc-layers")
    expect(panel).to_be_visible()
    for target in panel.locator(".pick:visible, button:visible, summary:visible").all():
        assert (target.bounding_box() or {"height": 0})["height"] >= 44, target.inner_text()
    over = "n => n.scrollWidth > n.clientWidth + 1"
    assert not page.locator(".layers-scroll").evaluate(over)
    shoot(page, "layers-phone-panel")
    row(page, "flood").locator("summary").tap()
    row(page, "flood").scroll_into_view_if_needed()
    shoot(page, "layers-phone-legend")


def test_the_wall_obeys_a_link_and_offers_no_control_unless_asked(
    served: Served, wall: BrowserContext, layers: LayerServer
) -> None:
    layers.serve(wall)
    incident = served.open_incident("大雨（試験）")
    served.send(incident, "report.received", {"text": "冠水", "place": BRIDGE}, who="patrol-1")
    page = open_wall(wall, f"{incident}#map=13/43.6/142.45&base=pale&on=flood,shelters")
    known(page)
    expect(pane(page, "flood").locator("img.leaflet-tile-loaded").first).to_be_visible()
    expect(page.locator(".eoc-layers-button")).to_have_count(0)
    expect(page.locator(".eoc-legend-box")).to_contain_text("表示が無いことは安全を意味しない")
    far = {**BRIDGE, "lon": 142.68, "lat": 43.42}
    served.send(incident, "report.received", {"text": "遠い", "place": far}, who="patrol-1")
    expect(page.locator("[data-measure=reports_total] b")).to_have_text("2")
    assert page.evaluate("eocWall.map.getZoom()") == 13
    page = open_wall(wall, f"{incident}&layers=1")
    known(page)
    page.wait_for_timeout(600)
    assert page.evaluate("location.hash") == ""  # nobody moved it: the wall keeps all in view
    page.locator(".eoc-layers-button").click()
    choose(page, "flood")
    page.wait_for_function("() => location.hash === '#on=flood'")


@pytest.mark.parametrize(("width", "height"), [WALL, (3840, 2160), (1366, 768)])
def test_the_wall_with_layers_is_read_from_afar(
    served: Served, context: Open, watch: Watch, layers: LayerServer, width: int, height: int
) -> None:
    screen = context("wall", (width, height))
    layers.serve(screen)
    incident = served.open_incident("美瑛川流域 大雨災害（試験）")
    served.send(incident, "report.received", {"text": "冠水", "place": BRIDGE}, who="patrol-1")
    page = open_wall(screen, f"{incident}#base=pale&on=flood:0.5,boundary,shelters,machiaza")
    known(page)
    expect(page.locator(".eoc-label.layer").first).to_be_visible()
    expect(page.locator(".eoc-attribution")).to_contain_text(re.compile("地理院.*ハザード"))
    page.wait_for_timeout(800)
    shoot(page, f"layers-wall-{width}")


def test_triage_on_a_4k_screen_without_any_tile(
    served: Served, context: Open, watch: Watch, layers: LayerServer
) -> None:
    page = triage(served, context("desk", (3840, 2160)), layers, "#on=boundary,shelters")
    page.keyboard.press("l")
    expect(page.locator(".eoc-north")).to_be_visible()
    page.wait_for_timeout(500)
    shoot(page, "layers-vectors-3840")


def test_review_has_the_same_layers(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    layers.serve(desk)
    incident = served.open_incident()
    page = desk.new_page()
    page.goto(f"/review?incident={incident}{TOWN}&base=pale&on=boundary")
    known(page)
    page.locator(".eoc-layers-button").click()
    expect(row(page, "boundary").locator(".pick input")).to_be_checked()
    shoot(page, "layers-review")
