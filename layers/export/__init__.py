"""Any layer as a file other programs read: ``export(features, "gpkg", target, about=…)``.

Features are GeoJSON, EPSG:4326, with any JSON as properties. Three members of our own beside
``properties`` may say more: ``layer`` (the layer of the file it goes to; else the title),
``title`` (its name on a map) and ``pictures`` (a list of picture ids for its balloon).

What every format does the same: heights are dropped, control characters and NaN too, a
broken or empty geometry is no place; all this is counted in ``Exported.notes`` and, where
the format has room for words, said in the file. Nested properties stay nested in GeoJSON and
are JSON text elsewhere. A feature without a place is a row of CSV, GeoJSON and of a plain
table in a GeoPackage; KML and FlatGeobuf leave it out and list it. No features: an error,
because an empty file looks like a failure to whoever opens it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from layers.errors import NotExportable
from layers.export import csv_file, fgb, geojson, gpkg, kml
from layers.export.about import About
from layers.export.gathered import Gathered
from layers.export.looks import Looks
from layers.export.pictures import Opener
from layers.export.styles import Style
from layers.schema import Feature

__all__ = ("FORMATS", "About", "Exported", "Format", "Style", "export")

ZIP = "application/zip"
NO_PLACE = "位置がないため、この形式では書き出せなかった地物"


class Format(NamedTuple):
    """How to write a format, what the web calls it, how its files end."""

    write: Callable[[Gathered, Path, Looks], None]
    mimetype: str
    extension: str
    places_only: bool = False


FORMATS: dict[str, Format] = {
    "geojson": Format(geojson.write, "application/geo+json", "geojson"),
    "gpkg": Format(gpkg.write, "application/geopackage+sqlite3", "gpkg"),
    "kml": Format(kml.write, "application/vnd.google-earth.kml+xml", "kml", True),
    "kmz": Format(kml.write_kmz, "application/vnd.google-earth.kmz", "kmz", True),
    "fgb": Format(fgb.write, "application/flatgeobuf", "fgb", True),
    "csv": Format(csv_file.write, "text/csv", "csv"),
}
# a FlatGeobuf file holds one type of geometry: several are several files
ZIPPED = Format(fgb.write_zip, ZIP, "fgb.zip", True)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. ``notes`` say in Japanese what was changed or left out."""

    path: Path
    mimetype: str
    extension: str
    count: int
    notes: tuple[str, ...]


def export(
    features: Iterable[Feature],
    name: str,
    target: Path,
    *,
    about: About,
    pictures: Opener | None = None,
    styles: Mapping[str, Style] | None = None,
) -> Exported:
    """Write features as format ``name`` and return what was written.

    ``target`` gets the extension the file needs; it appears whole or not at all, and
    replaces an older one. ``pictures`` gives a JPEG by id (KMZ only); ``styles`` maps a
    layer to its looks (GPKG, KML, KMZ).

    Raises:
        NotExportable: an unknown format, nothing to export, too many fields for a table.
        BrokenFile: something is not a GeoJSON feature.
    """
    with Gathered(features, about) as gathered:
        chosen = _chosen(name, gathered)
        path = target.with_name(f"{_stem(target, chosen)}.{chosen.extension}")
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as folder:
            # GDAL tells the format by the ending, so a draft has its whole name
            draft = Path(folder) / path.name
            chosen.write(gathered, draft, Looks(styles or {}, pictures))
            draft.replace(path)
        rows = gathered.placed if chosen.places_only else gathered.layers.values()
        count = sum(layer.count for layer in rows)
        notes = tuple(gathered.notes.lines())
    return Exported(path, chosen.mimetype, chosen.extension, count, notes)


def _chosen(name: str, gathered: Gathered) -> Format:
    """Return the format for these rows, after saying what it cannot hold."""
    chosen = FORMATS.get(name)
    if chosen is None:
        raise NotExportable(f"Format {name[:20]!r} is unknown; use one of {', '.join(FORMATS)}.")
    if not gathered.layers:
        raise NotExportable("There is nothing to export; ask for other types or another time.")
    if not chosen.places_only:
        return chosen
    if not gathered.placed:
        raise NotExportable(f"No feature has a place, so {name} can hold none; use csv.")
    for chunk in gathered.without_place():
        gathered.notes.add(NO_PLACE, chunk.named())
    return ZIPPED if name == "fgb" and len(gathered.placed) > 1 else chosen


def _stem(target: Path, chosen: Format) -> str:
    for ending in (chosen.extension, *(f.extension for f in FORMATS.values())):
        if target.name.endswith(f".{ending}"):
            return target.name.removesuffix(f".{ending}")
    return target.name
