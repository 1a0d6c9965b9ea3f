"""One contract over MBTiles and PMTiles, and what a broken or hostile archive gets: a sentence."""

from __future__ import annotations

import gzip
import sqlite3
import struct
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pmtiles.tile import Entry, deserialize_header, serialize_directory, serialize_header

from layers.errors import BrokenTiles
from layers.tiles import About, TileArchive, open_archive, write_archive
from layers.tiles.grid import Tile, tile_bounds, tiles
from layers.tiles.writer import laid_out

BIEI = (142.30, 43.39, 142.93, 43.71)
SUFFIXES = [".mbtiles", ".pmtiles"]


def png(tile: Tile) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + repr(tile).encode()


def about(**other: object) -> About:
    given = {"name": "試し", "format": "png", "bounds": BIEI, "attribution": "地理院タイル"}
    return About(**{**given, **other})  # type: ignore[arg-type]


@pytest.fixture(params=SUFFIXES)
def suffix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def made(tmp_path: Path, suffix: str) -> Path:
    path = tmp_path / f"made{suffix}"
    every = laid_out(tiles(BIEI, (5, 11)))
    write_archive(path, ((tile, png(tile)) for tile in every), about(extra={"licence": "規約"}))
    return path


@pytest.fixture
def archive(made: Path) -> TileArchive:
    opened = open_archive(made)
    yield opened
    opened.close()


def refused(path: Path) -> str:
    """Open it and ask for tiles; return the sentence with which it is refused."""

    def read() -> None:
        with closing(open_archive(path)) as archive:
            for tile in tiles(BIEI, archive.zooms):
                archive.tile(*tile)

    with pytest.raises(BrokenTiles) as caught:
        read()
    assert path.name in str(caught.value)
    return str(caught.value)


def test_what_was_written_is_read(archive: TileArchive) -> None:
    for tile in tiles(BIEI, (5, 11)):
        assert archive.tile(*tile) == png(tile)


def test_where_there_is_no_tile_there_is_none(archive: TileArchive) -> None:
    assert archive.tile(11, 0, 0) is None
    assert archive.tile(4, 14, 5) is None
    assert archive.tile(12, 3669, 1496) is None


@pytest.mark.parametrize("tile", [(5, 32, 0), (5, -1, 0), (-1, 0, 0), (99, 0, 0), (5, 0, 2**70)])
def test_outside_the_grid_there_is_no_tile(archive: TileArchive, tile: Tile) -> None:
    assert archive.tile(*tile) is None


def test_an_archive_says_what_it_holds_and_whose_it_is(archive: TileArchive) -> None:
    assert (archive.format, archive.encoding, archive.zooms) == ("png", "", (5, 11))
    assert archive.bounds == pytest.approx(BIEI, abs=1e-6)
    said = archive.metadata()
    assert (said["name"], said["attribution"]) == ("試し", "地理院タイル")
    assert said["licence"] == "規約"


def test_many_threads_read_at_once(archive: TileArchive) -> None:
    every = list(tiles(BIEI, (5, 11)))
    wrong: list[Tile] = []

    def read() -> None:
        wrong.extend(tile for tile in every if archive.tile(*tile) != png(tile))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_hundred_thousand_lookups_are_not_taken_for_a_trap(archive: TileArchive) -> None:
    for _ in range(100_000):
        archive.tile(5, 28, 11)
    assert archive.tile(5, 28, 11) is not None


def test_gzipped_vector_tiles_are_told_from_their_bytes(tmp_path: Path, suffix: str) -> None:
    path, data = tmp_path / f"v{suffix}", gzip.compress(b"\x1a\x00")
    write_archive(path, [((5, 28, 11), data)], about(format="pbf", encoding="gzip"))
    with closing(open_archive(path)) as archive:
        assert (archive.format, archive.encoding) == ("pbf", "gzip")
        assert archive.tile(5, 28, 11) == data


def test_the_same_sea_is_stored_once_and_found_everywhere(tmp_path: Path) -> None:
    path, sea = tmp_path / "sea.pmtiles", b"\xff\xd8\xff" + bytes(5000)
    every = laid_out(tiles(BIEI, (12, 14)))
    write_archive(path, ((tile, sea) for tile in every), about(format="jpg"))
    assert path.stat().st_size < 15_000
    with closing(open_archive(path)) as archive:
        assert all(archive.tile(*tile) == sea for tile in tiles(BIEI, (12, 14)))


def test_a_large_archive_has_leaves_and_finds_every_tile(tmp_path: Path) -> None:
    path, box = tmp_path / "large.pmtiles", (142.0, 43.0, 143.0, 44.0)
    every = [tile for tile in laid_out(tiles(box, (14, 15))) if hash(tile) % 3]
    given = {tile: png(tile) + bytes(hash(tile) % 1009) for tile in every}
    write_archive(path, given.items(), about(bounds=box))
    assert deserialize_header(path.read_bytes()[:127])["leaf_directory_length"] > 0
    with closing(open_archive(path)) as archive:
        assert all(archive.tile(*tile) == given[tile] for tile in every[::97])


def test_the_real_archive_of_place_names_is_read(shared: Path) -> None:
    path = shared / "geo" / "biei_machiaza.mbtiles"
    with closing(open_archive(path)) as archive:
        assert (archive.format, archive.encoding, archive.zooms) == ("pbf", "gzip", (5, 14))
        found = [archive.tile(*tile) for tile in tiles((142.3, 43.35, 142.95, 43.7), (5, 14))]
    held = [data for data in found if data]
    assert len(held) == 372
    assert all(b"machiaza" in gzip.decompress(data) for data in held)


def test_the_real_archive_becomes_the_other_kind_without_a_byte_changed(
    shared: Path, tmp_path: Path
) -> None:
    box = (142.3, 43.35, 142.95, 43.7)
    with closing(open_archive(shared / "geo" / "biei_machiaza.mbtiles")) as source:
        held = {tile: data for tile in tiles(box, (5, 14)) if (data := source.tile(*tile))}
    path = tmp_path / "machiaza.pmtiles"
    said = about(format="pbf", encoding="gzip", bounds=box)
    assert write_archive(path, ((tile, held[tile]) for tile in laid_out(held)), said) == 372
    with closing(open_archive(path)) as copy:
        assert {tile: copy.tile(*tile) for tile in held} == held


@pytest.mark.parametrize("break_it", ["no tile", "not a png", "a raised hand"])
def test_what_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, suffix: str, break_it: str
) -> None:
    path = tmp_path / f"half{suffix}"

    def given() -> object:
        if break_it == "no tile":
            return
        yield (5, 28, 11), png((5, 28, 11))
        if break_it == "a raised hand":
            raise KeyboardInterrupt
        yield (5, 28, 12), b"<html>error</html>"

    with pytest.raises((BrokenTiles, KeyboardInterrupt)):
        write_archive(path, given(), about())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_new_archive_takes_the_name_while_the_old_one_is_read(made: Path) -> None:
    with closing(open_archive(made)) as old:
        write_archive(made, [((5, 28, 11), png((0, 0, 0)))], about())
        assert old.tile(5, 28, 11) == png((5, 28, 11))
    with closing(open_archive(made)) as new:
        assert new.tile(5, 28, 11) == png((0, 0, 0))


def test_an_ending_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenTiles, match="must end in"):
        write_archive(tmp_path / "tiles.zip", [((5, 28, 11), png((5, 28, 11)))], about())


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
