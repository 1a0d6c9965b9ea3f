"""Geometries of GeoJSON as shapely: whole columns at once, one by one only where that fails."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
import orjson
import shapely
from shapely import GeometryType

from layers.errors import BrokenFile

# kind → how deep its positions lie, and what GEOS calls it
DEPTH = {
    "Point": 0, "LineString": 1, "MultiPoint": 1, "Polygon": 2, "MultiLineString": 2,
    "MultiPolygon": 3,
}  # fmt: skip
GEOMETRIES = (*DEPTH, "GeometryCollection")
DIMENSIONS = ({2}, {3})
DEEPEST = 24  # lists and objects inside one another: eight collections round a MultiPolygon
FAULTS = (TypeError, ValueError, KeyError, IndexError, OverflowError, shapely.errors.ShapelyError)


def shapes(given: list[Any], where: str) -> tuple[np.ndarray, dict[int, str], int]:
    """Return geometries of GeoJSON as shapely, why some are None, how many lost a dimension.

    Raises:
        BrokenFile: a geometry nested deeper than any map is.
    """
    found = np.full(len(given), None, dtype=object)
    by_kind: dict[Any, list[int]] = defaultdict(list)
    for at, geometry in enumerate(given):
        if geometry is not None:
            by_kind[geometry.get("type") if isinstance(geometry, dict) else None].append(at)
    for kind, places in by_kind.items():
        members = [given[at] for at in places]
        try:
            found[places] = _column(kind, [member["coordinates"] for member in members])
        except FAULTS:
            _not_too_deep(places, members, where)  # what follows recurses
            found[places] = _by_geos(members)
    return found, *_rest(given, found)


def _column(kind: str, level: list[Any]) -> np.ndarray:
    """Return geometries of one kind from nested lists of positions, without one bad number."""
    offsets = []
    for _ in range(DEPTH[kind]):
        offsets.append(np.cumsum([0, *map(len, level)]))
        level = list(chain.from_iterable(level))
    (size,) = sizes = set(map(len, level))
    if sizes not in DIMENSIONS:
        raise ValueError("4-D")
    numbers = np.fromiter(chain.from_iterable(level), dtype=float, count=size * len(level))
    made: np.ndarray = shapely.from_ragged_array(
        GeometryType[kind.upper()], numbers.reshape(-1, size), tuple(reversed(offsets)) or None
    )
    return made


def _not_too_deep(places: list[int], members: list[Any], where: str) -> None:
    for at, member in zip(places, members, strict=True):
        if too_deep(member):
            raise BrokenFile(
                f"{at + 1}番目の地物の図形の入れ子が深すぎます（{DEEPEST}段まで）。"
                "GeometryCollection の入れ子をほどいてから取り込んでください。",
                where=where,
            )


def too_deep(value: Any) -> bool:
    """Tell whether JSON is nested deeper than ``DEEPEST``, without recursion."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [inner for item in level for inner in _inside(item)]
    return bool(level)


def _inside(item: Any) -> Iterable[Any]:
    if isinstance(item, dict):
        return item.values()
    return item if isinstance(item, list) else ()


def _by_geos(members: list[Any]) -> np.ndarray:
    texts = [orjson.dumps(m).decode() if isinstance(m, dict) else None for m in members]
    with np.errstate(all="ignore"):
        made: np.ndarray = shapely.from_geojson(np.array(texts, object), on_invalid="ignore")
    return made


def _rest(given: list[Any], found: np.ndarray) -> tuple[dict[int, str], int]:
    """Look closely at what GEOS did not take; fill in what a dimension too many had spoilt."""
    reasons, reduced = {}, 0
    for at in np.flatnonzero(shapely.is_missing(found)):
        if given[at] is None:
            continue
        try:
            found[at] = _carefully(given[at])
            reduced += 1
        except ValueError as error:
            reasons[int(at)] = str(error)
    return reasons, reduced


def _carefully(geometry: Any) -> Any:
    """Return the shape of a geometry with more than three values to a position."""
    if not isinstance(geometry, dict) or geometry.get("type") not in GEOMETRIES:
        raise ValueError("図形の種類が分からない")
    plain = {"type": geometry["type"], "coordinates": _flat(geometry.get("coordinates"))}
    if not isinstance(plain["coordinates"], list):
        raise ValueError("座標がない")
    try:
        return shapely.from_geojson(orjson.dumps(plain).decode())
    except (shapely.errors.ShapelyError, ValueError):
        raise ValueError("図形として成り立たない（点が足りない、輪が閉じていないなど）") from None


def _flat(value: Any) -> Any:
    if not isinstance(value, list):
        raise ValueError("座標がない")
    if value and not isinstance(value[0], list):
        numbers = value[:2]
        good = all(type(n) in (int, float) and math.isfinite(n) for n in numbers)
        if len(numbers) < 2 or not good:
            raise ValueError("座標が数ではない")
        return numbers
    return [_flat(item) for item in value]
