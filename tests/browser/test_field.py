"""The phone page in Chromium: reports out, instructions in, and nothing lost on the way."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests import pictures
from tests.browser.conftest import PHONE, Open, Watch, shoot, sign_in
from tests.browser.served import TEAM, Served
from tests.wait import until

pytestmark = pytest.mark.browser
soon = partial(until, seconds=20)  # two cores may be shared by many


def picture(name: str = "IMG_0001.jpg", form: str = "jpeg") -> dict[str, Any]:
    """A drawn photo with a position at Biei, as Playwright's file chooser takes it."""
    file = BytesIO()
    pictures.scene(1280, 960).save(file, form, exif=pictures.exif(gps=pictures.BIEI))
    return {"name": name, "mimeType": f"image/{form}", "buffer": file.getvalue()}


def open_field(context: BrowserContext, incident: str, prefix: str = "", lang: str = "ja") -> Page:
    page = context.new_page()
    page.goto(f"{prefix}/field?incident={incident}&lang={lang}")
    expect(page.locator("#link")).to_have_attribute("data-state", "live")
    return page


def rows_of(page: Page, database: str) -> int:
    return int(
        page.evaluate(
            """(name) => new Promise((done) => {
                const opening = indexedDB.open(name);
                opening.onsuccess = () => {
                    if (!opening.result.objectStoreNames.contains('items')) {
                        opening.result.close();
                        done(0);  // never opened by the page: nothing was written there
                        return;
                    }
                    const rows = opening.result.transaction('items').objectStore('items').count();
                    rows.onsuccess = () => { opening.result.close(); done(rows.result); };
                };
            })""",
            database,
        )
    )


def test_a_report_with_a_photo_arrives_and_the_phone_says_so(
    served: Served, phone: BrowserContext, watch: Watch
) -> None:
    incident = served.open_incident()
    page = open_field(phone, incident)
    expect(page.locator("#place-line")).to_contain_text("±12 m")
    page.set_input_files("#camera", picture())
    page.click("[data-code=sediment]")
    page.fill("#words", "路肩から土砂。片側は通れる")
    shoot(page, "field-report-filled")
    page.tap("#send")
    page.tap("#go-reports")
    card = page.locator("#reports .card")
    expect(card).to_have_attribute("data-state", "received")
    expect(card).to_contain_text("土砂流出")
    shoot(page, "field-my-reports")
    (report,) = served.features(incident, "report")
    assert report["properties"]["category"] == "sediment"
    assert report["properties"]["place"]["method"] == "device"
    assert report["properties"]["person_id"] == served.people["patrol-1"]
    (photo,) = soon(lambda: served.features(incident, "photo"))
    assert photo["properties"]["state"] in ("received", "rendered")
    assert photo["properties"]["report_id"] == report["id"]
    expect(page.locator("#unsent")).to_be_hidden()


def test_what_was_written_offline_arrives_once_though_the_page_was_killed(
    served: Served, phone: BrowserContext, watch: Watch
) -> None:
    watch.allowed += ["ERR_INTERNET_DISCONNECTED", "WebSocket connection"]
    incident = served.open_incident()
    page = open_field(phone, incident)
    phone.set_offline(True)
    for number in range(3):
        page.set_input_files("#files", picture(f"IMG_{number}.jpg"))
        page.fill("#words", f"圏外の通報{number}")
        page.tap("#send")
        expect(page.locator("#words")).to_have_value("")
    expect(page.locator("#unsent-count")).to_contain_text("未送信")
    expect(page.locator("#unsent-why")).to_contain_text("つながりませんでした")
    shoot(page, "field-offline")
    page.close()
    assert served.features(incident, "report") == []
    phone.set_offline(False)
    page = open_field(phone, incident)
    expect(page.locator("#unsent")).to_be_hidden()
    reports = served.features(incident, "report")
    assert sorted(r["properties"]["text"] for r in reports) == [f"圏外の通報{n}" for n in range(3)]
    photos = served.features(incident, "photo")
    assert len(photos) == 3
    assert {p["properties"]["state"] for p in photos} <= {"received", "rendered"}


def test_an_instruction_rings_is_read_and_stamped(
    served: Served, phone: BrowserContext, watch: Watch
) -> None:
    incident = served.open_incident()
    page = open_field(phone, incident)
    report = served.send(
        incident, "report.received", {"text": "法面が崩れている", "category": "slope"}
    )
    words = "白金温泉への道、法面の状況を確認して写真を送ってください。"
    seen = served.features(incident, "report")[0]["seq"]
    body = {"seen": seen, "team": served.teams[TEAM], "words": words, "report_id": report}
    instruction = served.send(incident, "instruction.issued", body)
    expect(page.locator("#arrived")).to_be_visible()
    expect(page.locator("#unread")).to_have_text("1")
    shoot(page, "field-instruction-arrives")

    def times() -> dict[str, str]:
        (found,) = served.features(incident, "instruction")
        return dict(found["properties"]["times"])

    assert soon(lambda: "delivered" in times())
    assert "read" not in times()
    page.tap("#arrived")
    shoot(page, "field-instruction-unread")
    page.tap(f"[data-id='{instruction}'] [data-verb=acknowledged]")
    assert soon(lambda: {"delivered", "read", "acknowledged"} <= set(times()))
    expect(page.locator("#arrived")).to_be_hidden()
    for verb in ("departed", "arrived", "support_requested", "completed"):
        page.tap(f"[data-id='{instruction}'] [data-verb={verb}]")
    soon(lambda: {"departed", "arrived", "support_requested", "completed"} <= set(times()))
    expect(page.locator(".instruction")).to_have_attribute("data-state", "completed")
    shoot(page, "field-instruction-done")


