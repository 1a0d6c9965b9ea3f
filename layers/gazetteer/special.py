"""Questions that are no names: coordinates and grid square codes."""

from __future__ import annotations

import math
import re

from layers import mesh
from layers.errors import LayerError
from layers.gazetteer.entry import Candidate, Entry
from layers.notation import parse_lonlat
from layers.schema import BBox

_DIGITS = re.compile(r"\d[\d-]{3,14}")
METRES_LAT, METRES_LON = 111_100.0, 80_600.0  # to a degree, at 43.5°N: for a size, not a distance


def candidates(text: str) -> list[Candidate]:
    """Return the place of a cleaned text that is a position or a code, else nothing."""
    lonlat = parse_lonlat(text)
    if lonlat is not None:
        name = f"{lonlat[1]:.6f}, {lonlat[0]:.6f}"
        entry = Entry(f"coordinate:{name}", name, "coordinate", lonlat, uncertainty_m=None)
        return [Candidate(entry, 1.0, text, "coordinates")]
    return _square(text)


def _square(text: str) -> list[Candidate]:
    if not _DIGITS.fullmatch(text):
        return []
    try:
        west, south, east, north = mesh.bounds(text)
    except LayerError:
        return []
    code = text.replace("-", "")
    middle = ((west + east) / 2, (south + north) / 2)
    box = (west, south, east, north)
    entry = Entry(
        f"mesh:{code}", f"メッシュ {code}", "mesh", middle,
        geometry=_ring(box), uncertainty_m=_half_diagonal_m(box), source="JIS X 0410",
    )  # fmt: skip
    return [Candidate(entry, 1.0, text, "mesh")]


def _half_diagonal_m(box: BBox) -> float:
    return math.hypot((box[2] - box[0]) * METRES_LON, (box[3] - box[1]) * METRES_LAT) / 2


def _ring(box: BBox) -> dict[str, object]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
