"""MBTiles: tiles in an SQLite file, read as something a stranger made."""

from __future__ import annotations

import json
import sqlite3
import threading
from itertools import count
from pathlib import Path
from typing import Any

from layers.errors import BrokenTiles
from layers.schema import BBox
from layers.tiles import formats, grid

# two questions: each is answered by the index, one for both would read all of it
LOW_HIGH = "SELECT (SELECT min(zoom_level) FROM tiles), (SELECT max(zoom_level) FROM tiles)"
MAGIC = b"SQLite format 3\x00"
STEPS = 100_000  # between two looks at how long a question takes
LOOKS = 500  # a view made to never end is cut off here; a lookup needs some dozen steps


class MbTiles:
    """An MBTiles file; see ``layers.tiles.TileArchive``.

    One connection behind a lock: under gevent a connection per thread would be one per request.
    ``immutable`` because a new archive takes the name of the old one and never its place on disk.
    """

    def __init__(self, path: Path) -> None:
        self._where = path.name
        self._lock = threading.Lock()
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        try:
            self._guard()
            self._read_about()
        except BaseException:
            self._db.close()
            raise

    @property
    def format(self) -> str:
        """What a tile is."""
        return self._format

    @property
    def encoding(self) -> str:
        """How a tile is packed."""
        return self._encoding

    @property
    def bounds(self) -> BBox:
        """Where tiles are."""
        return self._bounds

    @property
    def zooms(self) -> tuple[int, int]:
        """Lowest and highest zoom with tiles."""
        return self._zooms

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return the bytes of a tile, or None."""
        if not grid.valid(z, x, y):
            return None
        rows = self._ask(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
            " LIMIT 1",
            (z, x, grid.flipped(z, y)),
        )
        if not rows or rows[0][0] is None:
            return None
        return self._checked(rows[0][0], f"{z}/{x}/{y}")

    def metadata(self) -> dict[str, Any]:
        """Return the table ``metadata``, its member ``json`` opened."""
        return dict(self._metadata)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def _guard(self) -> None:
        self._db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, formats.MAX_TILE_BYTES)
        self._db.execute("PRAGMA trusted_schema = OFF")
        self._db.execute("PRAGMA query_only = ON")

    def _ask(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock:
            looks = count(1)
            self._db.set_progress_handler(lambda: next(looks) > LOOKS, STEPS)
            try:
                return self._db.execute(query, values).fetchall()
            except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
                raise BrokenTiles(f"It cannot be read: {error}.", where=self._where) from None

    def _checked(self, data: Any, where: str) -> bytes:
        if isinstance(data, bytes) and formats.fits(self._format, data, encoding=self._encoding):
            return data
        what = f"{self._encoding} {self._format}".strip()
        raise BrokenTiles(f"Tile {where} is not {what}.", where=self._where)

    def _read_about(self) -> None:
        self._metadata = _opened(self._ask("SELECT name, value FROM metadata LIMIT 1000"))
        low, high = self._ask(LOW_HIGH)[0]
        if not (isinstance(low, int) and isinstance(high, int) and 0 <= low <= high):
            raise BrokenTiles("It holds no tile.", where=self._where)
        if high > grid.MAX_ZOOM:
            raise BrokenTiles(f"Zoom {high} is too high.", where=self._where)
        self._zooms = low, high
        self._format, self._encoding = self._told()
        self._bounds = self._said_bounds() or self._counted_bounds()

    def _told(self) -> tuple[str, str]:
        # what metadata says of the format is often wrong; the first tile is not
        found = self._ask("SELECT tile_data FROM tiles WHERE length(tile_data) > 0 LIMIT 1")
        first = found[0][0] if found else b""
        told = formats.told(first) if isinstance(first, bytes) else None
        if told is None:
            raise BrokenTiles("Its tiles are no png, jpg, webp or vector tiles.", where=self._where)
        return told

    def _said_bounds(self) -> BBox | None:
        try:
            west, south, east, north = map(float, str(self._metadata["bounds"]).split(","))
            return grid.checked((west, south, east, north))
        except (KeyError, ValueError):
            return None

    def _counted_bounds(self) -> BBox:
        z = self._zooms[1]
        found = self._ask(
            "SELECT min(tile_column), min(tile_row), max(tile_column), max(tile_row) FROM tiles"
            " WHERE zoom_level = ?",
            (z,),
        )[0]
        left, low, right, high = found
        if not all(isinstance(n, int) and 0 <= n < (1 << z) for n in found):
            raise BrokenTiles(f"It has tiles outside the grid at zoom {z}.", where=self._where)
        west, _, _, north = grid.tile_bounds(z, left, grid.flipped(z, high))
        _, south, east, _ = grid.tile_bounds(z, right, grid.flipped(z, low))
        return west, south, east, north


def _opened(rows: list[Any]) -> dict[str, Any]:
    said = {str(name): value for name, value in rows}
    try:
        inner = json.loads(said.pop("json", "{}"))
    except (ValueError, TypeError, RecursionError):
        inner = {}
    return said | (inner if isinstance(inner, dict) else {})
