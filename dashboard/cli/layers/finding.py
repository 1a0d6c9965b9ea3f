"""``eoc layers find``: search the gazetteer, or ask what lies at a position."""

from __future__ import annotations

import unicodedata

import click

from dashboard.cli.layers.names import gazetteer
from dashboard.config import load
from layers.gazetteer import Candidate, Gazetteer, PlaceWords
from layers.importers.report import printable
from layers.notation import parse_lonlat
from layers.schema import LonLat

WHY = {
    "exact": "一致", "prefix": "前方一致", "part": "部分一致", "within": "一部が一致",
    "similar": "似た名前", "coordinates": "座標", "mesh": "メッシュ", "offset": "基準点から計算",
    "near": "二つの名前の近く", "on_line": "路線上", "crossing": "交わる所",
}  # fmt: skip
WIDE = {"F", "W", "A"}


class Position(click.ParamType):
    """A position in any notation."""

    name = "position"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> LonLat:
        """Return (lon, lat)."""
        found = parse_lonlat(value)
        if found is None:
            self.fail(f"{value!r} is no position; write 43.5883,142.4671 or 43°35′18″ 142°28′1″")
        return found


@click.command()
@click.argument("text")
@click.option("--near", type=Position(), help="Prefer what is close to this position.")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
def find(text: str, near: LonLat | None, limit: int) -> None:
    """Search for TEXT: a name, 字, route, km post, grid square; a position is named instead."""
    book = gazetteer(load().state_dir / "layers")
    lonlat = parse_lonlat(text)
    if lonlat is not None:
        _place(book, lonlat)
        return
    found = book.search(text, near=near, limit=limit)
    if not found:
        raise click.ClickException(f"「{_shown(text, 40)}」に当たる場所は見つかりません。")
    for candidate in found:
        click.echo(_row(candidate))


def _place(book: Gazetteer, lonlat: LonLat) -> None:
    found = book.reverse(lonlat)
    click.echo(_shown(found.text("ja"), 400))
    for label, said in _details(found):
        click.echo(f"  {_padded(label, 10)}{_shown(said, 200)}")


def _details(found: PlaceWords) -> list[tuple[str, str]]:
    rows = [("位置", f"{found.lonlat[1]:.6f}, {found.lonlat[0]:.6f}（緯度、経度）")]
    if found.aza:
        near = f"{found.aza.entry.name}　{found.aza.distance_m:.0f} m　{found.aza.entry.source}"
        rows.append(("字・地区", near))
    for label, snap in (("道路", found.route), ("河川", found.river)):
        if snap:
            post = "" if snap.km_post is None else f"　KP{snap.km_post:.2f}"
            sure = f"　{snap.side_words()}　確からしさ {snap.confidence:.2f}"
            rows.append((label, f"{snap.name}　{snap.distance_m:.0f} m{post}{sure}"))
    if found.landmark:
        entry = found.landmark.entry
        rows.append(("目標物", f"{entry.name}　{found.landmark.distance_m:.0f} m　{entry.source}"))
    return rows


def _row(candidate: Candidate) -> str:
    entry = candidate.entry
    lon, lat = entry.lonlat
    unsure = "誤差不明" if entry.uncertainty_m is None else f"±{entry.uncertainty_m:.0f} m"
    cells = (
        (f"{candidate.score:.2f}", 6), (entry.name, 34), (entry.kind_words.ja, 18),
        (f"{lat:.6f}, {lon:.6f}", 24), (unsure, 10), (WHY[candidate.why], 18),
        ("概略" if entry.schematic else "", 6), (entry.source, 40),
    )  # fmt: skip
    return "".join(_padded(_shown(text, width), width) for text, width in cells).rstrip()


def _shown(text: str, width: int) -> str:
    """Return what a terminal may show, cut to so many columns less one."""
    shown = printable(text.replace("　", "  "))
    while _width(shown) > width - 1:
        shown = shown[:-1]
    return shown


def _padded(text: str, width: int) -> str:
    return text + " " * max(width - _width(text), 1)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in WIDE else 1 for c in text)
