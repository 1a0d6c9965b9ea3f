"""HEIC and AVIF: the boxes of ISO-BMFF, read for size, rotation, EXIF and completeness."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.media.refusals import check_pixels, refuse

MAX_META = 4 << 20
MAX_PACKET = 1 << 20
MAX_BOXES = 10_000

# (quarter turns anticlockwise, mirror axis or None) → EXIF orientation
TURNS = {
    (0, None): 1, (1, None): 8, (2, None): 3, (3, None): 6,
    (0, 1): 2, (0, 0): 4, (1, 0): 5, (1, 1): 7, (2, 1): 4, (2, 0): 2, (3, 0): 7, (3, 1): 5,
}  # fmt: skip

Extent = tuple[int, int]


def read(file: BinaryIO, size: int) -> dict[str, object]:
    """Return the header fields of a HEIC or AVIF of ``size`` bytes.

    Width and height are those of the primary picture before the container turns it.

    Raises:
        BrokenMedia: no meta box, no size, or a box or extent that ends after the file.
    """
    meta, odd = _top(file, size)
    boxes = dict(_boxes(meta, 4, len(meta)))
    primary = _primary(meta, boxes)
    extents, names = _extents(meta, boxes, size), _names(meta, boxes)
    found = _properties(meta, boxes, primary)
    if primary not in extents:
        raise refuse("damaged_header", value="no picture")
    found["exif"] = _after_offset(_packet(file, extents, names, b"Exif"))
    found["xmp"] = _packet(file, extents, names, b"mime")
    found["odd"] = odd
    return found


def _top(file: BinaryIO, size: int) -> tuple[bytes, tuple[str, ...]]:
    """Return the content of ``meta``; every box must end inside the file."""
    position, meta = 0, b""
    for _ in range(MAX_BOXES):
        if position + 8 > size:
            break
        file.seek(position)
        length, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if length == 1:
            length, head = struct.unpack(">Q", file.read(8))[0], 16
        length = length or size - position
        if meta and not kind.isalnum():  # some phones append data that is no box
            return meta, ("trailing_bytes",)
        if length < head or position + length > size:
            raise refuse("truncated", value=size)
        if kind == b"meta":
            if length > MAX_META:
                raise refuse("damaged_header", value="meta")
            meta = file.read(length - head)
        position += length
    if not meta:
        raise refuse("damaged_header", value="no meta")
    return meta, () if position == size else ("trailing_bytes",)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, Extent]]:
    """Yield (type, (start, end) of the content) of the boxes in ``data[start:end]``."""
    for _ in range(MAX_BOXES):
        if start + 8 > end:
            return
        length, kind = struct.unpack_from(">I4s", data, start)
        length = length or end - start
        if length < 8 or start + length > end:
            raise refuse("damaged_header", value=kind.decode("latin-1"))
        yield kind, (start + 8, start + length)
        start += length
    raise refuse("damaged_header", value="boxes")


def _number(data: bytes, at: int, width: int) -> int:
    if at + width > len(data):
        raise refuse("damaged_header", value="short box")
    return int.from_bytes(data[at : at + width], "big")


def _primary(meta: bytes, boxes: dict[bytes, Extent]) -> int:
    at, _ = boxes[b"pitm"]
    return _number(meta, at + 4, 2 if meta[at] == 0 else 4)


def _names(meta: bytes, boxes: dict[bytes, Extent]) -> dict[int, bytes]:
    """Return item id → its type, from ``iinf``."""
    at, end = boxes[b"iinf"]
    at += 6 if meta[at] == 0 else 8
    names = {}
    for kind, (start, _) in _boxes(meta, at, end):
        if kind == b"infe" and meta[start] in (2, 3):
            width = 2 if meta[start] == 2 else 4
            name_at = start + 4 + width + 2
            names[_number(meta, start + 4, width)] = meta[name_at : name_at + 4]
    return names


def _extents(meta: bytes, boxes: dict[bytes, Extent], size: int) -> dict[int, list[Extent]]:
    """Return item id → [(offset in the file, length)], from ``iloc``; empty for items in meta."""
    at, _ = boxes[b"iloc"]
    version, sizes, more = meta[at], meta[at + 4], meta[at + 5]
    widths = (more & 15 if version else 0, sizes >> 4, sizes & 15)
    base_w, id_w = more >> 4, 4 if version == 2 else 2
    count, at = _count(meta, at + 6, id_w), at + 6 + id_w
    items: dict[int, list[Extent]] = {}
    for _ in range(count):
        item, at = _number(meta, at, id_w), at + id_w
        method = _number(meta, at, 2) & 15 if version else 0
        at += 4 if version else 2
        base, at = _number(meta, at, base_w), at + base_w
        many, at = _count(meta, at, 2), at + 2
        parts = [_part_of(meta, at + i * sum(widths), widths) for i in range(many)]
        items[item] = [_inside(base + o, n, size) for o, n in parts if method == 0]
        at += many * sum(widths)
    return items


def _count(meta: bytes, at: int, width: int) -> int:
    count = _number(meta, at, width)
    if count > MAX_BOXES:  # a few bytes must not cost seconds
        raise refuse("damaged_header", value=f"count {count}")
    return count


def _part_of(meta: bytes, at: int, widths: tuple[int, int, int]) -> Extent:
    index_w, offset_w, length_w = widths
    if not length_w:
        raise refuse("damaged_header", value="iloc")
    offset = _number(meta, at + index_w, offset_w)
    return offset, _number(meta, at + index_w + offset_w, length_w)


def _inside(offset: int, length: int, size: int) -> Extent:
    if offset + length > size:
        raise refuse("truncated", value=size)
    return offset, length


def _properties(meta: bytes, boxes: dict[bytes, Extent], primary: int) -> dict[str, object]:
    inner = dict(_boxes(meta, *boxes[b"iprp"]))
    stock = list(_boxes(meta, *inner[b"ipco"]))
    mine = dict(stock[i - 1] for i in _of_item(meta, inner[b"ipma"], primary) if i)
    at, _ = mine[b"ispe"]
    found: dict[str, object] = {"width": _number(meta, at + 4, 4)}
    found["height"] = _number(meta, at + 8, 4)
    if b"irot" in mine or b"imir" in mine:
        quarter = _number(meta, mine[b"irot"][0], 1) & 3 if b"irot" in mine else 0
        axis = _number(meta, mine[b"imir"][0], 1) & 1 if b"imir" in mine else None
        found["turned"] = TURNS[quarter, axis]
    check_pixels(_number(meta, at + 4, 4), _number(meta, at + 8, 4))  # a crop may hide a bomb
    if b"clap" in mine:
        found["width"], found["height"] = _cropped(meta, mine[b"clap"][0], found)
    return found


def _cropped(meta: bytes, at: int, found: dict[str, object]) -> tuple[object, object]:
    width_n, width_d, height_n, height_d = struct.unpack_from(">4I", meta, at)
    if not width_d or not height_d:
        return found["width"], found["height"]
    return width_n // width_d, height_n // height_d


def _of_item(meta: bytes, extent: Extent, item: int) -> list[int]:
    """Return the one-based property numbers of an item, from ``ipma``."""
    at, _ = extent
    id_w, wide = (4 if meta[at] else 2), meta[at + 3] & 1
    count, at = _count(meta, at + 4, 4), at + 8
    for _ in range(count):
        found, many = _number(meta, at, id_w), _number(meta, at + id_w, 1)
        at += id_w + 1
        step, mask = (2, 0x7FFF) if wide else (1, 0x7F)
        if found == item:
            return [_number(meta, at + i * step, step) & mask for i in range(many)]
        at += many * step
    return []


def _packet(
    file: BinaryIO, extents: dict[int, list[Extent]], names: dict[int, bytes], kind: bytes
) -> bytes:
    for item, name in names.items():
        parts = extents.get(item, [])
        if name == kind and parts and sum(length for _, length in parts) <= MAX_PACKET:
            return b"".join(_part(file, *extent) for extent in parts)
    return b""


def _part(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)


def _after_offset(packet: bytes) -> bytes:
    """Return the TIFF part of an ``Exif`` item, which begins with an offset to it."""
    skip = int.from_bytes(packet[:4], "big") + 4
    return packet[skip:].removeprefix(b"Exif\x00\x00")
