"""The table of official sources: which layer comes from where, and how it is made into GeoJSON.

A source is a row of ``SOURCES``; the address, licence and attribution stand in the catalogue. What
comes out is a FeatureCollection whose ``metadata`` (``layers.schema.Metadata``) carries them on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from layers.catalog import Catalog, Layer
from layers.errors import FetchFailed
from layers.fetching.cache import Cache
from layers.fetching.checks import feature_collection
from layers.fetching.client import Client
from layers.fetching.files import Progress, Wanted, fetch_file, silent
from layers.fetching.merging import merged
from layers.fetching.tables import points
from layers.fetching.tiles import Tally, TileFetcher, nothing
from layers.fetching.zipped import read_zip
from layers.schema import BBox, Collection, Feature, Metadata
from layers.tiles.grid import count, tiles

BRIDGE = "橋・高架"


@dataclass(frozen=True, slots=True)
class Fetching:
    """One run: who asks, where it is kept, for which box (degrees), and who is told how far."""

    client: Client
    cache: Cache
    bbox: BBox
    on_tiles: Callable[[Tally], bool] = nothing
    on_bytes: Progress = silent


@dataclass(slots=True)
class Found:
    """What a source gave; ``notes_ja`` says what was left out, for the person who asked."""

    features: list[Feature]
    notes_ja: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Source:
    """How a layer is fetched, and what an analysis may use it for."""

    make: Callable[[Fetching, Layer], Found]
    role: str = "reference"


def hosts(catalog: Catalog) -> frozenset[str]:
    """Return the hosts of every address in the catalogue: the only ones that may be asked."""
    return frozenset(urlsplit(layer.url).hostname or "" for layer in catalog if layer.url)


def fetch(run: Fetching, layer: Layer) -> tuple[Collection, list[str]]:
    """Fetch a layer; return its FeatureCollection with metadata, and notes in Japanese.

    Raises:
        FetchFailed: it has no official source here, or the source failed.
    """
    source = SOURCES.get(layer.name)
    if source is None:
        raise FetchFailed(f"{layer.name} has no official vector source; use {list(SOURCES)}.")
    found = source.make(run, layer)
    if not found.features:
        raise FetchFailed(f"The provider has nothing of {layer.name} in {run.bbox}.")
    document = {
        "type": "FeatureCollection",
        "metadata": _metadata(run, layer, source).as_dict(),
        "features": found.features,
    }
    return document, found.notes_ja


def _metadata(run: Fetching, layer: Layer, source: Source) -> Metadata:
    dated = layer.date[:1].isdigit()
    today = datetime.fromtimestamp(run.client.time.now(), UTC).date().isoformat()
    return Metadata(
        name=layer.name, title_ja=layer.title_ja, title_en=layer.title_en, role=source.role,
        source=f"{layer.source} {layer.url}", licence=layer.licence,
        attribution=layer.attribution, date=layer.date if dated else today,
        note_ja=layer.note_ja,
    )  # fmt: skip


def _lines(
    *, ignoring: Iterable[str] = (), only: Callable[[dict[str, Any]], bool] | None = None
) -> Callable[[Fetching, Layer], Found]:
    def make(run: Fetching, layer: Layer) -> Found:
        zoom = layer.max_native_zoom
        _allowed(layer, count(run.bbox, (zoom, zoom)))
        fetcher = TileFetcher(run.client, run.cache, layer)
        pieces: list[Any] = []
        for tile, body in fetcher.each(tiles(run.bbox, (zoom, zoom)), run.on_tiles):
            pieces.extend(feature_collection(body, where=fetcher.address(tile)))
        wanted = [p for p in pieces if only is None or only(_properties(p))]
        lines = merged(wanted, ignoring=frozenset(ignoring))
        return Found(lines, [f"断片 {len(wanted)} 本を {len(lines)} 本の線にまとめました。"])

    return make


def _allowed(layer: Layer, number: int) -> None:
    if not layer.terms.may_bulk or number > layer.terms.max_tiles:
        raise FetchFailed(
            f"{number} tiles of {layer.name} are more than its terms in the catalogue allow "
            f"({layer.terms.max_tiles}); choose a smaller box."
        )


def _properties(feature: Any) -> dict[str, Any]:
    found = feature.get("properties") if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _is_bridge(properties: dict[str, Any]) -> bool:
    return BRIDGE in (properties.get("state"), properties.get("type"))


def _sites(run: Fetching, layer: Layer) -> Found:
    path = _file(run, layer)
    found = points(path.read_bytes(), run.bbox, where=layer.url)
    dropped = f"位置の読めない行 {found.dropped} 件を除きました。"
    return Found(found.features, [dropped] if found.dropped else [])


def _member(*wanted: str) -> Callable[[Fetching, Layer], Found]:
    def make(run: Fetching, layer: Layer) -> Found:
        return Found(read_zip(_file(run, layer), wanted, run.bbox))

    return make


def _file(run: Fetching, layer: Layer) -> Path:
    name = Path(urlsplit(layer.url).path).name
    about = {
        "source": layer.source, "licence": layer.licence, "attribution": layer.attribution,
    }  # fmt: skip
    wanted = Wanted(layer.url, layer.format, run.cache.folder / "files" / name, about)
    return fetch_file(run.client, wanted, run.on_bytes)


# a river's pieces have ids of their own; a road's id is what tells it from the one it meets
PIECE = ("rID", "lfSpanFr", "lfSpanTo", "devDate")
SOURCES: dict[str, Source] = {
    "boundary": Source(_member(r"\.shp", r"\.geojson"), role="boundary"),
    "rivers": Source(_lines(ignoring=PIECE)),
    "roads": Source(_lines(), role="network"),
    "bridges": Source(_lines(only=_is_bridge)),
    "railways": Source(_member(r"UTF-8/[^/]*RailroadSection\.(shp|geojson)")),
    "stations": Source(_member(r"UTF-8/[^/]*Station\.(shp|geojson)")),
    "evacuation_sites": Source(_sites, role="shelters"),
    "shelters": Source(_sites, role="shelters"),
}
