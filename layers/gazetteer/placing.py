"""What lies where: municipality, 字, road, river with its bank, and the nearest landmark."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from shapely.geometry import Point

from layers.crs import plane_xy
from layers.gazetteer import words
from layers.gazetteer.entry import AREAS, KINDS, Entry
from layers.gazetteer.rounding import way
from layers.ground import AREA
from layers.lines import LineIndex, Snap
from layers.schema import LonLat

TOWN = "美瑛町"
AZA_M = 5000.0  # the next name is farther away: none is said
ROAD_M, RIVER_M = 300.0, 300.0  # with the line's own uncertainty on top
LANDMARK_M = 5000.0
HALL_M = 300_000.0  # the plane measures central Hokkaido; farther off its figures mean nothing
BRIDGE_M = 1000.0  # within this a bridge is preferred: crews find it without a map
BRIDGE_SURE_M = 300.0  # a bridge somebody put down by hand is no better than a house
BORDER_M = 100.0  # nearer to a boundary than this, the municipality is not sure
TOWN_M = 3000.0  # without boundaries: the municipality that a place this near names
LANDMARKS = frozenset(name for name, kind in KINDS.items() if kind.landmark)
BROAD = frozenset({"place", "summit", "crater", "spot"})  # said only where nothing built is near


@dataclass(frozen=True, slots=True)
class Near:
    """A named thing nearby. ``way`` is the direction of eight from it to the point."""

    entry: Entry
    distance_m: float
    way: int
    contains: bool = False


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """The words for a position; :meth:`text` puts them together.

    ``municipality`` is empty where nothing tells; ``border`` says that it may be the neighbour,
    ``outside`` that it is surely not Biei.
    ``uncertainty_m`` is that of the position; ``schematic`` that a sketch was used (概略).
    """

    lonlat: LonLat
    uncertainty_m: float
    municipality: str = ""
    border: bool = False
    outside: bool = False
    aza: Near | None = None
    route: Snap | None = None
    river: Snap | None = None
    landmark: Near | None = None
    town_hall: Near | None = None
    schematic: bool = False

    def text(self, lang: str = "ja") -> str:
        """Return one line, Japanese (``ja``) or English (``en``)."""
        return words.line(self, lang)


class Book(Protocol):
    """The part of the gazetteer that is asked here."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries."""

    @property
    def xy(self) -> np.ndarray:
        """Their places in the plane, (n, 2) metres."""

    @property
    def shapes(self) -> dict[str, Any]:
        """Lines and areas in the plane by id of the entry."""

    @property
    def lines(self) -> LineIndex:
        """Rivers and roads."""


def place(book: Book, lonlat: LonLat, *, uncertainty_m: float) -> PlaceWords:
    """Return the words for a position (lon, lat in degrees, EPSG:4326)."""
    here = Point(plane_xy(np.array(lonlat))[0])
    if not np.isfinite([here.x, here.y]).all():
        return PlaceWords(lonlat, uncertainty_m)
    town, border = _municipality(book, here, uncertainty_m)
    found = PlaceWords(
        lonlat, uncertainty_m, town, border,
        aza=_area(book, here), route=_line(book, lonlat, "road", ROAD_M, uncertainty_m),
        river=_line(book, lonlat, "river", RIVER_M, uncertainty_m),
        landmark=_landmark(book, here), town_hall=_nearest(book, here, {"town_hall"}, HALL_M),
    )  # fmt: skip
    outside = not town and not border and _outside(book, lonlat)
    return replace(found, outside=outside, schematic=_schematic(found))


def _outside(book: Book, lonlat: LonLat) -> bool:
    """Tell whether a point that no municipality holds is surely not in Biei."""
    west, south, east, north = AREA
    if not (west <= lonlat[0] <= east and south <= lonlat[1] <= north):
        return True
    return any(entry.kind == "municipality" and entry.name == TOWN for entry in book.entries)


def _municipality(book: Book, here: Point, uncertainty_m: float) -> tuple[str, bool]:
    areas = [
        (book.shapes[e.id], e)
        for e in book.entries
        if e.kind == "municipality" and "Polygon" in (e.geometry or {}).get("type", "")
    ]
    inside = [(area, e) for area, e in areas if area.contains(here)]
    if inside:
        area, entry = min(inside, key=lambda found: found[0].area)
        return entry.name, bool(area.boundary.distance(here) <= BORDER_M + uncertainty_m)
    if areas:
        return "", any(area.distance(here) <= BORDER_M + uncertainty_m for area, _ in areas)
    named = _around(book, here, TOWN_M, lambda entry: bool(entry.municipality))
    nearest = min(named, key=lambda near: near.distance_m, default=None)
    return (nearest.entry.municipality, True) if nearest else ("", False)


def _area(book: Book, here: Point) -> Near | None:
    """Return the 字 that holds the point, else the nearest name of a 字, 行政区 or settlement."""
    for entry in book.entries:
        shape = book.shapes.get(entry.id) if entry.kind in AREAS else None
        if shape is not None and shape.contains(here):
            return Near(entry, 0.0, 0, contains=True)
    return _nearest(book, here, set(AREAS), AZA_M)


def _landmark(book: Book, here: Point) -> Near | None:
    bridge = _nearest(book, here, {"bridge"}, BRIDGE_M)
    if bridge is not None and bridge.entry.unsure_m <= BRIDGE_SURE_M:
        return bridge
    for kinds, within_m in (
        (LANDMARKS - BROAD, LANDMARK_M / 2), (LANDMARKS, LANDMARK_M),
    ):  # fmt: skip
        found = _nearest(book, here, kinds, within_m)
        if found is not None:
            return found
    return None


def _nearest(book: Book, here: Point, kinds: Collection[str], within_m: float) -> Near | None:
    found = _around(book, here, within_m, lambda entry: entry.kind in kinds)
    # a sketched name must be nearer than a surveyed one to be said;
    # at one spot the heavier kind goes first: 字 before 行政区, a town hall before a shelter
    return min(
        found, key=lambda n: (round(n.distance_m + n.entry.unsure_m), -n.entry.kind_words.weight),
        default=None,
    )  # fmt: skip


def _around(
    book: Book, here: Point, within_m: float, wanted: Callable[[Entry], bool]
) -> Iterator[Near]:
    if not book.entries:
        return
    vector = np.array([here.x, here.y]) - book.xy
    away = np.hypot(vector[:, 0], vector[:, 1])
    for at in np.flatnonzero(away <= within_m).tolist():
        if wanted(book.entries[at]):
            east, north = (float(x) for x in vector[at])
            yield Near(book.entries[at], float(away[at]), way(east, north))


def _line(
    book: Book, lonlat: LonLat, kind: str, within_m: float, uncertainty_m: float
) -> Snap | None:
    widest = max((x.uncertainty_m for x in book.lines.lines if x.kind == kind), default=0.0)
    snap = book.lines.snap(
        lonlat, within_m=within_m + widest, uncertainty_m=uncertainty_m, kinds=(kind,)
    )
    if snap is None or not snap.name:
        return None
    return snap if snap.distance_m <= within_m + snap.uncertainty_m else None


def _schematic(found: PlaceWords) -> bool:
    lines = any(snap.schematic for snap in (found.route, found.river) if snap)
    return lines or any(near.entry.schematic for near in (found.aza, found.landmark) if near)
