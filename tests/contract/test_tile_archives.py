"""One contract over MBTiles and PMTiles."""

from __future__ import annotations

import gzip
import threading
from contextlib import closing
from pathlib import Path

import pytest
from pmtiles.tile import deserialize_header

from layers.errors import BrokenTiles
from layers.tiles import TileArchive, open_archive, write_archive
from layers.tiles.grid import Tile, tiles
from layers.tiles.writer import laid_out
from tests.contract.archives import BIEI, about, png


@pytest.fixture
def archive(made: Path) -> TileArchive:
    opened = open_archive(made)
    yield opened
    opened.close()


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
