"""TopoJSON: arcs shared by many shapes, each object a layer of its own.

A few arcs may be named by thousands of shapes, so vertices are counted before any are copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from layers.errors import BrokenFile
from layers.importers import geojson, limits
from layers.importers.raw import Raw, too_many

DEEPEST = 8  # geometry collections inside one another
FAULTS = (TypeError, ValueError, KeyError, IndexError, OverflowError)


def layers(document: dict[str, Any], where: str) -> Iterator[Raw]:
    """Yield a layer for each object of a topology.

    Raises:
        BrokenFile: arcs or objects are not what they should be.
        UnsafeFile: the shapes would have more vertices than the limit.
    """
    try:
        arcs = _arcs(document)
        objects = dict(document["objects"])
    except FAULTS as error:
        raise BrokenFile(f"TopoJSON の弧が読めません（{error}）。", where=where) from None
    budget = [limits.MAX_VERTICES]
    for name, item in objects.items():
        members = list(_members(item, 0))
        too_many(len(members), limits.MAX_FEATURES, "地物", where)
        yield _layer(str(name), members, _Assembler(arcs, document, budget, where), where)


def _arcs(document: dict[str, Any]) -> list[np.ndarray]:
    found = [np.asarray(arc, dtype=float)[:, :2] for arc in document["arcs"]]
    transform = document.get("transform")
    if transform is None:
        return found
    scale, shift = np.asarray(transform["scale"], float), np.asarray(transform["translate"], float)
    return [np.cumsum(arc, axis=0) * scale[:2] + shift[:2] for arc in found]


def _members(item: Any, depth: int) -> Iterator[dict[str, Any]]:
    if not isinstance(item, dict) or depth > DEEPEST:
        return
    inner = item.get("geometries")
    if item.get("type") == "GeometryCollection" and isinstance(inner, list):
        for member in inner:
            yield from _members(member, depth + 1)
    else:
        yield item


def _layer(name: str, members: list[dict[str, Any]], assembler: _Assembler, where: str) -> Raw:
    found, reasons = np.empty(len(members), dtype=object), {}
    for at, member in enumerate(members):
        if member.get("type") is None:
            continue
        try:
            found[at] = assembler.shape(member)
        except (*FAULTS, shapely.errors.ShapelyError) as error:
            if isinstance(error, BrokenFile):
                raise
            reasons[at] = "図形として成り立たない（弧や座標の誤り）"
    columns = geojson.columns(members, where)
    crs = CRS.from_epsg(4326)
    return Raw(
        "TopoJSON", found, columns, layer=name, crs=crs,
        crs_why="TopoJSON の決まり（記載なし）", reasons=reasons,
    )  # fmt: skip


class _Assembler:
    """Shapes out of arcs, on a budget of vertices."""

    def __init__(
        self, arcs: list[np.ndarray], document: dict[str, Any], budget: list[int], where: str
    ) -> None:
        self.arcs, self.budget, self.where = arcs, budget, where
        transform = document.get("transform") or {"scale": [1, 1], "translate": [0, 0]}
        self.scale = np.asarray(transform["scale"], float)[:2]
        self.shift = np.asarray(transform["translate"], float)[:2]

    def shape(self, member: dict[str, Any]) -> Any:
        """Return the shapely geometry of one member."""
        return SHAPES[member["type"]](self, member)

    def line(self, numbers: list[int]) -> np.ndarray:
        """Return the vertices of arcs joined end to end."""
        size = sum(len(self.arcs[n if n >= 0 else ~n]) for n in numbers)
        self.budget[0] -= size
        too_many(limits.MAX_VERTICES - self.budget[0], limits.MAX_VERTICES, "頂点", self.where)
        pieces = [self.arcs[n] if n >= 0 else self.arcs[~n][::-1] for n in numbers]
        return np.concatenate([piece if i == 0 else piece[1:] for i, piece in enumerate(pieces)])

    def polygon(self, rings: list[list[int]]) -> Any:
        """Return a polygon: its shell first, then its holes."""
        shell, *holes = [self.line(ring) for ring in rings]
        return shapely.Polygon(shell, holes)

    def position(self, given: Any) -> np.ndarray:
        """Return positions, turned from steps of the grid into degrees."""
        turned: np.ndarray = np.asarray(given, dtype=float)[..., :2] * self.scale + self.shift
        return turned


SHAPES: dict[str, Any] = {
    "Point": lambda a, m: shapely.Point(a.position(m["coordinates"])),
    "MultiPoint": lambda a, m: shapely.MultiPoint(a.position(m["coordinates"])),
    "LineString": lambda a, m: shapely.LineString(a.line(m["arcs"])),
    "MultiLineString": lambda a, m: shapely.MultiLineString([a.line(x) for x in m["arcs"]]),
    "Polygon": lambda a, m: a.polygon(m["arcs"]),
    "MultiPolygon": lambda a, m: shapely.MultiPolygon([a.polygon(x) for x in m["arcs"]]),
}
