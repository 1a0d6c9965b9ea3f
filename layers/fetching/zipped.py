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


def read_zip(path: Path, wanted: tuple[str, ...], bbox: BBox) -> list[Feature]:
    """Return the features of a zip member that touch a box, whole, as GeoJSON in EPSG:4326.

    ``wanted`` are patterns for the end of the member's name, the best first. A Shapefile that does
    not say its encoding (no .cpg) is CP932, as national land data is.

    Raises:
        FetchFailed: it is no zip, has no such member, or that cannot be read.
    """
    names = _names(path)
    name = _first(path, names, wanted)
    silent = name.endswith(".shp") and f"{name[:-4]}.cpg" not in names
    try:
        frame = pyogrio.read_dataframe(
            f"/vsizip/{{{path.resolve()}}}/{name}",
            bbox=bbox, encoding="CP932" if silent else None,
        )  # fmt: skip
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


def _names(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as opened:
            infos = opened.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FetchFailed(f"It is no zip: {error}.", where=path.name) from None
    if len(infos) > MAX_MEMBERS:
        raise FetchFailed(f"It has {len(infos)} members; that is no data set.", where=path.name)
    for info in infos:
        if info.file_size > MAX_MEMBER:
            raise FetchFailed(f"{info.filename} has {info.file_size} bytes.", where=path.name)
    # some of these zips were packed on Windows; GDAL reads their names this way round as well
    return [info.filename.replace("\\", "/") for info in infos]


def _first(path: Path, names: list[str], wanted: tuple[str, ...]) -> str:
    found = [name for ending in wanted for name in names if re.search(ending + r"\Z", name)]
    if not found:
        raise FetchFailed(f"It has no member like {wanted}.", where=path.name)
    if ".." in found[0].split("/") or set(found[0]) & set("{}"):
        raise FetchFailed(f"Member {found[0]!r} leaves its archive.", where=path.name)
    return found[0]
