"""Making a tile archive: all of it under its name, or nothing."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from layers.errors import BrokenTiles
from layers.schema import BBox
from layers.tiles import formats, grid
from layers.tiles.grid import Tile
from layers.tiles.pmtiles import ENCODINGS, TYPES

PMTILES: Any = Writer  # the package gives its writer no types
Tiles = Iterable[tuple[Tile, bytes]]


@dataclass(frozen=True, slots=True)
class About:
    """What an archive says of itself. ``extra`` is JSON, e.g. licence, source, vector_layers."""

    name: str
    format: str
    bounds: BBox
    attribution: str = ""
    encoding: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def write_archive(path: Path, tiles: Tiles, about: About) -> int:
    """Write an archive, MBTiles or PMTiles by the ending of its name; return how many tiles.

    PMTiles are laid out best when the tiles come in the order of :func:`laid_out`.

    Raises:
        BrokenTiles: the ending is unknown, there is no tile, or one is not of the format.
    """
    write = WRITERS.get(path.suffix)
    if write is None:
        raise BrokenTiles(f"{path.name} must end in one of {list(WRITERS)}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        number = write(part, _checked(tiles, about), about)
        if not number:
            raise BrokenTiles("There is not one tile to write.", where=path.name)
        _to_disk(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return number


def laid_out(tiles: Iterable[Tile]) -> list[Tile]:
    """Return tiles in the order of PMTiles: zoom by zoom along a Hilbert curve."""
    return sorted(tiles, key=lambda tile: zxy_to_tileid(*tile))


def _checked(tiles: Tiles, about: About) -> Tiles:
    for (z, x, y), data in tiles:
        if not grid.valid(z, x, y) or not formats.fits(about.format, data, encoding=about.encoding):
            raise BrokenTiles(f"Tile {z}/{x}/{y} is not {about.format} or not in the grid.")
        yield (z, x, y), data


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write_mbtiles(path: Path, tiles: Tiles, about: About) -> int:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = OFF")  # a half file is thrown away, never repaired
        db.execute("CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT)")
        db.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER,"
            " tile_data BLOB, PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID"
        )
        db.executemany(
            "INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?)",
            ((z, x, grid.flipped(z, y), data) for (z, x, y), data in tiles),
        )
        number, low, high = db.execute(
            "SELECT count(*), min(zoom_level), max(zoom_level) FROM tiles"
        ).fetchone()
        said = {
            "name": about.name, "format": about.format, "type": "overlay",
            "bounds": ",".join(map(str, about.bounds)), "attribution": about.attribution,
            "minzoom": low, "maxzoom": high, "json": json.dumps(dict(about.extra)),
        }  # fmt: skip
        db.executemany("INSERT INTO metadata VALUES (?, ?)", said.items())
        db.commit()
    return int(number)


def _write_pmtiles(path: Path, tiles: Tiles, about: About) -> int:
    west, south, east, north = (round(degree * 1e7) for degree in about.bounds)
    header = {
        "tile_type": _key(TYPES, about.format), "tile_compression": _key(ENCODINGS, about.encoding),
        "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
    }  # fmt: skip
    said = {"name": about.name, "attribution": about.attribution, **about.extra}
    with path.open("wb") as file:
        writer = PMTILES(file)
        with closing(writer.tile_f):
            for tile, data in tiles:
                writer.write_tile(zxy_to_tileid(*tile), data)
            if writer.addressed_tiles:
                writer.finalize(header, said)
    return int(writer.addressed_tiles)


def _key(table: Mapping[Any, str], wanted: str) -> TileType | Compression:
    found: TileType | Compression = next(key for key, value in table.items() if value == wanted)
    return found


WRITERS: dict[str, Callable[[Path, Tiles, About], int]] = {
    ".mbtiles": _write_mbtiles,
    ".pmtiles": _write_pmtiles,
}
