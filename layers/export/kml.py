"""KML 2.2 and KMZ: a folder a layer, balloons of plain words, pictures beside the document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import shapely
from PIL import Image, ImageDraw

from layers.export.cells import escaped, escaped_column
from layers.export.gathered import Gathered, Layer
from layers.export.looks import Looks
from layers.export.names import field_names
from layers.export.pictures import Album
from layers.export.rows import Chunk
from layers.export.styles import PLAIN, kml

ICON = "files/icon.png"
WIDTH_PX = 480  # of a picture in a balloon
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
            archive.open("doc.kml", "w", force_zip64=True) as entry,
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
        file.write(kml(looks.styles.get(layer.key.layer, PLAIN), f"s{number}", icon) + "\n")
    for number, layer in enumerate(gathered.placed):
        file.write(f"<Folder><name>{escaped(layer.name)}</name>\n")
        for chunk in gathered.chunks(layer.key):
            file.writelines(_placemarks(chunk, layer, f"s{number}", album))
        file.write("</Folder>\n")
    file.write("</Document>\n</kml>\n")


def _placemarks(chunk: Chunk, layer: Layer, style: str, album: Album) -> Iterator[str]:
    """Yield a placemark a row: the same words as a balloon for people, as data for programs."""
    titles, shapes = escaped_column(chunk.named()), _shapes(chunk.geometries)
    cells, data = (map("".join, zip(*part, strict=True)) for part in _columns(chunk, layer))
    images = (_images(album.addresses(some)) if some else "" for some in chunk.pictures)
    for title, shape, rows, values, image in zip(titles, shapes, cells, data, images, strict=True):
        yield (
            f"<Placemark><name>{title}</name><styleUrl>#{style}</styleUrl>"
            f"<description><![CDATA[<h3>{title}</h3>{image}<table>{rows}</table>]]></description>"
            f"<ExtendedData>{values}</ExtendedData>{shape}</Placemark>\n"
        )


def _columns(chunk: Chunk, layer: Layer) -> tuple[list[list[str]], list[list[str]]]:
    """Return the cells of balloons and the data elements, column by column."""
    columns = {"id": chunk.ids} if layer.with_ids else {}
    names = field_names(layer.seen, columns)
    for name, seen in layer.seen.items():
        columns[names[name]] = chunk.whole(name, seen)
    cells, data = [[""] * len(chunk.ids)], [[""] * len(chunk.ids)]
    for name, column in columns.items():
        head, texts = escaped(name), escaped_column(column)
        row, value = f"<tr><th>{head}</th><td>", f'<Data name="{head}"><value>'
        words = set(texts) - {""}  # most columns say a few words over and over
        rows = {"": "", **{text: f"{row}{text}</td></tr>" for text in words}}
        values = {"": "", **{text: f"{value}{text}</value></Data>" for text in words}}
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
