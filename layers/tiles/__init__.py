"""Tile archives: MBTiles and PMTiles behind one word, :class:`TileArchive`.

``open_archive(path)`` tells which it is by its first bytes, ``write_archive`` makes one. Tiles are
counted as everywhere on the web: ``(z, x, y)`` with y from the north; the rows of MBTiles, counted
from the south, are turned inside.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from layers.errors import BrokenTiles
from layers.schema import BBox
from layers.tiles import mbtiles, pmtiles
from layers.tiles.writer import About, write_archive

__all__ = ["About", "TileArchive", "open_archive", "write_archive"]


class TileArchive(Protocol):
    """A read-only archive, safe to read from several threads at once.

    ``format`` is png, jpg, webp or pbf; ``encoding`` is ``gzip`` if every tile is a gzip stream
    (send it with that Content-Encoding) and empty otherwise; ``bounds`` are west, south, east,
    north in degrees; ``zooms`` the lowest and highest zoom that hold tiles.
    """

    @property
    def format(self) -> str:
        """What a tile is."""
        ...

    @property
    def encoding(self) -> str:
        """How a tile is packed."""
        ...

    @property
    def bounds(self) -> BBox:
        """Where tiles are."""
        ...

    @property
    def zooms(self) -> tuple[int, int]:
        """Lowest and highest zoom with tiles."""
        ...

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return the bytes of a tile, or None where there is none.

        Raises:
            BrokenTiles: the archive is damaged there.
        """
        ...

    def metadata(self) -> dict[str, Any]:
        """Return what the archive says of itself: name, attribution, vector_layers, …"""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


READERS: dict[bytes, Callable[[Path], TileArchive]] = {
    pmtiles.MAGIC: pmtiles.PmTiles,
    mbtiles.MAGIC: mbtiles.MbTiles,
}


def open_archive(path: Path) -> TileArchive:
    """Open an MBTiles or PMTiles file.

    Raises:
        BrokenTiles: there is no such file, it is damaged, or it is something else.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise BrokenTiles(f"It cannot be opened: {error.strerror}.", where=path.name) from None
    for magic, opened in READERS.items():
        if head.startswith(magic):
            return opened(path)
    raise BrokenTiles("It is neither MBTiles nor PMTiles (version 3).", where=path.name)
