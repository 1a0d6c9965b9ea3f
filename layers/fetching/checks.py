"""Is it what was asked for? A page that says "sorry" with status 200 is not a tile."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from layers.errors import FetchFailed
from layers.tiles import formats


def _page(data: bytes) -> bool:
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<error"))


def _vector_tile(data: bytes) -> bool:
    return data.startswith(formats.GZIP) or formats.fits("pbf", data)


# only the first bytes are looked at: whether the rest can be read, its reader says
LOOKS: dict[str, Callable[[bytes], bool]] = {
    "png": lambda data: formats.fits("png", data),
    "jpg": lambda data: formats.fits("jpg", data),
    "pbf": _vector_tile,
    "zip": lambda data: data.startswith(b"PK\x03\x04"),
    "csv": lambda data: bool(data) and not _page(data) and b"\x00" not in data[:4096],
    "geojson": lambda data: data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"),
}


def check(form: str, head: bytes, *, where: str, content_type: str = "") -> None:
    """Check the first bytes of what came against the format it should have.

    Raises:
        FetchFailed: it is something else; often a page of a firewall or of maintenance.
    """
    if not LOOKS[form](head):
        said = f" ({content_type})" if content_type else ""
        raise FetchFailed(
            f"What came is not {form}{said}; a maintenance page or a filter on the way?",
            where=where,
        )


def feature_collection(data: bytes, *, where: str) -> list[Any]:
    """Return the features of a GeoJSON answer.

    Raises:
        FetchFailed: it is not a FeatureCollection.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise FetchFailed("What came is not JSON.", where=where) from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise FetchFailed("What came is not a FeatureCollection.", where=where)
    return features
