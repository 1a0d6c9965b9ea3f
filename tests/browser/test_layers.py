"""The layers in Chromium: chosen by key and by hand, sent as a link, honest when one fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, WALL, Open, Watch, shoot
from tests.browser.layer_server import LayerServer, layer
from tests.browser.served import Served
from tests.browser.test_triage import open_triage
from tests.browser.test_wall import BRIDGE, open_wall

pytestmark = pytest.mark.browser

TOWN = "#map=13/43.588/142.467"


@pytest.fixture
def layers(shared: Path) -> LayerServer:
    """What the catalogue offers and how its data answers."""
    return LayerServer(shared)


def triage(served: Served, context: BrowserContext, layers: LayerServer, hash_: str = "") -> Page:
    """Open triage of a new incident with one report and the catalogue there."""
    layers.serve(context)
    incident = served.open_incident("大雨（試験）")
    served.send(incident, "report.received", {"text": "冠水", "place": BRIDGE}, who="patrol-1")
    page = open_triage(context, incident + hash_)
    known(page)
    return page


def known(page: Page) -> None:
    """Wait until the catalogue is known."""
    page.wait_for_function("() => performance.getEntriesByName('eoc-layers-ready').length")


def row(page: Page, name: str) -> Locator:
    return page.locator(f".eoc-layer[data-layer='{name}']")


def choose(page: Page, name: str) -> None:
    row(page, name).locator(".pick input").check()


def pane(page: Page, name: str) -> Locator:
    return page.locator(f".leaflet-pane[data-layer='{name}']")


def hash_of(page: Page, *parts: str) -> None:
    """Wait until the address holds every part."""
    for part in parts:
        page.wait_for_function("part => location.hash.includes(part)", arg=part)


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
    expect(pane(theirs, "shelters").locator("canvas")).to_be_attached()
    expect(theirs.locator(".eoc-label.layer").first).to_be_visible()
    theirs.keyboard.press("l")
    shoot(theirs, "layers-link-1366")
    theirs.evaluate("location.hash = '#map=11/43.5/142.6&base=none&on=nobody'")
    expect(pane(theirs, "photo")).to_have_count(0)
    theirs.wait_for_function("() => location.hash === '#map=11/43.5/142.6'")  # nobody is unknown


def test_a_layer_that_is_not_here_says_why_and_cannot_be_chosen(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    page = triage(served, desk, layers, "#base=std")
    page.keyboard.press("l")
    expect(row(page, "std").locator(".pick input")).to_be_disabled()
    expect(row(page, "std")).to_contain_text("この機械に保存されていません")
    expect(row(page, "none").locator(".pick input")).to_be_checked()
    assert layers.asked["std"] == 0


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


def test_a_broken_layer_says_so_and_the_others_go_on(
    served: Served, desk: BrowserContext, layers: LayerServer, watch: Watch
) -> None:
    watch.allowed.append("status of 500")
    layers.broken |= {"boundary": 500, "flood": 500, "machiaza": 500}
    page = triage(served, desk, layers, TOWN + "&on=boundary,flood,machiaza,shelters")
    page.keyboard.press("l")
    for name in ("boundary", "flood", "machiaza"):
        expect(row(page, name).locator(".state")).to_contain_text("タイルのファイルが壊れています")
    expect(row(page, "shelters").locator(".state")).to_be_empty()
    expect(page.locator(".eoc-marker")).to_have_count(1)  # the live layer works on
    row(page, "boundary").scroll_into_view_if_needed()
    shoot(page, "layers-broken")
    layers.broken.clear()
    for name in ("boundary", "flood", "machiaza"):
        row(page, name).get_by_role("button", name="再試行").click()
        expect(row(page, name).locator(".state")).to_be_empty()
    expect(pane(page, "flood").locator("img.leaflet-tile-loaded").first).to_be_visible()


def test_a_layer_that_never_answers_blocks_nobody(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    layers.held |= {"boundary", "flood"}
    page = triage(served, desk, layers, TOWN + "&on=boundary,flood,shelters")
    page.keyboard.press("l")
    expect(row(page, "boundary").locator(".state")).to_contain_text("読み込み中")
    expect(page.locator(".eoc-label.layer").first).to_be_visible()  # the shelters are there
    state = row(page, "flood").locator(".state")
    expect(state).to_contain_text("応答がありません", timeout=20_000)
    layers.held.clear()
    row(page, "flood").get_by_role("button", name="再試行").click()
    expect(state).to_be_empty()


def test_without_the_catalogue_the_map_is_the_ground_and_says_so(
    served: Served, desk: BrowserContext, layers: LayerServer, watch: Watch
) -> None:
    watch.allowed.append("status of 500")
    layers.broken["list"] = 500
    layers.serve(desk)
    page = open_triage(desk, served.open_incident() + "#on=flood")
    page.keyboard.press("l")
    expect(page.locator(".layers-trouble")).to_contain_text("一覧を取得できません")
    expect(row(page, "ground").locator(".pick input")).to_be_checked()
    page.evaluate("eocTriage.map.setZoom(12)")
    hash_of(page, "map=12", "on=flood")  # what the link asks for waits for the catalogue
    layers.broken.clear()
    page.locator(".layers-trouble").get_by_role("button").click()
    expect(row(page, "flood").locator(".pick input")).to_be_checked()
    expect(page.locator(".layers-trouble")).to_be_hidden()


EVIL = "<img src=x onerror='window.evil=1'><script>window.evil=1</script>"


def test_markup_in_names_of_layers_is_inert(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    at = {"type": "Point", "coordinates": [142.4675, 43.588]}
    odd: list[dict[str, Any]] = [
        {"type": "Feature", "geometry": at, "properties": {"name": EVIL}},
        {"type": "Feature", "geometry": None, "properties": {}},
        {"type": "Feature", "geometry": {**at, "coordinates": ["x", None]}, "properties": {}},
        {"type": "Feature", "geometry": {"type": "Blob"}, "properties": None},
    ]
    layers.files["evil"] = {"type": "FeatureCollection", "features": odd}
    bad = dict.fromkeys(("attribution", "source", "licence", "date", "note"), EVIL)
    style = {"color": "url(http://evil.test/)", "label": "name", "radius": 30, "icon": EVIL}
    legend = [
        {"label": EVIL, "color": "red;background:url(http://evil.test/)", "shape": "fill"},
        {"label": "x", "shape": "image", "url": "javascript:window.evil=1"},
        {"label": "y", "shape": "image", "url": "//evil.test/x.png"},
    ]
    layers.layers.append(
        layer("evil", EVIL, "user", "geojson", attribution_url="javascript:window.evil=1",
              style=style, legend=legend, **bad)
    )  # fmt: skip
    page = triage(served, desk, layers, "#map=15/43.588/142.4675&on=evil")
    page.keyboard.press("l")
    expect(row(page, "evil").locator(".pick")).to_contain_text("<img src=x")
    row(page, "evil").locator("summary").click()
    expect(page.locator(".eoc-label.layer")).to_contain_text("<img src=x")
    page.keyboard.press("Escape")
    box = page.locator("#eoc-map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2 + 12, box["y"] + box["height"] / 2)
    expect(page.locator(".eoc-layer-words")).to_contain_text("<img src=x")
    assert page.evaluate("window.evil") is None
    inside = "#eoc-layers img, .eoc-attribution img, .eoc-label img, .eoc-layer-words img"
    assert page.locator(inside).count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    shoot(page, "layers-hostile")


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
