"""The grid of web map tiles: which tiles cover a box, how many they are, where a tile lies.

Web Mercator (EPSG:3857) cut into ``2**z`` by ``2**z`` squares, x from the west, y from the north.
Formulas: OpenStreetMap wiki, "Slippy map tilenames".
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from layers.errors import LayerError
from layers.schema import BBox

Tile = tuple[int, int, int]  # zoom, column from the west, row from the north
Zooms = tuple[int, int]  # lowest and highest, both included

MAX_ZOOM = 24
MAX_LAT = 85.0511287798066  # where the square of Web Mercator ends
# bytes of a tile as a rule of thumb, for the estimate shown before anything is asked for
USUAL_BYTES = {"png": 20_000, "jpg": 18_000, "webp": 12_000, "pbf": 15_000, "geojson": 12_000}


def position(lon: float, lat: float, z: int) -> tuple[float, float]:
    """Return a position (degrees) in columns and rows of a zoom, with its fraction."""
    lat = max(-MAX_LAT, min(MAX_LAT, lat))
    size = 1 << z
    mercator = math.asinh(math.tan(math.radians(lat))) / math.pi
    return (lon + 180.0) / 360.0 * size, (1.0 - mercator) / 2.0 * size


def tile_of(lon: float, lat: float, z: int) -> Tile:
    """Return the tile that holds a position; an edge belongs to the tile east or south of it."""
    last = (1 << z) - 1
    column, row = position(lon, lat, z)
    return z, min(last, max(0, math.floor(column))), min(last, max(0, math.floor(row)))


def tile_bounds(z: int, x: int, y: int) -> BBox:
    """Return west, south, east, north of a tile in degrees."""
    size = 1 << z
    north, south = (
        math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / size)))) for row in (y, y + 1)
    )
    return x / size * 360.0 - 180.0, south, (x + 1) / size * 360.0 - 180.0, north


def flipped(z: int, y: int) -> int:
    """Return the row counted from the other side: TMS to web and back."""
    return (1 << z) - 1 - y


def valid(z: int, x: int, y: int) -> bool:
    """Tell whether there is such a tile in the grid."""
    return 0 <= z <= MAX_ZOOM and 0 <= x < (1 << z) and 0 <= y < (1 << z)


def block(bbox: BBox, z: int) -> tuple[int, int, int, int]:
    """Return first column, first row, last column, last row of the tiles that cover a box.

    A tile that only touches the box from the east or south is not among them.
    """
    west, south, east, north = checked(bbox)
    _, left, top = tile_of(west, north, z)
    right, bottom = position(east, south, z)
    last = (1 << z) - 1
    return (
        left, top, min(last, max(left, math.ceil(right) - 1)),
        min(last, max(top, math.ceil(bottom) - 1)),
    )  # fmt: skip


def tiles(bbox: BBox, zooms: Zooms) -> Iterator[Tile]:
    """Yield the tiles that cover a box, zoom by zoom, the lowest first."""
    for z in range(zooms[0], zooms[1] + 1):
        left, top, right, bottom = block(bbox, z)
        for x in range(left, right + 1):
            for y in range(top, bottom + 1):
                yield z, x, y


def count(bbox: BBox, zooms: Zooms) -> int:
    """Return how many tiles :func:`tiles` yields, without making them."""
    total = 0
    for z in range(zooms[0], zooms[1] + 1):
        left, top, right, bottom = block(bbox, z)
        total += (right - left + 1) * (bottom - top + 1)
    return total


def estimated_bytes(number: int, form: str) -> int:
    """Return roughly how much a number of tiles will weigh."""
    return number * USUAL_BYTES.get(form, 20_000)


def checked(bbox: BBox) -> BBox:
    """Return a box that is one.

    Raises:
        LayerError: it is turned round, outside the world or no number.
    """
    west, south, east, north = bbox
    if -180 <= west < east <= 180 and -90 <= south < north <= 90:
        return bbox
    raise LayerError(f"{bbox} is no box; write west,south,east,north in degrees.")
