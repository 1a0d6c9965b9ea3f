"""Positions and stretches on rivers and roads, in the words of ``bodies.ground.OnLine``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import shapely

from dashboard.errors import NotFound
from layers.crs import plane_xy
from layers.errors import LayerError
from layers.linear import fields
from layers.lines import Line, LineIndex, Snap
from layers.schema import Collection, LonLat

Row = dict[str, Any]
REACH_M = 3000.0  # a click on the map of the whole town is no better than this
LEAST_M = 1.0
MOST = 2000  # positions a stored stretch may have
PIECE = re.compile(r"#\d+$")  # lines of one name that do not meet are numbered
KIND_JA = {"river": "川", "road": "道路"}


@dataclass(frozen=True, slots=True)
class Told:
    """What its layer says of a line: hash (None: the packaged ground), owner, source, 概略."""

    layer: str | None = None
    owner: str = ""
    source: str = ""
    schematic: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is asked for: from a point to another one on the same line, or a length around it."""

    kind: str
    start: LonLat
    end: LonLat | None = None
    length_m: float = 0.0


@dataclass(frozen=True)
class LineBook:
    """Rivers and roads, and what their layers say of them."""

    lines: LineIndex
    by_id: Mapping[str, Told]

    @classmethod
    def of(cls, lines: LineIndex, layers: Iterable[tuple[str | None, Collection]]) -> Self:
        """Build it; ``layers`` are (hash, FeatureCollection) in the order that ``lines`` came."""
        found: dict[str, Told] = {}
        for sha256, layer in layers:
            for key, told in _told(sha256, layer):
                found.setdefault(key, told)
        return cls(lines, found)

    def told(self, line_id: str) -> Told:
        """Return what is known of a line."""
        return self.by_id.get(PIECE.sub("", line_id), Told())

    def stretch(self, asked: Stretch) -> Row:
        """Return part of the line nearest to the points: ``on``, geometry, length, owner.

        Raises:
            NotFound: no line of this kind near them.
            LayerError: both points are one place on the line.
        """
        points = [asked.start] if asked.end is None else [asked.start, asked.end]
        line = self._line(asked.kind, points)
        snaps = [self._snap(line, point) for point in points]
        first, last = snaps[0], snaps[-1]
        start, end = self._ends(first, last, asked.length_m)
        told = self.told(line.id)
        on = _on(first, told) | {
            "along_m": round(start, 1), "to_m": round(end, 1), "km": line.km_at(start),
            "side": first.side if first.side == last.side else None,
            "distance_m": round(max(s.distance_m for s in snaps), 1),
            "confidence": round(min(s.confidence for s in snaps), 3),
        }  # fmt: skip
        geometry = _thinned(line.part(start, end))
        found = {"on": on, "geometry": geometry, "length_m": round(end - start, 1)}
        return found | _beside(first, told)

    def _line(self, kind: str, points: Sequence[LonLat]) -> Line:
        """Return the line that is nearest to all points together: at a crossing two are near."""
        lines = [line for line in self.lines.lines if line.kind == kind]
        courses = np.array([line.course for line in lines], dtype=object)
        spots = shapely.points(plane_xy(np.array(points)))
        away = np.array([shapely.distance(courses, spot) for spot in spots]).reshape(-1, len(lines))
        fit = np.flatnonzero((away <= REACH_M).all(axis=0))
        if not len(fit):
            where = "この点" if len(points) == 1 else "二つの点の両方"
            raise NotFound(
                f"{where}から{REACH_M / 1000:.0f} km以内に、同じ{KIND_JA[kind]}の線がありません。",
                kind=kind,
            )
        return lines[int(fit[np.argmin(away.sum(axis=0)[fit])])]

    def _snap(self, line: Line, point: LonLat) -> Snap:
        nearest = self.lines.snap(point, within_m=REACH_M, kinds=(line.kind,))
        if nearest is not None and nearest.line_id == line.id:
            return nearest  # it knows what else lies near
        alone = LineIndex((line,)).snap(point, within_m=REACH_M + 1)
        if alone is None:
            raise NotFound(f"{line.name}の線がこの点の近くにありません。", kind=line.kind)
        return alone

    def _ends(self, first: Snap, last: Snap, length_m: float) -> tuple[float, float]:
        if last is not first:
            low, high = sorted((first.along_m, last.along_m))
            if high - low < LEAST_M:
                raise LayerError("二つの点が線の上の同じ場所です。離れた二点を選んでください。")
            return low, high
        whole = self.lines.line(first.line_id).length_m
        # near an end it is moved along, so that it keeps its length
        start = min(max(first.along_m - length_m / 2, 0.0), max(whole - length_m, 0.0))
        return start, min(start + length_m, whole)


def snapped(snap: Snap, told: Told) -> Row:
    """Return a snap as the body ``OnLine``, with its position, source and owner."""
    lon, lat = snap.position
    return {**_on(snap, told), "lon": round(lon, 6), "lat": round(lat, 6), **_beside(snap, told)}


def _on(snap: Snap, told: Told) -> Row:
    return {
        "layer": told.layer, "kind": snap.kind, "line_id": snap.line_id, "name": snap.name,
        "along_m": round(snap.along_m, 1), "to_m": None, "km": snap.km_post, "side": snap.side,
        "distance_m": round(snap.distance_m, 1), "confidence": round(snap.confidence, 3),
    }  # fmt: skip


def _beside(snap: Snap, told: Told) -> Row:
    return {
        "owner": told.owner,
        "source": told.source,
        "schematic": snap.schematic,
        "uncertainty_m": round(snap.uncertainty_m),
    }


def _told(sha256: str | None, layer: Collection) -> Iterable[tuple[str, Told]]:
    """Yield what each line feature is called by, and what is said of it."""
    metadata = layer.get("metadata") or {}
    for at, feature in enumerate(layer.get("features", ())):
        p = feature.get("properties") or {}
        kind = fields.kind_of(p, "")
        if kind not in KIND_JA:
            continue
        source = str(p.get("source") or metadata.get("source") or "")
        told = Told(sha256, str(p.get("owner") or ""), source, bool(metadata.get("schematic")))
        for key in (feature.get("id"), fields.text(p, fields.CODE), fields.name_of(p), at):
            yield (str(key) if key == feature.get("id") else f"{kind}:{key}"), told


def _thinned(geometry: Row) -> Row:
    points = np.round(geometry["coordinates"], 6)
    few = np.unique(np.linspace(0, len(points) - 1, min(len(points), MOST)).astype(int))
    return {"type": "LineString", "coordinates": points[few].tolist()}
