"""Arrival windows of a snowmelt lahar (融雪型火山泥流), from a table the town enters.

The program knows no arrival time of its own, and nothing it computes is an observation or an
official reach. ``LaharTable.read`` reads the table, ``windows`` and ``bands`` say what it means
at a moment after an eruption.
"""

from __future__ import annotations

from layers.lahar.bands import bands
from layers.lahar.table import Group, LaharTable, Place
from layers.lahar.windows import MARK, STATES, Margin, Window, windows

__all__ = [
    "MARK",
    "STATES",
    "Group",
    "LaharTable",
    "Margin",
    "Place",
    "Window",
    "bands",
    "windows",
]
