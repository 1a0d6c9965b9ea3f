"""The import page of /admin in Chromium: a file in, its report, in force, all that fails."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import BrowserContext, expect

from layers.crs import to_plane
from tests.browser.admin_page import (
    choose,
    geojson,
    give_reason,
    known,
    open_admin,
    point,
    send,
    the_row,
)
from tests.browser.conftest import NOTEBOOK, PHONE, Open, shoot
from tests.browser.served import Served
from tests.browser.test_markup import inert
from tests.laws.markup import payloads
from tests.wait import until

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("bare")]
BOUNDARY = "biei_boundary_n03.geojson"


def test_a_real_file_is_reported_published_shown_and_withdrawn(
    served: Served, office: BrowserContext, context: Open, shared: Path
) -> None:
    incident = served.open_incident("令和8年8月23日 大雨")
    page = open_admin(office, incident)
    expect(page.locator(".shelf-empty")).to_contain_text("読み込む")
    shoot(page, "admin-empty")
    page.set_input_files("#import-file", shared / "geo" / BOUNDARY)
    page.get_by_label("用途", exact=True).select_option("boundary")
    expect(page.get_by_label("登録名", exact=True)).to_have_value("boundary")
    page.get_by_label("表示名", exact=True).fill("美瑛町 行政界")
    page.locator("input[name=source]").fill("国土数値情報 行政区域データ")
    page.locator("input[name=licence]").fill("CC BY 4.0 相当")
    page.locator("input[name=date]").fill("2024-01-01")
    page.keyboard.press("Enter")
    layer = page.locator(".import-layer")
    expect(layer).to_contain_text("地物：1件のうち 1件を取り込む", timeout=60_000)
    expect(layer).to_contain_text("座標系：")
    expect(layer).to_contain_text("東経 142.")
    expect(the_row(page, "boundary")).to_contain_text("未公開")
    layer.scroll_into_view_if_needed()
    shoot(page, "admin-report")

    layer.get_by_role("button", name="公開する").click()
    expect(page.locator("dialog")).to_contain_text("令和8年8月23日 大雨")
    shoot(page, "admin-publish")
    give_reason(page, "町界を出す", "公開する")
    expect(page.locator(".shelf-notice")).to_contain_text("公開しました")
    expect(the_row(page, "boundary")).to_contain_text("公開中")
    row = known(served, incident)["boundary"]
    assert (row["available"], row["licence"], row["date"]) == (
        True, "CC BY 4.0 相当", "2024-01-01",
    )  # fmt: skip
    link = layer.get_by_role("link", name="地図で見る").get_attribute("href") or ""
    zoom, lat, lon = re.search(r"#map=(\d+)/([\d.]+)/([\d.]+)&on=boundary$", link).groups()  # type: ignore[union-attr]
    west, south, east, north = row["bounds"]
    assert 8 <= int(zoom) <= 12
    assert south < float(lat) < north
    assert west < float(lon) < east
    shoot(page, "admin-shelf")

    small = open_admin(context("joho", PHONE, is_mobile=True, has_touch=True), incident)
    expect(the_row(small, "boundary")).to_contain_text("公開中")
    shoot(small, "admin-phone")
    the_row(small, "boundary").scroll_into_view_if_needed()
    shoot(small, "admin-phone-shelf")
    assert small.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

    the_row(page, "boundary").get_by_role("button", name="取り下げる").click()
    give_reason(page, "古い境界だった", "取り下げる")
    expect(the_row(page, "boundary")).to_contain_text("未公開")
    assert not known(served, incident)["boundary"]["available"]
    rows = served.api("GET", f"/api/v1/incidents/{incident}/timeline")["rows"]
    assert [r["kind"] for r in rows if "boundary" in r["subject_id"]] == [
        "layer.published", "layer.withdrawn",
    ]  # fmt: skip


def test_a_file_that_cannot_be_read_is_refused_in_red_with_what_to_do(
    served: Served, office: BrowserContext
) -> None:
    page = open_admin(office, served.open_incident())
    expect(page.get_by_role("button", name="読み込む", exact=True)).to_be_disabled()
    choose(page, "途中で切れた.geojson", geojson(point("a"))[:60])
    send(page)
    refused = page.locator(".import-refused")
    expect(refused).to_contain_text("途中で切れた.geojson", timeout=30_000)
    expect(refused).to_contain_text("もう一度")
    expect(refused).to_have_attribute("role", "alert")
    expect(page.locator(".shelf-empty")).to_be_visible()
    shoot(page, "admin-refused")
    choose(page, "なおした.geojson", geojson(point("a")))
    send(page)
    expect(page.locator(".import-layer")).to_contain_text("1件のうち 1件", timeout=30_000)
    expect(refused).to_have_count(0)


def test_a_missing_coordinate_system_is_chosen_by_a_button_without_the_file_again(
    served: Served, office: BrowserContext
) -> None:
    page = open_admin(office, served.open_incident())
    x, y = shapely.get_coordinates(to_plane(shapely.Point(142.467, 43.588)))[0]
    choose(page, "現地測量.geojson", geojson(point("橋台", (float(x), float(y)))))
    send(page)
    refused = page.locator(".import-refused")
    choice = refused.get_by_role("button", name="6680")
    expect(choice).to_be_focused(timeout=30_000)
    shoot(page, "admin-crs")
    choice.click()
    layer = page.locator(".import-layer")
    expect(layer).to_contain_text("EPSG:6680", timeout=30_000)
    expect(layer).to_contain_text("東経 142.46")
    expect(page.locator("select[name=crs]")).to_have_value("")  # not for the next file


def test_a_table_without_coordinates_is_placed_by_name_and_said_to_be_an_estimate(
    served: Served, office: BrowserContext
) -> None:
    page = open_admin(office, served.open_incident())
    page.set_viewport_size({"width": NOTEBOOK[0], "height": NOTEBOOK[1]})
    expect(page.locator(".import-more")).not_to_have_attribute("open", "")
    choose(page, "被害集計.csv", "集落,被害\n美馬牛,停電\n白金温泉,断水\n".encode())
    column = page.get_by_label("地名の列", exact=True)
    expect(column).to_be_disabled()  # the fold is open: a table may lack coordinates
    send(page)
    expect(page.locator(".import-refused")).to_contain_text("地名から置く", timeout=30_000)
    page.get_by_label("座標のない表（CSV）を地名から置く（推定）", exact=True).check()
    column.fill("集落")
    page.locator("input[name=schematic]").check()
    column.scroll_into_view_if_needed()
    shoot(page, "admin-by-place")
    send(page)
    layer = page.locator(".import-layer")
    expect(layer).to_contain_text("地名から置いた 2件／置けなかった 0件", timeout=60_000)
    expect(layer).to_contain_text("位置は地名から推定したものです")
    expect(the_row(page, layer.locator("code").inner_text())).to_contain_text("概略")
    expect(column).to_be_disabled()  # not for the next file
    layer.scroll_into_view_if_needed()
    shoot(page, "admin-by-place-report")


def test_an_import_is_cancelled_while_it_is_sent_and_while_it_is_read(
    served: Served, office: BrowserContext, bare: Path
) -> None:
    page = open_admin(office, served.open_incident())
    line = office.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 40_000}
    line.send("Network.emulateNetworkConditions", slow)
    choose(page, "大きい.geojson", geojson(*[point(f"地点{n}") for n in range(20_000)]))
    send(page)
    sending = page.locator(".import-sending")
    expect(sending).to_contain_text(re.compile(r"送信中 [1-9]\d*%"))
    expect(page.get_by_role("button", name="読み込む", exact=True)).to_be_disabled()
    shoot(page, "admin-sending")
    sending.get_by_role("button", name="中止する").click()
    expect(page.locator(".import-calm")).to_contain_text("何も登録していません")
    until(lambda: list((bare / "imports").iterdir()) == [], 10)

    line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    send(page)
    (pid,) = until(lambda: list(bare.glob("imports/*/pid")), 20)
    number = int(until(pid.read_text))
    os.kill(number, signal.SIGSTOP)  # so that it is under way for as long as the test looks
    expect(sending).to_contain_text("読み取り中（1秒）")
    shoot(page, "admin-reading")
    sending.get_by_role("button", name="中止する").click()
    until(lambda: (pid.parent / "cancelled").exists())
    os.kill(number, signal.SIGCONT)
    expect(page.locator(".import-calm")).to_contain_text("何も登録していません")
    expect(page.locator(".shelf-empty")).to_be_visible()
    assert not (bare / "index.jsonl").exists()


def test_hostile_names_are_words_and_long_ones_stay_in_their_place(
    served: Served, office: BrowserContext, bare: Path
) -> None:
    words = payloads(26)
    incident = served.open_incident(words[10])
    page = open_admin(office, incident)
    choose(page, f"{words[9].replace('/', '_')}.geojson", geojson(point(words[10])))
    page.locator("input[name=title]").fill(words[11])
    for field in ("source", "licence", "attribution"):
        page.locator(f"input[name={field}]").fill(words[12])
    page.locator("input[name=date]").fill(words[13])
    page.locator("input[name=name]").fill("hostile")
    send(page)
    expect(page.locator(".import-layer h4")).to_contain_text(words[11], timeout=30_000)
    page.locator(".import-layer").get_by_role("button", name="公開する").click()
    give_reason(page, words[14], "公開する")
    expect(the_row(page, "hostile")).to_contain_text("公開中")
    inert(page)
    shoot(page, "admin-hostile")
    choose(page, f"{words[10].replace('/', '_')}.geojson", b"{")
    send(page)
    expect(page.locator(".import-refused")).to_be_visible(timeout=30_000)
    inert(page)


def test_the_drill_has_its_own_map_and_the_page_speaks_english(
    served: Served, office: BrowserContext
) -> None:
    drill = served.open_incident("訓練", prefix="/drill")
    page = open_admin(office, drill, "/drill", "en")
    choose(page, "route.csv", "名称,緯度,経度\n避難路,43.59,142.46\n".encode())
    page.get_by_role("button", name="Import", exact=True).click()
    layer = page.locator(".import-layer")
    expect(layer).to_contain_text("1 features", timeout=30_000)
    layer.get_by_role("button", name="Publish").click()
    give_reason(page, "drill", "Publish")
    expect(the_row(page, "route")).to_contain_text("In force")
    href = layer.get_by_role("link", name="See on the map").get_attribute("href")
    assert href.startswith("/drill/triage?")  # type: ignore[union-attr]
    assert known(served, drill, "/drill")["route"]["available"]
    shoot(page, "admin-drill-en")
    unasked = re.compile("[ぁ-んァ-ヶ一-龠]")
    labels = page.locator(".import-field > label, .shelf-table th, .admin-desk h3")
    assert [text for text in labels.all_text_contents() if unasked.search(text)] == []


def test_a_folder_and_several_files_are_told_to_be_zipped(
    served: Served, office: BrowserContext
) -> None:
    page = open_admin(office, served.open_incident())
    page.evaluate(
        """() => {
          const zone = document.querySelector('.import-zone');
          const dropped = new DataTransfer();
          dropped.items.add(new File(['a'], 'a.shp'));
          dropped.items.add(new File(['b'], 'a.dbf'));
          const told = { dataTransfer: dropped, bubbles: true, cancelable: true };
          zone.dispatchEvent(new DragEvent('drop', told));
        }"""
    )
    expect(page.locator("#import-chosen")).to_contain_text("zip")
    expect(page.get_by_role("button", name="読み込む", exact=True)).to_be_disabled()
