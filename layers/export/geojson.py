"""GeoJSON (RFC 7946): properties as they were given, in one collection with ``metadata``."""

from __future__ import annotations

from pathlib import Path

import orjson
import shapely

from layers.export.gathered import Gathered
from layers.export.looks import Looks
from layers.export.rows import Chunk


def write(gathered: Gathered, target: Path, _: Looks) -> None:
    """Write one FeatureCollection; a feature without a place has a null geometry."""
    about = gathered.about.as_dict(gathered.notes.lines())
    with target.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","metadata":' + orjson.dumps(about))
        file.write(b',"features":[\n')
        for number, chunk in enumerate(gathered.chunks()):
            file.write((b",\n" if number else b"") + b",\n".join(_lines(chunk)))
        file.write(b"\n]}\n")


def _lines(chunk: Chunk) -> list[bytes]:
    """Return a feature a line: a file that line tools and diffs can work on."""
    shapes = shapely.to_geojson(chunk.geometries)
    null = orjson.Fragment(b"null")
    lines = []
    for id_, shape, *values in zip(chunk.ids, shapes, *chunk.columns.values(), strict=True):
        feature = {"type": "Feature"} if id_ is None else {"type": "Feature", "id": id_}
        geometry = null if shape is None else orjson.Fragment(shape)
        row = dict(zip(chunk.columns, values, strict=True))
        lines.append(orjson.dumps({**feature, "geometry": geometry, "properties": row}))
    return lines
