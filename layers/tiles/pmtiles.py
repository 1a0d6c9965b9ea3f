"""PMTiles version 3: one file with a directory of offsets, read as something a stranger made.

The words of the format (header, directory, order of tiles) come from the package ``pmtiles``;
what is checked here is that a header or directory does not lie about the file it stands in.
"""

from __future__ import annotations

import json
import os
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from pmtiles.tile import (
    Compression,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from layers.errors import BrokenTiles
from layers.schema import BBox
from layers.tiles import formats, grid

MAGIC = b"PMTiles\x03"
HEADER_BYTES = 127
DEPTH = 4  # the format's own limit: a root and three levels of leaves
MAX_DIRECTORY = 16 * 2**20  # unpacked; a root is at most 16 kB packed, leaves are of that order
MAX_METADATA = 4 * 2**20
TYPES = {
    TileType.PNG: "png", TileType.JPEG: "jpg", TileType.WEBP: "webp", TileType.MVT: "pbf",
}  # fmt: skip
ENCODINGS = {Compression.NONE: "", Compression.GZIP: "gzip"}
SECTIONS = ("root", "metadata", "leaf_directory", "tile_data")
UNREADABLE = (ValueError, EOFError, OSError, IndexError, ArithmeticError, zlib.error)


class PmTiles:
    """A PMTiles file; see ``layers.tiles.TileArchive``.

    Read by position (``pread``), which needs no lock, and not mapped into memory: a file cut short
    under a mapping kills the process that looks at it.
    """

    def __init__(self, path: Path) -> None:
        self._where = path.name
        self._file = os.open(path, os.O_RDONLY)
        try:
            self._header = self._read_header()
            self._metadata = self._read_metadata()
        except BaseException:
            os.close(self._file)
            raise
        self._directory = lru_cache(maxsize=64)(self._read_directory)

    @property
    def format(self) -> str:
        """What a tile is."""
        return TYPES[self._header["tile_type"]]

    @property
    def encoding(self) -> str:
        """How a tile is packed."""
        return ENCODINGS[self._header["tile_compression"]]

    @property
    def bounds(self) -> BBox:
        """Where tiles are."""
        return _box(self._header)

    @property
    def zooms(self) -> tuple[int, int]:
        """Lowest and highest zoom with tiles."""
        return self._header["min_zoom"], self._header["max_zoom"]

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return the bytes of a tile, or None."""
        if not grid.valid(z, x, y):
            return None
        wanted = zxy_to_tileid(z, x, y)
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(DEPTH):
            entry = find_tile(self._directory(offset, length), wanted)
            if entry is None:
                return None
            if entry.run_length:
                return self._read_tile(entry, f"{z}/{x}/{y}")
            self._inside("leaf_directory", entry)
            offset = self._header["leaf_directory_offset"] + entry.offset
            length = entry.length
        raise BrokenTiles(f"Directories lie deeper than {DEPTH} levels.", where=self._where)

    def metadata(self) -> dict[str, Any]:
        """Return the JSON metadata."""
        return dict(self._metadata)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _bytes(self, offset: int, length: int) -> bytes:
        data = os.pread(self._file, length, offset)
        if len(data) != length:
            raise BrokenTiles(f"It ends before byte {offset + length}.", where=self._where)
        return data

    def _read_header(self) -> dict[str, Any]:
        raw = self._bytes(0, HEADER_BYTES)
        try:
            header: dict[str, Any] = dict(deserialize_header(raw))
        except (*UNREADABLE, MagicNumberNotFound, SpecVersionUnsupported):
            raise BrokenTiles("Its header cannot be read.", where=self._where) from None
        size = os.fstat(self._file).st_size
        for name in SECTIONS:
            if header[f"{name}_offset"] + header[f"{name}_length"] > size:
                raise BrokenTiles(
                    f"Section {name} should end at byte {header[f'{name}_offset']} + "
                    f"{header[f'{name}_length']}, the file at {size}.",
                    where=self._where,
                )
        self._check(header)
        return header

    def _check(self, header: dict[str, Any]) -> None:
        box = _box(header)
        known = {
            f"tile type {header['tile_type'].name}": header["tile_type"] in TYPES,
            f"tile compression {header['tile_compression'].name}":
                header["tile_compression"] in ENCODINGS,
            f"directory compression {header['internal_compression'].name}":
                header["internal_compression"] is Compression.GZIP,
            f"zooms {header['min_zoom']}-{header['max_zoom']}":
                header["min_zoom"] <= header["max_zoom"] <= grid.MAX_ZOOM,
            f"bounds {box}":
                -180 <= box[0] <= box[2] <= 180 and -90 <= box[1] <= box[3] <= 90,
        }  # fmt: skip
        for what, good in known.items():
            if not good:
                raise BrokenTiles(f"Its header says {what}; it cannot be.", where=self._where)

    def _read_metadata(self) -> dict[str, Any]:
        length = self._header["metadata_length"]
        if not length:
            return {}
        packed = self._bytes(self._header["metadata_offset"], min(length, MAX_METADATA))
        try:
            document = json.loads(_unpacked(packed, MAX_METADATA))
        except (*UNREADABLE, RecursionError):
            raise BrokenTiles("Its metadata cannot be read.", where=self._where) from None
        return document if isinstance(document, dict) else {}

    def _read_directory(self, offset: int, length: int) -> list[Any]:
        if length > MAX_DIRECTORY:
            raise BrokenTiles(f"A directory of {length} bytes is too large.", where=self._where)
        packed = self._bytes(offset, length)
        try:
            _unpacked(packed, MAX_DIRECTORY)
            return deserialize_directory(packed)
        except UNREADABLE:
            raise BrokenTiles(
                f"The directory at byte {offset} cannot be read.", where=self._where
            ) from None

    def _read_tile(self, entry: Any, where: str) -> bytes:
        self._inside("tile_data", entry)
        if entry.length > formats.MAX_TILE_BYTES:
            raise BrokenTiles(f"Tile {where} has {entry.length} bytes.", where=self._where)
        data = self._bytes(self._header["tile_data_offset"] + entry.offset, entry.length)
        if not formats.fits(self.format, data, encoding=self.encoding):
            raise BrokenTiles(f"Tile {where} is not {self.format}.", where=self._where)
        return data

    def _inside(self, section: str, entry: Any) -> None:
        size = self._header[f"{section}_length"]
        if not 0 <= entry.offset <= entry.offset + entry.length <= size:
            raise BrokenTiles(
                f"A directory points to bytes {entry.offset} + {entry.length} of {section}, "
                f"which has {size}.",
                where=self._where,
            )


def _box(header: dict[str, Any]) -> BBox:
    west, south, east, north = (
        header[f"{key}_e7"] / 1e7 for key in ("min_lon", "min_lat", "max_lon", "max_lat")
    )
    return west, south, east, north


def _unpacked(packed: bytes, limit: int) -> bytes:
    # a few bytes can unpack to gigabytes: never more than the limit
    stream = zlib.decompressobj(wbits=31)
    data = stream.decompress(packed, limit)
    if not stream.eof:
        raise ValueError("more than the limit, or cut short")
    return data
