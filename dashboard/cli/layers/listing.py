"""``eoc layers list``: the catalogue, and what of it is here."""

from __future__ import annotations

from contextlib import closing

import click

from dashboard.cli.layers.desk import Desk
from dashboard.config import load
from dashboard.geo.tiles import TileFolder, title
from layers.catalog import Layer
from layers.errors import BrokenTiles, NotThere
from layers.fetching.sources import SOURCES
from layers.shelf import Shelf
from layers.tiles import open_archive


@click.command("list")
@click.pass_obj
def list_layers(desk: Desk | None) -> None:
    """Show every layer of the catalogue, how it is had, and what of it is on this machine."""
    desk = desk or Desk(load())
    shelf = Shelf(desk.shelf)
    for group in desk.catalog.groups:
        click.echo(f"{group.title_ja} {group.title_en}")
        for layer in desk.catalog:
            if layer.group == group.name:
                _say(layer, _here(desk, shelf, layer.name))
    for name in shelf.names():
        if name not in desk.catalog:
            click.echo(f"  {name:18} {shelf.get(name)[1].title_ja}　{_on_shelf(shelf, name)}")
    for name in TileFolder(desk.tiles).names():
        if name not in desk.catalog:
            click.echo(f"  {name:18} {_title(desk, name)}　{_here(desk, shelf, name)}")


def _say(layer: Layer, here: str) -> None:
    had = "fetch" if layer.name in SOURCES else "tiles" if layer.terms.may_bulk else ""
    marks = "概略 " if layer.schematic else ""
    click.echo(f"  {layer.name:18} {had:6} {layer.title_ja}　{marks}{here}")


def _title(desk: Desk, name: str) -> str:
    try:
        return title(TileFolder(desk.tiles).archive(name), name)
    except BrokenTiles:
        return name


def _here(desk: Desk, shelf: Shelf, name: str) -> str:
    for ending in ("pmtiles", "mbtiles"):
        path = desk.tiles / f"{name}.{ending}"
        if path.exists():
            try:
                with closing(open_archive(path)) as archive:
                    low, high = archive.zooms
            except BrokenTiles as error:
                return f"[破損 broken: {error}]"
            return f"[{path.name} z{low}-{high} {path.stat().st_size / 1e6:,.1f} MB]"
    return _on_shelf(shelf, name)


def _on_shelf(shelf: Shelf, name: str) -> str:
    try:
        version = shelf.history(name)[-1]
    except NotThere:
        return ""
    return f"[{version.put_at} {version.metadata.date} {version.sha256[:12]}]"
