"""What tests of the desk's ground share: layers put in force, reports read back, clicks."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from playwright.sync_api import Page

from dashboard.ground import bring_in
from dashboard.media.store import MediaStore
from dashboard.realm import Realm
from tests.browser.served import Served
from tests.wait import until

DRILL = "/drill"
SHIROGANE = {"lon": 142.6420, "lat": 43.4740, "method": "device", "uncertainty_m": 20}
DESKS = {"1366": (1366, 768), "1920": (1920, 1080), "tablet": (1024, 768)}


def publish(
    served: Served, incident: str, name: str, document: dict[str, Any],
    *, realm: str = "real", **told: Any,
) -> str:  # fmt: skip
    """Put a layer in force in one incident, its file where the server looks; return its hash."""
    metadata = {"name": name, "title_ja": name, "source": "町の台帳", "date": "2026-03-01", **told}
    path = Path(served.state_dir) / f"{name}.geojson"
    path.write_text(json.dumps({**document, "metadata": metadata}), encoding="utf-8")
    place = SimpleNamespace(name=realm, media=MediaStore(Path(served.state_dir) / realm / "media"))
    body = {**bring_in(cast("Realm", place), path), "seen": 0}
    prefix = DRILL if realm == "drill" else ""
    served.send(incident, "layer.published", body, f"layer:{name}", "joho", prefix)
    return str(body["sha256"])


def collection(*features: tuple[str, str, Any, dict[str, Any]]) -> dict[str, Any]:
    made = [
        {"type": "Feature", "id": name, "properties": {"name": name, **more},
         "geometry": {"type": kind, "coordinates": coordinates}}
        for name, kind, coordinates, more in features
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": made}


def report_of(served: Served, incident: str) -> dict[str, Any]:
    (report,) = until(lambda: served.features(incident, "report"))
    return dict(report["properties"])


def click_at(page: Page, lon: float, lat: float) -> None:
    """Click the map at a position."""
    where = page.evaluate(
        "([lon, lat]) => { const p = eocTriage.map.latLngToContainerPoint([lat, lon]);"
        " return { x: p.x, y: p.y }; }", [lon, lat],
    )  # fmt: skip
    page.locator("#eoc-map").click(position=where)
