"""What a broken or hostile archive gets: a sentence."""

from __future__ import annotations

import gzip
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pmtiles.tile import Entry, deserialize_header, serialize_directory, serialize_header

from layers.errors import BrokenTiles
from layers.tiles import open_archive, write_archive
from layers.tiles.grid import tile_bounds, tiles
from tests.contract.archives import BIEI, about, png, refused


@pytest.mark.parametrize("content", [b"", b"PMTiles", b"PMTiles\x02" + bytes(200), b"<html>" * 99])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "what.pmtiles"
    path.write_bytes(content)
    assert "neither MBTiles nor PMTiles" in refused(path)


def test_an_archive_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refused(tmp_path / "nowhere.mbtiles")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_an_archive_cut_short_is_refused(made: Path, part: float) -> None:
    content = made.read_bytes()
    made.write_bytes(content[: int(len(content) * part)])
    refused(made)


def test_every_byte_of_a_header_may_lie_and_nothing_worse_than_a_sentence_happens(
    tmp_path: Path,
) -> None:
    path = tmp_path / "small.pmtiles"
    write_archive(path, [((5, 28, 11), png((5, 28, 11)))], about())
    honest = path.read_bytes()
    for at in range(len(honest)):
        for value in (0, 1, 127, 255):
            path.write_bytes(honest[:at] + bytes([value]) + honest[at + 1 :])
            try:
                with closing(open_archive(path)) as archive:
                    archive.tile(5, 28, 11)
                    archive.metadata()
            except BrokenTiles:
                pass


def forged(
    path: Path, change: Callable[[dict[str, int]], object], root: bytes | None = None
) -> None:
    """Write a PMTiles file whose header and root directory are as wanted."""
    write_archive(path, [((5, 28, 11), png((5, 28, 11)))], about())
    content = path.read_bytes()
    header = dict(deserialize_header(content[:127]))
    body = content
    if root is not None:
        header |= {"root_offset": len(content), "root_length": len(root)}
        body += root
    change(header)
    path.write_bytes(serialize_header(header) + body[127:])


def test_a_header_that_points_past_the_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.pmtiles"
    forged(path, lambda header: header.update(tile_data_length=2**62))
    assert "Section tile_data" in refused(path)


def test_a_directory_that_points_past_its_section_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.pmtiles"
    forged(path, lambda _: None, serialize_directory([Entry(0, 0, 2**40, 2**30)]))
    assert "points to bytes" in refused(path)


def test_a_directory_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "loop.pmtiles"
    loop = serialize_directory([Entry(0, 0, 99, 0)])
    loop = serialize_directory([Entry(0, 0, len(loop), 0)])

    def turn(header: dict[str, int]) -> None:
        header.update(leaf_directory_offset=header["root_offset"], leaf_directory_length=len(loop))

    forged(path, turn, loop)
    assert "deeper than 4" in refused(path)


def test_a_directory_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pmtiles"
    forged(path, lambda _: None, gzip.compress(bytes(64 * 2**20)))
    assert "cannot be read" in refused(path)


def test_a_tile_that_is_a_web_page_is_refused(made: Path) -> None:
    content = made.read_bytes()
    made.write_bytes(content.replace(png((5, 28, 11))[:8], b"<script>"))
    assert "not png" in refused(made) or "no png" in refused(made)


def database(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(";".join(statements))
    return path


METADATA = "CREATE TABLE metadata (name TEXT, value TEXT)"
TABLE = "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)"


def test_a_database_without_tiles_is_refused(tmp_path: Path) -> None:
    assert "no such table" in refused(database(tmp_path / "a.mbtiles", METADATA))
    assert "holds no tile" in refused(database(tmp_path / "b.mbtiles", METADATA, TABLE))


@pytest.mark.parametrize("zoom", ["'x'", "-1", "99", "1e300", "NULL"])
def test_a_zoom_that_is_none_is_refused(tmp_path: Path, zoom: str) -> None:
    row = f"INSERT INTO tiles VALUES ({zoom}, 0, 0, x'89504e470d0a1a0a')"
    refused(database(tmp_path / "z.mbtiles", METADATA, TABLE, row))


def test_a_table_that_never_ends_is_cut_off(tmp_path: Path) -> None:
    endless = (
        "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT i AS zoom_level, i AS tile_column, i AS tile_row, 'x' AS tile_data FROM n"
    )
    assert "interrupted" in refused(database(tmp_path / "e.mbtiles", METADATA, endless))


def test_a_tile_larger_than_any_tile_is_refused(tmp_path: Path) -> None:
    row = "INSERT INTO tiles VALUES (5, 28, 20, zeroblob(9000000))"
    refused(database(tmp_path / "l.mbtiles", METADATA, TABLE, row))


def test_a_page_of_the_database_overwritten_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.mbtiles"
    every = list(tiles(BIEI, (5, 12)))
    write_archive(path, ((tile, png(tile)) for tile in every), about())
    content = bytearray(path.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 64] = struct.pack(">64s", b"\xee" * 64)
    path.write_bytes(content)
    refused(path)


def test_bounds_that_are_not_said_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "n.mbtiles"
    rows = [f"INSERT INTO tiles VALUES (5, {x}, 20, x'89504e470d0a1a0a')" for x in (28, 29)]
    with closing(open_archive(database(path, METADATA, TABLE, *rows))) as archive:
        west, south, _, north = tile_bounds(5, 28, 11)
        assert archive.bounds == (west, south, tile_bounds(5, 29, 11)[2], north)
