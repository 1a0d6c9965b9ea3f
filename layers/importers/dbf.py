"""The attribute table of a shapefile (dBase III), read here so that its encoding is in our hands.

Layout: Esri, "ESRI Shapefile Technical Description", and the dBASE III header: 32 bytes, then
32 a field, 0x0D, then records of fixed width that begin with a blank or, deleted, with ``*``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.errors import BrokenFile
from layers.importers import encoding, limits
from layers.importers.raw import too_many

LANGUAGE = {0x13: "cp932", 0x7B: "cp932", 0x03: "cp1252", 0x57: "cp1252"}  # byte 29
HEADER, FIELD = 32, 32


@dataclass(frozen=True, slots=True)
class Field:
    """A column: raw name, kind (C N F L D…), where its bytes lie in a record."""

    name: bytes
    kind: str
    start: int
    width: int
    decimals: int


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name, the encoding taken and how many texts ended inside a character."""

    columns: dict[str, list[Any]]
    choice: encoding.Choice
    cut: int


def read(data: bytes, *, cpg: str | None, given: str | None, where: str) -> Table:
    """Return the table of a .dbf file, deleted records included (the .shp has them too).

    Raises:
        BrokenFile: it is damaged or cut short, or no encoding reads its texts.
    """
    fields, count, start, width = _header(data, where)
    records = np.frombuffer(data, dtype=np.uint8, count=count * width, offset=start)
    records = records.reshape(count, width)
    texts = {f: _values(records, f) for f in fields if f.kind not in PARSERS}
    names = [field.name for field in fields]
    distinct: set[bytes] = set().union(*texts.values())
    language = LANGUAGE.get(data[29])
    choice = encoding.choose(
        [*names, *(v for v in distinct if not v.isascii())], said=cpg or language, given=given,
        where=where, said_by=".cpg" if cpg else "dbf の見出し",
    )  # fmt: skip
    decoded, cut = _decoded([*names, *distinct], choice.codec, where)
    meaning: dict[bytes, str | None] = {**decoded, b"": None}
    columns: dict[str, list[Any]] = {}
    for at, field in enumerate(fields):
        name = decoded[field.name]
        column: list[Any]
        if field in texts:
            column = [meaning[value] for value in texts[field]]
        else:
            column = [*map(PARSERS[field.kind], _values(records, field))]
        columns[name if name not in columns else f"{name}\0{at}"] = column
    return Table(columns, choice, cut)


def _header(data: bytes, where: str) -> tuple[list[Field], int, int, int]:
    try:
        count, start, width = struct.unpack_from("<IHH", data, 4)
        fields = _fields(data[HEADER:start])
    except (struct.error, ValueError):
        raise BrokenFile("属性の表（.dbf）の見出しが壊れています。", where=where) from None
    too_many(count, limits.MAX_FEATURES, "地物", where)
    too_many(len(fields), limits.MAX_COLUMNS, "項目", where)
    if not width or any(field.start + field.width > width for field in fields):
        raise BrokenFile("属性の表（.dbf）の項目の幅が合いません。", where=where)
    if start + count * width > len(data):
        there = max(0, len(data) - start) // width
        raise BrokenFile(
            f"属性の表（.dbf）が途中で切れています（{count:,}件のうち {there:,}件まで）。",
            where=where,
        )
    return fields, count, start, width


def _fields(area: bytes) -> list[Field]:
    fields, start = [], 1
    for at in range(0, len(area) - FIELD + 1, FIELD):
        if area[at] == 0x0D:
            break
        name = area[at : at + 11].split(b"\0")[0].strip()
        kind, width, decimals = chr(area[at + 11]), area[at + 16], area[at + 17]
        if kind == "C":  # clipper's long texts keep the upper byte of the width here
            width, decimals = width + 256 * decimals, 0
        fields.append(Field(name, kind, start, width, decimals))
        start += width
    return fields


def _values(records: np.ndarray, field: Field) -> list[bytes]:
    """Return a column as bytes without the blanks at their ends."""
    if not field.width or not len(records):
        return [b""] * len(records)
    column = np.ascontiguousarray(records[:, field.start : field.start + field.width])
    return [value.strip() for value in column.view(f"S{field.width}").ravel().tolist()]


def _decoded(values: list[bytes], codec: str, where: str) -> tuple[dict[bytes, str], int]:
    found, cut = {}, 0
    for value in values:
        try:
            found[value] = value.decode(codec)
        except UnicodeDecodeError as error:
            # programs fill a field to its width and halve the last character
            try:
                found[value] = value[: error.start].decode(codec)
            except UnicodeDecodeError:
                raise BrokenFile(f"{value[:40]!r} が読めません。", where=where) from None
            cut += 1
    return found, cut


def _number(value: bytes) -> int | float | None:
    if value.isdigit():
        return int(value)
    try:
        number = float(value)
    except ValueError:  # ******** stands for a number that did not fit
        return None
    if b"." not in value and number.is_integer() and abs(number) < 2**53:
        return int(number)
    return number if abs(number) < 1e308 else None


def _date(value: bytes) -> str | None:
    text = value.decode("ascii", "replace")
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() else None


def _flag(value: bytes) -> bool | None:
    return {b"Y": True, b"T": True, b"N": False, b"F": False}.get(value.upper())


PARSERS: dict[str, Callable[[bytes], Any]] = {
    "N": _number, "F": _number, "D": _date, "L": _flag, "I": lambda _: None,
    "M": lambda _: None, "B": lambda _: None, "G": lambda _: None, "O": lambda _: None,
}  # fmt: skip
