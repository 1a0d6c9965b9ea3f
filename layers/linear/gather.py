"""From a layer of line features to lines with a name, a direction and km posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from shapely.geometry import LineString

from layers.crs import plane_xy
from layers.errors import BrokenFile
from layers.linear import fields
from layers.linear.joining import join
from layers.linear.line import Line
from layers.linear.post_tables import with_posts
from layers.schema import Collection, Feature

LINES = {"LineString", "MultiLineString"}


@dataclass(slots=True)
class _Group:
    """The parts of one line before they are joined; words are those of its first feature."""

    id: str
    key: str
    kind: str
    properties: Mapping[str, Any]
    uncertainty_m: float
    parts: list[LineString] = field(default_factory=list)
    flowing: list[bool] = field(default_factory=list)


def lines_of(collection: Collection, kinds: Sequence[str]) -> list[Line]:
    """Return the lines of a FeatureCollection (EPSG:4326) that are of one of the kinds.

    Features of one kind and code (or name, if there is no code) are joined; a nameless feature
    is a line of its own. Other geometries and empty ones are passed over.

    Raises:
        BrokenFile: a geometry cannot be read.
        BrokenTable: the km posts in ``metadata.posts`` do not fit their line.
    """
    metadata = collection.get("metadata") or {}
    groups: dict[str, _Group] = {}
    for at, feature in enumerate(collection.get("features", ())):
        properties = feature.get("properties") or {}
        kind = fields.kind_of(properties, kinds[0] if len(kinds) == 1 else "")
        if kind in kinds and (feature.get("geometry") or {}).get("type") in LINES:
            _add(groups, feature, kind, at, metadata)
    lines = [line for group in groups.values() for line in _lines(group, metadata)]
    return with_posts(lines, metadata.get("posts") or {})


def _add(
    groups: dict[str, _Group], feature: Feature, kind: str, at: int, metadata: Mapping[str, Any]
) -> None:
    properties = feature.get("properties") or {}
    parts = list(_parts(feature, at))
    if not parts:
        return
    named = fields.text(properties, fields.CODE) or fields.name_of(properties)
    own = str(feature.get("id") or f"{kind}:{metadata.get('name', '')}:{at}")
    key = f"{kind}:{named}" if named else own
    if key not in groups:
        u = fields.metres(properties.get("uncertainty_m"))
        u = fields.metres(metadata.get("uncertainty_m")) if u is None else u
        u = fields.DEFAULT_UNCERTAINTY_M if u is None else u
        line_id = str(feature.get("id") or key)
        groups[key] = _Group(line_id, key, kind, properties, u)
    downstream = kind == "river" and fields.flows(properties, metadata.get("flow") == "downstream")
    groups[key].parts.extend(parts)
    groups[key].flowing.extend([downstream] * len(parts))


def _parts(feature: Feature, at: int) -> Iterator[LineString]:
    geometry = feature["geometry"]
    given = geometry.get("coordinates") or []
    for coordinates in [given] if geometry["type"] == "LineString" else given:
        try:
            lonlat = np.array([place[:2] for place in coordinates], dtype=float).reshape(-1, 2)
        except (ValueError, TypeError) as error:
            _refuse(feature, at, f"Its coordinates are no numbers: {error}.")
        if not (np.abs(lonlat) <= (180, 90)).all():  # NaN is not at most anything either
            _refuse(feature, at, "A coordinate is no number or off the earth.")
        if len(lonlat) == 1:
            _refuse(feature, at, "A line of one point; it needs two.")
        part = LineString(plane_xy(lonlat))
        if part.length > 0:
            yield part


def _refuse(feature: Feature, at: int, why: str) -> NoReturn:
    raise BrokenFile(why, where=str(feature.get("id") or f"feature {at}"))


def _lines(group: _Group, metadata: Mapping[str, Any]) -> Iterator[Line]:
    properties = group.properties
    for at, piece in enumerate(join(group.parts, group.flowing)):
        yield Line(
            id=group.id if at == 0 else f"{group.id}#{at + 1}",
            key=group.key,
            kind=group.kind,
            name=fields.name_of(properties),
            course=piece.course,
            flows=piece.flows,
            uncertainty_m=group.uncertainty_m,
            schematic=bool(metadata.get("schematic")),
            source=str(properties.get("source") or metadata.get("source") or ""),
            ref=str(properties.get("ref") or ""),
        )
