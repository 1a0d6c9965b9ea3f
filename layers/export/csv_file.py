"""CSV for spreadsheets: UTF-8 with a byte order mark, formulas made inert."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.cells import inert
from layers.export.cells import inert_column
from layers.export.gathered import Gathered, Layer
from layers.export.looks import Looks
from layers.export.rows import Chunk

FIRST, LAST = ("layer", "id", "lon", "lat"), "wkt"


def write(gathered: Gathered, target: Path, _: Looks) -> None:
    """Write one table of all layers.

    Points stand in ``lon`` and ``lat`` (degrees, EPSG:4326), every other geometry in ``wkt``;
    a row without a place has neither.
    """
    fields = gathered.fields((*FIRST, LAST))
    with target.open("w", encoding="utf-8", newline="") as file:
        file.write("\ufeff")  # so that Excel reads kanji
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([*FIRST, *map(inert, fields.values()), LAST])
        for chunk in gathered.chunks():
            writer.writerows(_rows(chunk, gathered.layers[chunk.key], fields))


def _rows(chunk: Chunk, layer: Layer, fields: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    columns = (inert_column(chunk.whole(n, layer.seen.get(n, set()))) for n in fields)
    front = [[inert(layer.name)] * len(chunk.ids), inert_column(list(chunk.ids)), *_lonlat(chunk)]
    return zip(*front, *columns, _wkt(chunk), strict=True)


def _lonlat(chunk: Chunk) -> list[list[Any]]:
    points = shapely.get_type_id(chunk.geometries) == 0
    places = np.full((len(chunk.ids), 2), None, dtype=object)
    places[points] = shapely.get_coordinates(chunk.geometries[points])
    return [places[:, 0].tolist(), places[:, 1].tolist()]


def _wkt(chunk: Chunk) -> list[str | None]:
    shapes = np.where(shapely.get_type_id(chunk.geometries) == 0, None, chunk.geometries)
    return list(shapely.to_wkt(shapes, rounding_precision=8))
