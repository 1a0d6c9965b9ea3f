"""GeoPackage with styles: opens in QGIS as it should look, and says where it comes from.

Written with sqlite3 alone: it streams, holds the interpreter only row by row, and is
faster than GDAL from rows of Python.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.export import gpkg_tables as tables
from layers.export import rtree
from layers.export.gathered import Gathered, Layer
from layers.export.looks import Looks
from layers.export.names import field_names
from layers.export.rows import NO_PLACE, Chunk
from layers.export.shapes import promoted, type_name
from layers.export.styles import PLAIN, Style, qml

# GP, version 0, little endian without envelope, EPSG:4326; the WKB follows
HEAD = b"GP\x00\x01" + struct.pack("<i", 4326)


def write(gathered: Gathered, target: Path, looks: Looks) -> None:
    """Write one table a layer and geometry type; rows without a place are a plain table."""
    with closing(sqlite3.connect(target, isolation_level=None)) as db:
        # nobody reads the file before it has its name, and a broken one is thrown away
        for pragma in ("journal_mode = OFF", "synchronous = OFF"):
            db.execute(f"PRAGMA {pragma}")
        db.execute(f"PRAGMA application_id = {tables.APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {tables.VERSION}")
        db.execute("BEGIN")
        for statement in tables.COMMON.split(";\n"):
            db.execute(statement)
        db.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", tables.SYSTEMS)
        _say(db, gathered)
        for layer in gathered.layers.values():
            _layer(db, gathered, layer)
            if layer.key.family != NO_PLACE:
                _style(db, layer, looks.styles.get(layer.key.layer, PLAIN))
        db.execute("COMMIT")


def _say(db: sqlite3.Connection, gathered: Gathered) -> None:
    said = json.dumps(gathered.about.as_dict(gathered.notes.lines()), ensure_ascii=False)
    db.execute(
        "INSERT INTO gpkg_metadata (id, md_standard_uri, mime_type, metadata) "
        "VALUES (1, 'https://www.rfc-editor.org/rfc/rfc8259', 'application/json', ?)",
        (said,),
    )
    db.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, md_file_id) VALUES ('geopackage', 1)"
    )


def _layer(db: sqlite3.Connection, gathered: Gathered, layer: Layer) -> None:
    names = field_names(layer.seen, ("fid", "geom", *(["id"] if layer.with_ids else [])))
    columns = {names[field]: kind for field, kind in layer.kinds.items()}
    if layer.with_ids:
        columns = {"id": "text", **columns}
    _declare(db, gathered, layer)
    db.execute(tables.create(layer, columns))
    placed = layer.key.family != NO_PLACE
    marks, first = ",".join("?" * (1 + placed + len(columns))), 1
    insert = f'INSERT INTO "{layer.name}" VALUES ({marks})'  # noqa: S608 - no quotes in our names
    for chunk in gathered.chunks(layer.key):
        db.executemany(insert, _rows(chunk, layer, first))
        first += len(chunk.ids)
    if placed:
        _index(db, gathered, layer)


def _index(db: sqlite3.Connection, gathered: Gathered, layer: Layer) -> None:
    index = f"rtree_{layer.name}_geom"
    db.execute(f'CREATE VIRTUAL TABLE "{index}" USING rtree(id, minx, maxx, miny, maxy)')
    boxes = [shapely.bounds(chunk.geometries) for chunk in gathered.chunks(layer.key)]
    rtree.fill(db, index, np.arange(1, layer.count + 1), np.concatenate(boxes))
    for trigger in tables.triggers(layer.name):
        db.execute(trigger)


def _declare(db: sqlite3.Connection, gathered: Gathered, layer: Layer) -> None:
    placed = layer.key.family != NO_PLACE
    db.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
        "min_x, min_y, max_x, max_y, srs_id) VALUES (?,?,?,?,?,?,?,?,?)",
        (
            layer.name, "features" if placed else "attributes", layer.name,
            "\n".join(gathered.lines()), *(layer.bounds if placed else (None,) * 4),
            4326 if placed else 0,
        ),
    )  # fmt: skip
    if placed:
        db.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, 4326, 0, 0)",
            (layer.name, type_name(layer).upper()),
        )
        db.execute(
            "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', ?, 'write-only')",
            (layer.name, tables.INDEX_PAGE),
        )


def _rows(chunk: Chunk, layer: Layer, first: int) -> Iterator[tuple[Any, ...]]:
    front: list[Any] = [range(first, first + len(chunk.ids))]
    if layer.key.family != NO_PLACE:
        front.append([HEAD + wkb for wkb in shapely.to_wkb(promoted(chunk.geometries, layer))])
    if layer.with_ids:
        front.append(chunk.ids)
    columns = (chunk.whole(name, seen) for name, seen in layer.seen.items())
    return zip(*front, *columns, strict=True)


def _style(db: sqlite3.Connection, layer: Layer, style: Style) -> None:
    made = qml(style, layer.key.family)
    if made:
        db.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, useAsDefault, description, owner) "
            "VALUES ('', '', ?, 'geom', ?, ?, 1, 'biei-eoc', '')",
            (layer.name, layer.name, made),
        )
