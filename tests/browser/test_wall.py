"""The wall in Chromium: live without reload, honest when cut, bounded for days."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.events import uuid7
from tests import pictures
from tests.browser.conftest import Open, Watch, shoot, sign_in
from tests.browser.served import TEAM, Served
from tests.proxy import Proxy

pytestmark = pytest.mark.browser

BRIDGE = {"lon": 142.468, "lat": 43.585, "method": "device", "uncertainty_m": 12}


def open_wall(context: BrowserContext, incident: str, prefix: str = "") -> Page:
    page = context.new_page()
    page.goto(f"{prefix}/wall?incident={incident}")
    expect(page.locator("body")).to_have_attribute("data-connection", "live")
    return page


def send_photo(served: Served, incident: str, report: str) -> str:
    """Announce a drawn photo of a report and upload it; return the photo's id."""
    file = BytesIO()
    pictures.scene(1280, 960).save(file, "jpeg", exif=pictures.exif(gps=pictures.BIEI))
    data, name = file.getvalue(), "IMG_0001.jpg"
    sha = hashlib.sha256(data).hexdigest()
    body = {
        "sha256": sha, "size": len(data), "content_type": "image/jpeg", "filename": name,
        "report_id": report,
    }  # fmt: skip
    photo = served.send(incident, "photo.announced", body, who="patrol-1")
    told = {"incident_id": incident, "sha256": sha, "filename": name}
    pairs = (f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in told.items())
    headers = {
        "Authorization": f"Bearer {served.tokens['patrol-1']}", "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(data)), "Upload-Metadata": ",".join(pairs),
        "Content-Type": "application/offset+octet-stream",
    }  # fmt: skip
    answer = httpx.post(f"{served.url}/uploads", content=data, headers=headers, timeout=20)
    assert answer.status_code == 201, answer.text
    return photo


def many(served: Served, incident: str, count: int) -> list[str]:
    """Send reports with places in batches; return their ids."""
    ids = [uuid7() for _ in range(count)]
    for start in range(0, count, 400):
        events = []
        for n, subject in enumerate(ids[start : start + 400], start):
            place = {**BRIDGE, "lon": 142.4 + n % 50 * 0.005, "lat": 43.45 + n % 37 * 0.005}
            events.append(
                {
                    "id": uuid7(), "kind": "report.received", "v": 1, "subject_id": subject,
                    "occurred_at": "2026-08-23T03:00:00Z", "sent_at": "2026-08-23T03:00:00Z",
                    "body": {"category": "flooding", "text": f"冠水 {n}", "place": place},
                }
            )  # fmt: skip
        served.api("POST", f"/api/v1/incidents/{incident}/events", {"events": events})
    return ids


def test_a_photo_of_the_field_appears_on_the_wall_without_reload(
    served: Served, wall: BrowserContext
) -> None:
    incident = served.open_incident("台風（試験）")
    page = open_wall(wall, incident)
    page.evaluate("window.stillTheSamePage = true")
    body = {"category": "river", "text": "水位が上がっている", "place": BRIDGE, "team": None}
    body = {k: v for k, v in body.items() if v is not None} | {"place_text": "憩町橋"}
    report = served.send(incident, "report.received", body, who="patrol-1")
    expect(page.locator(f".eoc-marker[data-id='{report}']")).to_be_visible()
    photo = send_photo(served, incident, report)
    figure = page.locator(f"figure[data-photo='{photo}']")
    expect(figure).to_contain_text("憩町橋")
    expect(figure).to_contain_text("河川増水・越水")
    image = figure.locator("img")
    expect(image).to_be_visible(timeout=30_000)
    page.wait_for_function("node => node.naturalWidth > 0", arg=image.element_handle())
    expect(page.locator("[data-measure=reports_total] b")).to_have_text("1")
    expect(page.locator("#wall-oldest")).to_contain_text("憩町橋")
    assert page.evaluate("window.stillTheSamePage")
    shoot(page, "wall-first-photo")


def test_an_instruction_and_its_stamps_are_read_on_the_wall(
    served: Served, wall: BrowserContext
) -> None:
    incident = served.open_incident()
    report = served.send(incident, "report.received", {"text": "橋が危ない", "place": BRIDGE})
    page = open_wall(wall, incident)
    (feature,) = served.features(incident, "report")
    words = {"team": served.teams[TEAM], "words": "憩町橋を確認", "report_id": report}
    instruction = served.send(incident, "instruction.issued", words | {"seen": feature["seq"]})
    row = page.locator(f"[data-instruction='{instruction}']")
    expect(row).to_contain_text(TEAM)
    expect(row).to_contain_text("指示済")
    expect(page.locator("#wall-oldest")).to_contain_text("指示待ちの通報はありません")
    for stamp, shown in (("acknowledged", "了解"), ("arrived", "到着"), ("completed", "作業完了")):
        served.send(incident, f"instruction.{stamp}", {}, instruction, who="patrol-1")
        expect(row).to_contain_text(shown)
    expect(page.locator("[data-measure=instructions_completed] b")).to_have_text("1")


