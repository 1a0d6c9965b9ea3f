"""JPEG markers up to the picture data, then the end marker: nothing is decoded."""

from __future__ import annotations

import struct
from typing import BinaryIO

from dashboard.media.refusals import refuse

SOI, EOI, SOS, APP1 = 0xD8, 0xD9, 0xDA, 0xE1
STANDALONE = {0x01, *range(0xD0, 0xD9)}
SEQUENTIAL = {0xC0, 0xC1}
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
EXIF, XMP = b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00"
MAX_SEGMENTS, MAX_STRAY = 5000, 1000
STEP = 1 << 20
MAX_SCANS = 200  # cameras write about 10; thousands over a large frame cost hours of decoding

TAILS = (
    (0, b"\xff\xd8\xff", "trailing_image"),  # a second picture: thermal, gain map, preview
    (0, b"PK\x03\x04", "trailing_zip"),
    (4, b"ftyp", "trailing_video"),  # a motion photo
)


def read(file: BinaryIO, size: int) -> dict[str, object]:
    """Return the header fields of a JPEG of ``size`` bytes.

    Raises:
        BrokenMedia: no frame before the picture data. A missing end is told as ``cut``.
    """
    found: dict[str, object] = {"exif": b"", "xmp": b""}
    file.seek(2)
    for _ in range(MAX_SEGMENTS):
        marker, length = _next_segment(file)
        if marker == SOS:
            break
        if marker == APP1:
            _keep_packet(found, file.read(length))
        elif marker in FRAMES:
            _keep_frame(found, file.read(length))
            found["progressive"] = marker not in SEQUENTIAL
        else:
            file.seek(length, 1)
        if file.tell() > size:
            raise refuse("truncated", value=size)
    else:
        raise refuse("damaged_header", value="segments")
    if "width" not in found:
        raise refuse("damaged_header", value="no frame")
    end = _end(file, file.tell() + length)
    if found.pop("progressive"):
        _check_scans(file, size)
    found["cut"] = end is None
    found["odd"] = _tail(file, end or size, size)
    return found


def _next_segment(file: BinaryIO) -> tuple[int, int]:
    """Return marker and length of the payload, which begins at the file's position."""
    marker = _next_marker(file)
    raw = file.read(2)
    if marker == EOI or len(raw) < 2:
        raise refuse("truncated", value=file.tell())
    length = int.from_bytes(raw, "big")
    if length < 2:
        raise refuse("damaged_header", value=f"length {length}")
    return marker, length - 2


def _next_marker(file: BinaryIO) -> int:
    """Return the next marker; fill bytes and a few stray ones are stepped over, as decoders do."""
    before = b""
    for _ in range(MAX_STRAY):
        one = file.read(1)
        if not one:
            raise refuse("truncated", value=file.tell())
        if before == b"\xff" and one not in (b"\x00", b"\xff") and one[0] not in STANDALONE:
            return one[0]
        before = one
    raise refuse("damaged_header", value=f"byte {file.tell()}")


def _keep_packet(found: dict[str, object], payload: bytes) -> None:
    if payload.startswith(EXIF) and not found["exif"]:
        found["exif"] = payload[len(EXIF) :]
    elif payload.startswith(XMP) and not found["xmp"]:
        found["xmp"] = payload[len(XMP) :]


def _keep_frame(found: dict[str, object], payload: bytes) -> None:
    if "width" in found:  # a second frame header would hide the true size
        raise refuse("damaged_header", value="two frames")
    _, found["height"], found["width"], found["components"] = struct.unpack(">BHHB", payload[:6])


def _end(file: BinaryIO, start: int) -> int | None:
    """Return the offset after the end marker, None without one.

    Inside picture data 0xFF is always followed by 0x00 or a restart marker, so the two
    bytes can be searched for at memory speed.
    """
    file.seek(start)
    position, last = start, b""
    while block := file.read(STEP):
        at = (last + block).find(b"\xff\xd9")
        if at >= 0:
            return position - len(last) + at + 2
        position += len(block)
        last = block[-1:]
    return None


def _check_scans(file: BinaryIO, size: int) -> None:
    file.seek(0)
    scans = sum(block.count(b"\xff\xda") for block in iter(lambda: file.read(STEP), b""))
    if scans > MAX_SCANS:
        raise refuse("damaged_header", value=f"{scans} scans in {size} bytes")


def _tail(file: BinaryIO, end: int, size: int) -> tuple[str, ...]:
    if end >= size:
        return ()
    file.seek(end)
    head = file.read(64)
    if not head.strip(b"\x00\xff"):
        return ("trailing_padding",)
    for offset, signature, name in TAILS:
        if head[offset:].startswith(signature):
            return (name,)
    return ("trailing_bytes",)
