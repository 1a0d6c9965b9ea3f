"""National land data: the member of a zip that holds what is wanted, cut to a box by GDAL."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.geometry import mapping

from layers.errors import FetchFailed
from layers.schema import BBox, Feature

MAX_MEMBER = 2 * 2**30
MAX_MEMBERS = 10_000


def read_zip(path: Path, member: str, bbox: BBox) -> list[Feature]:
    """Return the features of a zip member that touch a box, whole, as GeoJSON in EPSG:4326.

    ``member`` is a pattern for the end of the member's name; the first that fits is read, in the
    order in which the table of sources names them.

    Raises:
        FetchFailed: it is no zip, has no such member, or that cannot be read.
    """
    name = _member(path, member)
    try:
        frame = pyogrio.read_dataframe(f"/vsizip/{{{path.resolve()}}}/{name}", bbox=bbox)
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise FetchFailed(f"{name} cannot be read: {error}.", where=path.name) from None
    if frame.crs is not None and frame.crs.to_epsg() not in (4326, 6668):
        frame = frame.to_crs(4326)
    good = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    columns = good.drop(columns="geometry").astype(object)
    rows = columns.where(columns.notna(), None).to_dict("records")
    return [_feature(row, made) for row, made in zip(rows, good.geometry, strict=True)]


def _feature(row: dict[str, Any], geometry: Any) -> Feature:
    # through JSON: what GDAL gives holds numbers and dates that are not JSON's
    properties = json.loads(json.dumps(row, default=str, ensure_ascii=False))
    flat = shapely.force_2d(geometry)
    return {"type": "Feature", "properties": properties, "geometry": mapping(flat)}


def _member(path: Path, pattern: str) -> str:
    try:
        with zipfile.ZipFile(path) as opened:
            infos = opened.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FetchFailed(f"It is no zip: {error}.", where=path.name) from None
    if len(infos) > MAX_MEMBERS:
        raise FetchFailed(f"It has {len(infos)} members; that is no data set.", where=path.name)
    for info in infos:
        if re.search(pattern + r"\Z", info.filename):
            return _safe(path, info)
    raise FetchFailed(f"It has no member like {pattern}.", where=path.name)


def _safe(path: Path, info: zipfile.ZipInfo) -> str:
    if info.file_size > MAX_MEMBER:
        raise FetchFailed(f"{info.filename} unpacks to {info.file_size} bytes.", where=path.name)
    if ".." in info.filename.split("/") or set(info.filename) & set("{}\\"):
        raise FetchFailed(f"Member {info.filename!r} leaves its archive.", where=path.name)
    return info.filename
