"""GeoJSON, whole or one feature a line, old ``crs`` members included; TopoJSON by its type.

Read here and not by GDAL: a file cut short must be refused whole, and there are JSON dialects
that GDAL would follow to other files and addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.errors import BrokenFile
from layers.importers import claims, encoding, limits, shapes, topojson
from layers.importers.raw import NotGeodata, Options, Raw, Source, too_many

BARE = re.compile(r"\b(?:NaN|Infinity)\b")
BY_RULE = "GeoJSON の決まり（記載なし）"


def read(source: Source, options: Options) -> Iterator[Raw]:
    """Yield the layer of a GeoJSON file, or the layers of a TopoJSON one.

    Raises:
        BrokenFile: it is no JSON, or JSON without geography in it.
        UnsafeFile: more vertices, features or fields than the limits.
    """
    data = source.text_bytes()
    # each vertex opens a bracket: refused before any of them becomes an object
    too_many(data.count(b"["), limits.MAX_VERTICES, "頂点", source.name)
    text, choice = encoding.decode(data, given=options.encoding, where=source.name)
    for raw in _layers(text, source):
        raw.encoding, raw.encoding_why = choice.shown, choice.why
        yield raw


def _layers(text: str, source: Source) -> list[Raw]:
    document = _document(text, source.name)
    if document.get("type") == "Topology":
        return list(topojson.layers(document, source.name))
    return [_raw(document, source)]


def _document(text: str, where: str) -> dict[str, Any]:
    try:
        document = _parsed(text)
    except ValueError as error:
        lines = _lines(text)
        if lines is None:
            raise BrokenFile(
                f"JSON として読めません（{error}）。途中で切れていないか確かめてください。",
                where=where,
            ) from None
        return {"type": "FeatureCollection", "features": lines}
    if not isinstance(document, dict):
        raise NotGeodata("JSON ですが GeoJSON ではありません。", where=where)
    return document


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        if not BARE.search(text):
            raise
    try:  # some programs write NaN, which JSON does not know
        return orjson.loads(orjson.dumps(json.loads(text, parse_int=float)))
    except (RecursionError, TypeError) as error:
        raise ValueError(str(error)) from None


def _lines(text: str) -> list[Any] | None:
    """Return the features of a file that has one on each line, or None."""
    found = []
    for line in text.splitlines():
        plain = line.strip("\x1e \t")
        if not plain:
            continue
        try:
            found.append(_parsed(plain))
        except ValueError:
            return None
    return found if found and all(isinstance(item, dict) for item in found) else None


def _features(document: dict[str, Any], where: str) -> list[Any]:
    kind = document.get("type")
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        features: list[Any] = document["features"]
        return features
    if kind == "Feature":
        return [document]
    if kind in shapes.GEOMETRIES:
        return [{"type": "Feature", "geometry": document, "properties": {}}]
    raise NotGeodata("JSON ですが GeoJSON ではありません（地物の集まりがない）。", where=where)


def _raw(document: dict[str, Any], source: Source) -> Raw:
    features = _features(document, source.name)
    too_many(len(features), limits.MAX_FEATURES, "地物", source.name)
    given = [_member(f, "geometry") for f in features]
    geometries, reasons, reduced = shapes.shapes(given, source.name)
    crs, why = _crs(document)
    raw = Raw("GeoJSON", geometries, columns(features, source.name), crs=crs, crs_why=why)
    raw.reasons, raw.claims = reasons, claims.read(document.get("metadata"))
    if reduced:
        raw.notes.append(f"4次元以上の座標 {reduced}件から余分な値を除いた")
    return raw


def _member(feature: Any, name: str) -> Any:
    return feature.get(name) if isinstance(feature, dict) else None


def _crs(document: dict[str, Any]) -> tuple[CRS | None, str]:
    member = document.get("crs")
    if member is None:
        return CRS.from_epsg(4326), BY_RULE
    properties = member.get("properties") if isinstance(member, dict) else None
    said = properties.get("name", properties.get("code")) if isinstance(properties, dict) else None
    try:
        if not isinstance(said, str | int):
            raise CRSError("none")
        return CRS.from_user_input(said), "ファイルの crs による"
    except CRSError:
        return None, f"ファイルの crs {str(member)[:80]} は読めない"


def columns(features: list[Any], where: str) -> dict[str, list[Any]]:
    """Return the properties of features as columns, and their ids where they have some.

    Raises:
        BrokenFile: a value nested deeper than any program writes.
        UnsafeFile: more fields than the limit.
    """
    rows = [p if isinstance(p := _member(f, "properties"), dict) else {} for f in features]
    names = dict.fromkeys(name for row in rows for name in row)
    too_many(len(names), limits.MAX_COLUMNS, "項目", where)
    found = {name: [row.get(name) for row in rows] for name in names}
    ids = [_member(f, "id") for f in features]
    if "id" not in found and any(value is not None for value in ids):
        found["id"] = ids
    for name, values in found.items():
        _not_too_deep(name, values, where)
    return found


def _not_too_deep(name: str, values: list[Any], where: str) -> None:
    """Refuse what could be read, and not be written any more."""
    for number, value in enumerate(values, 1):
        if isinstance(value, list | dict) and shapes.too_deep(value):
            raise BrokenFile(
                f"{number}番目の地物の項目「{name[:40]}」の入れ子が深すぎます"
                f"（{shapes.DEEPEST}段まで）。この項目を除いてから取り込んでください。",
                where=where,
            )
