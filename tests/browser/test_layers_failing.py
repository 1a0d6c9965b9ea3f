"""Layers that are broken, silent, missing or hostile: said plainly, and nothing else stops."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Watch, shoot
from tests.browser.layer_pages import TOWN, hash_of, pane, row, triage
from tests.browser.layer_server import LayerServer, layer
from tests.browser.served import Served
from tests.browser.test_triage import open_triage

pytestmark = pytest.mark.browser


def test_a_layer_that_is_not_here_says_why_and_cannot_be_chosen(
    served: Served, desk: BrowserContext, layers: LayerServer
) -> None:
    page = triage(served, desk, layers, "#base=std")
    page.keyboard.press("l")
    expect(row(page, "std").locator(".pick input")).to_be_disabled()
    expect(row(page, "std")).to_contain_text("この機械に保存されていません")
    expect(row(page, "none").locator(".pick input")).to_be_checked()
    assert layers.asked["std"] == 0


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
