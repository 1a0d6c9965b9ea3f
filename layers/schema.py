"""The words every module here shares: positions, boxes, features and what a layer says of itself.

Positions are ``(lon, lat)`` in degrees, EPSG:4326 (JGD2011 is taken as equal: they differ by
less than a metre). Metres are counted in the plane of ``layers.crs``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from layers.errors import BrokenFile

LonLat = tuple[float, float]  # degrees, EPSG:4326
XY = tuple[float, float]  # metres in the plane: east, north
BBox = tuple[float, float, float, float]  # west, south, east, north in degrees, EPSG:4326
Feature = dict[str, Any]  # GeoJSON, EPSG:4326
Collection = dict[str, Any]  # GeoJSON FeatureCollection; its ``metadata`` is a Metadata

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
# what an analysis may use a layer for; everything else is "reference" and is only drawn
ROLES = ("reference", "network", "hazard", "shelters", "boundary", "gazetteer", "lahar")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a layer says of itself; the member ``metadata`` of its GeoJSON file.

    ``date`` is that of the data (ISO 8601 date, or a year). ``schematic`` layers are marked
    概略 wherever they or anything computed from them is shown. ``uncertainty_m`` says how far
    positions may be off.
    """

    name: str
    title_ja: str
    title_en: str = ""
    role: str = "reference"
    source: str = ""
    licence: str = ""
    attribution: str = ""
    date: str = ""
    schematic: bool = False
    uncertainty_m: float | None = None
    note_ja: str = ""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise BrokenFile(f"Layer name {self.name!r} must be a-z, 0-9, _ and -, at most 64.")
        if self.role not in ROLES:
            raise BrokenFile(f"Role {self.role!r} of {self.name} is unknown; use one of {ROLES}.")

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the metadata of a FeatureCollection; keys unknown here are left alone.

        Raises:
            BrokenFile: it carries none, or no name or title.
        """
        given = document.get("metadata")
        if not isinstance(given, Mapping) or not given.get("name") or not given.get("title_ja"):
            raise BrokenFile("The layer has no metadata with name and title_ja.")
        return cls(**{k: v for k, v in given.items() if k in cls.__slots__})

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON wants it."""
        return asdict(self)
