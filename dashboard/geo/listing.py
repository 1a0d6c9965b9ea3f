"""The list of layers for the layer control: the catalogue, and what of it can be shown here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dashboard.config import Settings
from dashboard.geo.tiles import TileFolder
from dashboard.locale import words
from dashboard.projections.board import Board
from dashboard.projections.subject import Subject
from dashboard.realm import Realm
from layers.catalog import Catalog, Layer
from layers.errors import BrokenTiles

Row = dict[str, Any]
TILED = ("raster", "vector_tiles")
USER = "user"
# what a layer that somebody imported looks like until the catalogue says otherwise
PLAIN = {"color": "#7a3e9d", "weight": 3, "fill": "#7a3e9d", "fill_opacity": 0.15, "radius": 6,
         "label": "name"}  # fmt: skip


class Listing:
    """Rows of the layer control for one realm, in one language."""

    def __init__(
        self, realm: Realm, settings: Settings, catalog: Catalog, tiles: TileFolder
    ) -> None:
        self.realm, self.settings, self.catalog, self.tiles = realm, settings, catalog, tiles

    def rows(self, board: Board | None, lang: str) -> list[Row]:
        """Return every layer in the catalogue's order, then what the town published besides."""
        published = _in_force(board)
        rows = [self._row(layer, published.get(layer.name), lang) for layer in self.catalog.layers]
        known = {layer.name for layer in self.catalog.layers}
        others = [self._user(name, s, lang) for name, s in published.items() if name not in known]
        return [*rows, *self._configured(), *others]

    def _row(self, layer: Layer, published: Subject | None, lang: str) -> Row:
        row = {**layer.as_dict(lang), "bounds": None, "sha256": None, "url": None, "why": ""}
        if layer.kind == "analysis":
            return {**row, "available": True}
        if layer.kind in TILED:
            return row | self._tiled(layer, lang)
        if layer.name == "ground":
            return {**row, "available": True, "url": f"{self.realm.prefix}/assets/ground.geojson"}
        if published is None:
            return {**row, "available": False, "why": words(lang, "layers.not_published")}
        return row | self._file(published)

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
        return {"available": True, "url": url, "bounds": bounds, "min_zoom": least,
                "max_native_zoom": most}  # fmt: skip

    def _file(self, published: Subject) -> Row:
        sha256 = published.get("sha256")
        return {
            "available": True, "url": f"{self.realm.prefix}/layers/{sha256}.geojson",
            "sha256": sha256, "bounds": published.get("bbox"),
            **{name: published.get(name) for name in ("attribution", "source", "licence", "date")},
            "schematic": bool(published.get("schematic")),
        }  # fmt: skip

    def _user(self, name: str, published: Subject, lang: str) -> Row:
        title = published.get("title_en" if lang == "en" else "title") or published.get("title")
        return {
            "name": name, "title": title, "group": USER, "kind": "geojson", "base": False,
            "order": 500, "opacity": 1.0, "visible": False, "min_zoom": 0, "max_zoom": 22,
            "max_native_zoom": None, "attribution_url": None, "style": PLAIN, "legend": [],
            "note": published.get("note") or "", "why": "", **self._file(published),
        }  # fmt: skip

    def _configured(self) -> Iterator[Row]:
        """The tiles of EOC_TILES_URL, as a base map of their own."""
        if not self.settings.tiles_url:
            return
        yield {
            "name": "configured", "title": "EOC_TILES_URL", "group": "base", "kind": "raster",
            "base": True, "url": self.settings.tiles_url, "order": 1, "opacity": 1.0,
            "visible": True, "min_zoom": 0, "max_zoom": 22, "max_native_zoom": 18,
            "attribution": self.settings.tiles_attribution, "attribution_url": None, "source": "",
            "licence": "", "date": "", "schematic": False, "style": {}, "legend": [], "note": "",
            "bounds": None, "available": True, "why": "", "sha256": None,
        }  # fmt: skip


def _in_force(board: Board | None) -> dict[str, Subject]:
    """Return the layers in force by name; tables (lahar) are not drawn as layers."""
    found = board.of_type("layer") if board else []
    standing = (s for s in found if s.get("state") == "in_force" and s.get("role") != "lahar")
    return {s.id.removeprefix("layer:"): s for s in standing}
