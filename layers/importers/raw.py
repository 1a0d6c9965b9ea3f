"""What every reader hands over: geometries as they stood in the file, columns, and what it saw."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from pyproj import CRS

from layers.errors import BrokenFile, UnsafeFile
from layers.gazetteer import Gazetteer
from layers.importers import limits
from layers.importers.claims import Claims
from layers.importers.report import ByPlace


class NotGeodata(BrokenFile):
    """A file of a known type without geometry: refused alone, passed over in company."""


@dataclass(slots=True)
class Raw:
    """One layer as read.

    ``geometries`` is an array of shapely objects in the coordinates of the file, None where
    there is none; ``reasons`` says why, by position. ``numbers`` counts features from 1 as the
    file does. ``columns`` holds a sequence as long as ``geometries`` for each field.
    ``by_place`` says that the positions are not from the file, but estimated from names;
    ``claims`` is what the file says of itself.
    """

    format: str
    geometries: np.ndarray
    columns: dict[str, Any]
    layer: str = ""
    crs: CRS | None = None
    crs_why: str = ""
    encoding: str = "UTF-8"
    encoding_why: str = "形式の決まり"
    reasons: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    numbers: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    by_place: ByPlace | None = None
    claims: Claims = field(default_factory=Claims)

    def __post_init__(self) -> None:
        if len(self.numbers) != len(self.geometries):
            self.numbers = np.arange(1, len(self.geometries) + 1)


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller says and the file does not: ``encoding`` as Python names it.

    With ``places``, tables without coordinates are placed by the names in ``place_column``.
    """

    encoding: str | None = None
    places: Gazetteer | None = None
    place_column: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Files that make one data source: ``path`` the main one, ``parts`` its company by suffix.

    ``folder`` is a temporary one for whatever a reader needs to put down.
    """

    name: str
    path: Path
    folder: Path
    parts: dict[str, Path] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The name without folder and extension."""
        return PurePosixPath(self.name).stem

    @property
    def mark(self) -> str:
        """A short name of its own for files put down in the folder."""
        return hashlib.sha256(str(self.path).encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def text_bytes(self) -> bytes:
        """Return the bytes of a text format.

        Raises:
            UnsafeFile: there are more than a text may have.
        """
        size = self.path.stat().st_size
        if size > limits.MAX_TEXT_BYTES:
            most = limits.MAX_TEXT_BYTES // limits.MB
            raise UnsafeFile(
                f"{size // limits.MB} MB あり、この形式の上限 {most} MB を超えます。"
                "範囲を分けるか、GeoPackage にしてください。",
                where=self.name,
            )
        return self.path.read_bytes()


def too_many(count: int, limit: int, what: str, where: str) -> None:
    """Refuse a count over its limit.

    Raises:
        UnsafeFile: it is.
    """
    if count > limit:
        raise UnsafeFile(f"{what}が {count:,} あり、上限 {limit:,} を超えます。", where=where)
