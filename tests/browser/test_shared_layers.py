"""Every shared file of geodata, imported and put in force, lies on its right place on the map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import shoot
from tests.browser.served import Served
from tests.browser.test_triage import open_triage
from tests.wait import until

pytestmark = pytest.mark.browser

TOWN = (142.3, 43.4, 142.95, 43.7)
NEAR = (141.8, 42.9, 143.3, 44.1)  # neighbours, the railway, the mountains around
HOKKAIDO = (138.9, 41.0, 149.2, 45.8)  # with the islands of the municipalities
# where the whole of a file must lie: west, south, east, north
WHERE = {
    "biei_boundary_n03": TOWN, "biei_machiaza_abr2022": TOWN, "biei_oaza_points_geolonia": TOWN,
    "biei_shelters_emergency_014591": TOWN, "biei_shelters_evacuation_014591": TOWN,
    "tokachidake_reference_points": TOWN, "peaks_saddles_dem10m": NEAR,
    "furano_line_stations_n02": NEAR, "mountains_around_biei_gsi": NEAR,
    "neighbours_boundary_n03": NEAR, "townhalls_localgovjp": NEAR,
    "higashikawa_shelters_emergency_014583": NEAR, "higashikawa_shelters_evacuation_014583": NEAR,
    "kamifurano_shelters_emergency_014605": NEAR, "kamifurano_shelters_evacuation_014605": NEAR,
    "hokkaido_municipalities_s0010": HOKKAIDO, "naturalearth_hokkaido_coast_10m": HOKKAIDO,
    "naturalearth_hokkaido_rivers_10m": HOKKAIDO,
}  # fmt: skip
PAINTED = """(name) => {
    const pane = document.querySelector(`.leaflet-pane[data-layer='${name}']`);
    const shapes = [...(pane?.querySelectorAll('svg path') ?? [])];
    if (shapes.some((path) => path.getBoundingClientRect().width > 1)) return true;
    const canvas = pane?.querySelector('canvas');
    if (!canvas || !canvas.width) return false;
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let painted = 0;
    for (let i = 3; i < pixels.length; i += 4) painted += pixels[i] > 0;
    return painted > 30;
}"""


def put_in_force(served: Served, incident: str, path: Path) -> dict[str, Any]:
    """Import and publish a file as an officer does; return its row of the layer list."""
    name = path.stem.replace("_", "-")
    headers = {"Authorization": f"Bearer {served.tokens['desk']}"}
    start = f"{served.url}/api/v1/layers/imports?filename={quote(path.name)}&name={name}"
    id_ = httpx.post(start, content=path.read_bytes(), headers=headers, timeout=30).json()["id"]
    state = f"/api/v1/layers/imports/{id_}"
    until(lambda: served.api("GET", state)["state"] != "running", 60)
    ended = served.api("GET", state)
    assert ended["state"] == "done", ended
    served.api("PUT", f"/api/v1/incidents/{incident}/layers/{name}")
    rows = served.api("GET", f"/api/v1/layers?incident={incident}")["layers"]
    return next(row for row in rows if row["name"] == name)


def looked_at(page: Page, row: dict[str, Any], box: tuple[float, float, float, float]) -> None:
    """Show one layer alone, with the whole box in view, and see that something is drawn."""
    zoom = {TOWN: 11, NEAR: 9, HOKKAIDO: 8}[box]
    lat, lon = (43.55, 142.6) if box != HOKKAIDO else (43.4, 143.0)
    page.evaluate("(hash) => { location.hash = hash; }", f"map={zoom}/{lat}/{lon}&on={row['name']}")
    page.wait_for_function(PAINTED, arg=row["name"])
    shoot(page, f"shared-{row['name']}")


def test_every_shared_file_lies_on_its_right_place(
    served: Served, desk: BrowserContext, shared: Path
) -> None:
    incident = served.open_incident("共有データ（試験）")
    files = {path.stem: path for path in sorted((shared / "geo").glob("*.geojson"))}
    assert set(files) == set(WHERE)
    rows = {}
    for stem, path in files.items():
        row = rows[stem] = put_in_force(served, incident, path)
        west, south, east, north = row["bounds"]
        inside = (WHERE[stem][0] <= west, WHERE[stem][1] <= south,
                  east <= WHERE[stem][2], north <= WHERE[stem][3])  # fmt: skip
        assert all(inside), (stem, row["bounds"])
    page = open_triage(desk, incident)
    for stem, row in rows.items():
        looked_at(page, row, WHERE[stem])


def test_another_file_under_the_same_name_is_drawn_without_loading_the_page_again(
    served: Served, desk: BrowserContext, tmp_path: Path
) -> None:
    def at(lon: float) -> Path:
        path = tmp_path / "danger.geojson"
        ring = [[lon, 43.5], [lon + 0.1, 43.5], [lon + 0.1, 43.6], [lon, 43.6], [lon, 43.5]]
        area = {"type": "Polygon", "coordinates": [ring]}
        feature = {"type": "Feature", "properties": {"name": "危険"}, "geometry": area}
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
        return path

    incident = served.open_incident("差し替え（試験）")
    put_in_force(served, incident, at(142.4))
    page = open_triage(desk, f"{incident}#map=11/43.55/142.6&on=danger")
    page.evaluate("window.stillTheSamePage = true")
    page.wait_for_function(PAINTED, arg="danger")
    first = page.evaluate("[...eocLayers.drawing.drawn.values()].at(-1).url")
    put_in_force(served, incident, at(142.6))
    page.wait_for_function(
        """(old) => eocLayers.drawing.settled()
            && eocLayers.drawing.drawn.get('danger')?.url !== old""",
        arg=first,
    )
    page.wait_for_function(PAINTED, arg="danger")
    assert page.evaluate("window.stillTheSamePage")
