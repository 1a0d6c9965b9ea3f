"""What the tests of /admin share: opening the page, choosing files, deciding with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.served import Served


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
