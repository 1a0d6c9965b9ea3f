"""The list of layers for the layer control: the catalogue, and what of it can be shown here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dashboard.config import Settings
from dashboard.geo.tiles import TileFolder, title
from dashboard.locale import words
from dashboard.projections.board import Board
from dashboard.projections.subject import Subject
from dashboard.realm import Realm
from layers.catalog import Catalog, Layer
from layers.errors import BrokenTiles
from layers.schema import Metadata

Row = dict[str, Any]
TILED = ("raster", "vector_tiles")
EMPTY = {"url": None, "bounds": None, "sha256": None, "available": False, "why": ""}
# drawn from the network in force when nobody published a layer of their own
PARTS = {"settlements": "settlement", "depots": "depot", "bridges": "bridge"}


class Listing:
    """Rows of the layer control for one realm, in one language."""

    def __init__(
        self, realm: Realm, settings: Settings, catalog: Catalog, tiles: TileFolder
    ) -> None:
        self.realm, self.settings, self.catalog, self.tiles = realm, settings, catalog, tiles

    def rows(self, board: Board | None, lang: str) -> list[Row]:
        """Return every layer in the catalogue's order, then what the town has besides."""
        published = _in_force(board)
        rows = [self._row(x, published, lang) for x in self.catalog.layers if not x.hidden]
        known = {layer.name for layer in self.catalog.layers}
        others = [_user(self._file(s), name, s, lang) for name, s in published.items()
                  if name not in known]  # fmt: skip
        kept = [self._archive(name, lang) for name in self.tiles.names()
                if name not in known and name not in published]  # fmt: skip
        return [*rows, *self._configured(), *others, *kept]

    def _row(self, layer: Layer, published: Mapping[str, Subject], lang: str) -> Row:
        row = {**layer.as_dict(lang), "kind": _kind(layer), **EMPTY}
        if layer.kind == "analysis":
            return {**row, "available": True}
        if layer.kind in TILED:
            return row | self._tiled(layer, lang)
        if layer.name == "ground":
            return {**row, "available": True, "url": f"{self.realm.prefix}/assets/ground.geojson"}
        if layer.name in published:
            return row | self._file(published[layer.name])
        if layer.name in PARTS and "network" in published:
            part = self._file(published["network"])
            return row | part | {"url": f"{part['url']}?kind={PARTS[layer.name]}"}
        return {**row, "why": words(lang, "layers.not_published")}

    def _tiled(self, layer: Layer, lang: str) -> Row:
        if self.tiles.path(layer.name) is not None:
            return self._kept(layer.name, lang)
        if self.settings.online_tiles and layer.url:
            return {"available": True, "url": layer.url}
        return {"available": False, "why": words(lang, "layers.no_tiles")}

    def _kept(self, name: str, lang: str) -> Row:
        try:
            archive = self.tiles.archive(name)
        except BrokenTiles as error:
            return {"available": False, "why": f"{words(lang, 'layers.broken_tiles')} {error}"}
        url = f"{self.realm.prefix}/tiles/{name}/{{z}}/{{x}}/{{y}}"
        least, most = archive.zooms
        bounds = list(archive.bounds) if archive.bounds else None
        row = {"available": True, "url": url, "bounds": bounds, "min_zoom": least,
               "max_native_zoom": most}  # fmt: skip
        said = archive.metadata().get("attribution")  # made here from other data: it says so
        return row | ({"attribution": said[:200]} if said and isinstance(said, str) else {})

    def _archive(self, name: str, lang: str) -> Row:
        """Tiles that somebody put into the folder: no catalogue knows them."""
        told = self._kept(name, lang)
        kind, words_of_it = "raster", name
        if told["available"]:
            archive = self.tiles.archive(name)
            kind = "vector_tiles" if archive.format == "pbf" else "raster"
            words_of_it = title(archive, name)
        layer = Layer.of(Metadata(name, words_of_it), order=400)
        return {**layer.as_dict(lang), "kind": kind, **EMPTY, **told}

    def _file(self, published: Subject) -> Row:
        sha256 = published.get("sha256")
        return {
            "available": True, "url": f"{self.realm.prefix}/layers/{sha256}.geojson",
            "sha256": sha256, "bounds": published.get("bbox"),
            **{name: published.get(name) for name in ("attribution", "source", "licence", "date")},
            "schematic": bool(published.get("schematic")),
        }  # fmt: skip

    def _configured(self) -> Iterator[Row]:
        """The tiles of EOC_TILES_URL, as a base map of their own."""
        if not self.settings.tiles_url:
            return
        layer = Layer.of(Metadata("configured", "EOC_TILES_URL"), order=1)
        yield {
            **layer.as_dict(), **EMPTY, "group": "base", "kind": "raster", "base": True,
            "url": self.settings.tiles_url, "visible": True, "available": True,
            "attribution": self.settings.tiles_attribution,
        }  # fmt: skip


def _kind(layer: Layer) -> str:
    return "geojson" if layer.kind == "vector" else layer.kind


def _user(file: Row, name: str, published: Subject, lang: str) -> Row:
    titles = {"title_ja": published.get("title"), "title_en": published.get("title_en") or ""}
    layer = Layer.of(Metadata(name, note_ja=published.get("note") or "", **titles), order=500)
    style = replace(layer.style, label=published.get("label") or "")
    return {**replace(layer, style=style).as_dict(lang), "kind": "geojson", **EMPTY, **file}


def _in_force(board: Board | None) -> dict[str, Subject]:
    """Return the layers in force by name; tables (lahar) are not drawn as layers."""
    found = board.of_type("layer") if board else []
    standing = (s for s in found if s.get("state") == "in_force" and s.get("role") != "lahar")
    return {s.id.removeprefix("layer:"): s for s in standing}
