"""The shelf of /admin in Chromium: a hundred layers, two people at once, the packaged network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from layers.schema import Metadata
from layers.shelf import Shelf
from tests.browser.admin_page import geojson, give_reason, open_admin, point, the_row
from tests.browser.conftest import NOTEBOOK, PHONE, Open, Watch, shoot
from tests.browser.served import Served
from tests.browser.test_isolation import with_ground

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("bare")]


def test_a_hundred_layers_with_long_names_are_found_by_filter(
    served: Served, context: Open, office: BrowserContext, bare: Path
) -> None:
    for n in range(100):
        title = (
            f"美瑛町 洪水浸水想定区域（想定最大規模）第{n}区間 美瑛川・辺別川・宇莫別川合流点付近"
            * 3
        )
        about = Metadata(f"flood-{n:03}", title, role="hazard", licence="CC BY 4.0 " * 9)
        Shelf(bare).put(json.loads(geojson(point(f"{n}"))), about)
    incident = with_ground(served, "百の層")
    page = open_admin(office, incident)
    expect(page.locator("tr[data-name]")).to_have_count(101)  # and the packaged network
    page.locator(".shelf-table").scroll_into_view_if_needed()
    shoot(page, "admin-hundred")
    page.get_by_label("絞り込む").fill("第７７区間")
    expect(page.locator("tr[data-name]")).to_have_count(1)
    expect(the_row(page, "flood-077")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NOTEBOOK[0]
    small = open_admin(context("joho", PHONE, is_mobile=True, has_touch=True), incident)
    the_row(small, "flood-001").scroll_into_view_if_needed()
    shoot(small, "admin-hundred-phone")
    assert small.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_who_publishes_second_is_told_that_somebody_was_first(
    served: Served, office: BrowserContext, bare: Path, watch: Watch
) -> None:
    watch.allowed.append("409")
    Shelf(bare).put(json.loads(geojson(point("a"))), Metadata("danger", "危険区域", role="hazard"))
    incident = served.open_incident()
    page, other = open_admin(office, incident), open_admin(office, incident)
    for one in (page, other):
        the_row(one, "danger").get_by_role("button", name="公開する").click()
    give_reason(other, "先に", "公開する")
    expect(the_row(other, "danger")).to_contain_text("公開中")
    give_reason(page, "後から", "公開する")
    expect(page.locator(".shelf-notice")).to_contain_text("ほかの人が先に")
    expect(the_row(page, "danger")).to_contain_text("公開中")
    shoot(page, "admin-stale")
    rows = served.api("GET", f"/api/v1/incidents/{incident}/timeline")["rows"]
    assert sum(r["subject_id"] == "layer:danger" for r in rows) == 1


def test_the_packaged_network_comes_back_after_it_was_withdrawn(
    served: Served, office: BrowserContext
) -> None:
    page = open_admin(office, with_ground(served, "道路網の取下げ"))
    row = the_row(page, "network")
    row.get_by_role("button", name="取り下げる").click()
    expect(page.locator("dialog")).to_contain_text("孤立の計算")
    give_reason(page, "訓練用だった", "取り下げる")
    expect(row).to_contain_text("未公開")
    row.get_by_role("button", name="公開する").click()
    give_reason(page, "町の道路網ができるまで", "公開する")
    expect(row).to_contain_text("公開中")
