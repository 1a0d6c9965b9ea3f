"""A frame as the GeoJSON every other part reads: rounded, plain values, one form of its bytes."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely
from shapely import GeometryType

from layers.collector import without_collector
from layers.crs import GEOGRAPHIC
from layers.schema import Collection, Metadata

DECIMALS = 7  # of a degree: a centimetre
OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
NAMES = {
    GeometryType.LINESTRING: "LineString", GeometryType.POLYGON: "Polygon",
    GeometryType.MULTIPOINT: "MultiPoint", GeometryType.MULTILINESTRING: "MultiLineString",
    GeometryType.MULTIPOLYGON: "MultiPolygon",
}  # fmt: skip
PLAIN = {str, int, bool, type(None)}


def to_collection(frame: geopandas.GeoDataFrame, metadata: Metadata) -> Collection:
    """Return a FeatureCollection in EPSG:4326 with the member ``metadata``.

    Coordinates have 7 decimals. Texts stay as they are, markup and formulas included: whoever
    shows them makes them inert. NaN, NaT and infinities become null, times ISO 8601, bytes hex.
    """
    collection: Collection = orjson.loads(encoded(frame, metadata))
    return collection


@without_collector()
def encoded(frame: geopandas.GeoDataFrame, metadata: Metadata) -> bytes:
    """Return the bytes of :func:`to_collection`, without an object for each vertex."""
    degrees = frame if frame.crs is None else frame.to_crs(GEOGRAPHIC)
    shapes = geometries(np.asarray(degrees.geometry.array, dtype=object))
    names = [str(name) for name in frame.columns if name != frame.geometry.name]
    columns = [_values(frame[name]) for name in names]
    rows = zip(*columns, strict=True) if columns else ((),) * len(frame)
    features = [
        {"type": "Feature", "geometry": shape, "properties": dict(zip(names, row, strict=True))}
        for shape, row in zip(shapes, rows, strict=True)
    ]
    return canonical(
        {"type": "FeatureCollection", "metadata": metadata.as_dict(), "features": features}
    )


def canonical(document: Collection) -> bytes:
    """Return the bytes of a document: UTF-8, keys sorted, no spaces."""
    return orjson.dumps(document, option=OPTIONS)


def geometries(shapes: np.ndarray) -> list[Any]:
    """Return shapely geometries (None: null) as GeoJSON, whose vertices are numpy arrays."""
    made = np.full(len(shapes), None, dtype=object)
    kinds = shapely.get_type_id(shapes)  # -1 where there is none
    for kind in np.unique(kinds[kinds >= 0]).tolist():
        places = np.flatnonzero(kinds == kind)
        write = _column if kind in NAMES else _texts
        made[places] = write(shapes[places], kind)
    return made.tolist()


def _column(shapes: np.ndarray, kind: int) -> list[Any]:
    """Return geometries of one kind as slices of one array: no object for a vertex."""
    _, vertices, offsets = shapely.to_ragged_array(shapes, include_z=False)
    level: Any = np.round(vertices, DECIMALS)
    for ends in offsets:
        level = [level[start:end] for start, end in pairwise(ends.tolist())]
    name = NAMES[GeometryType(kind)]
    return [{"type": name, "coordinates": item} for item in level]


def _texts(shapes: np.ndarray, kind: int) -> list[Any]:
    """Return points and collections, as GEOS writes them."""
    rounded = shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS))
    return [orjson.Fragment(text) for text in shapely.to_geojson(rounded)]


def _values(series: pd.Series) -> list[Any]:
    values: list[Any] = series.tolist()
    if series.dtype.kind == "f" and np.isfinite(series.to_numpy()).all():
        return values
    # one look at the types spares a call for each cell of the usual columns
    return values if set(map(type, values)) <= PLAIN else [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    make = MAKE.get(type(value))
    if make is not None:
        return make(value)
    if type(value) in PLAIN:
        return value
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if pd.isna(value) is True else str(value)


MAKE: dict[type, Callable[[Any], Any]] = {
    dict: lambda d: {str(key): _plain(value) for key, value in d.items()},
    list: lambda items: [_plain(item) for item in items],
    tuple: lambda items: [_plain(item) for item in items],
    bytes: bytes.hex,
    pd.Timestamp: lambda t: t.isoformat(),
    datetime.datetime: datetime.datetime.isoformat,
    datetime.date: datetime.date.isoformat,
    np.ndarray: lambda a: [_plain(item) for item in a.tolist()],
}
