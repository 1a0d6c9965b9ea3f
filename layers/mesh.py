"""Grid square codes of Japan (JIS X 0410, 地域メッシュコード): from code to box and back.

| digits | level | name | size (latitude × longitude) |
|---|---|---|---|
| 4 | 1 | 第1次 | 40′ × 1° |
| 6 | 2 | 第2次 | 5′ × 7′30″ |
| 8 | 3 | 第3次（基準） | 30″ × 45″ |
| 9 | 4 | 2分の1 | 15″ × 22.5″ |
| 10 | 5 | 4分の1 | 7.5″ × 11.25″ |
| 11 | 6 | 8分の1 | 3.75″ × 5.625″ |
"""

from __future__ import annotations

import re
import unicodedata

from layers.errors import LayerError
from layers.schema import BBox, LonLat

DIGITS = {1: 4, 2: 6, 3: 8, 4: 9, 5: 10, 6: 11}  # level → length of the code
# everything is counted in the smallest cell: 960 to a degree of latitude, 640 to one of longitude
PER_LAT, PER_LON, WEST = 960, 640, 100
SIZE = {1: 640, 2: 80, 3: 8, 4: 4, 5: 2, 6: 1}  # level → cells of the smallest along each side
PRIMARY_LAT, PRIMARY_LON = range(30, 69), range(22, 54)  # 20°N to 46°N, 122°E to 154°E
_CODE = re.compile(
    r"(\d\d)(\d\d)(?:-?([0-7])([0-7])(?:-?(\d)(\d)(?:-?([1-4])(?:-?([1-4])(?:-?([1-4]))?)?)?)?)?"
)


def level(code: str) -> int:
    """Return the level (1 to 6) of a code.

    Raises:
        LayerError: it is no grid square code.
    """
    return _cell(code)[2]


def bounds(code: str) -> BBox:
    """Return the box of a code: west, south, east, north in degrees, EPSG:4326.

    Full-width digits and hyphens between the parts are accepted.

    Raises:
        LayerError: it is no grid square code.
    """
    south, west, depth = _cell(code)
    size = SIZE[depth]
    return (
        WEST + west / PER_LON, south / PER_LAT,
        WEST + (west + size) / PER_LON, (south + size) / PER_LAT,
    )  # fmt: skip


def code_of(lonlat: LonLat, depth: int = 3) -> str:
    """Return the code of the cell of this level (1 to 6) that holds a point, without hyphens.

    A point on a border belongs to the cell north and east of it.

    Raises:
        LayerError: the point lies outside 122–154°E, 20–46°N, or there is no such level.
    """
    if depth not in DIGITS:
        raise LayerError(f"Level {depth!r} is unknown; use one of {list(DIGITS)}.")
    lon, lat = lonlat
    if not (122 <= lon < 154 and 20 <= lat < 46):
        raise LayerError(f"({lon}, {lat}) lies outside the grid of Japan (lon, lat swapped?).")
    # a millionth of a cell (0.1 mm): a corner computed by ``bounds`` must fall into its own cell
    north, east = int(lat * PER_LAT + 1e-6), int((lon - WEST) * PER_LON + 1e-6)
    digits = [f"{north // 640:02}{east // 640:02}", f"{north % 640 // 80}{east % 640 // 80}"]
    digits.append(f"{north % 80 // 8}{east % 80 // 8}")
    digits += [str(1 + 2 * (north // size % 2) + east // size % 2) for size in (4, 2, 1)]
    return "".join(digits)[: DIGITS[depth]]


def _cell(code: str) -> tuple[int, int, int]:
    """Return the south-west corner in smallest cells (north, east of 100°E) and the level."""
    folded = unicodedata.normalize("NFKC", code[:40]).strip()
    found = _CODE.fullmatch(folded) if folded.isascii() else None
    if found is None:
        raise LayerError(f"{code[:40]!r} is no grid square code of 4, 6, 8, 9, 10 or 11 digits.")
    given = [int(digit) for digit in found.groups() if digit is not None]
    if given[0] not in PRIMARY_LAT or given[1] not in PRIMARY_LON:
        raise LayerError(f"Grid square {folded} lies outside Japan; check its first four digits.")
    pairs, quarters = given[:6], given[6:]
    north = sum(n * size for n, size in zip(pairs[::2], (640, 80, 8), strict=False))
    east = sum(n * size for n, size in zip(pairs[1::2], (640, 80, 8), strict=False))
    for quarter, size in zip(quarters, (4, 2, 1), strict=False):
        north += (quarter - 1) // 2 * size
        east += (quarter - 1) % 2 * size
    return north, east, len(pairs) // 2 + len(quarters)
