"""Tiles of a layer, each asked for once: from the cache, or from the provider at its pace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from layers.catalog import Layer
from layers.errors import FetchFailed
from layers.fetching.cache import Cache
from layers.fetching.checks import check
from layers.fetching.client import Client
from layers.tiles.formats import MAX_TILE_BYTES
from layers.tiles.grid import Tile


@dataclass(slots=True)
class Tally:
    """How far a run is: tiles ``done``, of these ``asked`` of the provider, ``missing`` there."""

    done: int = 0
    asked: int = 0
    missing: int = 0
    bytes: int = 0


def nothing(tally: Tally) -> bool:
    """Say nothing of the progress, and go on."""
    return True


@dataclass(frozen=True, slots=True)
class TileFetcher:
    """Fetches tiles of a layer through a client into a cache."""

    client: Client
    cache: Cache
    layer: Layer

    def address(self, tile: Tile) -> str:
        """Return the official address of a tile."""
        z, x, y = map(str, tile)
        return self.layer.url.replace("{z}", z).replace("{x}", x).replace("{y}", y)

    def each(
        self, tiles: Iterable[Tile], go_on: Callable[[Tally], bool] = nothing
    ) -> Iterator[tuple[Tile, bytes]]:
        """Yield the tiles the provider has. ``go_on`` sees the tally after each; False stops.

        Whatever was fetched is kept, so a run that was stopped goes on where it was.

        Raises:
            FetchFailed: the provider gave up on us or gives something else than tiles.
        """
        tally = Tally()
        for tile in tiles:
            body = self.one(tile, tally)
            tally.done += 1
            if body is None:
                tally.missing += 1
            else:
                tally.bytes += len(body)
                yield tile, body
            if not go_on(tally):
                return

    def one(self, tile: Tile, tally: Tally) -> bytes | None:
        """Return one tile, or None where the provider has none."""
        url, now = self.address(tile), self.client.time.now()
        kept = self.cache.get(url)
        if kept and self.cache.fresh(kept, now):
            return kept.body
        tally.asked += 1
        conditions = kept.conditions() if kept else {}
        answer = self.client.get(url, limit=MAX_TILE_BYTES, headers=conditions)
        if answer.unchanged:
            if kept is None or kept.body is None:
                raise FetchFailed("The provider says unchanged, but nothing was here.", where=url)
            self.cache.confirm(url, now)
            return kept.body
        if answer.body is not None:
            said = answer.headers.get("content-type", "")
            check(self.layer.format, answer.body, where=url, content_type=said)
        self.cache.put(url, answer.body, answer.headers, now)
        return answer.body
