"""A subject of the board: what it is made of, and how facts and decisions meet in a cell.

A cell keeps the newest fact and the newest decision on one field. The decision stands;
a differing fact that arrived after it raises 要確認 and is kept as the runner-up. Facts
meet by (corrected time, id), so their order of arrival does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class Said(NamedTuple):
    """A value somebody gave: its rank among its like, the seq it came with, the value."""

    rank: tuple[Any, ...]
    seq: int
    value: Any


class Cell(NamedTuple):
    """The newest fact and the newest decision on one field of one subject."""

    fact: Said | None = None
    decision: Said | None = None

    @property
    def value(self) -> Any:
        """What stands: the decision, else the fact."""
        said = self.decision or self.fact
        return said.value if said else None

    @property
    def runner_up(self) -> Any:
        """A fact that came after the decision and differs from it, or None."""
        if not (self.fact and self.decision) or self.fact.seq < self.decision.seq:
            return None
        return None if self.fact.value == self.decision.value else self.fact.value

    def with_fact(self, said: Said) -> Cell:
        """Return the cell after a fact; an older one changes nothing."""
        newer = self.fact is None or said.rank > self.fact.rank
        return Cell(said, self.decision) if newer else self

    def with_decision(self, said: Said) -> Cell:
        """Return the cell after a decision; the log's order counts."""
        newer = self.decision is None or said.seq > self.decision.seq
        return Cell(self.fact, said) if newer else self


EMPTY = Cell()
NO_CELLS: Mapping[str, Cell] = MappingProxyType({})


class Subject(NamedTuple):
    """One thing on the board, replaced whole at each change.

    A tuple: 100,000 entries are folded at a cold start, and it is copied at each.

    ``seq`` is the last entry that changed it; ``keys`` are the audiences that may see it
    now, ``ever`` those that once could: they get a tombstone when it leaves them.
    """

    id: str
    type: str
    seq: int = 0
    created_us: int = 0
    updated_us: int = 0
    cells: Mapping[str, Cell] = NO_CELLS
    marks: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    ever: frozenset[str] = frozenset()

    def get(self, name: str, default: Any = None) -> Any:
        """Return what stands in a field."""
        cell = self.cells.get(name)
        value = None if cell is None else cell.value
        return default if value is None else value

    def some(self, prefix: str) -> list[Any]:
        """Return the values of all fields whose name begins so, in order of their names."""
        names = sorted(n for n in self.cells if n.startswith(prefix))
        return [v for n in names if (v := self.cells[n].value) is not None]

    def checks(self) -> list[dict[str, Any]]:
        """Return the fields that need a look (要確認), with what stands and what differs."""
        return [
            {"field": name, "kept": cell.value, "other": cell.runner_up}
            for name, cell in sorted(self.cells.items())
            if cell.runner_up is not None
        ]

    def shown(self) -> tuple[Any, ...]:
        """Return all that a screen can show of it, for comparing."""
        cells = {name: (cell.value, cell.runner_up) for name, cell in self.cells.items()}
        return self.type, cells, self.marks, self.keys, self.created_us

    def written(self, changes: dict[str, Cell], **others: Any) -> Subject:
        """Return the subject with other cells and attributes."""
        return self._replace(cells={**self.cells, **changes}, **others)
