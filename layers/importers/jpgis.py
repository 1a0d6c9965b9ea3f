"""JPGIS 2.1 (GML 3.2 as 国土数値情報 uses it): shapes stand apart and features point at them.

Best effort after 国土交通省「国土数値情報 製品仕様書」: ``gml:Point``, ``gml:Curve`` and
``gml:Surface`` with ids; positions are latitude, longitude (B, L).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import numpy as np
import shapely
from pyproj import CRS

from layers.errors import BrokenFile
from layers.importers import limits
from layers.importers.raw import NotGeodata, Raw, too_many

GML = "{http://www.opengis.net/gml/3.2}"
HREF = "{http://www.w3.org/1999/xlink}href"
START = re.compile(rb"<(?:[A-Za-z0-9_]+:)?Dataset[\s>]|jpgis|ksj", re.I)
DATUMS = {"JGD2011": 6668, "JGD2000": 4612, "TD": 4301, "TOKYO": 4301}
Shapes = dict[str, Any]


def is_one(data: bytes) -> bool:
    """Tell whether a GML document is in the manner of JPGIS."""
    return START.search(data[:4000]) is not None and b"xlink:href" in data


def layers(data: bytes, where: str) -> Iterator[Raw]:
    """Yield a layer for each kind of feature.

    ``data`` was checked: well formed, without document type.

    Raises:
        BrokenFile: a position is no number, or no feature has a shape.
    """
    root = ElementTree.fromstring(data)  # noqa: S314 - without DOCTYPE there is nothing to expand
    try:
        shapes = _shapes(root)
    except (ValueError, IndexError) as error:
        if isinstance(error, BrokenFile):
            raise
        raise BrokenFile(f"座標が読めません（{str(error)[:80]}）。", where=where) from None
    found: dict[str, list[tuple[Any, dict[str, str]]]] = {}
    for element in root:
        row = _feature(element, shapes)
        if row is not None:
            found.setdefault(_local(element.tag), []).append(row)
    if not found:
        raise NotGeodata("図形を指す地物がありません。", where=where)
    crs = _crs(data)
    for name, rows in found.items():
        yield _layer(name, rows, crs, where)


def _layer(name: str, rows: list[Any], crs: CRS | None, where: str) -> Raw:
    geometries = np.empty(len(rows), dtype=object)
    geometries[:] = [shape for shape, _ in rows]
    fields = dict.fromkeys(key for _, row in rows for key in row)
    too_many(len(fields), limits.MAX_COLUMNS, "項目", where)
    columns = {key: [row.get(key) for _, row in rows] for key in fields}
    why = "ファイルの srsName による" if crs else "srsName が分からない"
    return Raw("GML（JPGIS 2.1）", geometries, columns, layer=name, crs=crs, crs_why=why)


def _crs(data: bytes) -> CRS | None:
    said = re.search(rb"srsName\s*=\s*[\"']\s*(\w+)", data)
    code = DATUMS.get(said[1].decode("ascii", "ignore").upper()) if said else None
    return CRS.from_epsg(code) if code else None


def _shapes(root: ElementTree.Element) -> Shapes:
    shapes: Shapes = {}
    total = 0
    for tag, make in (("Point", _point), ("Curve", _curve), ("Surface", _surface)):
        for element in root.iter(GML + tag):
            name = element.get(GML + "id")
            if name:
                shapes[name] = make(element, shapes)
                total += int(shapely.get_num_coordinates(shapes[name]))
                too_many(total, limits.MAX_VERTICES, "頂点", tag)
    return shapes


def _positions(element: ElementTree.Element) -> np.ndarray:
    texts = [found.text or "" for tag in ("pos", "posList") for found in element.iter(GML + tag)]
    numbers = np.array(" ".join(texts).split(), dtype=float)
    return numbers.reshape(-1, 2)[:, ::-1]  # latitude first → lon, lat


def _point(element: ElementTree.Element, _: Shapes) -> Any:
    return shapely.Point(_positions(element)[0])


def _curve(element: ElementTree.Element, _: Shapes) -> Any:
    return shapely.LineString(_positions(element))


def _surface(element: ElementTree.Element, shapes: Shapes) -> Any:
    shell, *holes = [
        _ring(ring, shapes)
        for side in ("exterior", "interior")
        for ring in element.iter(GML + side)
    ]
    return shapely.Polygon(shell, holes)


def _ring(element: ElementTree.Element, shapes: Shapes) -> np.ndarray:
    """Return a ring, given in place or as curves pointed at."""
    curves = [_pointed(member, shapes) for member in element.iter(GML + "curveMember")]
    named = [shapely.get_coordinates(curve) for curve in curves if curve is not None]
    # a few curves may be pointed at by thousands of rings: counted before they are copied
    too_many(sum(map(len, named)), limits.MAX_VERTICES, "頂点", "curveMember")
    return np.concatenate(named) if named else _positions(element)


def _pointed(element: ElementTree.Element, shapes: Shapes) -> Any:
    name = (element.get(HREF) or "").removeprefix("#")
    # an OrientableCurve _x turns the curve x around; a ring does not mind
    return shapes.get(name, shapes.get(name.removeprefix("_")))


def _feature(element: ElementTree.Element, shapes: Shapes) -> tuple[Any, dict[str, str]] | None:
    pointed = [(element.get(HREF) or "").removeprefix("#") for element in element]
    shape = next((shapes[name] for name in pointed if name in shapes), None)
    if shape is None:
        return None
    rows = {
        _local(child.tag): child.text.strip()
        for child in element
        if child.text and child.text.strip()
    }
    return shape, rows


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]
