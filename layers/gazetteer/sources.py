"""From layers of any origin to entries: what their attributes are called and mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import MultiLineString, mapping, shape

from layers.gazetteer.entry import KINDS, LINES, Entry
from layers.linear import fields
from layers.linear.post_tables import is_post
from layers.schema import Collection, Feature, LonLat

Properties = Mapping[str, Any]
NAME = (
    "name", "施設・場所名", "施設名", "名称", "地名", "橋名", "N02_005", "W05_004", "河川名",
    "N01_003", "路線名", "N02_003", "N03_004", "P20_002", "P11_001", "S_NAME", "name_ja",
    "NAME", "Name", "title", "town", "city",
)  # fmt: skip
KANA = ("kana", "name_kana", "よみ", "読み", "フリガナ", "ふりがな", "citykana")
TOWN = ("city", "都道府県名及び市町村名", "N03_004", "市町村名", "CITY_NAME")
NO_PLACES = frozenset({"outside"})  # nodes of a network that stand for everything beyond it
ROLE_KINDS = {"boundary": "municipality", "shelters": "evacuation_site"}
HALL = {"町": "町役場", "村": "村役場", "市": "市役所"}
_TOWN = re.compile(r"[^道府県郡]+?[市町村]$")
_COUNTY = re.compile(r"^(?:北海道|.{2,3}[都府県])?(?:.+郡)?")
_BRACKETS = re.compile(r"[（(<＜〈《]([^（()）<>＜＞〈〉《》]*)[）)>＞〉》]")


def _abr(properties: Properties) -> str:
    # 町字ID: 0000 in its first part means a small 字 or 行政区 without a 大字 above it
    return "district" if str(properties["id"])[6:10] == "0000" else "aza"


# the first row whose attributes are all there says what kind of place it is
KIND_BY_KEYS: tuple[tuple[tuple[str, ...], str | Callable[[Properties], str]], ...] = (
    (("施設・場所名", "受入対象者"), "shelter"),
    (("施設・場所名", "洪水"), "evacuation_site"),
    (("N02_005",), "station"),
    (("line", "operator"), "station"),
    (("id", "pref", "city", "name"), _abr),
    (("town", "koaza"), "aza"),
    (("lgcode", "citykana"), "town_hall"),
    (("S_NAME",), "aza"),  # boundaries of the census, 小地域
    (("N03_004",), "municipality"),
    (("code", "city", "name"), "municipality"),
    (("橋名",), "bridge"),
    (("elevation_m",), "summit"),
)  # fmt: skip


def entries_from(collection: Collection) -> list[Entry]:
    """Return the named features of a layer (GeoJSON, EPSG:4326) as entries.

    Known: ``kind`` and ``name`` of our own layers, designated shelters and sites, 町字, stations,
    summits, boundaries (N03), rivers (W05), roads (N01), town halls; anything else with a
    name-like attribute is a ``place``. Features without a name or a readable geometry are left
    out: a gazetteer of what can be found is still one.
    """
    metadata = collection.get("metadata") or {}
    found = (_entry(f, at, metadata) for at, f in enumerate(collection.get("features", ())))
    return list(_together(entry for entry in found if entry is not None))


def _together(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Surveys cut a road into hundreds of features: one name is one entry with all its parts."""
    lines: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.kind in LINES and entry.geometry is not None:
            lines.setdefault((entry.kind, entry.name), []).append(entry)
        else:
            yield entry
    for parts in lines.values():
        yield parts[0] if len(parts) == 1 else _merged(parts)


def _merged(parts: list[Entry]) -> Entry:
    drawn = [p for entry in parts for p in shapely.get_parts(shape(entry.geometry))]
    longest = max(parts, key=lambda entry: shape(entry.geometry).length)
    whole = mapping(MultiLineString([p for p in drawn if p.geom_type == "LineString"]))
    return replace(longest, id=parts[0].id, geometry=whole)


