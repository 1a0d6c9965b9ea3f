"""Heights out of the elevation tiles (標高タイル, PNG) of the survey authority, exactly.

A pixel is a number, not a colour: ``x = 65536 R + 256 G + B``; below 2^23 the height is 0.01 x,
2^23 itself means no data, above it the height is 0.01 (x - 2^24)
(https://maps.gsi.go.jp/development/demtile.html). So nothing may touch the pixels before they are
decoded: only the chunks that carry them are handed on, no colour profile, no gamma, no palette.
"""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from layers.errors import BrokenTiles

Grid = NDArray[np.float64]  # metres above the sea, rows from north to south; NaN = no data
SIDE = 256  # pixels
NO_DATA = 1 << 23
MOST_BYTES = 1 << 20  # an uncompressed RGBA tile has a quarter of this
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"IHDR", b"tRNS", b"IDAT", b"IEND")
_COLOURS = {0: "grey", 3: "a palette", 4: "grey with alpha"}  # the types that are refused


def decode(png: bytes) -> Grid:
    """Return the heights of one elevation tile, shape (256, 256), metres above the sea.

    A transparent pixel (alpha 0) is no data too. Values are the closest doubles to the
    hundredths of a metre in the file.

    Raises:
        BrokenTiles: it is not a whole PNG of 256 x 256 pixels, 8-bit RGB or RGBA.
    """
    if len(png) > MOST_BYTES:
        raise BrokenTiles(f"The elevation tile has {len(png)} bytes; at most {MOST_BYTES}.")
    chunks = _chunks(png)
    _check_header(chunks[0][1])
    rgba = _pixels(chunks).astype(np.int64)
    x = (rgba[..., 0] << 16) + (rgba[..., 1] << 8) + rgba[..., 2]
    height: Grid = np.where(x < NO_DATA, x, x - 2 * NO_DATA) / 100.0
    height[(x == NO_DATA) | (rgba[..., 3] == 0)] = np.nan
    height.setflags(write=False)  # it is shared by everybody who asks
    return height


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Return (type, data) of each chunk up to IEND; every check sum is verified.

    Pillow leaves the sums of IDAT alone, and a flipped bit there is a false height.
    """
    if not png.startswith(_SIGNATURE):
        raise BrokenTiles(f"The elevation tile is not a PNG; it begins with {png[:8]!r}.")
    chunks: list[tuple[bytes, bytes]] = []
    at = len(_SIGNATURE)
    while not chunks or chunks[-1][0] != b"IEND":
        if at + 12 > len(png):
            raise BrokenTiles(f"The elevation tile ends early, after {len(png)} bytes.")
        (length,) = struct.unpack(">I", png[at : at + 4])
        end = at + 8 + length
        if end + 4 > len(png):
            raise BrokenTiles(f"The elevation tile ends early, after {len(png)} bytes.")
        if zlib.crc32(png[at + 4 : end]) != struct.unpack(">I", png[end : end + 4])[0]:
            raise BrokenTiles(f"The check sum of the tile is wrong at byte {at}.")
        chunks.append((png[at + 4 : at + 8], png[at + 8 : end]))
        at = end + 4
    names = [name for name, _ in chunks]
    if names[0] != b"IHDR" or names.count(b"IHDR") > 1:
        raise BrokenTiles("The elevation tile does not begin with its one IHDR chunk.")
    return chunks


def _check_header(header: bytes) -> None:
    if len(header) != 13:
        raise BrokenTiles(f"The header of the elevation tile has {len(header)} bytes, not 13.")
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    if (width, height) != (SIDE, SIDE):
        raise BrokenTiles(f"The elevation tile has {width} x {height} pixels, not 256 x 256.")
    if depth != 8 or colour not in (2, 6):
        what = _COLOURS.get(colour, "RGB")
        raise BrokenTiles(f"The elevation tile is {what} of {depth} bits; use 8-bit RGB or RGBA.")


def _pixels(chunks: list[tuple[bytes, bytes]]) -> NDArray[np.uint8]:
    bare = _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
        if name in _KEPT
    )
    try:
        with Image.open(io.BytesIO(bare), formats=["PNG"]) as image:
            return np.asarray(image.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, struct.error, zlib.error, IndexError) as error:
        raise BrokenTiles(f"The pixels of the elevation tile cannot be read: {error}.") from None
