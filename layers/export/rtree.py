"""The nodes of SQLite's R*Tree made in one go (Sort-Tile-Recursive, Leutenegger 1997).

Inserting 10,000 boxes one by one costs more than the rows themselves. The node format is
SQLite's own (https://www.sqlite.org/rtree.html, "shadow tables"); ``rtreecheck()`` accepts it.
"""

from __future__ import annotations

import sqlite3
import struct
from math import ceil, sqrt
from typing import Any

import numpy as np

MOST_CELLS = 51  # of a node with four float coordinates
NODE_BYTES = 4 + MOST_CELLS * 24
CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])  # minx, maxx, miny, maxy
Boxes = Any  # (n, 4) array: minx, maxx, miny, maxy, rounded outwards to 32 bits
INSERT = 'INSERT OR REPLACE INTO "{0}_{1}" VALUES (?,?)'


def fill(db: sqlite3.Connection, table: str, ids: Any, bounds: Any) -> None:
    """Fill an empty R*Tree ``table``; ``bounds`` are (n, 4): west, south, east, north."""
    boxes = _outwards(bounds[:, [0, 2, 1, 3]])
    order = _tiled(boxes)
    level = _packed(ids[order], boxes[order])
    numbers = range(2, 2 + len(level))
    for number, (inside, _) in zip(numbers, level, strict=True):
        _write(db, table, "rowid", ((int(id_), number) for id_ in inside))
    depth = 0
    while len(level) > 1:
        _nodes(db, table, numbers, level)
        depth, below = depth + 1, numbers
        level = _packed(np.array(below), np.array([_hull(box) for _, box in level]))
        numbers = range(below.stop, below.stop + len(level))
        for number, (inside, _) in zip(numbers, level, strict=True):
            parent = 1 if len(level) == 1 else number
            _write(db, table, "parent", ((int(child), parent) for child in inside))
    if depth == 0:
        _write(db, table, "rowid", ((int(id_), 1) for id_ in level[0][0]))
    _write(db, table, "node", [(1, _node(*level[0], depth))])


def _nodes(db: sqlite3.Connection, table: str, numbers: range, level: list[Any]) -> None:
    pairs = zip(numbers, level, strict=True)
    _write(db, table, "node", ((n, _node(inside, boxes, 0)) for n, (inside, boxes) in pairs))


def _write(db: sqlite3.Connection, table: str, part: str, rows: Any) -> None:
    db.executemany(INSERT.format(table, part), rows)


def _outwards(boxes: Any) -> Boxes:
    """Round to 32 bits so that a box never gets smaller."""
    made = boxes.astype(np.float32)
    low, high = made[:, ::2], made[:, 1::2]
    made[:, ::2] = np.where(low > boxes[:, ::2], np.nextafter(low, np.float32(-np.inf)), low)
    made[:, 1::2] = np.where(high < boxes[:, 1::2], np.nextafter(high, np.float32(np.inf)), high)
    return made


def _tiled(boxes: Boxes) -> Any:
    """Return an order in which neighbours stand together: slices by x, within them by y."""
    count = len(boxes)
    slices = ceil(sqrt(ceil(count / MOST_CELLS)))
    by_x = np.argsort(boxes[:, 0] + boxes[:, 1], kind="stable")
    slice_of = np.empty(count, dtype=int)
    slice_of[by_x] = np.arange(count) * slices // count
    return np.lexsort((boxes[:, 2] + boxes[:, 3], slice_of))


def _packed(ids: Any, boxes: Boxes) -> list[tuple[Any, Boxes]]:
    """Cut into nodes as equal as can be: SQLite wants none nearly empty."""
    nodes = ceil(len(ids) / MOST_CELLS)
    return list(zip(np.array_split(ids, nodes), np.array_split(boxes, nodes), strict=True))


def _hull(boxes: Boxes) -> tuple[float, ...]:
    low, high = boxes.min(axis=0), boxes.max(axis=0)
    return low[0], high[1], low[2], high[3]


def _node(ids: Any, boxes: Boxes, depth: int) -> bytes:
    cells = np.empty(len(ids), dtype=CELL)
    cells["id"], cells["box"] = ids, boxes
    return (struct.pack(">HH", depth, len(ids)) + cells.tobytes()).ljust(NODE_BYTES, b"\x00")
