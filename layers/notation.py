"""Positions as people write them: 43.5883, 43度35分18秒, 北緯４３°３５′, N43-35-18.

Only what can be read in one way is read: ``4335.3`` (degrees and minutes run together, as some
agencies write them) is out of range as degrees and is not guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from layers.schema import LonLat

JAPAN_LAT, JAPAN_LON = (20.0, 46.0), (122.0, 154.0)  # with the outer islands
# word → axis and the sign it gives; None: it names the axis only
WORDS: dict[str, tuple[str, int | None]] = {
    "北緯": ("lat", 1), "南緯": ("lat", -1), "東経": ("lon", 1), "西経": ("lon", -1),
    "緯度": ("lat", None), "経度": ("lon", None), "latitude": ("lat", None), "lat": ("lat", None),
    "longitude": ("lon", None), "lon": ("lon", None), "lng": ("lon", None),
    "n": ("lat", 1), "s": ("lat", -1), "e": ("lon", 1), "w": ("lon", -1),
}  # fmt: skip
LIMIT = {"lat": 90.0, "lon": 180.0, "": 180.0}
LONGEST = 120  # characters; longer text is no position
# what NFKC does not fold, or folds into something that can no longer be told apart
BEFORE = str.maketrans({"º": "°", "゜": "°", "˚": "°", "〃": '"', "“": '"', "”": '"', "″": '"'})
AFTER = str.maketrans(
    {"′": "'", "’": "'", "‘": "'", "´": "'", "、": ",", **dict.fromkeys("−‐‑‒–—―", "-")}
)

_WORD = "|".join(sorted(WORDS, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:\.\d+)?"
_ANGLE = re.compile(
    rf"(?:(?P<before>{_WORD})[\s:=]*)?(?P<sign>[+-])?\s*"
    rf"(?:(?P<joined>\d{{1,3}}[-:]\d{{1,2}}[-:]{_NUMBER})(?![\d:-])"
    rf"|(?P<d>{_NUMBER})\s*(?:[°度]\s*"
    rf"(?:(?P<m>{_NUMBER})\s*['分]\s*(?:(?P<s>{_NUMBER})(?![\d°度'分])\s*[\"秒]?)?)?)?)"
    # N43 E142: the E belongs to the second, for the first has its letter
    r"(?(before)|(?:\s*(?P<after>[nsew])(?![a-z]))?)"
)
# two angles may touch only where a unit or a word parts them: 43.58142 is one number
_GAP = re.compile(r"\s*[,;/]\s*|\s+|(?<=[nsew\"'°度分秒])|(?=[nsew北南東西緯経l])")


class _Angle(NamedTuple):
    degrees: float
    axis: str  # lat, lon or "" where nothing says it


def parse_degrees(text: str) -> float | None:
    """Return one latitude or longitude in degrees (south and west negative), else None.

    Accepted, in full or half width, with 北緯・南緯・東経・西経, 緯度・経度, lat, lon or a letter
    N S E W before or (the letter) after: decimal degrees (``43.5883``, ``43.5883°``), degrees
    and minutes with their units (``43度35.3分``), degrees, minutes and seconds with units
    (``43度35分18秒``, ``43°35′18.0″``) or joined by ``-`` or ``:`` (``43-35-18.0``). Not
    accepted: minutes or seconds of 60 and more, a sign beside a hemisphere, more than 180°
    (90° where it is a latitude), degrees and minutes run together.
    """
    found = _ANGLE.fullmatch(_folded(text)) if len(text) <= LONGEST else None
    angle = _angle(found) if found else None
    return angle.degrees if angle else None


def parse_lonlat(text: str) -> LonLat | None:
    """Return a pair of coordinates in either order as (lon, lat) in degrees, else None.

    Each of the two is written as in :func:`parse_degrees`, parted by a comma, semicolon, slash
    or space, in brackets or not, after ``geo:`` or not. Which is which is told by hemisphere
    or word on at least one of them; else by range, where one can only be a latitude and the
    other only a longitude, in Japan (20–46, 122–154) or on earth. Anything else is None.
    """
    folded = _folded(text).removeprefix("geo:").strip("()[]{}<> ") if len(text) <= LONGEST else ""
    first = _ANGLE.match(folded)
    while first is not None:
        second = _rest(folded, first.end())
        if second is not None:
            return _ordered(_angle(first), _angle(second))
        # a shorter reading of the first: 43°35' 142°26' must not take 14 for its seconds
        first = _ANGLE.match(folded, 0, first.end() - 1)
    return None


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text.translate(BEFORE)).translate(AFTER)
    return plain.replace("''", '"').strip().lower()


def _rest(text: str, start: int) -> re.Match[str] | None:
    gap = _GAP.match(text, start)
    return _ANGLE.fullmatch(text, gap.end()) if gap else None


def _angle(found: re.Match[str]) -> _Angle | None:
    words = [WORDS[word] for word in (found["before"], found["after"]) if word]
    if len({axis for axis, _ in words}) > 1 or sum(sign is not None for _, sign in words) > 1:
        return None
    axis = words[0][0] if words else ""
    turned = next((sign for _, sign in words if sign is not None), None)
    degrees = _sum(found)
    if degrees is None or degrees > LIMIT[axis] or (turned is not None and found["sign"]):
        return None
    sign = -1 if found["sign"] == "-" else turned or 1
    return _Angle(sign * degrees, axis)


def _sum(found: re.Match[str]) -> float | None:
    """Return the degrees of the parts; only the last part may have decimals."""
    joined = found["joined"]
    parts = re.split("[-:]", joined) if joined else [found["d"], found["m"], found["s"]]
    given = [part for part in parts if part is not None]
    if any("." in part for part in given[:-1]) or any(float(part) >= 60 for part in given[1:]):
        return None
    return sum(float(part) / 60.0**place for place, part in enumerate(given))


def _ordered(first: _Angle | None, second: _Angle | None) -> LonLat | None:
    if first is None or second is None:
        return None
    axis = first.axis or {"lat": "lon", "lon": "lat"}.get(second.axis) or _by_range(first, second)
    if not axis or axis == second.axis:
        return None
    lon, lat = (second, first) if axis == "lat" else (first, second)
    return (lon.degrees, lat.degrees) if abs(lat.degrees) <= LIMIT["lat"] else None


def _by_range(first: _Angle, second: _Angle) -> str:
    """Return the axis of the first of two bare numbers, or "" where both readings are possible."""
    for within in (_in_japan, _on_earth):
        as_lat, as_lon = within(second, first), within(first, second)
        if as_lat != as_lon:
            return "lat" if as_lat else "lon"
    return ""


def _in_japan(lon: _Angle, lat: _Angle) -> bool:
    within_lon = JAPAN_LON[0] <= lon.degrees <= JAPAN_LON[1]
    return within_lon and JAPAN_LAT[0] <= lat.degrees <= JAPAN_LAT[1]


def _on_earth(lon: _Angle, lat: _Angle) -> bool:
    return abs(lon.degrees) <= LIMIT["lon"] and abs(lat.degrees) <= LIMIT["lat"]
