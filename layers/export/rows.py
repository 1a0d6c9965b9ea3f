"""Features in, chunks of rows out: sorted by layer and family of geometry, 2-D, cleaned.

Everything is done a column at a time: that is what makes it as fast as the libraries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import orjson
import shapely

from layers.errors import BrokenFile
from layers.export.cells import Column, clean_text, fix, flat
from layers.export.notes import Notes
from layers.schema import Feature

CHUNK = 2_000
POINT, LINE, POLYGON, COLLECTION, NO_PLACE = "点", "線", "面", "複合", "位置なし"
# by shapely's type ids, from -1 (no geometry) to 7 (collection)
FAMILIES = np.array(
    (NO_PLACE, POINT, LINE, LINE, POLYGON, POINT, LINE, POLYGON, COLLECTION), dtype=object
)
MARK_FIELD = "訓練区分"
TITLE_KEYS = ("名称", "name", "title", "title_ja", "施設名", "label")
MENDED = "書き出せない文字や値（制御文字・NaN など）を除いた地物"
BROKEN = "形状が空か壊れていて、位置なしとした地物"
HIGH = "高さを省いた地物"


class Key(NamedTuple):
    """A layer of the file: what it holds, and its one family of geometry."""

    layer: str
    family: str


class Chunk(NamedTuple):
    """Rows of one key. ``geometries`` are shapely, EPSG:4326, 2-D; None where there is no place.

    ``columns`` maps a property to its values; a row without it has ``None``.
    """

    key: Key
    ids: Column
    titles: Column  # as given; see ``named``
    pictures: list[Sequence[str]]
    geometries: Any
    columns: dict[str, Column]
    kinds: dict[str, set[str]]  # of the values in each column

    def whole(self, name: str, seen: set[str]) -> Column:
        """Return a column as a table wants it that has seen these kinds; all None if not there."""
        column = self.columns.get(name)
        return [None] * len(self.ids) if column is None else flat(column, seen)

    def named(self) -> list[str]:
        """Return what to call each row on a map: as given, or by a property, or by its id."""
        columns = [self.titles, *(self.columns[k] for k in TITLE_KEYS if k in self.columns)]
        rows = zip(*columns, self.ids, strict=True)
        return [str(next((v for v in row if v not in (None, "")), "")) for row in rows]


def chunks(features: Iterable[Feature], layer: str, mark: str, notes: Notes) -> Iterator[Chunk]:
    """Yield the rows of features; a feature's own ``layer`` goes before ``layer``.

    Raises:
        BrokenFile: something is not a GeoJSON feature.
    """
    source = iter(features)
    while batch := list(islice(source, CHUNK)):
        odd = [f for f in batch if not isinstance(f, dict) or f.get("type") != "Feature"]
        if odd:
            raise BrokenFile(f"{str(odd[0])[:60]} is not a GeoJSON feature.")
        layers = [f.get("layer") or layer for f in batch]
        yield from _sorted(_chunk(batch, mark, notes), layers)


def _chunk(batch: list[Feature], mark: str, notes: Notes) -> Chunk:
    ids, _ = fix([f.get("id") for f in batch])
    if set(map(type, ids)) != {str}:
        ids = [None if i is None else str(i) for i in ids]
    columns: dict[str, Column] = {}
    kinds: dict[str, set[str]] = {}
    given = _columns([f.get("properties") or {} for f in batch])
    if mark:  # in front, whatever a property of that name says
        given.pop(MARK_FIELD, None)
        given = {MARK_FIELD: [mark] * len(batch), **given}
    for key, column in given.items():
        name = clean_text(str(key))
        columns[name], kinds[name] = fix(column)
        if columns[name] is not column:
            notes.add(MENDED, _changed(ids, column, columns[name]))
    titles, _ = fix([f.get("title") for f in batch])
    pictures = [f.get("pictures") or () for f in batch]
    places = _geometries([f.get("geometry") for f in batch], ids, notes)
    return Chunk(Key("", ""), ids, titles, pictures, places, columns, kinds)


def _columns(rows: list[dict[str, Any]]) -> dict[str, Column]:
    names = list(rows[0])
    if set(map(len, rows)) == {len(names)}:  # nearly always all rows are alike
        with suppress(KeyError):
            return {name: list(map(itemgetter(name), rows)) for name in names}
    every = dict.fromkeys(chain.from_iterable(rows))
    return {name: [row.get(name) for row in rows] for name in every}


def _changed(ids: Column, given: Column, fixed: Column) -> Iterator[str | None]:
    return (i for i, a, b in zip(ids, given, fixed, strict=True) if a is not b and a != b)


def _sorted(chunk: Chunk, layers: list[str]) -> Iterator[Chunk]:
    """Yield a chunk as one chunk a key; nearly always it has one."""
    families = FAMILIES[shapely.get_type_id(chunk.geometries) + 1].tolist()
    if len(set(layers)) == len(set(families)) == 1:
        yield chunk._replace(key=Key(layers[0], families[0]))
        return
    at: dict[tuple[str, str], list[int]] = {}
    for index, key in enumerate(zip(layers, families, strict=True)):
        at.setdefault(key, []).append(index)
    for key, some in at.items():
        ids, titles, pictures = ([column[i] for i in some] for column in chunk[1:4])
        columns = {n: [column[i] for i in some] for n, column in chunk.columns.items()}
        kinds = {n: fix(column)[1] for n, column in columns.items()}
        # a column of another layer is no column of this one
        held = {n: columns[n] for n, seen in kinds.items() if seen}
        yield Chunk(Key(*key), ids, titles, pictures, chunk.geometries[some], held, kinds)


def _geometries(given: list[Any], ids: Column, notes: Notes) -> Any:
    """Return shapely geometries without heights; what cannot be read is no place, and said."""
    made = _points(given)
    if made is not None:
        return made
    texts = np.array([_text(g) for g in given], dtype=object)
    made = shapely.from_geojson(texts, on_invalid="ignore")
    made[shapely.is_empty(made)] = None
    lost = [g is not None and m is None for g, m in zip(given, made, strict=True)]
    notes.add(BROKEN, _where(ids, lost))
    high = shapely.has_z(made)
    if not high.any():
        return made
    notes.add(HIGH, _where(ids, high))
    return shapely.force_2d(made)


def _where(ids: Column, wanted: Iterable[bool]) -> Iterator[str | None]:
    return (i for i, yes in zip(ids, wanted, strict=True) if yes)


def _points(given: list[Any]) -> Any:
    """Return points made in one step where all are plain points, else None."""
    try:
        if {g["type"] for g in given} != {"Point"}:
            return None
        places = [g["coordinates"] for g in given]
        flat = np.array(list(chain.from_iterable(places)))
        plain = set(map(len, places)) == {2} and flat.dtype.kind in "if" and flat.ndim == 1
    except (TypeError, KeyError, ValueError):  # one has none, or lists of another shape
        return None
    return shapely.points(flat.reshape(-1, 2)) if plain and np.isfinite(flat).all() else None


def _text(geometry: Any) -> str | None:
    try:
        return None if geometry is None else orjson.dumps(geometry).decode()
    except TypeError:
        return "{}"
