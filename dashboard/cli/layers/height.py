"""``eoc layers height``: how high the ground is at a position, by the elevation tiles kept here."""

from __future__ import annotations

import click

from dashboard.config import load
from dashboard.errors import NotFound, Refused
from dashboard.geo.tiles import TileFolder
from layers.terrain import Terrain
from layers.tiles import TileArchive

source = click.option("--from", "name", default="dem_png", show_default=True,
                      help="Elevation tiles kept here: dem_png, dem5a_png.")  # fmt: skip


@click.command(context_settings={"ignore_unknown_options": True})  # a longitude may be negative
@click.argument("lon", type=click.FloatRange(-180, 180))
@click.argument("lat", type=click.FloatRange(-85, 85))
@source
def height(lon: float, lat: float, name: str) -> None:
    """Show the height of the ground at LON LAT (degrees) in metres above the sea."""
    archive = elevation(name)
    zoom = archive.zooms[1]
    found = Terrain(archive.tile, zoom).height(lon, lat)
    click.echo(f"海抜 {found:.2f} m　東経 {lon:.6f}、北緯 {lat:.6f}（{name}、ズーム {zoom}）")


def elevation(name: str) -> TileArchive:
    """Return the archive of elevation tiles of a name.

    Raises:
        NotFound: none is kept here.
        Refused: its tiles are no plain PNG.
        BrokenTiles: the file is damaged.
    """
    tiles = TileFolder(load().state_dir / "tiles")
    if tiles.path(name) is None:
        raise NotFound(
            f"標高タイル {name[:64]} がこの機械にありません。"
            f"eoc layers tiles --layer {name[:64]} で保存してください。",
            name=name[:64],
        )  # fmt: skip
    archive = tiles.archive(name)
    if (archive.format, archive.encoding) != ("png", ""):
        raise Refused(f"{name} は標高タイル（PNG）ではありません（{archive.format}）。", name=name)
    return archive
