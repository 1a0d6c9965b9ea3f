"""Pictures that travel in a KMZ: JPEG, limited in number and bytes, without what cameras add."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import NamedTuple, Self

from layers.export.notes import Notes

Opener = Callable[[str], bytes | None]  # picture id → a JPEG, or None: not there

MOST, MOST_BYTES, LARGEST = 300, 60_000_000, 3_000_000
FULL = f"上限（{MOST}枚・{MOST_BYTES // 1_000_000} MB）を超えるため入れなかった写真"
UNFIT = "まだ届いていないか、JPEG として読めないか、大きすぎて入れなかった写真"
# JFIF, colour profile and Adobe's transform decide how it looks; other segments tell tales
KEPT_APPS = frozenset({0xE0, 0xE2, 0xEE})
APPS, COMMENT, SCAN = range(0xE0, 0xF0), 0xFE, 0xDA


class Kept(NamedTuple):
    """A picture that goes in: its address in the archive, where its bytes lie meanwhile."""

    address: str
    at: int
    size: int


class Album:
    """The pictures of one file, each once; they wait in a file of our own, not in memory."""

    def __init__(self, wanted: Iterable[str], opener: Opener | None, notes: Notes) -> None:
        self._kept: dict[str, Kept] = {}
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        if opener is not None:
            for id_ in dict.fromkeys(wanted):
                self._take(id_, opener, notes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    def addresses(self, ids: Iterable[str]) -> list[str]:
        """Return the addresses, relative to the document, of those pictures that go in."""
        return [self._kept[i].address for i in ids if i in self._kept]

    def save(self, archive: zipfile.ZipFile) -> None:
        """Write the pictures into an archive, uncompressed: a JPEG gets no smaller."""
        for kept in self._kept.values():
            self._file.seek(kept.at)
            archive.writestr(kept.address, self._file.read(kept.size), zipfile.ZIP_STORED)

    def _take(self, id_: str, opener: Opener, notes: Notes) -> None:
        if len(self._kept) >= MOST or self._file.tell() >= MOST_BYTES:
            notes.add(FULL, [id_])
            return
        data = opener(id_)
        bare = stripped(data) if data is not None and len(data) <= LARGEST else None
        if bare is None:
            notes.add(UNFIT, [id_])
            return
        # numbered, not named: an id is text from outside and may be a path
        address = f"files/{len(self._kept) + 1:04d}.jpg"
        self._kept[id_] = Kept(address, self._file.tell(), len(bare))
        self._file.write(bare)


def stripped(jpeg: bytes) -> bytes | None:
    """Return a JPEG without EXIF, XMP, IPTC and comments, or None: it is not a whole one."""
    if not (jpeg.startswith(b"\xff\xd8") and jpeg.rstrip(b"\x00").endswith(b"\xff\xd9")):
        return None
    parts = [jpeg[:2]]
    for marker, begin, end in _segments(jpeg):
        if marker == SCAN:
            return b"".join((*parts, jpeg[begin:]))
        if marker != COMMENT and (marker not in APPS or marker in KEPT_APPS):
            parts.append(jpeg[begin:end])
    return None


def _segments(jpeg: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, begin, end) of the segments up to the scan; stops at what is none."""
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        size = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if size < 2:
            return
        yield jpeg[at + 1], at, at + 2 + size
        at += 2 + size
