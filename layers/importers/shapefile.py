"""Shapefile: shapes by GDAL, attributes by our own dbf reader, and whatever part is missing."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.errors import BrokenFile
from layers.importers import dbf, gdal, limits
from layers.importers.encoding import decode
from layers.importers.raw import Options, Raw, Source, too_many

FORM = "シェープファイル"
HEADER = 100  # bytes


def read(source: Source, options: Options) -> Iterator[Raw]:
    """Yield the one layer of a shapefile.

    Raises:
        BrokenFile: a part is damaged or cut short.
    """
    _check_length(source)
    raw = gdal.layer(_staged(source), None, source.name, FORM, columns=[])
    if ".shx" not in source.parts:
        raw.notes.append("索引（.shx）がないため作り直した")
    _attributes(raw, source, options)
    _crs(raw, source)
    yield raw


def _check_length(source: Source) -> None:
    size = source.path.stat().st_size
    too_many((size - HEADER) // limits.VERTEX_BYTES, limits.MAX_VERTICES, "頂点", source.name)
    with source.path.open("rb") as file:
        header = file.read(HEADER)
    if len(header) < HEADER or header[:4] != b"\0\0\x27\x0a":
        raise BrokenFile("シェープファイルの見出しが壊れています。", where=source.name)
    declared = 2 * struct.unpack(">I", header[24:28])[0]
    if declared > size:
        raise BrokenFile(
            f"途中で切れています（{declared:,} バイトのうち {size:,} バイト）。", where=source.name
        )


def _staged(source: Source) -> Path:
    """Link .shp and .shx under one name; GDAL must see no .dbf, .prj or .cpg."""
    path = gdal.staged(source, ".shp")
    index = path.with_suffix(".shx")
    if ".shx" in source.parts and not index.exists():
        index.symlink_to(source.parts[".shx"].resolve())
    return path


def _attributes(raw: Raw, source: Source, options: Options) -> None:
    part = source.parts.get(".dbf")
    if part is None:
        raw.encoding, raw.encoding_why = "なし", "属性の表（.dbf）がない"
        raw.notes.append("属性の表（.dbf）がないため、図形だけを取り込む")
        return
    where = f"{source.stem}.dbf"
    said = _cpg(source)
    table = dbf.read(part.read_bytes(), cpg=said, given=options.encoding, where=where)
    raw.columns = {name: _picked(values, raw, where) for name, values in table.columns.items()}
    raw.encoding, raw.encoding_why = table.choice.shown, table.choice.why
    if table.cut:
        raw.notes.append(f"項目の幅で切られた文字 {table.cut}種類の端を除いた")


def _picked(values: list[Any], raw: Raw, where: str) -> list[Any]:
    """Return the values of the shapes there are, by record number."""
    if len(raw.numbers) and int(raw.numbers.max()) > len(values):
        raise BrokenFile(
            f"図形は {int(raw.numbers.max()):,}件、属性は {len(values):,}件で、数が合いません。",
            where=where,
        )
    return [values[number - 1] for number in raw.numbers.tolist()]


def _cpg(source: Source) -> str | None:
    part = source.parts.get(".cpg")
    if part is None:
        return None
    return part.read_bytes()[:100].decode("ascii", "ignore").strip("\ufeff \r\n\0") or None


def _crs(raw: Raw, source: Source) -> None:
    part = source.parts.get(".prj")
    raw.crs, raw.crs_why = None, "座標系のファイル（.prj）がない"
    if part is None:
        return
    text, _ = decode(part.read_bytes()[:20_000], given=None, where=f"{source.stem}.prj")
    try:
        raw.crs, raw.crs_why = CRS.from_user_input(text.strip()), ".prj による"
    except CRSError:
        raw.crs_why = ".prj は読めない"
