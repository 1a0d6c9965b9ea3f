"""A wall in Chromium over a board of any size, and what one change costs its main thread."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from dashboard.bodies import CATEGORIES as NAMES
from dashboard.events import uuid7
from tests.browser.conftest import ARGUMENTS, sign_in
from tests.browser.served import Served, iso_now

BATCH = 250  # a batch of the API holds at most 500 events
CHANGES = 15
CATEGORIES = tuple(NAMES)


@contextmanager
def served(*, worker: bool = False) -> Iterator[Served]:
    """The application, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="eoc-bench-"))
    server = Served(folder, worker=worker)
    server.seed()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def wall_page(server: Served) -> Iterator[Page]:
    """A signed-in page of the wall's size; nothing is open on it yet."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        context = chromium.new_context(
            base_url=server.url, viewport={"width": 1920, "height": 1080},
            reduced_motion="reduce",  # the pulse of a new marker is not part of applying it
        )  # fmt: skip
        sign_in(context, "wall")
        yield context.new_page()
        chromium.close()


def report(n: int) -> dict[str, Any]:
    """A report somewhere in the town."""
    lon, lat = 142.38 + n * 7919 % 9973 / 9973 * 0.3, 43.42 + n * 104_729 % 9967 / 9967 * 0.22
    place = {"lon": lon, "lat": lat, "method": "device", "uncertainty_m": 15}
    body = {"category": CATEGORIES[n % len(CATEGORIES)], "text": f"通報 {n}", "place": place}
    return envelope("report.received", uuid7(), body)


def photo(n: int, report_id: str) -> dict[str, Any]:
    """A photo of a report; its file never comes."""
    body = {
        "sha256": f"{n:064x}", "size": 1, "content_type": "image/jpeg", "filename": f"{n}.jpg",
        "report_id": report_id,
    }  # fmt: skip
    return envelope("photo.announced", uuid7(), body)


def envelope(kind: str, subject: str, body: dict[str, Any]) -> dict[str, Any]:
    """An event as a client sends it."""
    now = iso_now()
    return {
        "id": uuid7(), "kind": kind, "v": 1, "subject_id": subject,
        "occurred_at": now, "sent_at": now, "body": body,
    }  # fmt: skip


def fill(server: Served, incident: str, reports: range, *, photos: bool) -> None:
    """Put reports, each with a photo if asked for, on the board through the API."""
    path = f"/api/v1/incidents/{incident}/events"
    for start in range(reports.start, reports.stop, BATCH):
        events = []
        for n in range(start, min(reports.stop, start + BATCH)):
            events.append(report(n))
            if photos:
                events.append(photo(n, events[-1]["subject_id"]))
        server.api("POST", path, {"events": events}, "patrol-1")


def all_layers(server: Served, incident: str) -> str:
    """Return the hash that shows every reference layer this server can show, on a base map."""
    rows = server.api("GET", f"/api/v1/layers?incident={incident}", who="wall")["layers"]
    shown = [row for row in rows if row["available"]]
    base = next((row["name"] for row in shown if row["base"]), "none")
    return f"#base={base}&on=" + ",".join(row["name"] for row in shown if not row["base"])


def open_seconds(page: Page, incident: str, points: int, layers: str = "") -> float:
    """Return seconds from the start of navigation until all points are painted.

    ``layers`` is a hash that shows layers besides.
    """
    page.goto("about:blank")  # another hash alone would not load the page again
    page.goto(f"/wall?incident={incident}{layers}", wait_until="commit")
    page.wait_for_function(
        """n => window.eocWall && eocWall.layer.grid.points.size >= n
            && new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
               .then(() => { window.painted ??= performance.now(); return true; })""",
        arg=points, timeout=60_000, polling="raf",
    )  # fmt: skip
    return float(page.evaluate("window.painted")) / 1000


def change_ms(server: Served, page: Page, incident: str) -> float:
    """Return the median main-thread milliseconds of one new report, painted."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})  # the machine may be busy
    idle = median(_busy(cdp, page, lambda: None) for _ in range(5))
    path = f"/api/v1/incidents/{incident}/events"
    costs = []
    for n in range(CHANGES):
        place = {"lon": 142.45 + n * 0.004, "lat": 43.55, "method": "device", "uncertainty_m": 9}
        event = envelope("report.received", uuid7(), {"text": str(n), "place": place})
        costs.append(_busy(cdp, page, lambda e=event: server.api("POST", path, e)))
    return max(0.0, median(costs[3:]) - idle)


def _busy(cdp: CDPSession, page: Page, act: Any) -> float:
    """Return main-thread milliseconds within half a second around an act."""
    before = _task_s(cdp)
    act()
    page.wait_for_timeout(500)
    return (_task_s(cdp) - before) * 1000


def _task_s(cdp: CDPSession) -> float:
    metrics = cdp.send("Performance.getMetrics")["metrics"]
    return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))


SWAP = """(n) => {
    const features = Array.from({ length: n }, (_, i) => ({
        type: 'Feature', id: `f${i}`, properties: { id: i },
        geometry: { type: 'Point', coordinates: [
            142.38 + ((i * 7919) % 9973) / 9973 * 0.3, 43.42 + ((i * 104729) % 9967) / 9967 * 0.22,
        ] },
    }));
    window.swap = (k) => {
        features[0] = { ...features[0], properties: { id: k } };
        dash_clientside.set_props('eoc-ground', {
            url: null, cluster: true, pointToLayer: null, style: null, onEachFeature: null,
            data: { type: 'FeatureCollection', features: [...features] },
        });
    };
    window.swap(-1);
}"""


def swap_ms(page: Page, points: int) -> float:
    """Return main-thread milliseconds of one change in a clustered layer of dash-leaflet."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate(SWAP, points)
    page.wait_for_timeout(4000)
    idle = median(_busy(cdp, page, lambda: None) for _ in range(5))
    costs = [_busy(cdp, page, lambda k=k: page.evaluate("k => swap(k)", k)) for k in range(7)]
    return max(0.1, median(costs) - idle)
