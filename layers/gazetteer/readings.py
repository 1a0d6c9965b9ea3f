"""Readings of place names: kana for those who type faster than they convert."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from typing import Any, Self

from layers.errors import BrokenTable
from layers.gazetteer.folding import fold

MOST = 4  # readings of one name that are kept; two doubtful parts already make four


@dataclass(frozen=True, slots=True)
class Readings:
    """First character of a folded name → (name, its folded readings), longest names first."""

    table: dict[str, list[tuple[str, tuple[str, ...]]]]

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """Build it from tables of ``name = [reading, …]``.

        Raises:
            BrokenTable: a row is something else.
        """
        rows: dict[str, tuple[str, ...]] = {}
        for table in document.values():
            for name, readings in table.items():
                if not isinstance(readings, list) or not all(isinstance(r, str) for r in readings):
                    raise BrokenTable("A reading is a list of texts.", where=name)
                rows[fold(name)] = tuple(fold(reading) for reading in readings)
        table = defaultdict(list)
        for row in sorted(rows.items(), key=lambda row: -len(row[0])):
            table[row[0][:1]].append(row)
        return cls(dict(table))

    def of_name(self, folded: str) -> tuple[str, ...]:
        """Return what a folded name sounds like, as far as its parts are known.

        五稜第三 (folded 五稜3) gives ごりょう3; a name without any known part gives nothing.
        """
        parts, known = self._parts(folded)
        if not known:
            return ()
        made = ("".join(choice) for choice in product(*parts))
        return tuple(dict.fromkeys(text for text, _ in zip(made, range(MOST), strict=False)))

    def _parts(self, folded: str) -> tuple[list[tuple[str, ...]], bool]:
        parts: list[tuple[str, ...]] = []
        at, known = 0, False
        while at < len(folded):
            name, readings = next(
                (row for row in self.table.get(folded[at], ()) if folded.startswith(row[0], at)),
                (folded[at], None),
            )
            parts.append(readings or (name,))
            known = known or readings is not None
            at += len(name)
        return parts, known


def readings() -> Readings:
    """Return the readings that come with the program (``data/reference/readings.toml``)."""
    text = files("data").joinpath("reference", "readings.toml").read_text(encoding="utf-8")
    return Readings.of(tomllib.loads(text))
