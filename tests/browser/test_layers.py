"""The layer control in Chromium: chosen by key and by hand, sent as a link."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import DESK, Open, Watch, shoot
from tests.browser.layer_pages import TOWN, choose, hash_of, known, pane, row, triage
from tests.browser.layer_server import LayerServer, layer
from tests.browser.served import Served

pytestmark = pytest.mark.browser


def test_l_opens_the_control_and_escape_closes_it(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    page = triage(served, desk, layers)
    panel = page.locator("#eoc-layers")
    expect(panel).to_be_hidden()
    page.keyboard.press("l")
    expect(panel).to_be_visible()
    expect(panel).to_be_focused()
    page.keyboard.press("1")  # a key of triage must not decide anything through the panel
    expect(page.locator("[data-set='priority.urgent']")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.locator(".eoc-layers-button").click()
    expect(panel).to_be_visible()
    for title in ("背景地図", "災害リスク", "道路・河川・施設", "分析"):
        expect(panel.locator("legend", has_text=title)).to_be_visible()
    shoot(page, "layers-triage")


def test_a_layer_brings_its_attribution_and_takes_it_away(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    page = triage(served, desk, layers, TOWN)
    foot = page.locator(".eoc-attribution")
    expect(foot).to_contain_text("手描きの概略図")
    page.keyboard.press("l")
    choose(page, "flood")
    choose(page, "pale")
    expect(pane(page, "flood").locator("img.leaflet-tile-loaded").first).to_be_visible()
    expect(foot.get_by_role("link", name="ハザードマップポータルサイト")).to_be_visible()
    expect(foot.get_by_role("link", name="地理院タイル（国土地理院）")).to_have_count(1)
    expect(row(page, "flood")).to_contain_text("表示が無いことは安全を意味しない")
    expect(row(page, "flood").locator(".state")).to_be_empty()  # a missing tile is no failure
    row(page, "flood").locator("summary").click()
    expect(row(page, "flood")).to_contain_text("オープンデータ利用規約")
    shoot(page, "layers-flood-on-pale")
    row(page, "flood").locator(".pick input").uncheck()
    expect(foot).not_to_contain_text("ハザードマップ")
    expect(pane(page, "flood")).to_have_count(0)


def test_the_ground_steps_back_below_a_base_map_and_is_the_map_without_one(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    page = triage(served, desk, layers, TOWN)
    look, badge = page.locator("#eoc-map"), page.locator(".eoc-schematic")
    expect(look).to_have_attribute("data-ground", "full")
    expect(page.locator(".eoc-ground-line").first).to_be_attached()
    expect(page.locator(".eoc-north")).to_be_visible()
    expect(page.locator(".leaflet-control-scale-line")).to_be_visible()
    page.keyboard.press("l")
    choose(page, "photo")
    expect(look).to_have_attribute("data-ground", "dim")
    expect(page.locator(".eoc-ground-area").first).to_have_css("opacity", "0")
    expect(badge).to_be_visible()
    row(page, "ground").locator(".pick input").uncheck()
    expect(look).to_have_attribute("data-ground", "off")
    expect(badge).to_be_hidden()  # nothing schematic is left
    expect(page.locator(".eoc-label.ground").first).to_be_hidden()
    choose(page, "none")
    choose(page, "ground")
    expect(look).to_have_attribute("data-ground", "full")
    expect(badge).to_be_visible()


def test_opacity_is_that_of_the_layer_on_the_map(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    page = triage(served, desk, layers)
    page.keyboard.press("l")
    choose(page, "flood")
    slider = row(page, "flood").locator("input[type=range]")
    expect(slider).to_have_value("0.7")
    slider.fill("0.35")
    expect(pane(page, "flood")).to_have_css("opacity", "0.35")
    expect(row(page, "flood")).to_contain_text("35%")
    hash_of(page, "on=flood:0.35")


def test_a_link_restores_the_view_on_another_screen(
    served: Served, context: Open, watch: Watch, layers: LayerServer
) -> None:
    page = triage(served, context("desk", DESK), layers, "#map=14/43.592/142.463")
    page.keyboard.press("l")
    choose(page, "photo")
    choose(page, "boundary")
    choose(page, "shelters")
    row(page, "boundary").locator("input[type=range]").fill("0.5")
    row(page, "closures").locator(".pick input").uncheck()
    hash_of(page, "base=photo", "boundary:0.5", "shelters", "off=closures", "map=14/43.592/142.463")
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.get_by_role("button", name="この表示のリンクをコピー").click()
    expect(page.locator(".layers-copied")).to_contain_text("コピーしました")
    link = page.evaluate("window.copied")
    assert "?incident=" in link
    other = context("honbu", (1366, 768))
    layers.serve(other)
    theirs = other.new_page()
    theirs.goto(link)
    known(theirs)
    expect(pane(theirs, "boundary")).to_have_css("opacity", "0.5")
    expect(pane(theirs, "photo").locator("img").first).to_be_visible()
    expect(theirs.locator("#eoc-map")).to_have_attribute("data-hidden", "closures")
    where = "(m => [m.getZoom(), m.getCenter().lat.toFixed(3), m.getCenter().lng.toFixed(3)])"
    assert theirs.evaluate(f"{where}(eocTriage.map)") == [14, "43.592", "142.463"]
    expect(pane(theirs, "shelters").locator("svg path").first).to_be_attached()
    expect(theirs.locator(".eoc-label.layer").first).to_be_visible()
    theirs.keyboard.press("l")
    shoot(theirs, "layers-link-1366")
    theirs.evaluate("location.hash = '#map=11/43.5/142.6&base=none&on=nobody'")
    expect(pane(theirs, "photo")).to_have_count(0)
    theirs.wait_for_function("() => location.hash === '#map=11/43.5/142.6'")  # nobody is unknown


def test_search_forgives_and_an_empty_answer_says_what_to_do(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    layers.layers.append(layer("user1", "ハザードﾏｯﾌﾟ２０２４", "user", "geojson"))
    page = triage(served, desk, layers)
    page.keyboard.press("l")
    search = page.get_by_role("searchbox")
    search.fill("はざーどまっぷ2024")
    expect(page.locator(".eoc-layer:visible")).to_have_count(1)
    search.press("l")  # a letter of the query is not a key
    expect(page.locator("#eoc-layers")).to_be_visible()
    search.fill("ラーメン")
    expect(page.locator(".layers-empty")).to_contain_text("検索欄を空にして")
    shoot(page, "layers-search-empty")
    search.fill("")
    expect(row(page, "flood")).to_be_visible()


def test_parts_of_one_file_are_layers_of_their_own(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    for name, lon in (("bridges", 142.46), ("depots", 142.47)):
        at = {"type": "Point", "coordinates": [lon, 43.588]}
        feature = {"type": "Feature", "geometry": at, "properties": {"name": f"{name}の名"}}
        layers.files[name] = {"type": "FeatureCollection", "features": [feature]}
        style = {"label": "name"}
        layers.layers.append(layer(name, name, "reference", "geojson", style=style, sha256="same"))
    page = triage(served, desk, layers, "#map=14/43.588/142.465&on=bridges,depots")
    expect(page.locator(".eoc-label.layer", has_text="bridgesの名")).to_be_attached()
    expect(page.locator(".eoc-label.layer", has_text="depotsの名")).to_be_attached()
