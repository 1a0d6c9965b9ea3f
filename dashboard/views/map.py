"""The base map. This module alone knows dash-leaflet; the live layer is the bundle's."""

from __future__ import annotations

from pathlib import Path

import dash_leaflet as dl
from flask import Response

import data
from dashboard.realm import Realm
from dashboard.views.parts import Node, Screen

GROUND_PATH = "/assets/ground.geojson"
GROUND = Path(data.__file__).parent / "reference" / "ground.geojson"
CENTRE = (43.555, 142.53)  # lat, lon: between the town and Shirogane
ZOOM = 11
MOST, LEAST = 18, 8


def _ours(name: str) -> dict[str, str]:
    """Name a function of the bundle (ground.js) for a property of dash-leaflet."""
    return {"variable": f"eocGround.{name}"}


def base_map(realm: Realm, *, zoom_buttons: bool) -> Node:
    """Return the map with the ground and the scale; other layers are the bundle's."""
    return dl.Map(
        id="eoc-map",
        center=CENTRE,
        zoom=ZOOM,
        minZoom=LEAST,
        maxZoom=MOST,
        zoomControl=False,
        zoomSnap=0.25,
        children=[
            dl.GeoJSON(
                id="eoc-ground",
                url=f"{realm.prefix}{GROUND_PATH}",
                style=_ours("style"),
                pointToLayer=_ours("pointToLayer"),
                onEachFeature=_ours("onEachFeature"),
                interactive=False,
            ),
            dl.ScaleControl(imperial=False, position="bottomright"),
            *([dl.ZoomControl(position="topright")] if zoom_buttons else []),
        ],
    )


def serve_ground(screen: Screen) -> None:
    """Serve the hand-made ground of Biei as GeoJSON (EPSG:4326) in this realm."""
    body = GROUND.read_bytes()

    def ground() -> Response:
        headers = {"Cache-Control": "private, max-age=3600"}
        return Response(body, mimetype="application/geo+json", headers=headers)

    realm = screen.realm
    screen.server.add_url_rule(f"{realm.prefix}{GROUND_PATH}", f"ground_{realm.name}", ground)
