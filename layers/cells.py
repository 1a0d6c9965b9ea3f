"""Cells of a table that a spreadsheet will not run (OWASP: CSV injection)."""

from __future__ import annotations

from typing import Any

# full-width signs too: a Japanese Excel takes them for formulas
DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
CONTROLS = ("\t", "\r", "\n")


def inert(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: such text gets an apostrophe."""
    if isinstance(value, str) and (
        value.startswith(CONTROLS) or value.lstrip().startswith(DANGEROUS)
    ):
        return "'" + value
    return value
