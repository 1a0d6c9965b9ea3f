"""Check a stored log line by line: places without a gap, links of the chain, bodies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from dashboard.events import Event
from dashboard.log import GENESIS, Tip, Verdict, link

PAGE = 5_000


class Raw(NamedTuple):
    """One entry as it is stored: ``columns`` as COLUMNS, body as JSON text, None if missing."""

    columns: tuple[Any, ...]
    body: str | None
    erased: bool

    @property
    def seq(self) -> int:
        """The entry's place."""
        seq: int = self.columns[0]
        return seq


Page = Callable[[int, int], list[Raw]]  # (after, limit) -> rows in order of seq


def pages(page: Page, after: int = 0) -> Iterable[list[Raw]]:
    """Yield pages of rows later than ``after`` until there are none."""
    while rows := page(after, PAGE):
        yield rows
        after = rows[-1].seq


def check_pages(page: Page) -> Verdict:
    """Read the whole log and return what was found; ``broken_at`` is the first wrong seq.

    A body that is missing without an erasure is broken; with one it is erased.
    """
    erased, tip = 0, Tip(0, GENESIS, 0)
    for rows in pages(page):
        stray = first_stray(rows, tip)
        good = rows if stray is None else rows[: stray - tip.seq - 1]
        erased += sum(row.body is None for row in good)
        if stray is not None:
            return Verdict(stray - 1, erased, stray)
        tip = Tip(rows[-1].seq, bytes(rows[-1].columns[15]), 0)
    return Verdict(tip.seq, erased, None)


def first_stray(rows: Sequence[Raw], tip: Tip) -> int | None:
    """Return the first seq of ``rows`` that does not follow on from ``tip``, or None."""
    seq, previous = tip.seq, tip.hash
    for row in rows:
        if row.seq != seq + 1 or not _holds(row, previous):
            return seq + 1
        seq, previous = row.seq, bytes(row.columns[15])
    return None


def _holds(row: Raw, previous: bytes) -> bool:
    body_hash, own_hash = bytes(row.columns[14]), bytes(row.columns[15])
    event = Event._make((*row.columns[:13], None, body_hash, own_hash))
    if row.body is None and not row.erased:
        return False
    if row.body is not None and hashlib.sha256(row.body.encode()).digest() != event.body_hash:
        return False
    return link(previous, event) == event.hash
