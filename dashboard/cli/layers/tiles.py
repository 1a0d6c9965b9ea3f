"""``eoc layers tiles``: a tile file to use without a line, within the provider's terms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from dashboard.cli.layers.desk import Box, Desk, place, stopped
from dashboard.config import load
from layers.catalog import Layer
from layers.fetching.cache import Cache
from layers.fetching.tiles import Tally, TileFetcher
from layers.schema import BBox
from layers.tiles import About, grid, write_archive
from layers.tiles.formats import told
from layers.tiles.grid import Tile, Zooms
from layers.tiles.writer import laid_out


class Span(click.ParamType):
    """A zoom or a range of zooms: 12 or 5-16."""

    name = "ZOOM[-ZOOM]"

    def convert(self, value: object, param: object, ctx: object) -> Zooms:
        """Return lowest and highest zoom."""
        low, _, high = str(value).partition("-")
        if not (low.isdecimal() and (high or low).isdecimal() and int(low) <= int(high or low)):
            self.fail(f"{value!r} is no range of zooms; write 5-16.")
        return int(low), int(high or low)


@click.command()
@click.option("--layer", "name", required=True, help="Name in the catalogue: std, flood_l2 …")
@click.option("--bbox", type=Box(), help="West,south,east,north in degrees.")
@click.option("--town", help="Municipality code, 01459 if neither is given.")
@click.option("--zoom", type=Span(), required=True, help="5-16, or one zoom.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Another file.")
@click.option(
    "--format", "form", type=click.Choice(["pmtiles", "mbtiles"]), default="pmtiles",
    show_default=True,
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def tiles(
    desk: Desk | None, name: str, bbox: BBox | None, town: str | None, zoom: Zooms,
    out: Path | None, form: str, yes: bool,
) -> None:  # fmt: skip
    """Fetch the tiles of a box into one file, after showing how many and under which terms.

    Stopped with Ctrl-C it keeps what it has and the same command goes on; the file appears when it
    is whole.
    """
    desk = desk or Desk(load())
    layer, box = desk.catalog[name], place(bbox, town)
    path = out or desk.tiles / f"{name}.{form}"
    _ending(path)
    number = grid.count(box, _within(layer, zoom))
    _show(layer, number, desk.manners.per_second)
    _refuse_more_than_allowed(layer, number)
    if not yes:
        click.confirm("取得を始めますか？ Start?", abort=True)
    _make(desk, layer, box, zoom, path, number)


def _ending(path: Path) -> None:
    if path.suffix not in (".pmtiles", ".mbtiles"):
        raise click.UsageError(f"--out {path.name} must end in .pmtiles or .mbtiles.")


def _within(layer: Layer, zoom: Zooms) -> Zooms:
    if "{z}" not in layer.url or layer.kind not in ("raster", "vector_tiles"):
        raise click.UsageError(f"{layer.name} is not a layer of tiles; see `eoc layers list`.")
    if not layer.min_zoom <= zoom[0] <= zoom[1] <= layer.max_native_zoom:
        raise click.UsageError(
            f"{layer.name} has zooms {layer.min_zoom}-{layer.max_native_zoom}, "
            f"not {zoom[0]}-{zoom[1]}."
        )
    return zoom


def _show(layer: Layer, number: int, per_second: float) -> None:
    size_mb = grid.estimated_bytes(number, layer.format) / 1e6
    minutes = number / per_second / 60
    click.echo(f"{layer.name}　{layer.title_ja}")
    click.echo(f"  出典表示 {layer.attribution}　利用条件 {layer.licence}")
    click.echo(f"  {layer.terms.note or '一括取得の条件が目録に書かれていません。'}")
    click.echo(
        f"  タイル {number:,} 枚、およそ {size_mb:,.0f} MB、{minutes:,.0f} 分以上かかります"
        f"（毎秒 {per_second:g} 枚まで）。"
    )


def _refuse_more_than_allowed(layer: Layer, number: int) -> None:
    if not layer.terms.may_bulk:
        raise click.ClickException(f"{layer.name} may not be taken in bulk under its terms.")
    if number > layer.terms.max_tiles:
        raise click.ClickException(
            f"{number:,} 枚は上限 {layer.terms.max_tiles:,} 枚を超えます。範囲かズームを減らして"
            "ください。More tiles than the terms in the catalogue allow."
        )


def _make(desk: Desk, layer: Layer, box: BBox, zoom: Zooms, path: Path, number: int) -> None:
    with desk.asking() as (client, cache):
        fetcher = TileFetcher(client, cache, layer)
        try:
            found = _fetch(fetcher, box, zoom, number)
        except KeyboardInterrupt:
            stopped()
        if not found:
            raise click.ClickException(
                f"この範囲に {layer.name} のタイルは一枚もありません（安全を意味しません）。"
            )
        written = write_archive(
            path, _kept(cache, fetcher, found), _about(layer, box, fetcher, found[0])
        )
    click.echo(f"{written:,} 枚を書きました written: {path}（{path.stat().st_size / 1e6:,.1f} MB）")


def _fetch(fetcher: TileFetcher, box: BBox, zoom: Zooms, number: int) -> list[Tile]:
    last = Tally()
    with click.progressbar(length=number, label="  ", show_pos=True) as bar:

        def on(tally: Tally) -> bool:
            nonlocal last
            last = tally
            bar.update(tally.done - bar.pos)
            return True

        found = [tile for tile, _ in fetcher.each(grid.tiles(box, zoom), on)]
    click.echo(
        f"  取得 {last.asked:,} 枚、手元にあったもの {last.done - last.asked:,} 枚、"
        f"提供者に無いもの {last.missing:,} 枚"
    )
    return laid_out(found)


def _kept(cache: Cache, fetcher: TileFetcher, found: list[Tile]) -> Iterator[tuple[Tile, bytes]]:
    for tile in found:
        kept = cache.get(fetcher.address(tile))
        if kept and kept.body is not None:
            yield tile, kept.body


def _about(layer: Layer, box: BBox, fetcher: TileFetcher, first: Tile) -> About:
    kept = fetcher.cache.get(fetcher.address(first))
    _, encoding = told(kept.body or b"") or ("", "") if kept else ("", "")
    today = datetime.fromtimestamp(fetcher.client.time.now(), UTC).date().isoformat()
    extra = {
        "licence": layer.licence, "source": f"{layer.source} {layer.url}", "date": today,
        "attribution_url": layer.attribution_url, "layer": layer.name,
    }  # fmt: skip
    return About(layer.title_ja, layer.format, box, layer.attribution, encoding, extra)
