"""``eoc layers relief``: 陰影起伏図 made of elevation tiles kept here; it needs no line."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import click

from dashboard.cli.layers.height import elevation, source
from dashboard.config import load
from dashboard.errors import Refused
from layers.errors import BrokenTiles
from layers.terrain import Terrain, hillshade_tile
from layers.tiles import TileArchive, grid, open_archive
from layers.tiles.grid import Tile, Zooms
from layers.tiles.writer import About, laid_out, write_archive

NAME = "hillshademap"
MADE = "国土地理院 標高タイルを加工して作成"
MOST_TILES = 500_000  # at the finest zoom a prefecture; more is a slip
SHOWN = 3


class Zoom(click.ParamType):
    """A zoom, or the lowest and highest."""

    name = "zooms"

    def convert(
        self, value: str | Zooms, param: click.Parameter | None, ctx: click.Context | None
    ) -> Zooms:
        """Return (lowest, highest)."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", value)
        low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if not low <= high <= grid.MAX_ZOOM:
            self.fail(f"{value!r} は 8-14 のように書いてください（0～{grid.MAX_ZOOM}）。")
        return low, high


@click.command()
@source
@click.option("--zoom", type=Zoom(), default="8-14", show_default=True)
def relief(name: str, zoom: Zooms) -> None:
    """Make the relief of the base maps from elevation tiles; Ctrl-C leaves nothing behind."""
    archive = elevation(name)
    target = load().state_dir / "tiles" / f"{NAME}.pmtiles"
    _check_replaced(target)
    wanted = _tiles(archive, name, zoom)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # cleans up as Ctrl-C does
    about = About(NAME, "png", archive.bounds, MADE, extra={"source": name})
    shading = Shading(archive)
    with click.progressbar(wanted, label=f"陰影起伏図 {len(wanted):,}枚を調べています") as bar:
        made = write_archive(target, shading.of(bar), about)
    click.echo(f"{made:,}枚 {target.stat().st_size / 1e6:,.1f} MB を {target.name} に書きました。")
    if shading.broken:
        named = "、".join(shading.broken[:SHOWN])
        click.echo(
            f"壊れた標高タイルのため {len(shading.broken)}枚は作れませんでした（{named}）。"
            f"標高タイルを取り直してから、もう一度実行してください。",
            err=True,
        )


class Shading:
    """Relief tiles of an archive of elevation; ``broken`` are those that could not be made."""

    def __init__(self, archive: TileArchive) -> None:
        self.terrain = Terrain(archive.tile, archive.zooms[1], keep=256)
        self.broken: list[str] = []

    def of(self, tiles: Iterator[Tile]) -> Iterator[tuple[Tile, bytes]]:
        """Yield the tiles there are; one damaged elevation tile spoils its neighbours only."""
        for tile in tiles:
            try:
                shade = hillshade_tile(self.terrain, *tile)
            except BrokenTiles:
                self.broken.append("/".join(map(str, tile)))
                continue
            if shade is not None:
                yield tile, shade


def _tiles(archive: TileArchive, name: str, zoom: Zooms) -> list[Tile]:
    low, high = max(zoom[0], archive.zooms[0]), min(zoom[1], archive.zooms[1])
    if low > high:
        least, most = archive.zooms
        raise Refused(
            f"{name} はズーム {least}～{most} です。--zoom {zoom[0]}-{zoom[1]} は含まれません。"
        )
    number = grid.count(archive.bounds, (low, high))
    if number > MOST_TILES:
        raise Refused(
            f"{number:,}枚になります（{MOST_TILES:,}枚まで）。--zoom で細かい縮尺を減らすか、"
            "範囲の狭い標高タイルを使ってください。"
        )
    return laid_out(grid.tiles(archive.bounds, (low, high)))


def _check_replaced(target: Path) -> None:
    """A relief that was fetched is better than ours, and must not be lost to a slip."""
    for path in (target, target.with_suffix(".mbtiles")):
        if path.exists() and open_archive(path).metadata().get("attribution") != MADE:
            raise Refused(
                f"{path.name} はここで作ったものではありません。消してから実行してください。"
            )
