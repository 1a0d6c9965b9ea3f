"""The shelter tables of the survey authority: CSV rows to points."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from layers.errors import FetchFailed
from layers.schema import BBox, Feature

LAT, LON = "緯度", "経度"
NEEDED = ("共通ID", "施設・場所名", "住所", LAT, LON)


@dataclass(slots=True)
class Points:
    """Points of a box, and how many rows had no usable position."""

    features: list[Feature] = field(default_factory=list)
    dropped: int = 0


def points(data: bytes, bbox: BBox, *, where: str) -> Points:
    """Return the rows of a CSV (UTF-8, BOM or not) that lie in a box; every column is kept as text.

    Raises:
        FetchFailed: it is not this table: other encoding, or a column is missing.
    """
    found = Points()
    west, south, east, north = bbox
    for row in _rows(data, where):
        place = _place(row)
        if place is None:
            found.dropped += 1
        elif west <= place[0] <= east and south <= place[1] <= north:
            found.features.append(_feature(row, place))
    return found


def _rows(data: bytes, where: str) -> Iterator[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise FetchFailed(f"The table has no column {missing}.", where=where)
        for row in reader:
            yield {key: value or "" for key, value in row.items() if key}
    except UnicodeDecodeError:
        raise FetchFailed("The table is not UTF-8.", where=where) from None
    except csv.Error as error:
        raise FetchFailed(f"The table is broken: {error}.", where=where) from None


def _place(row: dict[str, str]) -> tuple[float, float] | None:
    try:
        lon, lat = float(row[LON]), float(row[LAT])
    except ValueError:
        return None
    # also false for what is no number
    return (lon, lat) if 120 <= lon <= 155 and 20 <= lat <= 46 else None


def _feature(row: dict[str, str], place: tuple[float, float]) -> Feature:
    kept = {key: value for key, value in row.items() if key not in (LAT, LON)}
    return {
        "type": "Feature", "id": row["共通ID"], "properties": kept,
        "geometry": {"type": "Point", "coordinates": list(place)},
    }  # fmt: skip
