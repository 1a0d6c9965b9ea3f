"""``eoc layers export``: a layer of the shelf as a file for QGIS, Google Earth or Excel."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.config import load
from layers.export import FORMATS, About, export
from layers.shelf import Shelf


@click.command("export")
@click.argument("name")
@click.option(
    "--format", "kind", type=click.Choice(list(FORMATS)), default="gpkg", show_default=True
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write; NAME here if not given."
)
def export_layer(name: str, kind: str, out: Path | None) -> None:
    """Write the layer NAME, as it lies on the shelf, with its source and licence.

    Says what the format could not hold. Several geometry types make one zip in FlatGeobuf.
    """
    shelf = Shelf(load().state_dir / "layers")
    sha256, metadata = shelf.get(name)
    features = shelf.collection(sha256)["features"]
    made = export(features, kind, out or Path(name), about=About.of_layer(metadata))
    for note in made.notes:
        click.echo(note, err=True)
    click.echo(f"{made.path}\t{made.count}")
