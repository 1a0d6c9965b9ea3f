"""One layer out of GDAL, as arrays: read locally, strictly, and counted.

GDAL only ever sees a file under a name of ours whose first bytes were checked, so that no other
of its drivers (those that follow addresses, other files or pipelines) takes it up.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.errors import BrokenFile
from layers.importers import limits
from layers.importers.raw import Raw, Source, too_many

# all of its own errors are RuntimeErrors; a file without any layer is an IndexError
FAULTS = (RuntimeError, IndexError, OSError, ValueError, OverflowError, MemoryError)
CONFIG = {
    "SHAPE_RESTORE_SHX": True,  # a missing index is rebuilt, in a folder of ours
    "GML_SKIP_RESOLVE_ELEMS": "ALL",  # xlink:href is never followed
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",  # nor is any address
}
TEMPORARY = re.compile(r"\S*/eoc-import-[^/]*/")  # our folder means nothing to the reader
WHOLE = ("OFTInteger", "OFTInteger64")


def staged(source: Source, suffix: str) -> Path:
    """Return a link to the file in the temporary folder, under a harmless name."""
    link = source.folder / f"source-{source.mark}{suffix}"
    if not link.exists():
        link.symlink_to(source.path.resolve())
    return link


def layer_names(path: Path, where: str) -> tuple[list[str], list[str]]:
    """Return the names of layers with geometry, and of tables without.

    Raises:
        BrokenFile: GDAL cannot open it.
    """
    with faults(where):
        listed = pyogrio.list_layers(path)
    too_many(len(listed), limits.MAX_LAYERS, "レイヤー", where)
    spatial = [str(name) for name, kind in listed if kind is not None]
    return spatial, [str(name) for name, kind in listed if kind is None]


def layer(
    path: Path, name: str | None, where: str, form: str, *, first: int = 0, **options: Any
) -> Raw:
    """Return one layer; ``first`` is the id the driver gives to the first feature.

    Raises:
        BrokenFile: it cannot be read, or only in part.
        UnsafeFile: more features, fields or vertices than the limits.
    """
    with faults(where):
        info = pyogrio.read_info(path, layer=name, **options)
        too_many(int(info["features"]), limits.MAX_FEATURES, "地物", where)
        too_many(len(info["fields"]), limits.MAX_COLUMNS, "項目", where)
        meta, fids, wkb, fields = pyogrio.raw.read(
            path, layer=name, return_fids=True, datetime_as_string=True, **options
        )
    if wkb is None:
        wkb = np.full(len(fids), None, dtype=object)
    if 0 <= info["features"] != len(wkb):
        there = f"{len(wkb):,}件"
        raise BrokenFile(
            f"{info['features']:,}件あるはずの地物が {there}しか読めません（途中で壊れている）",
            where=where,
        )
    size = sum(map(len, filter(None, wkb.tolist())))
    too_many(size // limits.VERTEX_BYTES, limits.MAX_VERTICES, "頂点", where)
    geometries, reasons = _shapes(wkb)
    crs, why = _crs(meta["crs"])
    columns = dict(
        zip(map(str, meta["fields"]), map(_column, fields, meta["ogr_types"]), strict=True)
    )
    raw = Raw(form, geometries, columns, layer=name or "", crs=crs, crs_why=why, reasons=reasons)
    raw.numbers = np.asarray(fids, dtype=int) - first + 1
    return raw


@contextmanager
def faults(where: str) -> Iterator[None]:
    """Turn whatever GDAL complains of into a BrokenFile."""
    pyogrio.set_gdal_config_options(CONFIG)
    log = logging.getLogger("pyogrio")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about measures and mixed kinds: our report says it
            yield
    except FAULTS as error:
        if isinstance(error, BrokenFile):
            raise
        said = TEMPORARY.sub("", str(error))[:200]
        raise BrokenFile(f"ファイルが壊れていて読めません（{said}）。", where=where) from None
    finally:
        log.setLevel(level)


def _shapes(wkb: np.ndarray) -> tuple[np.ndarray, dict[int, str]]:
    with np.errstate(all="ignore"):
        found = shapely.from_wkb(wkb, on_invalid="ignore")
    missing = shapely.is_missing(found)
    reasons = {
        int(at): "図形として成り立たない（点が足りない、輪が閉じていないなど）"
        for at in np.flatnonzero(missing)
        if wkb[at] is not None
    }
    return found, reasons


def _crs(said: Any) -> tuple[CRS | None, str]:
    if not said:
        return None, "ファイルに記載なし"
    try:
        return CRS.from_user_input(said), "ファイルの記載による"
    except CRSError:
        return None, "ファイルの座標系は読めない"


def _column(values: np.ndarray, kind: str) -> Any:
    """Return a column; whole numbers that GDAL made floats for the sake of a null come back."""
    if kind in WHOLE and values.dtype.kind == "f":
        return [None if value != value else int(value) for value in values.tolist()]
    return values
