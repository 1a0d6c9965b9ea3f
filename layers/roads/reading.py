"""What a line layer says, in metres, before any topology: roads, places on them, remarks.

Any layer of lines will do. Names of properties differ from source to source (``FIELDS``);
what a source does not say stays unknown and is never filled with a usual value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from layers.crs import plane_xy
from layers.errors import BrokenNetwork
from layers.schema import LonLat

MAX_VERTICES = 3_000_000
SHORTEST_M = 0.01  # a line below a centimetre is a slip of the pen
PLACES = ("settlement", "bridge", "outside", "town_hall", "fire_station", "hospital", "depot")
MOST_COUNTED = 10_000_000  # more is no settlement but a slip of the pen
COUNTS = ("households", "population", "guests", "care")
FIELDS = {
    "name": ("name", "路線名"),
    "ref": ("ref", "路線番号"),
    "road_class": ("road_class", "highway", "type"),
    "owner": ("owner", "管理者"),
    "width_m": ("width_m", "width", "幅員"),
    "max_weight_t": ("max_weight_t", "maxweight", "重量制限"),
    "uncertainty_m": ("uncertainty_m",),
}
FOOT_ONLY = ("徒歩道", "石段", "庭園路", "path", "footway", "steps", "pedestrian", "cycleway")
ONEWAY = {
    "": 0, "no": 0, "false": 0, "0": 0, "both": 0,
    "yes": 1, "true": 1, "1": 1, "forward": 1,
    "-1": -1, "reverse": -1, "backward": -1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader left out or guessed: shown, never dropped silently."""

    code: str
    where: str
    text_ja: str


@dataclass(frozen=True, slots=True)
class Road:
    """One line feature. ``oneway``: 1 along its points, -1 against them, 0 both ways."""

    id: str
    name: str
    ref: str
    road_class: str
    owner: str
    oneway: int
    width_m: float | None
    max_weight_t: float | None
    uncertainty_m: float | None

    @property
    def foot_only(self) -> bool:
        """Whether it is a path or steps, on which no vehicle goes."""
        return self.road_class in FOOT_ONLY


@dataclass(frozen=True, slots=True)
class Place:
    """A point that becomes a node. ``counts``: households and so on; None is 未確認, not 0."""

    id: str
    kind: str
    name: str
    lonlat: LonLat
    road_name: str
    uncertainty_m: float | None
    counts: Mapping[str, int | None]


@dataclass(slots=True)
class Reading:
    """``lines[i]`` is an (n, 2) array in metres of the plane; ``road_of[i]`` its road."""

    roads: list[Road] = field(default_factory=list)
    lines: list[np.ndarray] = field(default_factory=list)
    road_of: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)  # of the places: each its own


def read(collection: Mapping[str, Any]) -> Reading:
    """Return what a FeatureCollection (EPSG:4326) holds for a road network.

    Raises:
        BrokenNetwork: it is none, has no road, or a feature's coordinates cannot be read.
    """
    features = collection.get("features")
    if collection.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise BrokenNetwork("The layer is not a GeoJSON FeatureCollection.")
    found = Reading()
    degrees: list[np.ndarray] = []
    for number, feature in enumerate(features):
        _take(found, degrees, feature, number)
    if not degrees:
        raise BrokenNetwork("The layer has no road: it needs LineString features.")
    _to_metres(found, degrees)
    return found


def member(feature: Any, name: str) -> Mapping[str, Any]:
    """Return a member of a feature; empty where either is no object."""
    given = feature.get(name) if isinstance(feature, Mapping) else None
    return given if isinstance(given, Mapping) else {}


def _take(found: Reading, degrees: list[np.ndarray], feature: Any, number: int) -> None:
    if not isinstance(feature, Mapping):
        raise BrokenNetwork("It is not a GeoJSON feature.", where=f"feature {number}")
    properties, geometry = member(feature, "properties"), member(feature, "geometry")
    # an import keeps the id of a feature among its properties
    known = feature.get("id") or properties.get("id") or properties.get("name")
    where = str(known or f"feature {number}")
    kind = properties.get("kind")
    shape = geometry.get("type")
    if shape == "Point" and kind in PLACES:
        # two places of one name must not stand for each other; layers taken in have no ids
        id_ = where if where not in found.ids else f"{where}#{number}"
        found.ids.add(id_)
        found.places.append(_place(id_, properties, geometry.get("coordinates")))
    elif shape in ("LineString", "MultiLineString") and kind in (None, "road"):
        given = geometry.get("coordinates")
        parts = given if shape == "MultiLineString" and isinstance(given, list) else [given]
        road, doubt = _road(where, properties)
        found.notices += doubt
        degrees += [_positions(where, part) for part in parts]
        found.road_of += [len(found.roads)] * len(parts)
        found.roads.append(road)
    elif kind == "road" and shape is not None:
        raise BrokenNetwork(f"A road must be a line, not a {shape}.", where=where)
    else:
        found.notices.append(Notice("not_used", where, "道路でも地点でもないため使いません"))


