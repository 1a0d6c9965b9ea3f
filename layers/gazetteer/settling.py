"""The one place a text surely means, or why there is none: for rows that nobody watches.

A person at the desk chooses among candidates; a table of a thousand rows cannot. So here every
word must be a whole name (美瑛小学狡 is not 美瑛小学校, 旭第1 is not 旭第10: between names one
letter is another place), and nothing else that fits as well may lie elsewhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely

from layers.crs import plane_xy
from layers.gazetteer import question, special
from layers.gazetteer.book import Gazetteer
from layers.gazetteer.entry import AREAS, KINDS, Candidate, Entry
from layers.gazetteer.folding import keys

NAMED, COMPOSED = 0.9, 0.8  # least score of a name, and of what several words say together
LEAST = {
    "exact": NAMED, "offset": COMPOSED, "near": COMPOSED, "on_line": COMPOSED,
    "crossing": COMPOSED,
}  # fmt: skip
CLEAR = 0.1  # what scores within this of the best may have been meant as well
APART_M = 500.0  # farther than this (and than the errors told) is another place
WIDEST_M = 5000.0  # what is no better known than this is no point on a map
# How far what is "in" an area may lie from its point, where no outline is known. Between the
# addresses of 80 shelters of Biei and the points of their 町字 (アドレス・ベース・レジストリ) lay
# at most 459 m for 丁目, 2850 m for the others.
BLOCK, BLOCK_M, AREA_M = re.compile("丁目$"), 500.0, 3000.0
WIDTH_M = dict.fromkeys(AREAS, AREA_M) | {"municipality": 20_000.0, "built_up": 1000.0}
SEEN = 20  # candidates compared; equal names stand first

STATION = ("駅", "えき", "エキ", "eki")

UNKNOWN = "地名辞書にはっきり合う名前がない"
AMBIGUOUS = "同じくらい合う場所が離れて複数ある"
WIDE = "広すぎて一点に決められない（路線・河川・市町村など）"
EMPTY = "場所の欄が空"

_BLOCK_NUMBER = re.compile(r"(?<=\D)(\d{1,2})-\d+(?:-\d+)*$")
_HOUSE_NUMBER = re.compile(r"\s*\d[\d\s番地号のノ-]*$")


@dataclass(frozen=True, slots=True)
class Settled:
    """The place: ``error_m`` covers what the source admits and how wide the place is."""

    entry: Entry
    score: float
    error_m: float
    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """No place, and the reason in Japanese."""

    reason: str


class Settler:
    """Asks one gazetteer about many texts: what holds no known name costs no search."""

    def __init__(self, book: Gazetteer) -> None:
        self.book = book
        self._known = frozenset(book.names.keys)

    def settle(self, text: str) -> Settled | Doubt:
        """Return the one place a text means, or why none is sure.

        An address falls back on its 丁目 or 字: a house number belongs to nothing else.
        """
        said = question.cleaned(text)
        if not said:
            return Doubt(EMPTY)
        written = [c for c in special.candidates(said) if c.why == "coordinates"]
        if written:
            return Settled(written[0].entry, 1.0, written[0].entry.unsure_m, "coordinates")
        first = self._settled(said, tuple(KINDS))
        if first != Doubt(UNKNOWN):
            return first
        tries = (self._settled(area, AREAS) for area in _areas(said))
        return next((found for found in tries if found != first), first)

    def similar(self, text: str) -> str:
        """Return the name likest to a text, for a person to compare; empty where none is."""
        found = self.book.plain(question.cleaned(text))
        return found[0].entry.name if found else ""

    def _settled(self, said: str, kinds: Collection[str]) -> Settled | Doubt:
        words = next((w for w in _readings(said) if all(map(self._is_name, w))), None)
        if words is None:
            return Doubt(UNKNOWN)
        found = [
            Settled(c.entry, c.score, self._error_m(c, words), c.why)
            for c in self.book.search(said, limit=SEEN)
            if c.entry.kind in kinds and c.score >= LEAST.get(c.why, math.inf) and _says(c, words)
        ]
        return _decided(found) if found else Doubt(UNKNOWN)

    def _is_name(self, word: str) -> bool:
        return not self._known.isdisjoint(keys(word))

    def _error_m(self, candidate: Candidate, words: list[str]) -> float:
        entry = candidate.entry
        if entry.kind != "derived":
            return max(entry.unsure_m, self._width_m(entry))
        # a place told by way of an area is no better known than what lies in that area
        named = (c.entry for word in words for c in self.book.plain(word) if c.why == "exact")
        areas = (self._width_m(one) for one in named if one.kind in WIDTH_M)
        return max(entry.unsure_m, *areas, 0.0)

    def _width_m(self, entry: Entry) -> float:
        """Return how far the farthest part of a place lies from its point."""
        drawn = self.book.shape_of(entry)
        if drawn is None:
            return BLOCK_M if BLOCK.search(entry.name) else WIDTH_M.get(entry.kind, 0.0)
        away = shapely.get_coordinates(drawn) - plane_xy(np.array(entry.lonlat))
        return float(np.hypot(away[:, 0], away[:, 1]).max(initial=0.0))


def _readings(said: str) -> Iterator[list[str]]:
    """Return the ways to take a text: one name, an anchor with a distance, names together."""
    yield [said]
    told, post = question.offset(said), question.km_post(said)
    if told is not None:
        yield [told.anchor]
    elif post is not None:
        yield [post[0]]
    else:
        yield question.parts(said) or [said]


def _says(candidate: Candidate, words: list[str]) -> bool:
    """Tell whether a candidate stands for every word, each as the whole name it is."""
    if candidate.entry.kind == "station" and not words[-1].endswith(STATION):
        return False  # 美瑛 is a town before it is a station
    matched = {key for part in candidate.matched.split(" + ") for key in keys(part)}
    return all(not matched.isdisjoint(keys(word)) for word in words)


def _decided(found: list[Settled]) -> Settled | Doubt:
    best = found[0]
    spots = plane_xy(np.array([one.entry.lonlat for one in found]))
    error_m = best.error_m
    for one, spot in zip(found[1:], spots[1:], strict=True):
        away_m = math.dist(spot, spots[0])
        if one.score < best.score - CLEAR:
            continue
        if away_m > max(APART_M, best.error_m, one.error_m):
            return Doubt(AMBIGUOUS)
        error_m = max(error_m, away_m)
    return replace(best, error_m=error_m) if error_m <= WIDEST_M else Doubt(WIDE)


def _areas(said: str) -> Iterator[str]:
    """Return what an address lies in: 丸山2丁目 of 丸山2-8-15, 字白金 of 字白金12番地."""
    block = _BLOCK_NUMBER.sub(r"\1丁目", said)
    if block != said:
        yield block
    area = _HOUSE_NUMBER.sub("", said)
    if area != said:
        yield area
