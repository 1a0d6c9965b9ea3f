"""CSV with columns of coordinates, whatever they are called and however they are written.

Without such columns its rows can be placed by name, if that is asked for: ``by_place``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from layers.errors import BrokenFile
from layers.importers import by_place, encoding, limits
from layers.importers.headings import columns_called, plain
from layers.importers.raw import NotGeodata, Options, Raw, Source, too_many
from layers.notation import parse_degrees, parse_lonlat

LAT = ("緯度", "北緯", "lat", "latitude", "緯度(10進)", "緯度(度)", "lat_deg", "y座標", "y")
LON = ("経度", "東経", "lon", "longitude", "lng", "long", "経度(10進)", "経度(度)", "x座標", "x")
PAIR = ("緯度経度", "経度緯度", "座標", "位置座標", "latlon", "lonlat", "latlng", "coordinates")
PLANE = ("y座標", "y", "x座標", "x")  # names that may also mean metres of a plane
DELIMITERS = (",", "\t", ";")
BY_CUSTOM = "記載がないため世界測地系（JGD2011・WGS84）とみなした"


def read(source: Source, options: Options) -> Iterator[Raw]:
    """Yield the one layer of a table: a point for each row whose position can be read.

    Raises:
        NotGeodata: it has no columns of coordinates, nor of places if they may serve.
        BrokenFile: a row has more cells than there are headings.
        UnsafeFile: more rows, columns or text than the limits.
    """
    text, choice = _text(source, options)
    header, rows = _rows(text, _alone(options), source.name)
    columns: dict[str, Any] = {
        name: [row[at] if row[at] != "" else None for row in rows] for at, name in enumerate(header)
    }
    raw = _by_coordinates(header, rows, columns) or _by_place(
        header, rows, columns, options, source.name
    )
    if options.places is not None and raw.by_place is None:
        raw.notes.append("座標の列があるため、地名からは置いていない")
    if not text.endswith(("\n", "\r")):
        raw.notes.append("最後の行が改行で終わっていない（途中で切れていないか確かめてください）")
    raw.encoding, raw.encoding_why = choice.shown, choice.why
    yield raw


def _text(source: Source, options: Options) -> tuple[str, encoding.Choice]:
    try:
        return encoding.decode(source.text_bytes(), given=options.encoding, where=source.name)
    except BrokenFile as error:
        if source.path.suffix.lower() != ".txt":
            raise
        # a stray note beside the data must not refuse the data
        raise NotGeodata(str(error).removeprefix(f"{source.name}: "), where=source.name) from None


def _alone(options: Options) -> tuple[str, ...]:
    """Return the headings by which a list of one column is a table of places."""
    if options.places is None:
        return PAIR
    return (*PAIR, *by_place.NAMES, *filter(None, [options.place_column]))


def _rows(text: str, alone: tuple[str, ...], where: str) -> tuple[list[str], list[list[str]]]:
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BrokenFile(f"CSV として読めません（{error}）。", where=where) from None
    if len(table) < 2 or (len(table[0]) < 2 and not columns_called(table[0], alone)):
        raise NotGeodata("見出しと座標の列のある表ではありません。", where=where)
    header = [name.strip() or f"項目{at}" for at, name in enumerate(table[0], 1)]
    too_many(len(header), limits.MAX_COLUMNS, "項目", where)
    too_many(len(table), limits.MAX_FEATURES, "行", where)
    seen: dict[str, int] = {}
    for at, name in enumerate(header):
        seen[name] = seen.get(name, 0) + 1
        header[at] = name if seen[name] == 1 else f"{name}_{seen[name]}"
    return header, [
        _padded(row, len(header), at, where) for at, row in enumerate(table[1:], 2) if row
    ]


def _padded(row: list[str], width: int, line: int, where: str) -> list[str]:
    if len(row) > width and any(cell.strip() for cell in row[width:]):
        raise BrokenFile(f"{line}行目の列数が見出しより多く、ずれています。", where=where)
    return row[:width] + [""] * (width - len(row))


def _by_coordinates(
    header: list[str], rows: list[list[str]], columns: dict[str, Any]
) -> Raw | None:
    found = _points(header, rows)
    if found is None:
        return None
    geometries, reasons, in_degrees = found
    raw = Raw("CSV", geometries, columns, reasons=reasons, crs_why="平面座標のようだが記載なし")
    if in_degrees:
        raw.crs, raw.crs_why = CRS.from_epsg(4326), BY_CUSTOM
    return raw


def _by_place(
    header: list[str],
    rows: list[list[str]],
    columns: dict[str, Any],
    options: Options,
    where: str,
) -> Raw:
    if options.places is None:
        raise NotGeodata(
            "座標の列がありません（緯度・経度、lat・lon、X・Y などの見出しが要ります）。"
            "住所や場所の名前から推定して置くなら「地名から置く」（--by-place）を選んでください。",
            where=where,
        )
    found = by_place.placed(header, rows, options.places, options.place_column, where)
    return Raw(
        "CSV", found.geometries, columns | found.columns, crs=CRS.from_epsg(4326),
        crs_why="地名辞書の座標", reasons=found.reasons, notes=found.notes, by_place=found.total,
    )  # fmt: skip


def _points(
    header: list[str], rows: list[list[str]]
) -> tuple[np.ndarray, dict[int, str], bool] | None:
    lat, lon, pair = (columns_called(header, names) for names in (LAT, LON, PAIR))
    if lat and lon:
        y, x = [row[lat[0]] for row in rows], [row[lon[0]] for row in rows]
        plane = plain(header[lat[0]]) in PLANE and plain(header[lon[0]]) in PLANE
        xy = np.column_stack([_numbers(x), _numbers(y)])
        in_degrees = not plane or bool(np.nanmax(np.abs(xy), initial=0) <= 360)
        empty = [not (a.strip() or b.strip()) for a, b in zip(x, y, strict=True)]
    elif pair:
        texts = [row[pair[0]] for row in rows]
        found = [parse_lonlat(text) or (np.nan, np.nan) for text in texts]
        xy, in_degrees = np.array(found, dtype=float).reshape(-1, 2), True
        empty = [not text.strip() for text in texts]
    else:
        return None
    return *_made(xy, empty), in_degrees


def _made(xy: np.ndarray, empty: list[bool]) -> tuple[np.ndarray, dict[int, str]]:
    good = np.isfinite(xy).all(axis=1)
    points = np.full(len(xy), None, dtype=object)
    points[good] = shapely.points(xy[good])
    reasons = {
        int(at): "座標の欄が空" if empty[at] else "座標が読めない" for at in np.flatnonzero(~good)
    }
    return points, reasons


def _numbers(texts: list[str]) -> np.ndarray:
    """Return a column of coordinates as numbers, NaN where it cannot be read."""
    try:
        return np.array(texts, dtype=float)
    except ValueError:
        return np.array([_number(text) for text in texts], dtype=float)


def _number(text: str) -> float:
    try:
        return float(text)  # a float of full-width digits is one to Python, too
    except ValueError:
        found = parse_degrees(text)
        return np.nan if found is None else found
