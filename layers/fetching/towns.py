"""Towns by their code: the box to fetch for each. Boxes are facts of the boundary data N03."""

from __future__ import annotations

from layers.errors import FetchFailed
from layers.schema import BBox

TOWNS: dict[str, tuple[str, BBox]] = {
    "01459": ("美瑛町", (142.3204, 43.4176, 142.9120, 43.6689)),
}


def box_of(code: str) -> BBox:
    """Return west, south, east, north of a town, degrees EPSG:4326.

    Raises:
        FetchFailed: the code is not in the table.
    """
    if code not in TOWNS:
        raise FetchFailed(f"Town {code!r} is not known here; use {list(TOWNS)} or --bbox.")
    return TOWNS[code][1]
