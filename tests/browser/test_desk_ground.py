"""Damage, shelters and the mudflow's clock on the map of triage, in Chromium."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from playwright.sync_api import BrowserContext, expect

from dashboard.ground import lahar_layer
from tests.browser.conftest import Open, Watch, shoot
from tests.browser.on_the_ground import (
    DESKS,
    DRILL,
    SHIROGANE,
    click_at,
    collection,
    publish,
)
from tests.browser.served import Served
from tests.browser.test_isolation import with_ground
from tests.browser.test_triage import open_triage
from tests.wait import until

pytestmark = pytest.mark.browser
FLAG = {"洪水": "1", "火山現象": "1"}


def with_refuges(served: Served, incident: str) -> None:
    """Put sites and a danger area in force."""
    sites = collection(
        ("美瑛町民センター", "Point", [142.4640, 43.5890], {**FLAG, "capacity": 300}),
        ("美沢の会館", "Point", [142.5400, 43.5450], FLAG),
        ("白金の会館", "Point", [142.6440, 43.4740], FLAG),
    )
    publish(served, incident, "sites", sites, role="shelters", title_ja="指定緊急避難場所")
    ring = [[142.60, 43.44], [142.72, 43.44], [142.72, 43.50], [142.60, 43.50], [142.60, 43.44]]
    zone = collection(("想定区域", "Polygon", [ring], {}))
    publish(
        served, incident, "zone", zone, role="hazard", title_ja="融雪型火山泥流 想定区域（試験）"
    )


def test_the_sheet_of_keys_names_what_is_done_on_the_ground(served: Served, context: Open) -> None:
    incident = with_ground(served, "キー操作")
    page = open_triage(context("desk", DESKS["1366"]), incident)
    page.keyboard.press("?")
    for words in ("道路・河川の被害を登録", "避難先をさがす", "泥流時計", "場所をさがす"):
        expect(page.locator("dialog.keys")).to_contain_text(words)
    shoot(page, "keys-1366")


@pytest.mark.parametrize("name", DESKS)
def test_damage_is_a_stretch_of_its_road_seen_before_it_is_sent(
    served: Served, context: Open, name: str
) -> None:
    incident = with_ground(served, "道路被害")
    words = {"text": "路肩が崩れている", "place": SHIROGANE, "category": "road"}
    report = served.send(incident, "report.received", words)
    page = open_triage(context("desk", DESKS[name]), incident)
    page.evaluate("eocTriage.map.setView([43.478, 142.637], 14, { animate: false })")
    page.keyboard.press("r")
    expect(page.locator("#triage-mode")).to_contain_text("始点をクリック")
    shoot(page, f"damage-mode-{name}")
    for lon, lat in ((142.6346, 43.4764), (142.6426, 43.4736)):
        click_at(page, lon, lat)
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("道道966号")
    expect(dialog).to_contain_text("延長")
    expect(dialog.locator("input[name=owner]")).to_have_value(re.compile("北海道"))
    expect(dialog.locator("textarea")).to_have_value("路肩が崩れている")
    dialog.get_by_text("不可", exact=True).click()
    shoot(page, f"damage-form-{name}")
    dialog.get_by_role("button", name="登録する").click()
    expect(dialog).to_have_count(0)
    (damage,) = until(lambda: served.features(incident, "road_damage"))
    p = damage["properties"]
    assert damage["geometry"]["type"] == "LineString"
    assert p["on"]["name"].startswith("道道966号")
    assert (p["passable"], p["report_id"]) == ("no", report)
    assert p["length_m"] == pytest.approx(p["on"]["to_m"] - p["on"]["along_m"], abs=0.2)
    page.evaluate("eocTriage.map.setView([43.4761, 142.6352], 15, { animate: false })")
    click_at(page, 142.6352, 43.4761)
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("道路被害 道道966号")
    expect(popup).to_contain_text("不可")
    expect(popup).to_have_css("opacity", "1")
    shoot(page, f"damage-shown-{name}")


def test_damage_away_from_any_line_is_reported_as_a_point(
    served: Served, desk: BrowserContext, watch: Watch
) -> None:
    watch.allowed.append("/api/v1/stretch")
    incident = with_ground(served, "河川被害")
    page = open_triage(desk, incident)
    page.evaluate("eocTriage.map.setView([43.42, 142.36], 13, { animate: false })")
    page.keyboard.press("r")
    page.locator("#triage-mode select").first.select_option("river")
    click_at(page, 142.36, 43.42)
    page.get_by_role("button", name="1地点").click()
    expect(page.locator("dialog")).to_contain_text("クリックした点だけで")
    page.locator("dialog textarea").fill("護岸欠壊")
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    (damage,) = until(lambda: served.features(incident, "river_damage"))
    assert damage["geometry"]["type"] == "Point"
    assert damage["properties"]["on"] is None


@pytest.mark.parametrize("name", DESKS)
def test_without_a_danger_area_shelters_are_undecided_and_with_one_they_are_ranked(
    served: Served, context: Open, name: str
) -> None:
    incident = with_ground(served, "避難先")
    with_refuges(served, incident)
    page = open_triage(context("desk", DESKS[name]), incident)
    page.keyboard.press("s")
    click_at(page, 142.515, 43.57)
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("判定不可")
    expect(dialog.locator("ol li")).to_have_count(0)
    expect(dialog.locator("details li")).to_have_count(3)
    shoot(page, f"shelters-undecided-{name}")
    dialog.locator("select[name=hazard]").select_option("zone")
    expect(dialog.locator("ol li")).to_have_count(2)
    expect(dialog.locator("select[name=kind]")).to_have_value("volcano")
    expect(dialog).to_contain_text("開設 不明")
    expect(dialog).to_contain_text("収容 300人")
    expect(dialog).to_contain_text("概略の道路網")
    dialog.locator("summary").click()
    expect(dialog.locator("details li")).to_contain_text("危険区域の中です")
    expect(page.locator(".refuge-mark")).to_have_count(2)
    shoot(page, f"shelters-ranked-{name}")


def test_without_a_table_the_clock_says_what_to_do(served: Served, desk: BrowserContext) -> None:
    incident = with_ground(served, "火山")
    page = open_triage(desk, incident)
    page.get_by_role("button", name="泥流時計").click()
    expect(page.locator("dialog")).to_contain_text("eoc layers publish lahar --table")
    shoot(page, "clock-no-table")


@pytest.mark.parametrize("name", DESKS)
def test_the_mudflow_clock_is_started_by_a_table_and_stopped_with_a_reason(
    served: Served, context: Open, name: str
) -> None:
    incident = served.open_incident("火山（訓練）", DRILL)
    text = files("data").joinpath("reference", "lahar_drill.yaml").read_text("utf-8")
    document, told = lahar_layer(text, "lahar")
    words = {key: value for key, value in told.as_dict().items() if key != "name"}
    sha256 = publish(served, incident, "lahar", document, realm="drill", **words)
    page = open_triage(context("desk", DESKS[name]), incident, DRILL)
    page.keyboard.press("t")
    dialog = page.locator("dialog")
    dialog.locator("input[name=erupted]").fill("2026-08-23T10:12:05")
    dialog.locator("input[name=reason]").fill("訓練")
    dialog.get_by_role("button", name="時計を始める").click()
    expect(dialog).to_be_visible()  # not before somebody said that it was checked
    dialog.locator("input[name=sure]").check()
    shoot(page, f"clock-form-{name}")
    dialog.get_by_role("button", name="時計を始める").click()
    expect(dialog).to_have_count(0)
    (clock,) = until(lambda: served.features(incident, "lahar_clock", DRILL))
    p = clock["properties"]
    assert (p["state"], p["table"]) == ("running", sha256)
    assert p["erupted_at"].startswith("2026-08-23T01:12:05")
    panel = page.locator("#triage-lahar .lahar-clock")
    expect(panel).to_contain_text("白金温泉")
    expect(panel.locator("li").first).to_contain_text("10:17:31")
    shoot(page, f"clock-running-{name}")
    page.keyboard.press("t")
    dialog.locator("input[name=reason]").fill("誤報と確認")
    dialog.get_by_role("button", name="止める", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(panel).to_have_count(0)
    (clock,) = served.features(incident, "lahar_clock", DRILL)
    assert clock["properties"]["state"] == "stopped"
