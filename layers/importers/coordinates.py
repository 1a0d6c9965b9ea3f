"""From the coordinates of a file to degrees of EPSG:4326: which system, which axis first.

Tokyo Datum is transformed, never relabelled: at Biei the two lie 411 m apart.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from layers.crs import GEOGRAPHIC, KNOWN
from layers.errors import BrokenFile, UnknownCrs
from layers.ground import AREA
from layers.importers.raw import Raw
from layers.notation import JAPAN_LAT, JAPAN_LON
from layers.schema import BBox

HOKKAIDO: BBox = (139.3, 41.3, 149.0, 45.6)
JAPAN: BBox = (JAPAN_LON[0], JAPAN_LAT[0], JAPAN_LON[1], JAPAN_LAT[1])
NEAR: BBox = (141.8, 43.0, 143.4, 44.1)  # Biei and its neighbours
DEGREES, METRES = (6668, 4612, 4301, 4326), (6680, 6681, 2454, 30172, 3857)
LONLAT, LATLON = "経度・緯度", "緯度・経度だったため入れ替えた"
EASTNORTH, NORTHEAST = "東・北", "北・東だったため入れ替えた"


class Placed(NamedTuple):
    """Geometries in degrees of EPSG:4326, and what was decided on the way, in Japanese."""

    geometries: np.ndarray
    crs: str
    crs_why: str
    axis_order: str
    warnings: list[str]


def place(raw: Raw, given: str | int | None, where: str) -> Placed:
    """Return the geometries of a layer, none of them missing, in (lon, lat) of EPSG:4326.

    Raises:
        UnknownCrs: the file names no system and none was given, or the numbers belie it.
        BrokenFile: latitudes and longitudes stand in different orders.
    """
    bounds = shapely.bounds(raw.geometries)
    crs, why = _settled(raw, given, bounds, where)
    geometries, order = raw.geometries, LONLAT if crs.is_geographic else EASTNORTH
    if crs.is_geographic and _swapped(raw, bounds, where):
        geometries, order = _flipped(geometries), LATLON
    degrees = _transformed(geometries, crs, where)
    box = bbox_of(degrees)
    if not crs.is_geographic and not _overlap(box, JAPAN):
        turned = _transformed(_flipped(geometries), crs, where)
        if _overlap(bbox_of(turned), HOKKAIDO):
            degrees, order, box = turned, NORTHEAST, bbox_of(turned)
    return Placed(degrees, named(crs), why, order, _warnings(box, crs))


def crs_of(given: str | int) -> CRS:
    """Return the system somebody named: 6680, "6680", "EPSG:6680", WKT, PROJ.

    Raises:
        UnknownCrs: it is not known.
    """
    text = str(given).strip()
    try:
        return CRS.from_user_input(int(text) if text.isdecimal() else text)
    except (CRSError, ProjError, ValueError, OverflowError):
        raise UnknownCrs(
            f"座標系 {text[:60]!r} は知られていません。EPSG:6680 のように指定してください。"
        ) from None


@lru_cache(maxsize=64)
def code_of(crs: CRS) -> int | None:
    """Return the EPSG code of a system; telling it from WKT takes a while."""
    return crs.to_epsg()


def named(crs: CRS) -> str:
    """Return how a report calls a system."""
    code = code_of(crs)
    return f"EPSG:{code} {KNOWN.get(code, crs.name)}" if code else str(crs.name)


def candidates(bounds: BBox) -> tuple[int, ...]:
    """Return EPSG codes by which these bounds would lie in Japan, the likeliest first."""
    if _fits_degrees(np.array([bounds])).all():
        return DEGREES
    found: list[int] = []
    for code in METRES:
        boxes = [_box_in_degrees(code, b) for b in (bounds, _turn(bounds))]
        if any(box is not None and _overlap(box, NEAR) for box in boxes):
            found.insert(sum(c != 3857 for c in found), code)
        elif any(box is not None and _overlap(box, HOKKAIDO) for box in boxes):
            found.append(code)
    return tuple(found)


def _settled(raw: Raw, given: str | int | None, bounds: np.ndarray, where: str) -> tuple[CRS, str]:
    total = _total(bounds)
    if given is not None:
        crs, why = crs_of(given), "指定による"
    elif raw.crs is not None:
        crs, why = raw.crs, raw.crs_why
    else:
        raise _unknown(f"座標系が分かりません（{raw.crs_why}）。", total, where)
    if crs.is_vertical or crs.is_engineering or crs.is_geocentric:
        raise _unknown(f"{crs.name} は平面の座標系ではありません。", total, where)
    fits = _fits_degrees(bounds)
    if crs.is_geographic != bool(fits.all()):
        unit = "度" if crs.is_geographic else "m"
        said = f"座標系は {named(crs)} とされています（{why}）が、"
        first = raw.numbers[np.argmin(fits)] if crs.is_geographic else raw.numbers[0]
        raise _unknown(
            f"{said}{unit} としては合わない座標があります（{first}番目）。", total, where
        )
    return crs, why


def _unknown(message: str, bounds: BBox, where: str) -> UnknownCrs:
    codes = candidates(bounds)
    shown = "、".join(f"{code}（{KNOWN.get(code, '')}）" for code in codes)
    x0, y0, x1, y1 = bounds
    ranges = f"座標の範囲は {x0:.6g}～{x1:.6g}、{y0:.6g}～{y1:.6g}。"
    advice = (
        f"次のどれかを指定してください：{shown}" if codes else "座標系を確かめて指定してください。"
    )
    return UnknownCrs(f"{message}{ranges}{advice}", where=where, candidates=codes)


def _total(bounds: np.ndarray) -> BBox:
    low, high = np.nanmin(bounds[:, :2], axis=0), np.nanmax(bounds[:, 2:], axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _turn(box: BBox) -> BBox:
    return box[1], box[0], box[3], box[2]


def _fits_degrees(bounds: np.ndarray) -> np.ndarray:
    """Tell which bounds may be degrees, in either order."""
    x = np.maximum(np.abs(bounds[:, 0]), np.abs(bounds[:, 2]))
    y = np.maximum(np.abs(bounds[:, 1]), np.abs(bounds[:, 3]))
    fits: np.ndarray = (np.maximum(x, y) <= 180.0001) & (np.minimum(x, y) <= 90.0001)
    return fits


def _swapped(raw: Raw, bounds: np.ndarray, where: str) -> bool:
    """Tell whether latitudes stand first: some lie beyond 90, and none contradicts it."""
    beyond = np.maximum(np.abs(bounds[:, 1]), np.abs(bounds[:, 3])) > 90.0001
    if not beyond.any():
        return False
    contrary = np.maximum(np.abs(bounds[:, 0]), np.abs(bounds[:, 2])) > 90.0001
    if contrary.any():
        first, second = raw.numbers[np.argmax(beyond)], raw.numbers[np.argmax(contrary)]
        raise BrokenFile(
            f"緯度と経度の順が地物によって違います（例：{first}番目と {second}番目）。"
            "順をそろえてください。",
            where=where,
        )
    return True


def _flipped(geometries: np.ndarray) -> np.ndarray:
    flipped: np.ndarray = shapely.transform(geometries, lambda xy: xy[:, ::-1])
    return flipped


def _transformed(geometries: np.ndarray, crs: CRS, where: str) -> np.ndarray:
    if code_of(crs) == GEOGRAPHIC:
        return geometries
    try:
        turn = Transformer.from_crs(crs.to_2d(), GEOGRAPHIC, always_xy=True)
        turned: np.ndarray = shapely.transform(
            geometries, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1]))
        )
    except (CRSError, ProjError) as error:
        raise UnknownCrs(f"{named(crs)} から変換できません（{error}）。", where=where) from None
    if not np.isfinite(shapely.bounds(turned)).all():
        raise UnknownCrs(
            f"{named(crs)} では表せない座標があります。座標系を確かめてください。", where=where
        )
    return turned


def _box_in_degrees(code: int, box: BBox) -> BBox | None:
    turn = Transformer.from_crs(code, GEOGRAPHIC, always_xy=True)
    x, y = turn.transform([box[0], box[2]], [box[1], box[3]])
    return (x[0], y[0], x[1], y[1]) if np.isfinite([*x, *y]).all() else None


def _overlap(a: BBox, b: BBox) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _warnings(box: BBox, crs: CRS) -> list[str]:
    found = []
    if not _overlap(box, HOKKAIDO):
        found.append("範囲が北海道の外にあります。座標系や緯度・経度の順を確かめてください。")
    elif not _overlap(box, AREA):
        found.append("範囲が美瑛町の外にあります。")
    if crs.geodetic_crs is not None and "Tokyo" in crs.geodetic_crs.name:
        found.append("旧日本測地系から変換しました（誤差は 10 m 程度）。")
    return found


def bbox_of(geometries: Any) -> BBox:
    """Return the box around geometries in degrees."""
    return _total(shapely.bounds(geometries))
