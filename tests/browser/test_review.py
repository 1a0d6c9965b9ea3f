"""After the event: the table, the slider over what was known, the CSV."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import shoot
from tests.browser.served import Served
from tests.browser.test_isolation import with_ground

pytestmark = pytest.mark.browser
SPOT = {"lon": 142.468, "lat": 43.585, "method": "device", "uncertainty_m": 12}


def test_the_slider_shows_the_board_as_it_was_known(served: Served, desk: BrowserContext) -> None:
    incident = with_ground(served, "夜間大雨（試験）")  # two entries of the worker
    first = served.send(incident, "report.received", {"text": "一つ目", "place": SPOT})
    known = served.api("GET", f"/api/v1/incidents/{incident}/changes?after=0")["upto"]
    later = {**SPOT, "lon": 142.60}
    second = served.send(incident, "report.received", {"text": "=二つ目", "place": later})
    page = desk.new_page()
    page.goto(f"/review?incident={incident}")
    expect(page.locator("#review-grid .ag-row")).to_have_count(5)
    expect(page.locator("#review-grid")).to_contain_text("通報受付")
    total = page.locator("#review-figures [data-measure='reports_total'] b")
    expect(total).to_have_text("2")
    page.locator("#review-seq").evaluate(
        "(node, seq) => { node.value = seq; node.dispatchEvent(new Event('input')); }", str(known)
    )
    expect(total).to_have_text("1")
    expect(page.locator(f".eoc-marker[data-id='{first}']")).to_be_visible()
    expect(page.locator(f".eoc-marker[data-id='{second}']")).to_have_count(0)
    shoot(page, "review-1080p")
    page.locator("#review-grid .ag-row", has_text="=二つ目").click()
    expect(total).to_have_text("2")
    with page.expect_download() as download:
        page.click("#review-csv")
    text = download.value.path().read_text("utf-8-sig")
    assert "'=二つ目" in text
    assert "一つ目" in text


def test_an_empty_review_says_what_will_come(served: Served, desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto("/drill/review")
    expect(page.locator("body")).to_contain_text("訓練")
    expect(page.locator("#eoc-title")).not_to_be_empty()
