"""Tile archives to read and to break."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from layers.errors import BrokenTiles
from layers.tiles import About, open_archive
from layers.tiles.grid import Tile, tiles

BIEI = (142.30, 43.39, 142.93, 43.71)
SUFFIXES = [".mbtiles", ".pmtiles"]


def png(tile: Tile) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + repr(tile).encode()


def about(**other: object) -> About:
    given = {"name": "試し", "format": "png", "bounds": BIEI, "attribution": "地理院タイル"}
    return About(**{**given, **other})  # type: ignore[arg-type]


def refused(path: Path) -> str:
    """Open it and ask for tiles; return the sentence with which it is refused."""

    def read() -> None:
        with closing(open_archive(path)) as archive:
            for tile in tiles(BIEI, archive.zooms):
                archive.tile(*tile)

    with pytest.raises(BrokenTiles) as caught:
        read()
    assert path.name in str(caught.value)
    return str(caught.value)
