"""KML 2.2 and KMZ: a document a layer, balloons of plain words, pictures beside the document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import shapely
from PIL import Image, ImageDraw

from layers.export.cells import BOOLEAN, INTEGER, REAL, TEXT, escaped, escaped_column
from layers.export.gathered import Gathered, Layer
from layers.export.looks import Looks
from layers.export.names import field_names
from layers.export.pictures import Album
from layers.export.rows import Chunk
from layers.export.styles import PLAIN, kml

ICON = "files/icon.png"
WIDTH_PX = 480  # of a picture in a balloon
TYPES = {TEXT: "string", BOOLEAN: "bool", INTEGER: "int", REAL: "double"}
ID = "feature_id"
# GDAL gives every KML layer fields of these names
TAKEN = (
    ID, "id", "Name", "description", "timestamp", "begin", "end", "altitudeMode", "tessellate",
    "extrude", "visibility", "drawOrder", "icon",
)  # fmt: skip
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n'


def write(gathered: Gathered, target: Path, looks: Looks) -> None:
    """Write one document without pictures."""
    with (
        target.open("w", encoding="utf-8", newline="\n") as file,
        Album((), None, gathered.notes) as none,
    ):
        _document(file, gathered, looks, none, None)


def write_kmz(gathered: Gathered, target: Path, looks: Looks) -> None:
    """Write an archive of ``doc.kml``, an icon and the pictures; the document comes first."""
    wanted = (i for chunk in gathered.chunks() for some in chunk.pictures for i in some)
    with (
        Album(wanted, looks.pictures, gathered.notes) as album,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        with (
            archive.open("doc.kml", "w") as entry,
            io.TextIOWrapper(entry, encoding="utf-8", newline="\n") as file,
        ):
            _document(file, gathered, looks, album, ICON)
        archive.writestr(ICON, _icon())
        album.save(archive)


def _document(
    file: TextIO, gathered: Gathered, looks: Looks, album: Album, icon: str | None
) -> None:
    said = escaped("\n".join(gathered.lines()))
    file.write(f"{HEAD}<Document><name>{escaped(gathered.about.heading)}</name>")
    file.write(f"<description>{said}</description>\n")
    for number, layer in enumerate(gathered.placed):
        # a document of its own: GDAL finds the fields of a folder in KML but not in KMZ
        file.write(f"<Document><name>{escaped(layer.name)}</name>\n")
        file.write(kml(looks.styles.get(layer.key.layer, PLAIN), f"s{number}", icon) + "\n")
        file.write(_schema(gathered, layer, number) + "\n")
        for chunk in gathered.chunks(layer.key):
            file.writelines(_placemarks(chunk, layer, number, album))
        file.write("</Document>\n")
    file.write("</Document>\n</kml>\n")


def _fields(layer: Layer) -> dict[str, str]:
    """Return field → its name in the file."""
    return field_names(layer.seen, TAKEN)


def _schema(gathered: Gathered, layer: Layer, number: int) -> str:
    """Return the declaration of a layer's fields, without which GDAL sees none of them."""
    types = {ID: "string"} if layer.with_ids else {}
    for name, field in _fields(layer).items():
        kind = layer.kinds[name]
        long = kind == INTEGER and any(_long(c, name) for c in gathered.chunks(layer.key))
        types[field] = "string" if long else TYPES[kind]
    fields = "".join(f'<SimpleField name="{escaped(n)}" type="{t}"/>' for n, t in types.items())
    return f'<Schema name="{escaped(layer.name)}" id="f{number}">{fields}</Schema>'


def _long(chunk: Chunk, name: str) -> bool:
    """Tell whether a column holds numbers that KML's 32-bit int cannot."""
    return any(abs(value) >= 2**31 for value in filter(None, chunk.columns.get(name, ())))


def _placemarks(chunk: Chunk, layer: Layer, number: int, album: Album) -> Iterator[str]:
    """Yield a placemark a row: the same words as a balloon for people, as data for programs."""
    titles, shapes = escaped_column(chunk.named()), _shapes(chunk.geometries)
    cells, data = (map("".join, zip(*part, strict=True)) for part in _columns(chunk, layer))
    images = (_images(album.addresses(some)) if some else "" for some in chunk.pictures)
    for title, shape, rows, values, image in zip(titles, shapes, cells, data, images, strict=True):
        yield (
            f"<Placemark><name>{title}</name><styleUrl>#s{number}</styleUrl>"
            f"<description><![CDATA[<h3>{title}</h3>{image}<table>{rows}</table>]]></description>"
            f'<ExtendedData><SchemaData schemaUrl="#f{number}">{values}</SchemaData></ExtendedData>'
            f"{shape}</Placemark>\n"
        )


def _columns(chunk: Chunk, layer: Layer) -> tuple[list[list[str]], list[list[str]]]:
    """Return the cells of balloons and the data elements, column by column."""
    columns = {ID: chunk.ids} if layer.with_ids else {}
    for name, field in _fields(layer).items():
        columns[field] = chunk.whole(name, layer.seen[name])
    cells, data = [[""] * len(chunk.ids)], [[""] * len(chunk.ids)]
    for name, column in columns.items():
        head, texts = escaped(name), escaped_column(column)
        row, value = f"<tr><th>{head}</th><td>", f'<SimpleData name="{head}">'
        words = set(texts) - {""}  # most columns say a few words over and over
        rows = {"": "", **{text: f"{row}{text}</td></tr>" for text in words}}
        values = {"": "", **{text: f"{value}{text}</SimpleData>" for text in words}}
        cells.append([rows[text] for text in texts])
        data.append([values[text] for text in texts])
    return cells, data


def _images(addresses: list[str]) -> str:
    return "".join(f'<p><img src="{address}" width="{WIDTH_PX}"/></p>' for address in addresses)


def _shapes(geometries: Any) -> list[str]:
    if (shapely.get_type_id(geometries) == 0).all():
        places = shapely.get_coordinates(geometries).tolist()
        return [f"<Point><coordinates>{lon},{lat}</coordinates></Point>" for lon, lat in places]
    return [_shape(geometry) for geometry in geometries]


def _shape(geometry: Any) -> str:
    parts = getattr(geometry, "geoms", None)
    if parts is not None:
        return f"<MultiGeometry>{''.join(map(_shape, parts))}</MultiGeometry>"
    if geometry.geom_type == "Polygon":
        inner = "".join(
            f"<innerBoundaryIs>{_line('LinearRing', ring)}</innerBoundaryIs>"
            for ring in geometry.interiors
        )
        outer = _line("LinearRing", geometry.exterior)
        return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{inner}</Polygon>"
    return _line("Point" if geometry.geom_type == "Point" else "LineString", geometry)


def _line(element: str, geometry: Any) -> str:
    places = " ".join(f"{lon},{lat}" for lon, lat in shapely.get_coordinates(geometry).tolist())
    # without this a long line cuts through the hills
    lie = "" if element == "Point" else "<tessellate>1</tessellate>"
    return f"<{element}>{lie}<coordinates>{places}</coordinates></{element}>"


def _icon() -> bytes:
    """Return a white disc with a dark edge; the style gives it its colour."""
    picture = Image.new("RGBA", (48, 48), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((4, 4, 43, 43), fill="white", outline=(60, 60, 60), width=4)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