def test_an_instruction_to_another_team_does_not_come_here_and_markup_is_text(
    served: Served, phone: BrowserContext
) -> None:
    incident = served.open_incident()
    page = open_field(phone, incident)
    markup = "<img src=x onerror=\"document.body.dataset.pwned='1'\"><b>太字</b> =1+1"
    for team, words in (("建設水道課2班", "よその班へ"), (TEAM, f"こちらの班へ {markup}")):
        served.send(
            incident, "instruction.issued", {"seen": 0, "team": served.teams[team], "words": words}
        )
    page.tap("#go-instructions")
    expect(page.locator("#instructions .instruction")).to_have_count(1)
    expect(page.locator("#instructions .words")).to_have_text(f"こちらの班へ {markup}")
    assert page.locator("#instructions img, #instructions b").count() == 0
    assert page.evaluate("document.body.dataset.pwned") is None


def test_little_room_on_the_device_is_said_in_time(served: Served, phone: BrowserContext) -> None:
    phone.add_init_script(
        "if (navigator.storage)"
        " navigator.storage.estimate = async () => ({ quota: 1e9, usage: 9.5e8 });"
    )
    page = open_field(phone, served.open_incident())
    expect(page.locator("#storage")).to_contain_text("50 MB")
    shoot(page, "field-storage-low")


def test_one_tap_says_all_is_normal(served: Served, phone: BrowserContext) -> None:
    incident = served.open_incident()
    page = open_field(phone, incident)
    expect(page.locator("#place-line")).to_contain_text("±12 m")
    page.tap("#normal")
    (report,) = soon(lambda: served.features(incident, "report"))
    assert report["properties"]["category"] == "normal"
    assert report["geometry"]["coordinates"] == [142.467, 43.5883]


def test_the_drill_wears_its_frame_and_keeps_to_its_own_log(
    served: Served, phone: BrowserContext
) -> None:
    real = served.open_incident()
    incident = served.open_incident("訓練の大雨", prefix="/drill")
    page = open_field(phone, incident, "/drill")
    expect(page.locator(".drill")).to_have_text("訓練")
    page.fill("#words", "訓練の通報")
    page.tap("#send")
    soon(lambda: served.features(incident, "report", "/drill"))
    assert served.features(real, "report") == []
    assert [rows_of(page, f"eoc-{realm}-outbox") for realm in ("drill", "real")] == [1, 0]
    shoot(page, "field-drill")


def test_signed_out_in_the_middle_keeps_all_and_sends_under_the_writers_name(
    served: Served, phone: BrowserContext, watch: Watch
) -> None:
    watch.allowed += ["401", "ERR_FAILED", "WebSocket connection"]
    incident = served.open_incident()
    page = open_field(phone, incident)
    phone.route("**/events", lambda route: route.abort())
    page.fill("#words", "前の操作者が書いた")
    page.tap("#send")
    expect(page.locator("#unsent-count")).to_have_text("未送信 通報1件")
    token = next(c["value"] for c in phone.cookies() if c["name"] == "_csrf_token")
    left = phone.request.post("/logout", headers={"X-XSRF-Token": token}, max_redirects=0)
    assert left.status == 303
    phone.unroute("**/events")
    page.tap("#again")
    expect(page.locator("#signin")).to_be_visible()
    expect(page.locator("#link")).to_have_attribute("data-state", "refused")
    shoot(page, "field-signed-out")
    page.close()
    assert served.features(incident, "report") == []
    sign_in(phone, "patrol-2")
    page = open_field(phone, incident)
    (report,) = soon(lambda: served.features(incident, "report"))
    assert report["properties"]["person_id"] == served.people["patrol-1"]
    expect(page.locator("#unsent")).to_be_hidden()


def test_many_reports_and_long_words_stay_on_the_screen(served: Served, context: Open) -> None:
    title = "令和8年8月23日からの台風第9号接近に伴う大雨・洪水に関する災害対応"
    empty, full = served.open_incident(title), served.open_incident(title)
    long = (
        "美瑛川左岸堤防の法尻から湧水があり水位がさらに上昇すると危険と思われるため至急確認を" * 3
    )
    for number in range(30):
        body = {"text": long if number % 5 == 0 else f"通報 {number}", "category": "river",
                "team": served.teams[TEAM]}  # fmt: skip
        served.send(full, "report.received", body, who="patrol-1")
    order = {"seen": 0, "team": served.teams[TEAM], "words": long}
    served.send(full, "instruction.issued", order)
    for look in ("light", "dark", "en"):
        scheme = "dark" if look == "dark" else "light"
        options = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
        phone = context("patrol-1", PHONE, color_scheme=scheme, **options)
        page = open_field(phone, empty, lang="en" if look == "en" else "ja")
        shoot(page, f"field-{look}-report")
        page.tap("#go-reports")
        expect(page.locator("#reports .none")).to_be_visible()
        page = open_field(phone, full, lang="en" if look == "en" else "ja")
        page.tap("#go-reports")
        expect(page.locator("#reports .card")).to_have_count(30)
        shoot(page, f"field-{look}-thirty")
        page.tap("#go-instructions")
        expect(page.locator(".instruction")).to_be_visible()
        shoot(page, f"field-{look}-instruction")
        fits(page)


def fits(page: Page) -> None:
    """Nothing is wider than the phone and nothing to press is lower than 44 px."""
    for tab in ("report", "instructions", "reports"):
        page.tap(f"#go-{tab}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        small = page.evaluate(
            "[...document.querySelectorAll('main button, main label.button, nav button')]"
            ".filter((b) => b.offsetParent && b.getBoundingClientRect().height < 44)"
            ".map((b) => b.outerHTML)"
        )
        assert small == []
