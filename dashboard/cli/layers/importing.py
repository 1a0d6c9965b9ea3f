"""``eoc layers import``: geodata from a file, folder or zip onto the shelf, with a report."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from dashboard.cli.layers.names import gazetteer
from dashboard.config import load
from layers.errors import LayerError, UnknownCrs
from layers.importers import Imported, claims, read_all
from layers.importers.report import ByPlace, printable
from layers.schema import ROLES, Metadata
from layers.shelf import Shelf

GUESSED = "位置は地名から推定したもの（現地未確認）"


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", help="Name on the shelf: a-z, 0-9, _ and -.")
@click.option("--title", help="表示名（省略時はファイルの名前）")
@click.option("--role", type=click.Choice(ROLES), help="用途（省略時は reference）")
@click.option("--source", help="出典")
@click.option("--licence", help="利用条件")
@click.option("--attribution", help="地図に出す出典表示")
@click.option("--date", help="データの時点（2026-08-23 または 2026）")
@click.option("--schematic/--no-schematic", default=None, help="概略（手描きなど）とする・しない")
@click.option("--uncertainty-m", type=click.FloatRange(0, claims.MOST_M), help="位置の誤差（m）")
@click.option("--crs", help="EPSG code where the file says none, or something wrong: 6680.")
@click.option("--encoding", help="CP932, UTF-8 …, where it cannot be told.")
@click.option("--by-place", is_flag=True, help="座標のない表を地名から推定して置く。")
@click.option("--place-column", help="場所の列の見出し（省略時は 場所・施設名・住所 などを探す）")
@click.option("--report", type=click.Path(path_type=Path), help="Also write the report as JSON.")
@click.option("--dry-run", is_flag=True, help="Print the same report; keep nothing.")
def import_layers(
    path: Path,
    name: str | None,
    title: str | None,
    crs: str | None,
    encoding: str | None,
    by_place: bool,
    place_column: str | None,
    report: Path | None,
    dry_run: bool,
    **described: Any,
) -> None:
    """Take in GeoJSON, shapefile, GeoPackage, KML/KMZ, GML, GPX, FlatGeobuf, TopoJSON or CSV.

    With --by-place the rows of a CSV without coordinates are placed by name: an estimate, marked
    as one in every row; what is not sure is left out and reported.

    What a GeoJSON says in its member metadata (出典, 用途, 概略 …) is kept where no option says
    otherwise.

    Prints for each layer what it was taken for, what was mended and what was dropped and why.
    Exit code 1 and one sentence where the whole is refused; then nothing is kept.
    """
    if place_column and not by_place:
        raise click.ClickException("--place-column は --by-place と一緒に指定してください。")
    folder = load().state_dir / "layers"
    places = gazetteer(folder, estimates=False) if by_place else None
    try:
        found = read_all(
            path, crs=crs, encoding=encoding, name=name, places=places, place_column=place_column
        )
    except LayerError as error:
        codes = error.candidates if isinstance(error, UnknownCrs) else ()
        _report(report, {"refused": f"{error}", "crs": list(codes)})
        raise
    chosen = {key: value for key, value in described.items() if value is not None}
    metadata = [_metadata(item, title, len(found), chosen) for item in found]
    for item in found:
        click.echo(item.report.as_text() + "\n")
    if dry_run:
        click.echo(f"{len(found)} layers (dry run: nothing kept)")
        return
    shelf = Shelf(folder)
    with _undisturbed():
        kept = [(m, shelf.put_frame(i.frame, m)) for i, m in zip(found, metadata, strict=True)]
        _report(report, [_row(i, m, sha) for i, (m, sha) in zip(found, kept, strict=True)])
    for about, sha256 in kept:
        click.echo(f"{about.name}\t{sha256}")


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Finish what was begun: who cancels between two layers must not get one of them."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _report(path: Path | None, value: Any) -> None:
    if path is None:
        return
    draft = path.with_name(f"{path.name}.part")  # whoever waits for it must not read half of it
    draft.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def _row(item: Imported, about: Metadata, sha256: str) -> dict[str, Any]:
    told = {"kept": item.report.kept, "bbox": item.report.bbox, "report": item.report.as_text()}
    return {**about.as_dict(), "sha256": sha256, **told}


def _metadata(item: Imported, title: str | None, of: int, chosen: dict[str, Any]) -> Metadata:
    """Return what a layer says of itself, and say in its report what comes from its file.

    One title for several layers gets theirs beside it.
    """
    own = item.claims.words.get("title_ja") or printable(item.title)
    if title is not None:
        chosen = {**chosen, "title_ja": title if of == 1 else f"{title}（{own}）"}
    settled = claims.settle(item.claims, chosen)
    item.report.notes += settled.notes
    item.report.warnings += settled.warnings
    words = {"title_ja": own, **_guessed(item.report.by_place), **settled.words}
    return Metadata(name=item.name, **words)


def _guessed(by_place: ByPlace | None) -> dict[str, Any]:
    if by_place is None:
        return {}
    return {
        "schematic": by_place.schematic, "uncertainty_m": by_place.uncertainty_m,
        "note_ja": GUESSED,
    }  # fmt: skip