def _entry(feature: Feature, at: int, metadata: Properties) -> Entry | None:
    properties = feature.get("properties") or {}
    kind = kind_of(properties, str(metadata.get("role", "")))
    name = _name(properties, kind)
    place = _place(feature.get("geometry"))
    if not name or place is None or _no_place(properties):
        return None
    uncertainty = fields.metres(properties.get("uncertainty_m"))
    if uncertainty is None:
        uncertainty = fields.metres(metadata.get("uncertainty_m"))
    layer = metadata.get("name") or metadata.get("title_ja") or ""
    return Entry(
        id=str(feature.get("id") or properties.get("共通ID") or f"{layer}:{kind}:{at}:{name[:40]}"),
        name=name, kind=kind, lonlat=place,
        kana=fields.text(properties, KANA) if kind != "town_hall" else "",
        others=tuple(dict.fromkeys(_others(name, kind, properties))),
        geometry=None if feature["geometry"]["type"] == "Point" else feature["geometry"],
        source=str(properties.get("source") or metadata.get("source") or layer),
        uncertainty_m=uncertainty, schematic=bool(metadata.get("schematic")),
        municipality=_municipality(properties),
    )  # fmt: skip


def _no_place(properties: Properties) -> bool:
    """Tell whether a feature only stands for something else: a way out, the post of a river."""
    post = is_post(properties) and not fields.text(properties, ("name", "橋名", "名称"))
    return post or properties.get("kind") in NO_PLACES


def kind_of(properties: Properties, role: str = "") -> str:
    """Return the kind of a feature: its own word, else by its attributes or its layer's role."""
    given = str(properties.get("kind") or "")
    if given in KINDS:
        return given
    for names, kind in KIND_BY_KEYS:
        if all(name in properties for name in names):
            return kind if isinstance(kind, str) else kind(properties)
    return fields.kind_of({**properties, "kind": None}, ROLE_KINDS.get(role, "place"))


def _name(properties: Properties, kind: str) -> str:
    if kind == "town_hall" and "citykana" in properties:
        city = str(properties.get("city", ""))
        return city[:-1] + HALL.get(city[-1:], city[-1:])
    if kind == "municipality":
        return _municipality(properties) or fields.text(properties, NAME)
    name = fields.text(properties, NAME) + fields.text(properties, ("koaza",))
    return "" if name in fields.NAMELESS else name


def _municipality(properties: Properties) -> str:
    """Return 美瑛町 out of 北海道美瑛町 or 上川郡美瑛町."""
    given = fields.text(properties, TOWN)
    found = _TOWN.search(given[_COUNTY.match(given).end() :]) if given else None  # type: ignore[union-attr]
    return found.group() if found else ""


def _others(name: str, kind: str, properties: Properties) -> Iterator[str]:
    """Return the other names a place goes by: without its brackets, inside them, route numbers."""
    inside = _BRACKETS.findall(name)
    if inside:
        yield _BRACKETS.sub("", name).strip()
        yield from (part.strip() for part in inside if len(part.strip()) > 1)
    ref = str(properties.get("ref") or "")
    if kind == "road" and ref:
        word = fields.CLASSES.get(str(properties.get("road_class")), "")
        yield from (f"{word}{ref}号", f"{ref}号", ref)
    yield from name.split()[1:] if kind == "road" else ()
    if kind == "station":
        yield name.removesuffix("駅")
        yield name.removesuffix("駅") + "駅"


def _place(geometry: Any) -> LonLat | None:
    """Return a position on the feature: the point, the middle of a line, inside an area."""
    try:
        with np.errstate(invalid="ignore"):  # NaN is looked for in the next line
            given = shape(geometry)
        if given.is_empty or not np.isfinite(shapely.get_coordinates(given)).all():
            return None
        if given.geom_type.endswith("LineString"):
            longest = max(shapely.get_parts(given), key=lambda part: part.length)
            spot = longest.interpolate(0.5, normalized=True)
        else:
            spot = given.representative_point()
    except (ValueError, TypeError, KeyError, AttributeError, ShapelyError):
        return None
    lon, lat = float(spot.x), float(spot.y)
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None
