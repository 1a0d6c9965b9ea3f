"""Places while somebody types, and the words of a position, in Chromium."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Open, Watch, shoot
from tests.browser.on_the_ground import DESKS, SHIROGANE, report_of
from tests.browser.served import Served
from tests.browser.test_isolation import with_ground
from tests.browser.test_triage import open_triage
from tests.browser.test_wall import open_wall
from tests.wait import until

pytestmark = pytest.mark.browser
PLACES = re.compile(r"/api/v1/places\?")


def open_memo(page: Page) -> Any:
    page.keyboard.press("m")
    page.keyboard.type("沢の水が濁っている")
    field = page.locator("dialog input[name=place_text]")
    expect(field).to_be_visible()
    return field


@pytest.mark.parametrize("name", DESKS)
def test_a_memo_with_a_chosen_candidate_sends_a_place(
    served: Served, context: Open, name: str
) -> None:
    incident = with_ground(served, "令和8年8月23日 大雨")
    page = open_triage(context("desk", DESKS[name]), incident)
    field = open_memo(page)
    field.type("しろがね", delay=20)
    options = page.locator("dialog .place-list li")
    expect(options.first).to_contain_text("白金")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(page.locator(".eoc-pin-label")).to_have_text("白金")
    shoot(page, f"memo-candidates-{name}")
    page.keyboard.press("Enter")
    expect(page.locator("dialog .place-chip")).to_contain_text("白金（±800 m・概略）")
    shoot(page, f"memo-chosen-{name}")
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(".eoc-pin-label")).to_have_count(0)
    p = report_of(served, incident)
    assert p["place_text"] == "白金"
    assert p["place"]["method"] == "typed"
    assert p["place"]["uncertainty_m"] == 800
    assert p["place"]["lon"] == pytest.approx(142.645)


def test_escape_leaves_the_words_as_plain_text_and_the_form_open(
    served: Served, desk: BrowserContext
) -> None:
    incident = with_ground(served, "電話")
    page = open_triage(desk, incident)
    field = open_memo(page)
    field.type("白金", delay=20)
    expect(page.locator("dialog .place-list li").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("dialog .place-list")).to_be_hidden()
    expect(page.locator("dialog")).to_be_visible()
    expect(field).to_have_value("白金")
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    p = report_of(served, incident)
    assert (p["place_text"], p["place"]) == ("白金", None)


@pytest.mark.parametrize("trouble", ["fails", "never answers"])
def test_plain_text_goes_out_when_candidates_do_not_come(
    served: Served, desk: BrowserContext, watch: Watch, trouble: str
) -> None:
    watch.allowed.append("/api/v1/places")

    def answer(route: Route) -> None:
        if trouble == "fails":
            route.fulfill(status=500, body="{}")

    incident = with_ground(served, "電話")
    page = open_triage(desk, incident)
    page.route(PLACES, answer)
    field = open_memo(page)
    field.type("白金の上の橋のたもと", delay=10)
    if trouble == "fails":
        expect(page.locator("dialog .place-trouble")).to_contain_text("文字のまま")
        shoot(page, "memo-without-candidates")
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    assert report_of(served, incident)["place_text"] == "白金の上の橋のたもと"
    page.unroute_all(behavior="ignoreErrors")


def test_coordinates_over_the_telephone_are_a_place(served: Served, desk: BrowserContext) -> None:
    incident = with_ground(served, "電話")
    page = open_triage(desk, incident)
    open_memo(page).type("北緯43度35分18秒 東経142度28分1秒", delay=5)
    page.locator("dialog .place-list li").first.click()
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    place = report_of(served, incident)["place"]
    assert (place["lon"], place["lat"]) == (pytest.approx(142.46694), pytest.approx(43.58833))


def test_the_search_of_the_map_jumps_to_a_place_and_keys_sleep_while_writing(
    served: Served, desk: BrowserContext
) -> None:
    incident = with_ground(served, "検索")
    report = served.send(incident, "report.received", {"text": "a", "place": SHIROGANE})
    page = open_triage(desk, incident)
    page.keyboard.press("g")
    page.keyboard.type("びばうし", delay=20)
    expect(page.locator(".map-search .place-list li").first).to_contain_text("美馬牛")
    shoot(page, "search")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    centre = page.evaluate("() => { const c = eocTriage.map.getCenter(); return [c.lng, c.lat]; }")
    assert centre == pytest.approx([142.4757, 43.5166], abs=0.05)
    expect(page.locator(".eoc-pin-label")).to_have_text(re.compile("美馬牛"))
    expect(page.locator(f"[data-id='{report}'][role=option]")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".eoc-pin-label")).to_have_count(0)


def test_the_words_of_a_position_are_shown_and_only_kept_when_asked(
    served: Served, desk: BrowserContext
) -> None:
    incident = with_ground(served, "位置の言葉")
    report = served.send(incident, "report.received", {"text": "濁流", "place": SHIROGANE})
    page = open_triage(desk, incident)
    card = page.locator("#triage-words .place-words")
    expect(card).to_contain_text("白金付近")
    expect(card).to_contain_text("（概略）")
    expect(card).to_contain_text("道道966号")
    expect(card).to_contain_text("確からしさ")
    expect(card).to_contain_text("出典：")
    assert report_of(served, incident)["place_text"] is None
    shoot(page, "place-words")
    page.get_by_role("button", name="この言葉を場所にする").click()
    expect(page.locator("#triage-words h2 small")).to_contain_text("白金付近")
    (feature,) = served.features(incident, "report")
    assert feature["id"] == report
    assert feature["properties"]["place"]["method"] == "device"


def test_the_pop_up_of_the_wall_has_the_words_of_the_position(
    served: Served, wall: BrowserContext
) -> None:
    incident = with_ground(served, "壁画面")
    report = served.send(incident, "report.received", {"text": "濁流", "place": SHIROGANE})
    page = open_wall(wall, incident)
    page.locator(f".eoc-marker[data-id='{report}']").click()
    expect(page.locator(".leaflet-popup .place-words")).to_contain_text("白金付近")
    expect(page.locator(".leaflet-popup .place-words button")).to_have_count(0)
    expect(page.locator(".leaflet-popup")).to_have_css("opacity", "1")
    top = page.locator(".leaflet-popup").bounding_box()
    frame = page.locator("#eoc-map").bounding_box()
    assert top
    assert frame
    until(lambda: (page.locator(".leaflet-popup").bounding_box() or top)["y"] >= frame["y"])
    shoot(page, "wall-place-words")
