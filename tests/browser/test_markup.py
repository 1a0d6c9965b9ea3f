"""The law ``markup``: captions, file names, EXIF and names are inert on every screen."""

from __future__ import annotations

import csv
import io

import httpx
import pytest
from playwright.sync_api import Page, expect

from dashboard.events import uuid7
from tests.browser.conftest import DESK, PHONE, WALL, Open
from tests.browser.served import TEAM, Served
from tests.laws.markup import PAYLOADS, payloads

pytestmark = pytest.mark.browser
INJECTED = "img[src='x'], iframe[srcdoc], svg[onload], details[ontoggle], object, [onerror]"


@pytest.fixture
def incident(served: Served) -> str:
    """An incident whose every text is hostile."""
    words = payloads(PAYLOADS)
    made = served.open_incident(words[20])
    team = served.teams[TEAM]
    for n, text in enumerate(words):
        spot = {"lon": 142.4 + n * 0.002, "lat": 43.55, "method": "device", "uncertainty_m": 9}
        body = {"text": text, "place_text": text[:200], "organisation": text[:200], "team": team}
        report = served.send(made, "report.received", body | {"place": spot}, who="patrol-1")
        told = {"sha256": f"{n:064x}", "size": 1, "content_type": text[:200]}
        photo = told | {"filename": text[:200], "report_id": report}
        served.send(made, "photo.announced", photo, who="patrol-1")
        if n % 10 == 0:
            order = {"seen": _seen(served, made), "team": team, "words": text}
            served.send(made, "instruction.issued", order | {"report_id": report})
    line = {"type": "LineString", "coordinates": [[142.46, 43.58], [142.48, 43.57]]}
    closure = {"seen": 0, "closure_kind": "full", "road_name": words[12], "reason": words[13]}
    served.send(made, "road_closure.declared", closure | {"geometry": line})
    served.send(made, "yeti.sighted", {"note": words[10]}, uuid7())
    return made


def _seen(served: Served, incident: str) -> int:
    return int(served.api("GET", f"/api/v1/incidents/{incident}/changes?after=0")["upto"])


def inert(page: Page) -> None:
    """Nothing ran and no element was made of words."""
    assert page.evaluate("window.__ran") is None
    assert page.locator(INJECTED).count() == 0


def test_hostile_words_are_words_on_every_screen(
    served: Served, context: Open, incident: str
) -> None:
    places = (
        ("wall", WALL, "/wall", "#wall-instructions"),
        ("desk", DESK, "/triage", ".eoc-shell"),
        ("desk", DESK, "/review", "#review-grid .ag-row"),
        ("patrol-1", PHONE, "/field", "body"),
    )
    for login, size, path, shown in places:
        page = context(login, size).new_page()
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
        page.goto(f"{path}?incident={incident}")
        expect(page.locator(shown).first).to_be_visible()
        expect(page.locator("body")).to_contain_text("onerror=", timeout=20_000)
        if path == "/triage":
            for _ in range(12):
                page.keyboard.press("j")
                inert(page)
        inert(page)


def test_hostile_words_run_in_no_export(served: Served, incident: str) -> None:
    headers = {"Authorization": f"Bearer {served.tokens['desk']}"}
    address = f"{served.url}/api/v1/incidents/{incident}/timeline.csv"
    answer = httpx.get(address, headers=headers, timeout=30)
    cells = [c for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))) for c in row]
    assert len(cells) > 2000
    assert [c for c in cells if c.lstrip().startswith(("=", "+", "-", "@"))] == []
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    board = httpx.get(address.replace("timeline.csv", "board.geojson"), headers=headers, timeout=30)
    assert board.headers["Content-Type"].startswith("application/geo+json")
