"""FlatGeobuf: one file a geometry type; several together in a zip."""

from __future__ import annotations

import tempfile
import zipfile
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.export.cells import BOOLEAN, INTEGER, REAL, TEXT, Column
from layers.export.gathered import Gathered, Layer
from layers.export.looks import Looks
from layers.export.names import field_names
from layers.export.shapes import promoted, type_name

DTYPES = {TEXT: object, BOOLEAN: bool, INTEGER: np.int64, REAL: np.float64}
EMPTY = {TEXT: "", BOOLEAN: False, INTEGER: 0, REAL: np.nan}


def write(gathered: Gathered, target: Path, _: Looks) -> None:
    """Write one layer as a FlatGeobuf file.

    A file of this format is sorted by a tree over all boxes, so its rows are held in memory.
    """
    _write(gathered, gathered.placed[0], target)


def write_zip(gathered: Gathered, target: Path, _: Looks) -> None:
    """Write every layer that has places as a file of its own into a zip."""
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        tempfile.TemporaryDirectory(dir=target.parent) as folder,
    ):
        archive.writestr("about.txt", "\r\n".join(gathered.lines()))
        for layer in gathered.placed:
            part = Path(folder) / "part.fgb"
            _write(gathered, layer, part)
            archive.write(part, f"{layer.name}.fgb")
            part.unlink()


def _write(gathered: Gathered, layer: Layer, target: Path) -> None:
    from pyogrio import raw  # a second and 60 MB: only who asks for this format pays them

    chunks = list(gathered.chunks(layer.key))
    columns = [("id", TEXT, [c.ids for c in chunks])] if layer.with_ids else []
    names = field_names(layer.seen, [name for name, *_ in columns])
    for name, kind in layer.kinds.items():
        columns.append((names[name], kind, [c.whole(name, layer.seen[name]) for c in chunks]))
    arrays = [_array(list(chain.from_iterable(parts)), kind) for _, kind, parts in columns]
    shapes = promoted(np.concatenate([c.geometries for c in chunks]), layer)
    raw.write(
        str(target),
        geometry=shapely.to_wkb(shapes),
        field_data=[values for values, _ in arrays],
        field_mask=[missing for _, missing in arrays],
        fields=[name for name, *_ in columns],
        geometry_type=type_name(layer),
        driver="FlatGeobuf",
        crs="EPSG:4326",
        layer=layer.name,
        encoding="UTF-8",
        TITLE=gathered.about.heading,
        DESCRIPTION="\n".join(gathered.lines()),
    )


def _array(column: Column, kind: str) -> tuple[Any, Any]:
    """Return the values as GDAL takes them, and a mask of those that are not there."""
    if None not in column:
        return np.array(column, dtype=DTYPES[kind]), None
    missing = [value is None for value in column]
    filled = [EMPTY[kind] if value is None else value for value in column]
    return np.array(filled, dtype=DTYPES[kind]), np.array(missing)
