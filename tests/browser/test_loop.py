"""The main job in three browsers: photo → wall → instruction → acknowledgement."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import shoot
from tests.browser.served import TEAM, Served
from tests.browser.test_field import open_field, picture
from tests.browser.test_triage import open_triage
from tests.browser.test_wall import open_wall

pytestmark = pytest.mark.browser


def test_a_photo_reaches_the_wall_and_an_instruction_goes_back(
    served: Served, phone: BrowserContext, wall: BrowserContext, desk: BrowserContext
) -> None:
    incident = served.open_incident("令和8年8月23日 大雨")
    crew, screen = open_field(phone, incident), open_wall(wall, incident)
    screen.evaluate("window.stillTheSamePage = true")
    crew.set_input_files("#camera", picture())
    crew.click("[data-code=bridge]")
    crew.fill("#words", "橋脚のまわりが洗掘されている")
    crew.tap("#send")

    marker = screen.locator(".eoc-marker")
    expect(marker).to_be_visible()
    figure = screen.locator("figure[data-photo]")
    expect(figure.locator("img")).to_be_visible(timeout=30_000)
    shoot(screen, "loop-wall-photo")

    office = open_triage(desk, incident)
    expect(office.locator("#triage-words")).to_contain_text("橋脚のまわりが洗掘されている")
    office.keyboard.press("i")
    office.locator("select[name=team]").select_option(label=TEAM)
    office.locator("textarea[name=words]").fill("橋を通行止めにして、現地で待機")
    office.keyboard.press("Enter")

    expect(crew.locator("#arrived")).to_be_visible()
    crew.tap("#arrived")
    expect(crew.locator(".instruction")).to_contain_text("橋を通行止めにして、現地で待機")
    shoot(crew, "loop-phone-instruction")
    crew.tap("[data-verb=acknowledged]")

    for page, place in (
        (office, "#triage-words [data-instruction]"),
        (screen, "[data-instruction]"),
    ):
        expect(page.locator(place)).to_contain_text("了解")
    assert screen.evaluate("window.stillTheSamePage")
    shoot(screen, "loop-wall-acknowledged")
    shoot(office, "loop-triage-acknowledged")

    rows = served.api("GET", f"/api/v1/incidents/{incident}/timeline")["rows"]
    kinds = [row["kind"] for row in rows]
    for kind in (
        "report.received", "photo.announced", "photo.received", "photo.rendered",
        "instruction.issued", "instruction.delivered", "instruction.read",
        "instruction.acknowledged",
    ):  # fmt: skip
        assert kinds.count(kind) == 1, kinds
    assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)
    assert re.fullmatch(r"[0-9a-f-]{36}", incident)
