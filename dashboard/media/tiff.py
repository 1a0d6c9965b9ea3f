"""EXIF tags out of a TIFF packet: only those in the table, nothing raised on damage.

Values come as text (ASCII), numbers (tuple of float, NaN for a zero denominator) or bytes.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field

Value = str | bytes | tuple[float, ...]
MAX_ENTRIES, MAX_VALUE = 500, 4096
ASCII, UNDEFINED, RATIONAL, SRATIONAL = 2, 7, 5, 10
FORMATS = {1: "B", 3: "H", 4: "I", 5: "II", 6: "b", 8: "h", 9: "i", 10: "ii", 11: "f", 12: "d"}

EXIF_IFD, GPS_IFD = 0x8769, 0x8825
MAIN_TAGS = {
    0x010F: "maker",
    0x0110: "model",
    0x0112: "orientation",
    EXIF_IFD: "exif_ifd",
    GPS_IFD: "gps_ifd",
}
EXIF_TAGS = {
    0x9003: "taken",
    0x9004: "digitized",
    0x9010: "offset",
    0x9011: "offset_taken",
    0x9012: "offset_digitized",
    0x9291: "subsecond",
}
GPS_TAGS = {
    1: "lat_ref",
    2: "lat",
    3: "lon_ref",
    4: "lon",
    5: "altitude_ref",
    6: "altitude",
    7: "time",
    11: "dop",
    16: "direction_ref",
    17: "direction",
    29: "date",
    31: "error_m",
}


@dataclass(slots=True)
class Tags:
    """The tags found; ``gps`` is None when the picture has no GPS part at all."""

    main: dict[str, Value] = field(default_factory=dict)
    exif: dict[str, Value] = field(default_factory=dict)
    gps: dict[str, Value] | None = None
    odd: tuple[str, ...] = ()


def read(packet: bytes) -> Tags:
    """Return the tags of a TIFF packet; what cannot be read is left out and named in ``odd``."""
    if not packet:
        return Tags()
    order = {b"II": "<", b"MM": ">"}.get(packet[:2])
    if order is None or len(packet) < 8:
        return Tags(odd=("exif_unreadable",))
    tags = Tags()
    (first,) = struct.unpack_from(order + "I", packet, 4)
    tags.main = _directory(packet, order, first, MAIN_TAGS, tags)
    if "exif_ifd" in tags.main:
        tags.exif = _inner(packet, order, "exif_ifd", EXIF_TAGS, tags)
    if "gps_ifd" in tags.main:
        tags.gps = _inner(packet, order, "gps_ifd", GPS_TAGS, tags)
    return tags


def number(value: Value | None) -> float:
    """Return the first number of a value, NaN when there is none."""
    if isinstance(value, tuple) and value:
        return value[0]
    if isinstance(value, bytes) and len(value) == 1:
        return float(value[0])
    return math.nan


def text(value: Value | None) -> str:
    """Return a value as one line of at most 200 characters, control characters left out."""
    if isinstance(value, bytes):
        value = value.split(b"\x00")[0].decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(c for c in value if c.isprintable()).strip()[:200]


def _inner(
    packet: bytes, order: str, name: str, table: dict[int, str], tags: Tags
) -> dict[str, Value]:
    at = number(tags.main[name])
    if not math.isfinite(at) or at < 8:
        tags.odd += (f"{name}_unreadable",)
        return {}
    return _directory(packet, order, int(at), table, tags)


def _directory(
    packet: bytes, order: str, at: int, table: dict[int, str], tags: Tags
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    try:
        (count,) = struct.unpack_from(order + "H", packet, at)
        for i in range(min(count, MAX_ENTRIES)):
            entry = at + 2 + i * 12
            tag, kind, many = struct.unpack_from(order + "HHI", packet, entry)
            if tag in table and table[tag] not in found:
                value = _value(packet, order, entry + 8, kind, many)
                if value is not None:
                    found[table[tag]] = value
    except struct.error:
        tags.odd += ("exif_cut",)
    return found


def _value(packet: bytes, order: str, at: int, kind: int, many: int) -> Value | None:
    """Return a value, or None when its type is unknown or it lies outside the packet."""
    code = "B" if kind in (ASCII, UNDEFINED) else FORMATS.get(kind)
    if code is None or not 0 < many <= MAX_VALUE:
        return None
    size = struct.calcsize(order + code) * many
    if size > 4:
        (at,) = struct.unpack_from(order + "I", packet, at)
    raw = packet[at : at + size]
    if len(raw) < size:
        return None
    if kind == ASCII:
        return raw.split(b"\x00")[0].decode("utf-8", "replace")
    if kind == UNDEFINED:
        return raw
    numbers = struct.unpack(order + code * many, raw)
    if kind in (RATIONAL, SRATIONAL):
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return tuple(n / d if d else math.nan for n, d in pairs)
    return tuple(float(n) for n in numbers)
