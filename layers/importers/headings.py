"""Columns of a table by what their headings are called, in any width, case and spacing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def plain(name: str) -> str:
    """Return a heading as it is compared."""
    return unicodedata.normalize("NFKC", name).strip().lower().replace(" ", "")


def columns_called(header: list[str], names: Iterable[str]) -> list[int]:
    """Return the columns of these names, in the order of the names."""
    found = [plain(name) for name in header]
    return [found.index(name) for name in map(plain, names) if name in found]
