"""A tile is asked for once, and never again unless it may have changed."""

from __future__ import annotations

import pytest

from layers.catalog import Catalog
from layers.errors import FetchFailed
from layers.fetching.sources import Fetching
from layers.fetching.tiles import Tally, TileFetcher
from layers.tiles.grid import tiles
from tests.contract.fetching.conftest import AREA
from tests.provider import Clock, Provider, Reply

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)


def some(count: int) -> list[tuple[int, int, int]]:
    return list(tiles(AREA, (16, 16)))[:count]


def test_a_tile_is_asked_for_once_and_a_missing_one_is_remembered(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    here, gone = some(2)
    official.gives("/xyz/std/{}/{}/{}.png".format(*here), Reply(body=PNG))
    fetcher = TileFetcher(run.client, run.cache, catalog["std"])
    told: list[Tally] = []
    for _ in range(3):
        assert dict(fetcher.each([here, gone], lambda tally: told.append(tally) is None)) == {
            here: PNG
        }
    assert {(tally.done, tally.missing) for tally in told} == {(2, 1)}
    assert len(official.asked) == 2


def test_an_old_tile_is_asked_for_only_if_it_changed(
    official: Provider, catalog: Catalog, run: Fetching, clock: Clock
) -> None:
    (tile,) = some(1)
    path = "/xyz/std/{}/{}/{}.png".format(*tile)
    official.gives(path, Reply(body=PNG, headers={"ETag": '"1"'}))
    fetcher = TileFetcher(run.client, run.cache, catalog["std"])
    assert dict(fetcher.each([tile])) == {tile: PNG}
    clock.seconds += 31 * 86_400
    assert dict(fetcher.each([tile])) == {tile: PNG}
    assert official.headers(path)[1]["if-none-match"] == '"1"'
    assert dict(fetcher.each([tile])) == {tile: PNG}
    assert official.count(path) == 2
    clock.seconds += 31 * 86_400
    official.gives(path, Reply(body=PNG + b"new", headers={"ETag": '"2"'}))
    assert dict(fetcher.each([tile])) == {tile: PNG + b"new"}


def test_a_run_that_is_stopped_goes_on_where_it_was(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    wanted = some(6)
    for tile in wanted:
        official.gives("/xyz/std/{}/{}/{}.png".format(*tile), Reply(body=PNG))
    fetcher = TileFetcher(run.client, run.cache, catalog["std"])
    assert len(list(fetcher.each(wanted, lambda tally: tally.done < 3))) == 3
    assert len(list(fetcher.each(wanted))) == 6
    assert len(official.asked) == 6


@pytest.mark.parametrize("body", [b"<html>sorry", b"", b"\xff\xd8\xff jpeg"])
def test_a_page_with_status_200_is_not_a_tile_and_is_not_kept(
    official: Provider, catalog: Catalog, run: Fetching, body: bytes
) -> None:
    (tile,) = some(1)
    path = "/xyz/std/{}/{}/{}.png".format(*tile)
    official.gives(path, Reply(body=body, headers={"Content-Type": "text/html"}), Reply(body=PNG))
    fetcher = TileFetcher(run.client, run.cache, catalog["std"])
    with pytest.raises(FetchFailed, match=r"not png \(text/html\)"):
        list(fetcher.each([tile]))
    assert dict(fetcher.each([tile])) == {tile: PNG}


def test_unchanged_what_we_never_had_is_refused(
    official: Provider, catalog: Catalog, run: Fetching
) -> None:
    (tile,) = some(1)
    official.gives("/xyz/std/{}/{}/{}.png".format(*tile), Reply(304))
    with pytest.raises(FetchFailed, match="nothing was here"):
        list(TileFetcher(run.client, run.cache, catalog["std"]).each([tile]))
