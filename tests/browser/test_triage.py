"""Triage in Chromium: every decision by key and by mouse, and a stale one said plainly."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from tests.browser.conftest import Open, Watch, shoot
from tests.browser.served import TEAM, Served
from tests.browser.test_wall import BRIDGE, many, send_photo
from tests.wait import until

pytestmark = pytest.mark.browser


def open_triage(context: BrowserContext, incident: str, prefix: str = "") -> Page:
    page = context.new_page()
    page.goto(f"{prefix}/triage?incident={incident}")
    expect(page.locator("body")).to_have_attribute("data-connection", "live")
    expect(page.locator("#triage-filters button").first).to_be_visible()
    page.wait_for_function("() => window.eocTriage")
    return page


def report_of(served: Served, incident: str, subject: str) -> dict[str, Any]:
    found = {f["id"]: f for f in served.features(incident, "report")}
    return found[subject]


def test_a_report_is_decided_by_keys_alone(served: Served, desk: BrowserContext) -> None:
    incident = served.open_incident()
    words = {"text": "路肩が崩れた", "place": BRIDGE, "category": "road"}
    first = served.send(incident, "report.received", words, who="patrol-1")
    page = open_triage(desk, incident)
    expect(page.locator(f"[data-id='{first}'][role=option]")).to_have_attribute(
        "aria-selected", "true"
    )
    for key, axis, value in (
        ("1", "priority", "urgent"), ("v", "certainty", "verified"),
        ("w", "handling", "in_progress"),
    ):  # fmt: skip
        page.keyboard.press(key)
        button = page.locator(f"[data-set='{axis}.{value}']")
        expect(button).to_have_attribute("aria-pressed", "true")
    p = report_of(served, incident, first)["properties"]
    assert (p["priority"], p["certainty"], p["handling"]) == ("urgent", "verified", "in_progress")
    shoot(page, "triage-decided")


def test_unplaced_come_first_and_keys_walk_the_list(served: Served, desk: BrowserContext) -> None:
    incident = served.open_incident()
    unplaced = served.send(incident, "report.received", {"text": "場所が分からない"})
    placed = [
        served.send(incident, "report.received", {"text": f"{n}", "place": BRIDGE}) for n in "ab"
    ]
    page = open_triage(desk, incident)
    shown = [unplaced, placed[1], placed[0]]
    rows = page.locator("#triage-list [role=option]")
    expect(rows).to_have_count(3)
    tops = page.evaluate(
        "[...document.querySelectorAll('.triage-row')].sort((a, b) => parseFloat(a.style.top) - "
        "parseFloat(b.style.top)).map((row) => row.dataset.id)"
    )
    assert tops == shown
    for subject in (*shown[1:], shown[2]):
        page.keyboard.press("j")
        expect(page.locator("[aria-selected=true]")).to_have_attribute("data-id", subject)
    page.keyboard.press("k")
    expect(page.locator("[aria-selected=true]")).to_have_attribute("data-id", shown[1])


def test_a_place_is_pinned_by_a_click(served: Served, desk: BrowserContext) -> None:
    incident = served.open_incident()
    report = served.send(incident, "report.received", {"text": "どこか", "place_text": "憩町橋"})
    page = open_triage(desk, incident)
    page.keyboard.press("p")
    expect(page.locator("#triage-mode")).to_contain_text("クリック")
    page.locator("#triage-mode select").select_option("100")
    shoot(page, "triage-placing")
    page.locator("#eoc-map").click(position={"x": 300, "y": 400})
    expect(page.locator(f".eoc-marker[data-id='{report}']")).to_be_visible()
    place = report_of(served, incident, report)["properties"]["place"]
    assert (place["method"], place["uncertainty_m"]) == ("pinned", 100)
    assert 142 < place["lon"] < 143.5
    assert 43 < place["lat"] < 44
    expect(page.locator("#triage-words")).to_contain_text("地図で指定（誤差 ±100 m）")


def test_an_instruction_goes_out_and_its_answer_comes_back(
    served: Served, desk: BrowserContext
) -> None:
    incident = served.open_incident()
    report = served.send(incident, "report.received", {"text": "土のうが足りない", "place": BRIDGE})
    send_photo(served, incident, report)
    page = open_triage(desk, incident)
    expect(page.locator("#triage-photo img")).to_be_visible(timeout=30_000)
    page.keyboard.press("i")
    page.locator("select[name=team]").select_option(label=TEAM)
    page.locator("textarea[name=words]").fill("土のう30袋を憩町橋へ")
    shoot(page, "triage-instructing")
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    row = page.locator("#triage-words [data-instruction]")
    expect(row).to_contain_text("土のう30袋を憩町橋へ")
    instruction = row.get_attribute("data-instruction")
    assert instruction
    served.send(incident, "instruction.acknowledged", {}, instruction, who="patrol-1")
    expect(row).to_contain_text("了解")
    (sent,) = served.features(incident, "instruction")
    assert sent["properties"]["report_id"] == report
    assert sent["properties"]["team"] == served.teams[TEAM]
    shoot(page, "triage-instructed")


def test_what_a_crew_says_by_radio_is_entered_for_them(
    served: Served, desk: BrowserContext
) -> None:
    incident = served.open_incident()
    report = served.send(incident, "report.received", {"text": "倒木", "place": BRIDGE})
    (feature,) = served.features(incident, "report")
    body = {"team": served.teams[TEAM], "words": "撤去", "report_id": report}
    instruction = served.send(incident, "instruction.issued", body | {"seen": feature["seq"]})
    page = open_triage(desk, incident)
    row = page.locator(f"#triage-words [data-instruction='{instruction}']")
    row.get_by_role("button", name="代行入力").click()
    page.locator("input[name=stamp][value=arrived]").check()
    page.locator("input[name=note]").fill("現地到着、作業にかかる")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("到着")
    expect(row).to_contain_text("無線・代行")
    (sent,) = served.features(incident, "instruction")
    assert sent["properties"]["state"] == "arrived"
    assert sent["properties"]["proxies"] == {"arrived": "radio"}


def test_the_original_is_a_download_for_headquarters(served: Served, desk: BrowserContext) -> None:
    incident = served.open_incident()
    report = served.send(incident, "report.received", {"text": "橋", "place": BRIDGE})
    send_photo(served, incident, report)
    page = open_triage(desk, incident)
    link = page.locator(".viewer-bar a")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "IMG_0001.jpg"
    assert download.value.path().read_bytes().startswith(b"\xff\xd8")


def test_a_memo_of_the_drill_stays_in_the_drill(served: Served, desk: BrowserContext) -> None:
    real, drill = served.open_incident("実災害"), served.open_incident("訓練事案", prefix="/drill")
    page = open_triage(desk, drill, "/drill")
    expect(page.locator(".eoc-drill-word")).to_have_text("訓練")
    page.keyboard.press("m")
    page.keyboard.type("訓練の通報")
    page.keyboard.press("Enter")
    expect(page.locator("#triage-words")).to_contain_text("訓練の通報")
    shoot(page, "triage-drill")
    (report,) = served.features(drill, "report", "/drill")
    assert report["properties"]["text"] == "訓練の通報"
    assert served.features(real, "report") == []


def test_a_call_memo_needs_nothing_but_words(served: Served, desk: BrowserContext) -> None:
    incident = served.open_incident()
    page = open_triage(desk, incident)
    page.get_by_role("button", name="電話メモ").click()
    page.keyboard.type("白金の上の橋が流れたと住民から")
    shoot(page, "triage-memo")
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    (report,) = until(lambda: served.features(incident, "report"))
    assert report["properties"]["text"] == "白金の上の橋が流れたと住民から"
    assert report["properties"]["means"] == "phone"
    assert report["geometry"] is None
    expect(page.locator("#triage-words")).to_contain_text("白金の上の橋が流れた")


def test_enter_of_a_kana_conversion_does_not_send(served: Served, desk: BrowserContext) -> None:
    incident = served.open_incident()
    page = open_triage(desk, incident)
    page.keyboard.press("m")
    page.keyboard.type("はし")
    page.locator("textarea[name=text]").dispatch_event(
        "keydown", {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    )
    expect(page.locator("dialog")).to_be_visible()
    assert served.features(incident, "report") == []


def test_a_stale_decision_is_shown_and_sent_again_after_looking(
    served: Served, context: Open, watch: Watch
) -> None:
    watch.allowed.append("409")
    incident = served.open_incident()
    report = served.send(incident, "report.received", {"text": "冠水", "place": BRIDGE})
    desk = context("desk", (1920, 1080))
    held: list[Any] = []
    state = {"hold": False}

    def relay(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda m: held.append(m) if state["hold"] else route.send(m))

    desk.route_web_socket("**/socket.io/**", relay)
    page = open_triage(desk, incident)
    expect(page.locator("[data-set='handling.open']")).to_have_attribute("aria-pressed", "true")
    state["hold"] = True  # what the other desk decides is not on this screen
    seen = report_of(served, incident, report)["seq"]
    other = {"handling": "handed_over", "seen": seen}
    served.send(incident, "report.triaged", other, report, who="honbu")
    with page.expect_response(lambda r: r.status == 409):
        page.keyboard.press("w")
    state["hold"] = False  # a parcel was lost: the next one makes the page fetch what it missed
    notice = page.locator("#triage-notice")
    expect(notice).to_contain_text("登録はまだされていません")
    expect(notice).to_contain_text("優先度判定")
    expect(notice).to_contain_text("未対応 → 他機関引継")
    shoot(page, "triage-stale")
    assert report_of(served, incident, report)["properties"]["handling"] == "handed_over"
    page.keyboard.press("Enter")
    expect(notice).to_be_hidden()
    expect(page.locator("[data-set='handling.in_progress']")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert report_of(served, incident, report)["properties"]["handling"] == "in_progress"


def test_a_road_is_closed_with_two_clicks_and_opened_again(
    served: Served, desk: BrowserContext
) -> None:
    incident = served.open_incident()
    page = open_triage(desk, incident)
    page.keyboard.press("c")
    page.locator("#eoc-map").click(position={"x": 250, "y": 300})
    expect(page.locator("#triage-mode")).to_contain_text("終点")
    page.locator("#eoc-map").click(position={"x": 330, "y": 380})
    page.locator("input[name=road_name]").fill("道道966号 十勝岳温泉美瑛線")
    shoot(page, "triage-closure")
    page.keyboard.press("Enter")
    (closure,) = until(lambda: served.features(incident, "road_closure"))
    assert closure["geometry"]["type"] == "LineString"
    assert closure["properties"]["state"] == "declared"
    page.locator(".leaflet-marker-pane .eoc-marker").first.click()
    page.locator(".eoc-closure-words button").click()
    page.locator("input[name=reason]").fill("点検して異常がない")
    page.keyboard.press("Enter")

    def lifted() -> bool:
        (now,) = served.features(incident, "road_closure")
        return now["properties"]["state"] == "lifted"

    until(lifted)
    expect(page.locator(".leaflet-marker-pane .eoc-marker")).to_have_count(0)


def test_two_thousand_reports_stay_a_few_rows(served: Served, desk: BrowserContext) -> None:
    incident = served.open_incident()
    many(served, incident, 2000)
    page = open_triage(desk, incident)
    expect(page.locator("#triage-count")).to_have_text("2,000件")
    rows = page.locator("#triage-list [role=option]")
    assert rows.count() < 60
    page.locator("#triage-list").evaluate("node => { node.scrollTop = node.scrollHeight / 2; }")
    first = rows.first
    expect(first).to_be_visible()
    assert rows.count() < 60
    page.locator("[data-filter=unplaced]").click()
    expect(page.locator("#triage-count")).to_have_text("0件")
    page.locator("[data-filter=all]").click()
    expect(page.locator("#triage-count")).to_have_text("2,000件")
    shoot(page, "triage-2000")


def test_the_sheet_of_keys_opens_and_closes(served: Served, desk: BrowserContext) -> None:
    page = open_triage(desk, served.open_incident())
    page.keyboard.press("?")
    sheet = page.locator("dialog.keys")
    expect(sheet).to_contain_text("電話メモ")
    shoot(page, "triage-keys")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (820, 1180)])
def test_triage_fits_a_tablet(
    served: Served, context: Open, watch: Watch, width: int, height: int
) -> None:
    incident = served.open_incident("美瑛川・辺別川・宇莫別川流域 8月23日からの大雨災害")
    long = "とても長い場所の名前" * 12
    body = {"text": "長い通報" * 100, "place_text": long, "place": BRIDGE, "organisation": long}
    report = served.send(incident, "report.received", body)
    send_photo(served, incident, report)
    page = open_triage(context("desk", (width, height)), incident)
    expect(page.locator("#triage-photo img")).to_be_visible(timeout=30_000)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    shoot(page, f"triage-{width}")
