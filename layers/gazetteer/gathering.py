"""One gazetteer over many layers: surveyed lines take the place of sketched ones."""

from __future__ import annotations

from collections.abc import Iterable

from layers.errors import LayerError
from layers.gazetteer.book import Gazetteer
from layers.gazetteer.entry import LINES
from layers.gazetteer.folding import keys
from layers.gazetteer.sources import entries_from
from layers.lines import Line, LineIndex, posts_of
from layers.schema import Collection

# areas of danger are no places: nobody asks for the way to 「土砂災害警戒区域 12」
NO_PLACES = frozenset({"hazard", "lahar"})


def gazetteer_of(collections: Iterable[Collection]) -> tuple[Gazetteer, list[LayerError]]:
    """Build a gazetteer and its lines from layers (GeoJSON, EPSG:4326).

    A line of a schematic layer is left out where another layer has one of its name. Points with
    a km and the name of a line are its km posts. Building costs some tens of milliseconds per
    thousand names: once per set of layer hashes.

    Returns the gazetteer, and why lines or km posts of a layer were left out: one broken layer
    must not take the search away from the desk.
    """
    layers = [c for c in collections if (c.get("metadata") or {}).get("role") not in NO_PLACES]
    entries = [entry for layer in layers for entry in entries_from(layer)]
    together, wrong = LineIndex(()), []
    for layer in layers:
        try:
            together += LineIndex.from_collection(layer, LINES)
        except LayerError as error:
            wrong.append(error)
    lines = LineIndex(tuple(_best(together.lines)))
    for word, table in (row for layer in layers for row in posts_of(layer).items()):
        try:
            lines = lines.with_posts({word: table})
        except LayerError as error:
            wrong.append(error)
    return Gazetteer.build(entries, lines), wrong


def _best(lines: tuple[Line, ...]) -> Iterable[Line]:
    surveyed = {name for line in lines if not line.schematic for name in _names(line)}
    return (line for line in lines if not line.schematic or not surveyed & _names(line))


def _names(line: Line) -> set[tuple[str, str]]:
    """Return what a line is called, whole and by its parts: 道道966号, 十勝岳温泉美瑛線."""
    parts = (line.name, *line.name.split())
    return {(line.kind, key) for part in parts for key in keys(part)}
