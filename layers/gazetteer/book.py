"""The gazetteer: entries that can be searched by words, and asked what lies where."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import shapely
from shapely.geometry import shape

from layers.crs import plane_xy, to_plane
from layers.gazetteer import composing, placing, special
from layers.gazetteer.entry import AREAS, Candidate, Entry
from layers.gazetteer.folding import keys
from layers.gazetteer.names import Names
from layers.gazetteer.placing import PlaceWords
from layers.gazetteer.question import cleaned
from layers.gazetteer.readings import Readings, readings
from layers.lines import LineIndex
from layers.schema import LonLat

SURE = 0.8  # a plain match from here on is what was meant; nothing is taken apart any more
LEAST = 0.25  # below this a match is chance
SAME_M = 500.0  # one name twice within this (and the uncertainties) is one place
NEAR_M = 5000.0  # half of the bonus for being near is lost here
# kinds that are the same place under two headings; others never hide one another
GROUPS = dict.fromkeys(AREAS, "area") | dict.fromkeys(
    ("facility", "shelter", "evacuation_site", "town_hall"), "building"
)


@dataclass(frozen=True)
class Gazetteer:
    """Built once per set of layers, asked on every key stroke. It can be pickled."""

    entries: tuple[Entry, ...]
    names: Names = field(repr=False)
    xy: np.ndarray = field(repr=False, compare=False)  # (n, 2) metres of the plane
    shapes: dict[str, Any] = field(repr=False, compare=False)  # id → line or area in the plane
    lines: LineIndex = field(repr=False, compare=False)

    @classmethod
    def build(
        cls,
        entries: Iterable[Entry],
        lines: LineIndex | None = None,
        spoken: Readings | None = None,
    ) -> Self:
        """Build it from entries; ``lines`` are the rivers and roads for 上流 and for reverse.

        ``spoken`` are readings; by default those that come with the program.
        """
        held = tuple(_unique(entries))
        table = readings() if spoken is None else spoken
        xy = plane_xy(np.array([entry.lonlat for entry in held])) if held else np.empty((0, 2))
        shapes = {
            # a ring that crosses itself must not break every question about a place
            entry.id: shapely.make_valid(to_plane(shapely.force_2d(shape(entry.geometry))))
            for entry in held
            if entry.geometry is not None
        }
        return cls(held, Names.of(held, table), xy, shapes, lines or LineIndex(()))

    def search(self, text: str, *, near: LonLat | None = None, limit: int = 10) -> list[Candidate]:
        """Return what a text may mean, best first.

        Names (exact before prefix, part, similar), coordinates in any notation, grid square
        codes, km posts, 「白金橋の300m上流」 and two names together. ``near`` (lon, lat)
        prefers what is close by. A text without letters or digits finds nothing.
        """
        asked = cleaned(text)
        found = special.candidates(asked) or self.plain(asked, near=near)
        if not found or found[0].score < SURE:
            found = [*composing.candidates(self, asked, near), *found]
        return self._distinct(found, limit)

    def plain(self, text: str, *, near: LonLat | None = None) -> list[Candidate]:
        """Return the entries whose own name matches, best first."""
        hits = self.names.hits(text)
        bonus = self._nearness([hit.owner for hit in hits], near)
        found = []
        for at, hit in enumerate(hits):
            entry = self.entries[hit.owner]
            score = hit.score * (0.9 + 0.1 * entry.kind_words.weight)
            score = score if bonus is None else 0.9 * score + 0.1 * float(bonus[at])
            found.append(Candidate(entry, score, hit.key, hit.why))
        return sorted(found, key=_order)

    def reverse(self, lonlat: LonLat, *, uncertainty_m: float = 0.0) -> PlaceWords:
        """Return the words for a position; ``uncertainty_m`` is how far it may be off."""
        return placing.place(self, lonlat, uncertainty_m=uncertainty_m)

    def shape_of(self, entry: Entry) -> Any | None:
        """Return the line or area of an entry in the plane, None for points."""
        return self.shapes.get(entry.id)

    def _nearness(self, owners: list[int], near: LonLat | None) -> np.ndarray | None:
        if near is None or not owners:
            return None
        away = np.hypot(*(self.xy[owners] - plane_xy(np.array(near))).T)
        return np.asarray(1 / (1 + away / NEAR_M))

    def _distinct(self, found: list[Candidate], limit: int) -> list[Candidate]:
        kept: list[tuple[Candidate, tuple[str, str], np.ndarray]] = []
        for candidate in sorted((c for c in found if c.score >= LEAST), key=_order):
            entry = candidate.entry
            name = (GROUPS.get(entry.kind, entry.kind), (keys(entry.name) or ("",))[-1])
            xy = plane_xy(np.array(entry.lonlat))[0]
            if not any(name == n and _same(candidate, c, xy, o) for c, n, o in kept):
                kept.append((candidate, name, xy))
            if len(kept) == limit:
                break
        return [candidate for candidate, _, _ in kept]


def _unique(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Two layers may use one id for different places; the second gets another."""
    seen: Counter[str] = Counter()
    for entry in entries:
        seen[entry.id] += 1
        again = seen[entry.id]
        yield entry if again == 1 else replace(entry, id=f"{entry.id}~{again}")


def _order(candidate: Candidate) -> tuple[float, float, float, str]:
    entry = candidate.entry
    unsure = math.inf if entry.uncertainty_m is None else entry.uncertainty_m
    return -round(candidate.score, 6), len(entry.name), unsure, entry.id


def _same(a: Candidate, b: Candidate, xy: np.ndarray, other: np.ndarray) -> bool:
    reach = SAME_M + max(a.entry.uncertainty_m or 0.0, b.entry.uncertainty_m or 0.0)
    return math.dist(xy, other) <= reach
