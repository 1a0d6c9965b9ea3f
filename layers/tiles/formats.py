"""What a tile is, told from its first bytes, never from what somebody says it is."""

from __future__ import annotations

MAX_TILE_BYTES = 8 * 2**20
GZIP = b"\x1f\x8b"
# content type of the web, first bytes
FORMATS = {
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "webp": ("image/webp", b"RIFF"),
    "pbf": ("application/vnd.mapbox-vector-tile", b"\x1a"),
}


def content_type(name: str) -> str:
    """Return the content type of a format."""
    return FORMATS[name][0]


def fits(name: str, data: bytes, *, encoding: str = "") -> bool:
    """Tell whether bytes look like a tile of a format.

    A vector tile begins with the tag of its first layer (field 3, so 0x1a) or is empty.
    """
    if encoding == "gzip":
        return data.startswith(GZIP)
    if name == "pbf" and not data:
        return True
    if name == "webp" and data[8:12] != b"WEBP":
        return False
    return data.startswith(FORMATS[name][1])


def told(data: bytes) -> tuple[str, str] | None:
    """Return format and encoding of a tile, or None; what is gzip can only be a vector tile."""
    if data.startswith(GZIP):
        return "pbf", "gzip"
    return next(((name, "") for name in FORMATS if data and fits(name, data)), None)
