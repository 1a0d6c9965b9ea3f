"""Tiles out of the archives in ``<state>/tiles``: ``std.pmtiles``, ``pale.mbtiles`` …"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from dashboard import native
from dashboard.errors import NotFound
from layers.tiles import TileArchive, open_archive

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
SUFFIXES = (".pmtiles", ".mbtiles")
TYPES = {
    "png": "image/png", "jpg": "image/jpeg", "webp": "image/webp",
    "pbf": "application/vnd.mapbox-vector-tile",
}  # fmt: skip


class TileFolder:
    """The archives of a folder, opened once and again when their file is replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, tuple[Any, TileArchive]] = {}

    def archive(self, name: str) -> TileArchive:
        """Return the archive of a layer.

        Raises:
            NotFound: no file of this layer here.
            BrokenTiles: the file is damaged.
        """
        path = self.path(name)
        if path is None:
            raise NotFound(f"No tiles of {name[:64]} are kept here.", name=name[:64])
        stat = path.stat()
        stamp = (path, stat.st_mtime_ns, stat.st_size)
        known = self._open.get(name)
        if known is None or known[0] != stamp:
            known = self._open[name] = (stamp, native.run(open_archive, path))
        return known[1]

    def path(self, name: str) -> Path | None:
        """Return the file of a layer's tiles, if any."""
        if not NAME.fullmatch(name):
            return None
        found = (self.folder / f"{name}{suffix}" for suffix in SUFFIXES)
        return next((path for path in found if path.is_file()), None)

    def names(self) -> list[str]:
        """Return the names under which tiles are kept here, in order."""
        if not self.folder.is_dir():
            return []
        found = {path.stem for path in self.folder.iterdir() if path.suffix in SUFFIXES}
        return sorted(name for name in found if self.path(name) is not None)


def title(archive: TileArchive, name: str) -> str:
    """Return what an archive calls itself, or the name of its file."""
    said = archive.metadata().get("name")
    return said.strip()[:200] or name if isinstance(said, str) else name
