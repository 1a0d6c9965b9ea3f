"""Lines cut at the edges of tiles put together again.

A road or river that crosses a tile edge comes in pieces, one per tile, some of them in both. Pieces
that agree in every property (but those told to be ignored) are joined where their ends meet; what
belongs to two different things stays two, and a junction stays a junction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from layers.schema import Feature

DECIMALS = 7  # of a degree, about a centimetre, far below what the data is good for
LINES = ("LineString", "MultiLineString")


def merged(features: Iterable[Any], *, ignoring: frozenset[str] = frozenset()) -> list[Feature]:
    """Return GeoJSON lines with pieces joined, in the order in which each first appears.

    ``ignoring`` names properties that differ from piece to piece (an id of the piece); they are
    left out. What is not a line with usable coordinates is left out too: see :func:`usable`.
    """
    groups: dict[str, tuple[dict[str, Any], list[BaseGeometry]]] = {}
    for properties, line in usable(features):
        kept = {key: value for key, value in properties.items() if key not in ignoring}
        key = json.dumps(kept, sort_keys=True, ensure_ascii=False)
        groups.setdefault(key, (kept, []))[1].append(line)
    return [
        {"type": "Feature", "properties": kept, "geometry": mapping(line)}
        for kept, lines in groups.values()
        for line in _joined(lines)
    ]


def usable(features: Iterable[Any]) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    """Yield properties and line of each feature that has a line on the globe."""
    for feature in features:
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(geometry, dict) or geometry.get("type") not in LINES:
            continue
        line = _line(geometry)
        if line is not None:
            properties = feature.get("properties")
            yield (properties if isinstance(properties, dict) else {}), line


def _line(geometry: dict[str, Any]) -> BaseGeometry | None:
    try:
        with np.errstate(invalid="ignore"):
            line = shapely.force_2d(shape(geometry))
        xy = shapely.get_coordinates(line)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.GEOSException):
        return None
    if not len(xy) or not np.isfinite(xy).all():
        return None
    return None if (np.abs(xy) > (180.0, 90.0)).any() else line


def _joined(lines: list[BaseGeometry]) -> list[BaseGeometry]:
    # the union takes away what lies in two tiles, on a grid: two cuts of one line are never equal
    # to the last bit; merging stops where more than two ends meet
    whole = lines[0]
    if len(lines) > 1:
        whole = shapely.line_merge(shapely.union_all(lines, grid_size=10.0**-DECIMALS))
    rounded = shapely.transform(whole, lambda xy: np.round(xy, DECIMALS))
    return [part for part in shapely.get_parts(rounded) if part.length > 0]
