"""``eoc layers fetch``: official data of the town onto the shelf, politely."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from dashboard.cli.layers.desk import Box, Desk, place, stopped
from dashboard.config import load
from layers.catalog import Layer
from layers.errors import LayerError
from layers.fetching.files import Progress
from layers.fetching.sources import SOURCES, Fetching
from layers.fetching.sources import fetch as fetch_layer
from layers.fetching.tiles import Tally
from layers.schema import BBox, Metadata
from layers.shelf import Shelf
from layers.tiles.grid import count


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--bbox", type=Box(), help="West,south,east,north in degrees.")
@click.option("--town", help="Municipality code, 01459 if neither is given.")
@click.pass_obj
def fetch(desk: Desk | None, names: tuple[str, ...], bbox: BBox | None, town: str | None) -> None:
    """Fetch official layers (all that have a source, or NAME…) for a box onto the shelf.

    Asks slowly, waits when told to, keeps what came, and goes on where it was stopped. One source
    that fails does not stop the others; the exit code is then 1.
    """
    desk = desk or Desk(load())
    box = place(bbox, town)
    wanted = [_source(desk, name) for name in names or SOURCES]
    failed = [layer.name for layer in wanted if not _fetched(desk, layer, box)]
    raise SystemExit(1 if failed else 0)


def _source(desk: Desk, name: str) -> Layer:
    layer = desk.catalog[name]
    if layer.kind == "raster":
        raise click.UsageError(f"{name} is tiles; use `eoc layers tiles --layer {name}`.")
    if name not in SOURCES:
        raise click.UsageError(f"{name} has no official source; use {', '.join(SOURCES)}.")
    return layer


def _fetched(desk: Desk, layer: Layer, box: BBox) -> bool:
    click.echo(f"{layer.name}　{layer.title_ja}")
    click.echo(f"  出典 {layer.source}　利用条件 {layer.licence}")
    try:
        with desk.asking() as (client, cache), _progress(layer, box) as on:
            document, notes = fetch_layer(Fetching(client, cache, box, *on), layer)
        sha256 = Shelf(desk.shelf).put(document, Metadata.of(document))
    except LayerError as error:
        click.echo(f"  取得できません failed: {error}", err=True)
        return False
    except KeyboardInterrupt:
        stopped()
    for note in notes:
        click.echo(f"  {note}")
    click.echo(f"  {len(document['features'])} 件 features　{sha256}")
    return True


@contextmanager
def _progress(layer: Layer, box: BBox) -> Iterator[tuple[Callable[[Tally], bool], Progress]]:
    """Yield what is told of tiles and what is told of bytes; both move one bar."""
    zoom = layer.max_native_zoom
    length = count(box, (zoom, zoom)) if "{z}" in layer.url else 0
    with click.progressbar(length=length or 1, label="  ", show_pos=bool(length)) as bar:

        def on_tiles(tally: Tally) -> bool:
            bar.update(tally.done - bar.pos)
            return True

        def on_bytes(here: int, total: int) -> None:
            bar.length = max(total, here, 1)
            bar.update(here - bar.pos)

        yield on_tiles, on_bytes
