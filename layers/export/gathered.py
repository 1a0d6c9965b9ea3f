"""The rows of an export and what is known of them: the first of its two passes.

A table must be declared before its first row is written, and features come once, so rows
wait between the passes: the first 10,000 in memory, the others in a file of our own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import inf
from types import TracebackType
from typing import Any, Self

import numpy as np
import orjson
import shapely

from layers.errors import NotExportable
from layers.export.about import About
from layers.export.cells import kind_of
from layers.export.names import field_names, layer_names
from layers.export.notes import Notes
from layers.export.rows import NO_PLACE, Chunk, Key, chunks
from layers.schema import BBox, Feature

IN_MEMORY = 10_000
MOST_FIELDS = 500  # SQLite takes 2,000 columns, a person fewer
NOWHERE: BBox = (inf, inf, -inf, -inf)
MULTI = (4, 5, 6)  # shapely's type ids


@dataclass(slots=True)
class Layer:
    """What is known of the rows of one key. ``seen`` maps a field to the kinds of its values."""

    key: Key
    name: str = ""
    count: int = 0
    multi: bool = False
    with_ids: bool = False
    bounds: BBox = NOWHERE
    seen: dict[str, set[str]] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, str]:
        """Field → its kind: text, boolean, integer or real."""
        return {name: kind_of(kinds) for name, kinds in self.seen.items()}

    def take(self, chunk: Chunk) -> None:
        """Learn from a chunk of rows."""
        self.count += len(chunk.ids)
        self.with_ids = self.with_ids or any(i is not None for i in chunk.ids)
        for name in chunk.columns:
            self.seen.setdefault(name, set()).update(chunk.kinds[name])
        if self.key.family != NO_PLACE:
            west, south, east, north = shapely.total_bounds(chunk.geometries).tolist()
            self.bounds = (
                min(self.bounds[0], west), min(self.bounds[1], south),
                max(self.bounds[2], east), max(self.bounds[3], north),
            )  # fmt: skip
            types = shapely.get_type_id(chunk.geometries)
            self.multi = self.multi or bool(np.isin(types, MULTI).any())


class Gathered:
    """All rows of an export; use it as a context, it holds a file."""

    def __init__(self, features: Iterable[Feature], about: About) -> None:
        self.about, self.notes = about, Notes()
        self.layers: dict[Key, Layer] = {}
        self._kept: list[tuple[Key, Chunk | tuple[int, int]]] = []
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        try:
            for chunk in chunks(features, about.title, about.mark, self.notes):
                self._take(chunk)
        except BaseException:
            self._file.close()
            raise
        names = layer_names((about.mark, *key) for key in self.layers)
        for key, layer in self.layers.items():
            layer.name = names[about.mark, *key]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    @property
    def count(self) -> int:
        """The number of rows."""
        return sum(layer.count for layer in self.layers.values())

    @property
    def placed(self) -> list[Layer]:
        """The layers whose rows have a place."""
        return [layer for key, layer in self.layers.items() if key.family != NO_PLACE]

    def fields(self, taken: Iterable[str] = ()) -> dict[str, str]:
        """Return field → its name in a table that holds every layer."""
        names = dict.fromkeys(n for layer in self.layers.values() for n in layer.seen)
        return field_names(names, taken)

    def chunks(self, key: Key | None = None) -> Iterator[Chunk]:
        """Yield the rows again, of one layer or of all."""
        for of, kept in self._kept:
            if key in (None, of):
                yield kept if isinstance(kept, Chunk) else self._read(of, *kept)

    def without_place(self) -> Iterator[Chunk]:
        """Yield the rows that no map can show."""
        for key in self.layers:
            if key.family == NO_PLACE:
                yield from self.chunks(key)

    def lines(self) -> list[str]:
        """Return what the file says of itself, as lines of text."""
        return self.about.lines(self.notes.lines())

    def _take(self, chunk: Chunk) -> None:
        layer = self.layers.setdefault(chunk.key, Layer(chunk.key))
        small = self.count < IN_MEMORY
        layer.take(chunk)
        if len(layer.seen) > MOST_FIELDS:
            raise NotExportable(
                f"{chunk.key.layer} has more than {MOST_FIELDS} different property names; "
                "leave some out, a table cannot hold them."
            )
        self._kept.append((chunk.key, chunk if small else self._write(chunk)))

    def _write(self, chunk: Chunk) -> tuple[int, int]:
        shapes = shapely.to_wkb(chunk.geometries, hex=True).tolist()
        line = orjson.dumps([chunk.ids, chunk.titles, chunk.pictures, shapes, chunk.columns])
        return self._file.tell(), self._file.write(line)

    def _read(self, key: Key, at: int, size: int) -> Chunk:
        self._file.seek(at)
        ids, titles, pictures, shapes, columns = orjson.loads(self._file.read(size))
        places: Any = shapely.from_wkb(np.array(shapes, dtype=object))
        return Chunk(key, ids, titles, pictures, places, columns, {})
