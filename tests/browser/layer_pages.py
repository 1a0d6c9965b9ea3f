"""What the tests of layers do on a page: open it, find a layer, read its link."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Locator, Page

from tests.browser.layer_server import LayerServer
from tests.browser.served import Served
from tests.browser.test_triage import open_triage
from tests.browser.test_wall import BRIDGE

TOWN = "#map=13/43.588/142.467"


def triage(served: Served, context: BrowserContext, layers: LayerServer, hash_: str = "") -> Page:
    """Open triage of a new incident with one report and the catalogue there."""
    layers.serve(context)
    incident = served.open_incident("大雨（試験）")
    served.send(incident, "report.received", {"text": "冠水", "place": BRIDGE}, who="patrol-1")
    page = open_triage(context, incident + hash_)
    known(page)
    return page


def known(page: Page) -> None:
    """Wait until the catalogue is known."""
    page.wait_for_function("() => performance.getEntriesByName('eoc-layers-ready').length")


def row(page: Page, name: str) -> Locator:
    return page.locator(f".eoc-layer[data-layer='{name}']")


def choose(page: Page, name: str) -> None:
    row(page, name).locator(".pick input").check()


def pane(page: Page, name: str) -> Locator:
    return page.locator(f".leaflet-pane[data-layer='{name}']")


def hash_of(page: Page, *parts: str) -> None:
    """Wait until the address holds every part."""
    for part in parts:
        page.wait_for_function("part => location.hash.includes(part)", arg=part)
