"""Entries of a zip, unpacked one by one under names of our own, counted as they grow."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from layers.errors import BrokenFile, UnsafeFile
from layers.importers import limits

CHUNK = 1 << 20
UTF8_FLAG, LOCKED_FLAG = 0x800, 0x1
# what a reader may want; anything else is listed and never unpacked
WANTED = frozenset(
    [
        ".geojson",
        ".json",
        ".geojsonl",
        ".ndjson",
        ".geojsons",
        ".jsonl",
        ".topojson",
        ".shp",
        ".shx",
        ".dbf",
        ".prj",
        ".cpg",
        ".gpkg",
        ".kml",
        ".gml",
        ".xml",
        ".gpx",
        ".fgb",
        ".csv",
        ".tsv",
        ".txt",
        ".zip",
        ".kmz",
    ]
)


@dataclass(slots=True)
class Budget:
    """What is left of the limits of one import."""

    bytes_left: int
    entries_left: int

    def take(self, size: int, name: str) -> None:
        """Take a file's bytes from what is left.

        Raises:
            UnsafeFile: nothing is left.
        """
        self.bytes_left -= size
        self.entries_left -= 1
        if self.bytes_left < 0:
            limit = limits.MAX_BYTES // limits.MB
            raise UnsafeFile(f"展開後の大きさが上限 {limit} MB を超えます。", where=name)
        if self.entries_left < 0:
            raise UnsafeFile(f"ファイルが {limits.MAX_ENTRIES} を超えます。", where=name)


def unpack(
    archive: Path, shown: str, folder: Path, budget: Budget
) -> Iterator[tuple[str, Path | None]]:
    """Yield each entry's name and where it was unpacked, None for what nobody reads.

    Names without the UTF-8 flag are taken as UTF-8 where they are, else as CP932.

    Raises:
        BrokenFile: the archive is damaged, locked, or packed in a way that is not known.
        UnsafeFile: a bomb, a link, or a name that leads out.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            _check_declared(entries, shown, budget)
            for entry in entries:
                name = entry_name(entry, shown)
                if not entry.is_dir() and not name.endswith("/"):
                    yield name, _one(opened, entry, name, folder, budget)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        if isinstance(error, BrokenFile):
            raise
        raise BrokenFile(f"書庫が壊れています（{error}）。", where=shown) from None
    except (NotImplementedError, RuntimeError) as error:
        raise BrokenFile(f"この書庫は開けません（{error}）。", where=shown) from None


def entry_name(entry: zipfile.ZipInfo, shown: str) -> str:
    """Return the name of an entry with ``/`` between its parts.

    Raises:
        UnsafeFile: it leads out of the archive, or the entry is a link.
    """
    name = entry.orig_filename
    if not entry.flag_bits & UTF8_FLAG:
        name = _japanese(name)
    # only now: in CP932 the byte 0x5C is also the second half of 表 能 ソ 十
    name = name.replace("\\", "/")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        raise UnsafeFile(f"書庫の外を指す名前 {name[:80]!r} があります。", where=shown)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnsafeFile(f"書庫の中の {name[:80]!r} はリンクです。", where=shown)
    return name


def _japanese(name: str) -> str:
    raw = name.encode("cp437", "ignore")
    for codec in ("utf-8", "cp932"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return name


def _check_declared(entries: list[zipfile.ZipInfo], shown: str, budget: Budget) -> None:
    if not entries:
        raise BrokenFile("書庫は空です。", where=shown)
    if len(entries) > budget.entries_left:
        raise UnsafeFile(f"ファイルが {limits.MAX_ENTRIES} を超えます。", where=shown)
    declared = sum(entry.file_size for entry in entries)
    if declared > budget.bytes_left:
        size, most = declared // limits.MB, limits.MAX_BYTES // limits.MB
        raise UnsafeFile(f"展開すると {size} MB になり、上限 {most} MB を超えます。", where=shown)
    for entry in entries:
        _check_ratio(entry.file_size, entry.compress_size, f"{shown}/{entry.filename[:80]}")


def _check_ratio(size: int, packed: int, where: str) -> None:
    if size > limits.MB and size > limits.MAX_RATIO * max(1, packed):
        ratio = size // max(1, packed)
        raise UnsafeFile(
            f"圧縮率が {ratio} 倍と異常です（上限 {limits.MAX_RATIO} 倍）。", where=where
        )


def _one(
    opened: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, folder: Path, budget: Budget
) -> Path | None:
    suffix = PurePosixPath(name).suffix.lower()
    hidden = any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)
    if hidden or suffix not in WANTED:
        return None
    if entry.flag_bits & LOCKED_FLAG:
        raise BrokenFile("書庫に合言葉がかかっています。外して渡してください。", where=name)
    path = folder / f"entry-{budget.entries_left:05d}{suffix}"
    with opened.open(entry) as packed, path.open("wb") as out:
        size = _copy(packed, out, name, entry.compress_size, budget)
    budget.take(size, name)
    return path


def _copy(packed: IO[bytes], out: IO[bytes], name: str, compressed: int, budget: Budget) -> int:
    size = 0
    while chunk := packed.read(CHUNK):
        size += len(chunk)
        if size > budget.bytes_left:
            limit = limits.MAX_BYTES // limits.MB
            raise UnsafeFile(f"展開後の大きさが上限 {limit} MB を超えます。", where=name)
        _check_ratio(size, compressed, name)
        out.write(chunk)
    return size
