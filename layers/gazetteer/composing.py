"""Answers to questions put together from parts: an offset, a km post, two names.

The protocol :class:`Book` is what these functions need of the gazetteer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

import numpy as np
from shapely.geometry import Point
from shapely.ops import nearest_points

from layers.crs import lonlat_of, plane_xy
from layers.gazetteer import question
from layers.gazetteer.entry import AREAS, LINES, Candidate, Entry
from layers.gazetteer.folding import fold
from layers.gazetteer.question import Offset
from layers.lines import LineIndex
from layers.schema import LonLat

PER_PART = 12  # candidates of each part that are paired
APART_M = 20_000.0  # names farther apart than this were not said of one place
HALF_M = 3000.0  # a pair this far apart counts half
MOST = 0.9  # what was put together is never as sure as a name
PACED = 0.2  # a distance told on the telephone is good to a fifth of itself
BANK_M = 500.0  # a bridge is on its river; sketches are off by their uncertainty on top


class Book(Protocol):
    """The part of the gazetteer that is asked here."""

    @property
    def lines(self) -> LineIndex:
        """Rivers and roads."""

    def plain(self, text: str, *, near: LonLat | None = None) -> list[Candidate]:
        """Return the entries whose own name matches."""

    def shape_of(self, entry: Entry) -> Any | None:
        """Return the line or area of an entry in the plane."""


@dataclass(frozen=True, slots=True)
class _Spot:
    candidate: Candidate
    shape: Any  # in the plane


def candidates(book: Book, text: str, near: LonLat | None) -> list[Candidate]:
    """Return what a cleaned text means when it is taken apart, unsorted."""
    told = question.offset(text)
    if told is not None:
        return [*_offsets(book, told, near)]
    post = question.km_post(text)
    if post is not None:
        return [*_posts(book, *post)]
    parts = question.parts(text)
    glued = len(parts) == 1
    if glued:
        parts = _unglued(book, parts[0])
    if len(parts) < 2:
        # only 付近 was taken off; the rest is a plain name
        return book.plain(parts[0], near=near) if parts and parts[0] != text else []
    groups = [_spots(book, part, near) for part in parts]
    if glued and not all(groups):
        return []  # 美瑛小学狡 is not 美瑛 and something else: its rest is no name
    paired: list[_Spot] = []
    for group in groups:
        paired = _paired(paired, group) if group else paired
    return [spot.candidate for spot in paired]


def _offsets(book: Book, told: Offset, near: LonLat | None) -> Iterator[Candidate]:
    for found in _anchors(book, told.anchor, near):
        entry = found.entry
        bearing = told.bearing_deg
        if bearing is not None:
            turn = math.radians(bearing)
            east, north = plane_xy(np.array(entry.lonlat))[0]
            moved = (
                east + told.distance_m * math.sin(turn), north + told.distance_m * math.cos(turn),
            )  # fmt: skip
            lon, lat = lonlat_of(np.array(moved))[0]
            name = f"{entry.name}から{told.way}へ{told.distance_m:.0f} m"
            yield _derived(found, name, (float(lon), float(lat)), PACED * told.distance_m)
        else:
            yield _along(book, found, told)


def _along(book: Book, found: Candidate, told: Offset) -> Candidate:
    entry = found.entry
    wide = max((x.uncertainty_m for x in book.lines.lines if x.kind == "river"), default=0.0)
    snap = book.lines.snap(entry.lonlat, within_m=BANK_M + entry.unsure_m + wide, kinds=("river",))
    line = book.lines.line(snap.line_id) if snap else None
    if snap is None or line is None or not line.flows:
        # where the water runs is not known: the anchor, as wide as the distance told
        name = f"{entry.name}から{told.distance_m:.0f} m以内（流れの向きが不明）"
        return _derived(found, name, entry.lonlat, told.distance_m, less=0.5)
    name = f"{entry.name}から{told.way}へ{told.distance_m:.0f} m（{line.name or '河川'}）"
    place = line.at(snap.along_m + told.along_m)
    wide_m = math.hypot(PACED * told.distance_m, line.uncertainty_m)
    return _derived(found, name, place, wide_m, schematic=line.schematic)


def _posts(book: Book, name: str, km: float) -> Iterator[Candidate]:
    for line in book.lines.lines:
        along = line.posts.along_at(km) if line.posts else None
        if along is not None and fold(name) in (fold(line.name), fold(line.name.split(" ")[0])):
            entry = Entry(
                f"derived:{line.id}@{km:g}", f"{line.name} KP{km:g}", "derived", line.at(along),
                source=line.source, uncertainty_m=line.uncertainty_m, schematic=line.schematic,
            )  # fmt: skip
            yield Candidate(entry, MOST, name, "offset")


def _anchors(book: Book, text: str, near: LonLat | None) -> list[Candidate]:
    found = book.plain(text, near=near)
    return [c for c in found[:5] if c.entry.kind not in LINES and c.score >= found[0].score - 0.1]


def _unglued(book: Book, text: str) -> list[str]:
    """Return 美沢 and 公民館 out of 美沢公民館: the longest name it begins with, and the rest."""
    folded = fold(text)
    begins = [c.matched for c in book.plain(text) if c.why == "within"]
    first = max((key for key in begins if folded.startswith(key)), key=len, default="")
    rest = folded[len(first) :]
    return [first, rest] if first and len(rest) > 1 else [text]


def _spots(book: Book, part: str, near: LonLat | None) -> list[_Spot]:
    found = [
        Candidate(c.entry, c.score * worth, c.matched, c.why)
        for word, worth in question.wordings(part)
        for c in book.plain(word, near=near)
    ]
    best = sorted(found, key=lambda c: -c.score)[:PER_PART]
    return [_Spot(c, _shape(book, c.entry)) for c in best]


def _shape(book: Book, entry: Entry) -> Any:
    if entry.kind in LINES:
        drawn = book.shape_of(entry)
        if drawn is not None:
            return drawn
    return Point(plane_xy(np.array(entry.lonlat))[0])


def _paired(before: list[_Spot], after: list[_Spot]) -> list[_Spot]:
    if not before:
        return after
    made = []
    for a, b in product(before, after):
        away = a.shape.distance(b.shape)
        if a.candidate.entry.id != b.candidate.entry.id and away <= APART_M:
            score = (a.candidate.score + b.candidate.score) / 2 / (1 + away / HALF_M)
            made.append(_joined(a, b, min(score, 1.0) * MOST))
    return sorted(made, key=lambda spot: -spot.candidate.score)[:PER_PART]


def _joined(a: _Spot, b: _Spot, score: float) -> _Spot:
    """Return the place two names mean together: the finer one, or a point on the road."""
    lines = [spot for spot in (a, b) if spot.candidate.entry.kind in LINES]
    both = f"{a.candidate.matched} + {b.candidate.matched}"
    if not lines:
        finer = a if b.candidate.entry.kind in AREAS else b
        kept = finer.candidate
        return _Spot(Candidate(kept.entry, score, both, "near"), finer.shape)
    line, other = lines[0], b if lines[0] is a else a
    spot = nearest_points(line.shape, other.shape)[0]
    lon, lat = lonlat_of(np.array([spot.x, spot.y]))[0]
    one, two = line.candidate.entry, other.candidate.entry
    crossing = len(lines) == 2
    name = (
        f"{_short(one)}と{_short(two)}の交わる所" if crossing else f"{_short(one)} {two.name}付近"
    )
    made = Entry(
        f"derived:{one.id}@{two.id}", name, "derived", (float(lon), float(lat)),
        source=one.source, uncertainty_m=math.hypot(one.unsure_m, two.unsure_m),
        schematic=one.schematic or two.schematic,
    )  # fmt: skip
    return _Spot(Candidate(made, score, both, "crossing" if crossing else "on_line"), spot)


def _short(entry: Entry) -> str:
    return entry.name.split(" ")[0]


def _derived(
    found: Candidate,
    name: str,
    place: LonLat,
    wide_m: float,
    *,
    less: float = 1.0,
    schematic: bool = False,
) -> Candidate:
    entry = found.entry
    made = Entry(
        f"derived:{entry.id}:{name}", name, "derived", place, source=entry.source,
        uncertainty_m=math.hypot(entry.unsure_m, wide_m), schematic=schematic or entry.schematic,
    )  # fmt: skip
    return Candidate(made, min(found.score, 1.0) * MOST * less, found.matched, "offset")