def _road(where: str, properties: Mapping[str, Any]) -> tuple[Road, list[Notice]]:
    said = str(properties.get("oneway") if properties.get("oneway") is not None else "").lower()
    notices = []
    if said not in ONEWAY:
        notices.append(Notice("oneway", where, f"一方通行の値 {said!r} が分からず、両方向とします"))
    road = Road(
        id=where,
        name=_text(properties, "name"),
        ref=_text(properties, "ref"),
        road_class=_text(properties, "road_class"),
        owner=_text(properties, "owner"),
        oneway=ONEWAY.get(said, 0),
        width_m=positive(properties, "width_m"),
        max_weight_t=positive(properties, "max_weight_t"),
        uncertainty_m=positive(properties, "uncertainty_m"),
    )
    return road, notices


def _place(where: str, properties: Mapping[str, Any], coordinates: Any) -> Place:
    lon, lat = _positions(where, [coordinates])[0].tolist()
    counts = {name: _count(properties.get(name)) for name in COUNTS}
    return Place(
        id=where, kind=properties["kind"], name=_text(properties, "name") or where,
        lonlat=(lon, lat), road_name=str(properties.get("road") or ""),
        uncertainty_m=positive(properties, "uncertainty_m"), counts=counts,
    )  # fmt: skip


def _positions(where: str, coordinates: Any) -> np.ndarray:
    """Return an (n, 2) array of lon, lat; height and measure are left off."""
    try:
        found = np.array([(p[0], p[1]) for p in coordinates], dtype=float).reshape(-1, 2)
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise BrokenNetwork(f"Its coordinates cannot be read: {error}.", where=where) from None
    if not np.all(np.isfinite(found)) or np.any(np.abs(found) > (180, 90)):
        raise BrokenNetwork("A position is not lon, lat in degrees (swapped?).", where=where)
    return found


def _to_metres(found: Reading, degrees: list[np.ndarray]) -> None:
    """Project all lines at once; drop what has no length and what is there twice."""
    if sum(map(len, degrees)) > MAX_VERTICES:
        raise BrokenNetwork(f"More than {MAX_VERTICES} vertices; cut the layer to the town first.")
    ends = np.cumsum([len(d) for d in degrees])[:-1]
    lines = np.split(plane_xy(np.concatenate(degrees)), ends)
    road_of, found.road_of, seen = found.road_of, [], set()
    for line, road in zip(lines, road_of, strict=True):
        where, oneway = found.roads[road].id, found.roads[road].oneway
        if not np.all(np.isfinite(line)):
            raise BrokenNetwork("It lies where no plane of Hokkaido reaches.", where=where)
        kept = _without_repeats(line)
        key = _same(kept, oneway)
        if len(kept) < 2:
            found.notices.append(Notice("zero_length", where, "長さのない線のため使いません"))
        elif key in seen:
            found.notices.append(Notice("duplicate", where, "同じ線が二度あるため一つにします"))
        else:
            found.lines.append(kept)
            found.road_of.append(road)
        seen.add(key)
    if not found.lines:
        raise BrokenNetwork("The layer has no road with a length.")


def _without_repeats(line: np.ndarray) -> np.ndarray:
    steps = np.hypot(*np.diff(line, axis=0).T)
    return line[np.concatenate([[True], steps > SHORTEST_M])] if len(line) else line


def _same(line: np.ndarray, oneway: int) -> tuple[bytes, int]:
    """Return what two drawings of one road share, whichever end they begin at."""
    there = np.round(line / SHORTEST_M).astype(np.int64)
    ahead, back = there.tobytes(), there[::-1].tobytes()
    return (ahead, oneway) if ahead <= back else (back, -oneway)


def _text(properties: Mapping[str, Any], name: str) -> str:
    given = next((properties[k] for k in FIELDS[name] if properties.get(k) is not None), "")
    return str(given).strip()


def positive(properties: Mapping[str, Any], name: str) -> float | None:
    """Return a plain positive number of ``FIELDS``; 「3m未満」 is none, for it says no width."""
    given: Any = next((properties[k] for k in FIELDS[name] if properties.get(k) is not None), None)
    try:
        value = float(given)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) and value > 0 else None


def _count(given: Any) -> int | None:
    """Return a number of people or households; tables give 12 as 12.0 or "12" as well."""
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError):
        return None
    fits = not isinstance(given, bool) and 0 <= number < MOST_COUNTED and number.is_integer()
    return int(number) if fits else None
