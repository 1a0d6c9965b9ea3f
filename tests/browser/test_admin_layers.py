"""The import page of /admin in Chromium: a file in, its report, in force, all that fails."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from playwright.sync_api import BrowserContext, Page, expect

from layers.crs import to_plane
from layers.schema import Metadata
from layers.shelf import Shelf
from tests.browser.conftest import Open, Watch, shoot
from tests.browser.served import Served
from tests.browser.test_isolation import with_ground
from tests.browser.test_markup import inert
from tests.laws.markup import payloads
from tests.wait import until

pytestmark = pytest.mark.browser
NOTEBOOK, PHONE = (1366, 768), (390, 844)
BOUNDARY = "biei_boundary_n03.geojson"


@pytest.fixture(autouse=True)
def bare(served: Served) -> Iterator[Path]:
    """An empty shelf; what is published here is given to no incident of another test."""
    folder = served.state_dir / "layers"
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def office(context: Open) -> BrowserContext:
    """The 情報係 at a small notebook."""
    return context("joho", NOTEBOOK)


def open_admin(context: BrowserContext, incident: str, prefix: str = "", lang: str = "ja") -> Page:
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    page.goto(f"{prefix}/admin?incident={incident}&lang={lang}")
    expect(page.locator("#import-file")).to_be_attached()
    return page


def point(name: str, at: tuple[float, float] = (142.46, 43.59)) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(at)}
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


def geojson(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def choose(page: Page, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.set_input_files("#import-file", file)


def send(page: Page) -> None:
    page.get_by_role("button", name="読み込む", exact=True).click()


def give_reason(page: Page, why: str, button: str) -> None:
    page.fill("dialog input[name=reason]", why)
    page.locator("dialog").get_by_role("button", name=button).click()
    expect(page.locator("dialog")).to_have_count(0)


def known(served: Served, incident: str, prefix: str = "") -> dict[str, dict[str, Any]]:
    rows = served.api("GET", f"{prefix}/api/v1/layers?incident={incident}")["layers"]
    return {row["name"]: row for row in rows}


def the_row(page: Page, name: str) -> Any:
    return page.locator(f"tr[data-name='{name}']")


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
