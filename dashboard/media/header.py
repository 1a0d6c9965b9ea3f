"""The header of a picture, read byte by byte: no decoder sees a file before its size is known."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dashboard.errors import EocError
from dashboard.media import bmff, chunks, jpeg, sniff
from dashboard.media.refusals import MAX_BYTES, check_pixels, refuse


@dataclass(frozen=True, slots=True)
class Header:
    """What the container says. ``width`` and ``height`` are pixels as stored.

    ``exif`` and ``xmp`` are the raw packets. ``turned`` is the container's own rotation as
    an EXIF orientation (1–8), or None when the container has no say and EXIF decides.
    ``cut``: the end of the picture data is missing, though all of this could be read.
    """

    content_type: str
    width: int
    height: int
    exif: bytes = b""
    xmp: bytes = b""
    turned: int | None = None
    components: int = 3
    cut: bool = False
    odd: tuple[str, ...] = ()


Reader = Callable[[BinaryIO, int], dict[str, object]]
READERS: dict[str, Reader] = {
    sniff.JPEG: jpeg.read,
    sniff.PNG: chunks.read_png,
    sniff.WEBP: chunks.read_webp,
    sniff.HEIC: bmff.read,
    sniff.AVIF: bmff.read,
}


def read(path: Path) -> Header:
    """Return the header of a picture file; no pixel is decoded, memory stays small.

    Raises:
        BrokenMedia: empty, truncated or with a damaged header.
        UnsupportedMedia: not one of the five picture types.
        TooLarge: more than 100 MB or 64 million pixels.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise refuse("too_many_bytes", value=size)
    with path.open("rb") as file:
        content_type = sniff.sniff(file.read(sniff.HEAD_BYTES))
        header = _parse(content_type, file, size)
    check_pixels(header.width, header.height)
    return header


def _parse(content_type: str, file: BinaryIO, size: int) -> Header:
    try:
        return Header(content_type, **READERS[content_type](file, size))  # type: ignore[arg-type]
    except EocError:
        raise
    except (struct.error, ValueError, IndexError, KeyError) as error:
        raise refuse("damaged_header", value=type(error).__name__) from error
