"""Files on the phone page: what is refused is said in Japanese, and the report stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import PHONE, Open, Watch, shoot
from tests.browser.served import Served
from tests.browser.test_field import open_field, picture

pytestmark = pytest.mark.browser


def test_a_text_named_jpg_is_refused_in_japanese_and_the_report_stays(
    served: Served, phone: BrowserContext, watch: Watch
) -> None:
    watch.allowed.append("415")
    incident = served.open_incident()
    page = open_field(phone, incident)
    text = {"name": "text.jpg", "mimeType": "image/jpeg", "buffer": "これは写真では".encode() * 50}
    page.set_input_files("#files", text)
    page.fill("#words", "橋の上から撮影")
    page.tap("#send")
    page.tap("#go-reports")
    card = page.locator("#reports .card")
    expect(card).to_have_attribute("data-state", "refused")
    expect(card).to_contain_text("写真のファイルではありません")
    expect(card).to_contain_text("text.jpg")
    shoot(page, "field-refused")
    page.tap("#reports .fault button")
    expect(card).to_have_attribute("data-state", "received")
    expect(page.locator("#unsent")).to_be_hidden()
    (report,) = served.features(incident, "report")
    assert report["properties"]["text"] == "橋の上から撮影"


def test_a_png_named_jpg_is_renamed_on_the_phone_and_accepted(
    served: Served, phone: BrowserContext
) -> None:
    incident = served.open_incident()
    page = open_field(phone, incident)
    page.set_input_files("#files", picture("川.写真.jpg", "png"))
    page.tap("#send")
    page.tap("#go-reports")
    expect(page.locator("#reports .card")).to_have_attribute("data-state", "received")
    (photo,) = served.features(incident, "photo")
    assert photo["properties"]["filename"] == "川.写真.png"


def test_real_files_of_a_phone_arrive_with_the_position_they_carry(
    served: Served, context: Open, watch: Watch, shared: Path
) -> None:
    watch.allowed.append("422")  # the truncated one
    incident = served.open_incident()
    phone = context("patrol-1", PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    page = open_field(phone, incident)
    expect(page.locator("#place-line")).to_contain_text("許可されていません")
    names = ("photo_gps/Apple_iPhone_6.jpg", "corrupt/truncated_jpeg.jpg", "heic/iphone_7.heic")
    page.set_input_files("#files", [shared / "media" / name for name in names])
    page.tap("#send")
    page.tap("#go-reports")
    card = page.locator("#reports .card")
    expect(card).to_have_attribute("data-state", "refused", timeout=60_000)
    expect(card).to_contain_text("truncated_jpeg.jpg")
    expect(card).to_contain_text("途中で切れています")
    shoot(page, "field-real-files")
    (report,) = served.features(incident, "report")
    assert report["geometry"]["coordinates"] == pytest.approx([-0.3178917, 51.7624083], abs=1e-5)
    assert report["properties"]["place"]["method"] == "exif"
    states = {p["properties"]["filename"]: p["properties"]["state"]
              for p in served.features(incident, "photo")}  # fmt: skip
    assert states["truncated_jpeg.jpg"] == "refused"
    assert {states["Apple_iPhone_6.jpg"], states["iphone_7.heic"]} <= {"received", "rendered"}
