"""A frame as the GeoJSON every other part reads: rounded, plain values, one form of its bytes."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from typing import Any

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely

from layers.crs import GEOGRAPHIC
from layers.schema import Collection, Metadata

DECIMALS = 7  # of a degree: a centimetre
PLAIN = {str, int, bool, type(None)}


def to_collection(frame: geopandas.GeoDataFrame, metadata: Metadata) -> Collection:
    """Return a FeatureCollection in EPSG:4326 with the member ``metadata``.

    Coordinates have 7 decimals. Texts stay as they are, markup and formulas included: whoever
    shows them makes them inert. NaN, NaT and infinities become null, times ISO 8601, bytes hex.
    """
    collection: Collection = orjson.loads(encoded(frame, metadata))
    return collection


def encoded(frame: geopandas.GeoDataFrame, metadata: Metadata) -> bytes:
    """Return the bytes of :func:`to_collection`, without an object for each vertex."""
    degrees = frame if frame.crs is None else frame.to_crs(GEOGRAPHIC)
    rounded = shapely.transform(
        np.asarray(degrees.geometry.array, dtype=object), lambda xy: np.round(xy, DECIMALS)
    )
    shapes = [orjson.Fragment(text or "null") for text in shapely.to_geojson(rounded)]
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
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


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
