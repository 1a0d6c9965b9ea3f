"""GeoPackage and FlatGeobuf: checked for what would run or lie, then read by GDAL."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from layers.errors import BrokenFile, UnsafeFile
from layers.importers import gdal
from layers.importers.raw import NotGeodata, Options, Raw, Source

STEPS = 5_000_000  # of SQLite's machine between two looks at the check; a sane file needs one
TILES = ("tiles", "map")


def read_gpkg(source: Source, options: Options) -> Iterator[Raw]:
    """Yield each layer of a GeoPackage that has geometry.

    Raises:
        BrokenFile: the database is damaged.
        UnsafeFile: a layer is a view: a query of the file's own, which may never end.
    """
    pending = source.path.with_name(f"{source.path.name}-wal")
    if pending.exists() and pending.stat().st_size:
        raise BrokenFile(
            "ほかのソフトで開いたままのようです（-wal がある）。閉じてから渡してください。",
            where=source.name,
        )
    _check_database(source)
    # a copy: SQLite would follow a link and put its own files beside the original
    path = source.folder / f"copy-{source.mark}.gpkg"
    shutil.copyfile(source.path, path)
    spatial, plain = gdal.layer_names(path, source.name)
    if not spatial:
        raise NotGeodata("図形を持つレイヤーがありません。", where=source.name)
    for name in spatial:
        raw = gdal.layer(path, name, f"{source.name}:{name}", "GeoPackage", first=1)
        if plain:
            raw.notes.append(f"図形のない表は取り込まない：{'、'.join(plain)}")
        yield raw


def read_fgb(source: Source, options: Options) -> Iterator[Raw]:
    """Yield the layer of a FlatGeobuf file.

    Raises:
        BrokenFile: it is damaged or cut short.
    """
    path = gdal.staged(source, ".fgb")
    with path.open("rb") as file:
        if file.read(7) != b"fgb\x03fgb":
            raise BrokenFile("FlatGeobuf（第3版）ではありません。", where=source.name)
    yield gdal.layer(path, None, source.name, "FlatGeobuf")


def _check_database(source: Source) -> None:
    try:
        with closing(_opened(source.path)) as database:
            problem = database.execute("PRAGMA quick_check(1)").fetchone()[0]
            kinds = dict(database.execute("SELECT name, type FROM sqlite_master"))
            contents = "gpkg_contents" in kinds
            listed = (
                [name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")]
                if contents and kinds["gpkg_contents"] == "table"
                else []
            )
    except (sqlite3.Error, OverflowError, ValueError) as error:
        raise BrokenFile(f"データベースとして読めません（{error}）。", where=source.name) from None
    if problem != "ok":
        raise BrokenFile(f"データベースが壊れています（{problem[:120]}）。", where=source.name)
    _check_tables(kinds, listed, source.name)


def _check_tables(kinds: dict[str, str], listed: list[str], where: str) -> None:
    if not listed:
        tiles = "（地図タイルのファイルのようです）" if kinds.keys() & set(TILES) else ""
        raise NotGeodata(f"GeoPackage ではない SQLite のファイルです{tiles}。", where=where)
    views = [name for name in listed if kinds.get(name) == "view"]
    views += [name for name, kind in kinds.items() if kind == "view" and name.startswith("gpkg_")]
    if views:
        raise UnsafeFile(
            f"レイヤー {views[0][:80]!r} は表ではなくビューです。表に書き出して渡してください。",
            where=where,
        )


def _opened(path: Path) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    database = sqlite3.connect(address, uri=True)
    calls = iter([False] * 100)
    database.set_progress_handler(lambda: next(calls, True), STEPS)
    database.text_factory = lambda data: data.decode("utf-8", "backslashreplace")
    return database
