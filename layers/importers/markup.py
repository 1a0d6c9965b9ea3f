"""KML, GPX and GML: refused unless whole, and free of document types, before GDAL sees them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from layers.errors import BrokenFile, UnsafeFile
from layers.importers import encoding, gdal, jpgis
from layers.importers.raw import NotGeodata, Options, Raw, Source

DECLARED = re.compile(rb"""^(\s*<\?xml[^>]*?encoding\s*=\s*["'])([A-Za-z0-9._-]+)(["'])""")
DEEPEST = 200  # elements inside one another
ENVELOPE = ("lowerCorner", "upperCorner")  # GDAL takes gml:boundedBy for two fields
GPX_LAYERS = ("waypoints", "routes", "tracks")  # the points of tracks are the tracks again


def read(source: Source, options: Options) -> Iterator[Raw]:
    """Yield the layers of an XML file, by its root element.

    Raises:
        BrokenFile: it is not well formed (which line), or of no known kind.
        UnsafeFile: it declares a document type or entities.
    """
    data, choice = _utf8(source.text_bytes(), options.encoding, source.name)
    root = _checked(data, source.name)
    reader = ROOTS.get(root.rsplit(":")[-1])
    if reader is None:
        raise NotGeodata(
            f"XML ですが地理データではありません（<{root[:40]}>）。", where=source.name
        )
    for raw in reader(data, source):
        raw.encoding, raw.encoding_why = choice.shown, choice.why
        yield raw


def _utf8(data: bytes, given: str | None, where: str) -> tuple[bytes, encoding.Choice]:
    """Return the document in UTF-8: expat knows no CP932."""
    declared = DECLARED.match(data)
    said = declared[2].decode() if declared else None
    if given or encoding.bom_of(data):
        text, choice = encoding.decode(data, given=given, where=where)
    else:
        choice = encoding.choose([data], said=said, given=None, where=where, said_by="XML の宣言")
        try:
            text = data.decode(choice.codec)
        except UnicodeDecodeError as error:
            raise BrokenFile(
                f"{choice.shown} で読めない文字が {error.start} バイト目にあります。", where=where
            ) from None
    return DECLARED.sub(rb"\1UTF-8\3", text.encode()), choice


def _checked(data: bytes, where: str) -> str:
    """Return the name of the root element of a document that is whole and harmless."""
    parser = expat.ParserCreate()
    depth, roots = [0], []

    def start(name: str, _: dict[str, str]) -> None:
        depth[0] += 1
        if depth[0] == 1:
            roots.append(name)
        if depth[0] > DEEPEST:
            raise UnsafeFile(f"要素の入れ子が {DEEPEST} を超えます。", where=where)

    def end(_: str) -> None:
        depth[0] -= 1

    def doctype(*_: Any) -> None:
        raise UnsafeFile("文書型（DOCTYPE）や実体の宣言があるため受け付けません。", where=where)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BrokenFile(
            f"{error.lineno}行目で XML として読めません（{expat.ErrorString(error.code)}）。"
            "途中で切れていないか確かめてください。",
            where=where,
        ) from None
    return roots[0]


def _written(data: bytes, source: Source, suffix: str) -> Path:
    path = source.folder / f"markup-{source.mark}{suffix}"
    path.write_bytes(data)
    return path


def _kml(data: bytes, source: Source) -> Iterator[Raw]:
    path = _written(data, source, ".kml")
    spatial, _ = gdal.layer_names(path, source.name)
    for name in spatial:
        raw = gdal.layer(path, name, f"{source.name}:{name}", "KML", first=1)
        raw.columns = {k: v for k, v in raw.columns.items() if not _blank(v)}
        yield raw


def _blank(values: Any) -> bool:
    """Tell whether a column says nothing: GDAL gives every KML its dozen of style fields."""
    return all(v is None or v in ("", -1, 0) or v != v for v in values)


def _gpx(data: bytes, source: Source) -> Iterator[Raw]:
    path = _written(data, source, ".gpx")
    spatial, _ = gdal.layer_names(path, source.name)
    for name in spatial:
        if name in GPX_LAYERS:
            raw = gdal.layer(path, name, f"{source.name}:{name}", "GPX")
            raw.columns = {k: v for k, v in raw.columns.items() if not _blank(v)}
            yield raw


def _gml(data: bytes, source: Source) -> Iterator[Raw]:
    if jpgis.is_one(data):
        yield from jpgis.layers(data, source.name)
        return
    path = _written(data, source, ".gml")
    spatial, _ = gdal.layer_names(path, source.name)
    for name in spatial:
        # no schema is fetched from the address the file names
        where = f"{source.name}:{name}"
        raw = gdal.layer(path, name, where, "GML", DOWNLOAD_SCHEMA="NO", WRITE_GFS="NO")
        raw.columns = {k: v for k, v in raw.columns.items() if k not in ENVELOPE}
        yield raw


ROOTS: dict[str, Callable[[bytes, Source], Iterator[Raw]]] = {
    "kml": _kml, "gpx": _gpx, "FeatureCollection": _gml, "Dataset": _gml, "GI": _gml,
}  # fmt: skip
