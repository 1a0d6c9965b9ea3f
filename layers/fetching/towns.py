"""Towns by their code: the box to fetch for each. Boxes are facts of the boundary data N03."""

from __future__ import annotations

from layers.errors import FetchFailed
from layers.schema import BBox

TOWNS: dict[str, tuple[str, BBox]] = {
    "01459": ("美瑛町", (142.3204, 43.4176, 142.9120, 43.6689)),
    "01229": ("富良野市", (142.2716, 43.1567, 142.6778, 43.4014)),
    "01453": ("東神楽町", (142.3914, 43.6248, 142.6298, 43.7315)),
    "01458": ("東川町", (142.4732, 43.6155, 142.9074, 43.7508)),
    "01460": ("上富良野町", (142.3820, 43.3816, 142.6863, 43.5511)),
    "01461": ("中富良野町", (142.3454, 43.3515, 142.5617, 43.4714)),
}


def box_of(code: str) -> BBox:
    """Return west, south, east, north of a town, degrees EPSG:4326.

    Raises:
        FetchFailed: the code is not in the table.
    """
    if code not in TOWNS:
        raise FetchFailed(f"Town {code!r} is not known here; use {list(TOWNS)} or --bbox.")
    return TOWNS[code][1]
