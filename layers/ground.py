"""The hand-made ground of Biei: what the map shows where there are no tiles.

It is schematic (概略): good for knowing which part of town is meant, never for measuring.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from shapely.geometry import shape

from layers.errors import BrokenGround

BBox = tuple[float, float, float, float]  # west, south, east, north in degrees, EPSG:4326
AREA: BBox = (142.30, 43.39, 142.93, 43.71)  # the town and the roads that lead to it

GEOMETRY = {
    "river": "LineString",
    "railway": "LineString",
    "road": "LineString",
    "built_up": "Polygon",
    "town_hall": "Point",
    "station": "Point",
    "facility": "Point",
    "summit": "Point",
    "crater": "Point",
    "weather_station": "Point",
    "spot": "Point",
    "settlement": "Point",
}
NEEDED = ("kind", "name", "rank", "uncertainty_m", "source")


def ground() -> dict[str, Any]:
    """Return the ground as a GeoJSON FeatureCollection.

    Coordinates are ``[lon, lat]`` in degrees, EPSG:4326; ``uncertainty_m`` of each feature
    says how far it may be off. ``metadata.schematic`` is true and ``metadata.title_ja``
    carries 概略: show both.

    Raises:
        BrokenGround: the file was changed into something the map cannot draw.
    """
    text = files("data").joinpath("reference", "ground.geojson").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    check(document)
    return document


def check(document: dict[str, Any]) -> None:
    """Check a ground document.

    Raises:
        BrokenGround: naming the feature and what is wrong with it.
    """
    if document.get("type") != "FeatureCollection" or not document.get("features"):
        raise BrokenGround("The ground is not a FeatureCollection with features.")
    if document.get("metadata", {}).get("schematic") is not True:
        raise BrokenGround("metadata.schematic is not true; a hand-made map must say so.")
    seen: set[str] = set()
    for feature in document["features"]:
        _check_feature(feature)
        if feature["id"] in seen:
            raise BrokenGround(f"Feature {feature['id']} is there twice; ids must differ.")
        seen.add(feature["id"])


def _check_feature(feature: dict[str, Any]) -> None:
    name = feature.get("id", "without id")
    properties = feature.get("properties", {})
    for key in NEEDED:
        if properties.get(key) in (None, ""):
            raise BrokenGround(f"Feature {name} has no {key}; every feature needs one.")
    wanted = GEOMETRY.get(properties["kind"])
    if wanted is None:
        raise BrokenGround(f"Feature {name} has kind {properties['kind']!r}; use {list(GEOMETRY)}.")
    if feature["geometry"]["type"] != wanted:
        raise BrokenGround(f"Feature {name} is a {feature['geometry']['type']}, not a {wanted}.")
    _check_place(name, feature["geometry"])


def _check_place(name: str, geometry: dict[str, Any]) -> None:
    try:
        outline = shape(geometry)
    except (ValueError, TypeError) as error:
        raise BrokenGround(f"Feature {name} has unreadable coordinates: {error}.") from None
    west, south, east, north = outline.bounds
    inside = AREA[0] <= west and AREA[1] <= south and east <= AREA[2] and north <= AREA[3]
    if not inside or not outline.is_valid:
        raise BrokenGround(f"Feature {name} leaves {AREA} (lon, lat swapped?) or crosses itself.")
