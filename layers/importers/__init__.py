"""Geodata from anybody's hands: read whole into EPSG:4326 with a report, or refused whole.

GeoJSON (also a feature a line), shapefile, GeoPackage, KML/KMZ, GML, GPX, FlatGeobuf, TopoJSON
and CSV; as a file, a folder or a zip with one more zip inside.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import geopandas
import shapely

from layers.collector import without_collector
from layers.crs import GEOGRAPHIC
from layers.errors import BrokenFile
from layers.gazetteer import Gazetteer
from layers.importers import coordinates, fields, formats, limits, repair
from layers.importers.archives import Contents, opened
from layers.importers.claims import Claims
from layers.importers.encoding import codec_of
from layers.importers.raw import NotGeodata, Options, Raw, Source, too_many
from layers.importers.report import ImportReport

__all__ = ["ImportReport", "Imported", "read", "read_all"]


@dataclass(frozen=True, slots=True)
class Imported:
    """A layer taken in: ``name`` fit for the shelf, ``title`` as its file calls it.

    ``frame`` has the columns of the file and geometry (valid, 2-D, lon lat in EPSG:4326).
    ``claims`` is what the file says of itself, for a person to overrule.
    """

    name: str
    title: str
    frame: geopandas.GeoDataFrame
    report: ImportReport
    claims: Claims


def read(
    path: str | Path,
    *,
    crs: str | int | None = None,
    encoding: str | None = None,
    name: str | None = None,
    places: Gazetteer | None = None,
    place_column: str | None = None,
) -> Imported:
    """Read the one layer of a file, folder or zip. Arguments and errors: :func:`read_all`.

    Raises:
        BrokenFile: also where there are several layers.
    """
    found = read_all(
        path, crs=crs, encoding=encoding, name=name, places=places, place_column=place_column
    )
    if len(found) > 1:
        titles = "、".join(item.title for item in found[:10])
        raise BrokenFile(f"レイヤーが {len(found)} あります：{titles}", where=Path(path).name)
    return found[0]


def read_all(
    path: str | Path,
    *,
    crs: str | int | None = None,
    encoding: str | None = None,
    name: str | None = None,
    places: Gazetteer | None = None,
    place_column: str | None = None,
) -> list[Imported]:
    """Read every layer of a file, folder or zip, in the order of their names.

    ``crs`` (EPSG code, ``EPSG:…``, WKT) and ``encoding`` overrule what files say of themselves;
    ``name`` names the layer, with ``-2``, ``-3`` … where there are several.

    With a gazetteer (``places``) a table without columns of coordinates is placed by the names
    in ``place_column``, by default one headed 場所, 施設名, 住所 …: see
    :mod:`layers.importers.by_place` for what each row then says of its position.

    Raises:
        BrokenFile: something is damaged: then nothing is taken of the whole.
        UnsafeFile: something is hostile or over the limits of :mod:`layers.importers.limits`.
        UnknownCrs: no coordinate system can be told; ``candidates`` are likely codes.
    """
    place = Path(path)
    options = Options(codec_of(encoding) if encoding else None, places, place_column)
    if crs is not None:
        coordinates.crs_of(crs)
    found: list[Imported] = []
    with opened(place) as contents, without_collector():
        readable = formats.sources(contents)
        failures: list[NotGeodata] = []
        for source, reader in readable:
            try:
                for raw in reader(source, options):
                    _add(raw, source, crs, name, found)
                    too_many(len(found), limits.MAX_LAYERS, "レイヤー", place.name)
            except NotGeodata as error:
                failures.append(error)
                contents.ignored.append((source.name, str(error).removeprefix(f"{source.name}: ")))
    if not found:
        raise (
            failures[0]
            if len(readable) == 1 and failures
            else formats.nothing(contents, place.name)
        )
    return _told(found, contents, place.name)


def _told(found: list[Imported], contents: Contents, given: str) -> list[Imported]:
    for item in found:
        item.report.ignored.extend(contents.ignored)
        if item.report.file != given:
            item.report.file = f"{given}/{item.report.file}"
    return found


def _add(
    raw: Raw, source: Source, crs: str | int | None, name: str | None, found: list[Imported]
) -> None:
    if not len(raw.geometries) and raw.layer:
        return  # an empty layer among others: KML folders and GPX have them
    title = raw.layer or source.stem
    taken = [item.name for item in found]
    found.append(
        _imported(raw, source, crs, next(n for n in _names(name or slug(title)) if n not in taken))
    )


def _imported(raw: Raw, source: Source, crs: str | int | None, name: str) -> Imported:
    where = f"{source.name}:{raw.layer}" if raw.layer else source.name
    report = ImportReport(source.name, raw.layer, raw.format, raw.encoding, raw.encoding_why)
    report.read, report.notes = len(raw.geometries), raw.notes
    _check_vertices(raw, where)
    repair.clean(raw, report)
    if not len(raw.geometries):
        raise BrokenFile(_nothing_left(report), where=where)
    report.by_place = raw.by_place
    # the gazetteer speaks degrees, whatever the files beside this table are in
    placed = coordinates.place(raw, None if raw.by_place else crs, where)
    report.crs, report.crs_why, report.axis_order = placed.crs, placed.crs_why, placed.axis_order
    report.warnings += placed.warnings
    raw.geometries = placed.geometries
    repair.mend(raw, report)
    if not len(raw.geometries):
        raise BrokenFile(_nothing_left(report), where=where)
    columns, report.renamed = fields.frame_columns(raw.columns, where)
    frame = geopandas.GeoDataFrame(columns, geometry=raw.geometries, crs=GEOGRAPHIC)
    report.kept, report.bbox = len(frame), coordinates.bbox_of(raw.geometries)
    report.kinds = dict(Counter(frame.geom_type.tolist()))
    return Imported(name, raw.layer or source.stem, frame, report, raw.claims)


def _check_vertices(raw: Raw, where: str) -> None:
    count = int(shapely.get_num_coordinates(raw.geometries).sum())
    too_many(count, limits.MAX_VERTICES, "頂点", where)


def _nothing_left(report: ImportReport) -> str:
    if not report.read:
        return "地物が1件もありません。"
    number, reason = report.dropped[0]
    return f"使える地物がありません（{report.read:,}件すべて。例：{number}番目は{reason}）。"


def slug(title: str) -> str:
    """Return a name for the shelf: the Latin letters of a title, or a short mark of it."""
    plain = re.sub(r"[^a-z0-9]+", "-", PurePosixPath(title).name.lower()).strip("-")[:48].strip("-")
    if plain and title.isascii():
        return plain
    mark = f"{zlib.crc32(title.encode('utf-8', 'replace')):08x}"
    return f"{plain}-{mark}" if plain else f"layer-{mark}"


def _names(first: str) -> Iterator[str]:
    yield first
    for number in range(2, 2 + limits.MAX_LAYERS):
        yield f"{first}-{number}"