@pytest.fixture
def far_wall(browser: Browser, served: Served) -> Iterator[tuple[Proxy, BrowserContext]]:
    """A wall behind a line that can be held and cut; its errors are part of the test."""
    with Proxy(httpx.URL(served.url).port or 0) as proxy:
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{proxy.port}", viewport={"width": 1920, "height": 1080},
            timezone_id="Asia/Tokyo", locale="ja-JP",
        )  # fmt: skip
        context.set_default_timeout(15_000)
        sign_in(context, "wall")
        yield proxy, context
        context.close()


def test_a_wall_cut_for_20_s_says_so_and_then_has_every_change(
    served: Served, far_wall: tuple[Proxy, BrowserContext]
) -> None:
    proxy, context = far_wall
    incident = served.open_incident()
    many(served, incident, 3)
    page = open_wall(context, incident)
    expect(page.locator("[data-measure=reports_total] b")).to_have_text("3")
    proxy.stalled = True  # the socket stays open: nothing but silence tells
    expect(page.locator("#eoc-blind")).to_have_text(re.compile(r"最終更新 \d\d:\d\d:\d\d — 切断"))
    expect(page.locator("#eoc-connection")).to_contain_text("切断")
    shoot(page, "wall-blind")
    many(served, incident, 40)
    page.wait_for_timeout(14_000)
    assert page.locator("[data-measure=reports_total] b").inner_text() == "3"
    proxy.cut()
    proxy.stalled = False
    expect(page.locator("[data-measure=reports_total] b")).to_have_text("43", timeout=40_000)
    expect(page.locator("#eoc-blind")).to_be_hidden()
    ours = page.evaluate("[...eocReplica.features].map(([id, f]) => [id, f.seq])")
    board = served.api("GET", f"/api/v1/incidents/{incident}/board.geojson", who="wall")
    assert sorted(ours) == sorted([f["id"], f["seq"]] for f in board["features"])


def test_a_wall_nobody_touches_turns_to_the_incident_that_opens(
    served: Served, wall: BrowserContext
) -> None:
    served.open_incident("前の災害")
    page = wall.new_page()
    page.goto("/wall")
    expect(page.locator("#eoc-title")).to_have_text("前の災害")
    served.open_incident("次の災害")
    expect(page.locator("#eoc-title")).to_have_text("次の災害", timeout=30_000)


def test_the_wall_stays_small_whatever_arrives(served: Served, wall: BrowserContext) -> None:
    incident = served.open_incident()
    page = open_wall(wall, incident)
    many(served, incident, 400)
    expect(page.locator("[data-measure=reports_total] b")).to_have_text("400")
    nodes = page.evaluate("document.getElementsByTagName('*').length")
    many(served, incident, 1600)
    expect(page.locator("[data-measure=reports_total] b")).to_have_text("2,000")
    page.wait_for_timeout(500)
    assert page.evaluate("document.getElementsByTagName('*').length") <= nodes * 1.5
    shoot(page, "wall-2000")


def test_markup_in_words_is_inert(served: Served, wall: BrowserContext) -> None:
    incident = served.open_incident("<b onmouseover=evil=1>大雨</b>")
    page = open_wall(wall, incident)
    evil = "<img src=x onerror='window.evil=1'><script>window.evil=1</script>"
    report = served.send(
        incident, "report.received", {"text": evil, "place_text": evil[:150], "place": BRIDGE}
    )
    send_photo(served, incident, report)
    expect(page.locator("#eoc-title")).to_contain_text("<b onmouseover")
    page.locator(f".eoc-marker[data-id='{report}']").click()
    expect(page.locator(".eoc-popup .eoc-text")).to_have_text(evil)
    expect(page.locator("#wall-strip")).to_contain_text("<img src=x")
    assert page.evaluate("window.evil") is None
    assert page.locator("#wall-strip script, .eoc-popup script").count() == 0


def test_the_wall_of_the_drill_is_framed_and_says_so(served: Served, wall: BrowserContext) -> None:
    incident = served.open_incident("噴火（想定）", prefix="/drill")
    page = open_wall(wall, incident, "/drill")
    expect(page.locator(".eoc-drill-word")).to_have_text("訓練")
    assert "訓練" in page.title()
    shoot(page, "wall-drill")


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
def test_nothing_of_the_wall_is_cut_off(
    served: Served, context: Open, watch: Watch, width: int, height: int
) -> None:
    incident = served.open_incident("美瑛川・辺別川・宇莫別川流域 8月23日からの大雨災害")
    for report in many(served, incident, 40)[:7]:
        send_photo(served, incident, report)
    page = open_wall(context("wall", (width, height)), incident)
    expect(page.locator("#wall-strip img")).to_have_count(6, timeout=60_000)
    over = page.evaluate(
        """() => [...document.querySelectorAll('.eoc-shell, .counts, .wall-count, #wall-strip')]
            .filter((n) => n.scrollHeight > n.clientHeight + 2 || n.scrollWidth > n.clientWidth + 2)
            .map((n) => n.className || n.id)"""
    )
    assert over == []
    shoot(page, f"wall-{width}")
