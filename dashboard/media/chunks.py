"""PNG and WebP: walk the chunks to the end of the file; only small ones are read."""

from __future__ import annotations

import struct
from typing import BinaryIO

from dashboard.media.refusals import refuse

MAX_PACKET = 1 << 20
MAX_PNG_CHUNKS = 15_000  # 100 MB in chunks of 8 kB
MAX_WEBP_CHUNKS = 2_000
PNG_XMP = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00"
PNG_COMPONENTS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}


def read_png(file: BinaryIO, size: int) -> dict[str, object]:
    """Return the header fields of a PNG of ``size`` bytes.

    Raises:
        BrokenMedia: the first chunk is not IHDR, or the file ends before IEND.
    """
    file.seek(8)
    length, kind = struct.unpack(">I4s", _exactly(file, 8, size))
    if kind != b"IHDR" or length != 13:
        raise refuse("damaged_header", value="IHDR")
    width, height, _, colour = struct.unpack(">IIBB", _exactly(file, 17, size)[:10])
    found: dict[str, object] = {"width": width, "height": height, "exif": b"", "xmp": b""}
    found["components"] = PNG_COMPONENTS.get(colour, 3)
    for _ in range(MAX_PNG_CHUNKS):
        length, kind = struct.unpack(">I4s", _exactly(file, 8, size))
        if file.tell() + length + 4 > size:
            raise refuse("truncated", value=size)
        if kind == b"IEND":
            found["odd"] = ("trailing_bytes",) if file.tell() + length + 4 < size else ()
            return found
        _keep_png(found, kind, length, file)
    raise refuse("damaged_header", value="chunks")


def read_webp(file: BinaryIO, size: int) -> dict[str, object]:
    """Return the header fields of a WebP of ``size`` bytes.

    Raises:
        BrokenMedia: RIFF says more bytes than there are, or no picture chunk is first.
    """
    file.seek(4)
    end = int.from_bytes(_exactly(file, 4, size), "little") + 8
    if end > size:
        raise refuse("truncated", value=size)
    file.seek(12)
    found: dict[str, object] = {"exif": b"", "xmp": b""}
    for _ in range(MAX_WEBP_CHUNKS):
        if file.tell() + 8 > end:
            break
        kind, length = struct.unpack("<4sI", _exactly(file, 8, size))
        start = file.tell()
        if start + length > end:
            raise refuse("truncated", value=size)
        _keep_webp(found, kind, length, file)
        file.seek(start + length + length % 2)
    if "width" not in found:
        raise refuse("damaged_header", value="no picture chunk")
    found["odd"] = ("trailing_bytes",) if end + end % 2 < size else ()
    return found


def _exactly(file: BinaryIO, count: int, size: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise refuse("truncated", value=size)
    return data


def _keep_png(found: dict[str, object], kind: bytes, length: int, file: BinaryIO) -> None:
    start = file.tell()
    if kind == b"eXIf" and length <= MAX_PACKET:
        found["exif"] = file.read(length)
    elif kind == b"iTXt" and length <= MAX_PACKET:
        text = file.read(length)
        if text.startswith(PNG_XMP):
            found["xmp"] = text[len(PNG_XMP) :]
    file.seek(start + length + 4)


def _keep_webp(found: dict[str, object], kind: bytes, length: int, file: BinaryIO) -> None:
    if kind in WEBP_SIZES and "width" not in found:
        found["width"], found["height"] = WEBP_SIZES[kind](file.read(min(length, 10)))
    elif kind == b"EXIF" and length <= MAX_PACKET:
        found["exif"] = file.read(length).removeprefix(b"Exif\x00\x00")
    elif kind == b"XMP " and length <= MAX_PACKET:
        found["xmp"] = file.read(length)


def _canvas(data: bytes) -> tuple[int, int]:
    width, height = (int.from_bytes(data[i : i + 3], "little") + 1 for i in (4, 7))
    return width, height


def _lossless(data: bytes) -> tuple[int, int]:
    bits = int.from_bytes(data[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _lossy(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", data[6:10])
    return width & 0x3FFF, height & 0x3FFF


WEBP_SIZES = {b"VP8X": _canvas, b"VP8L": _lossless, b"VP8 ": _lossy}
