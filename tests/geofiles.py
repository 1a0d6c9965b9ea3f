"""Made-up geodata around Biei in every format the importer takes, as bytes."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas
import shapely

HALL = (142.4670597, 43.5883298)
NAMES = [
    "美瑛橋",
    "表町ソーラー十号",
    "能取 <b>白金</b>",
    "=1+1",
]  # 表 ソ 十 能 end in 0x5C in CP932


def frame(crs: int = 4326) -> geopandas.GeoDataFrame:
    """Return four squares of about 200 m north of the town hall. Columns: name, code, width."""
    boxes = [
        shapely.box(HALL[0] + 0.01 * n, HALL[1], HALL[0] + 0.01 * n + 0.002, HALL[1] + 0.002)
        for n in range(4)
    ]
    rows = {"name": NAMES, "code": ["01459", "01460", None, "1"], "width": [1.5, 2.0, 3.25, None]}
    return geopandas.GeoDataFrame(rows, geometry=boxes, crs=4326).to_crs(crs)


def points(crs: int = 4326) -> geopandas.GeoDataFrame:
    """Return the middles of :func:`frame`."""
    given = frame()
    return given.set_geometry(given.geometry.representative_point()).to_crs(crs)


def written(given: geopandas.GeoDataFrame, driver: str, **options: Any) -> dict[str, bytes]:
    """Return the files GDAL writes for a frame, by suffix."""
    with tempfile.TemporaryDirectory() as folder:
        suffix = SUFFIX[driver]
        given.to_file(Path(folder) / f"data{suffix}", driver=driver, **options)
        return {p.suffix: p.read_bytes() for p in sorted(Path(folder).iterdir())}


SUFFIX = {
    "GeoJSON": ".geojson", "ESRI Shapefile": ".shp", "GPKG": ".gpkg", "KML": ".kml", "GML": ".gml",
    "GPX": ".gpx", "FlatGeobuf": ".fgb",
}  # fmt: skip


def shapefile(crs: int = 6680, encoding: str = "cp932") -> dict[str, bytes]:
    """Return the parts of a shapefile by suffix."""
    return written(frame(crs), "ESRI Shapefile", encoding=encoding)


def zipped(files: Mapping[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of files by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", level) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def cp932_zip(files: Mapping[str, bytes]) -> bytes:
    """Return a zip as Windows of old writes it: names in CP932 and no UTF-8 flag."""
    raw = {name.encode("cp932"): data for name, data in files.items()}
    marks = {name: b"N%05d" % at + b"x" * (len(name) - 6) for at, name in enumerate(raw)}
    archive = zipped({marks[name].decode(): data for name, data in raw.items()})
    for name, mark in marks.items():
        archive = archive.replace(mark, name)
    return archive


def collection(*geometries: Any, **members: Any) -> bytes:
    """Return a GeoJSON file of geometries given as JSON."""
    features = [
        {"type": "Feature", "geometry": g, "properties": {"name": f"n{at}"}}
        for at, g in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def point(lon: float, lat: float, *more: float) -> dict[str, Any]:
    """Return a GeoJSON point."""
    return {"type": "Point", "coordinates": [lon, lat, *more]}


def topojson() -> bytes:
    """Return two squares that share an arc, quantised, and a point."""
    x, y = HALL
    return json.dumps({
        "type": "Topology",
        "transform": {"scale": [0.001, 0.001], "translate": [x, y]},
        "arcs": [[[1, 0], [0, 1]], [[1, 1], [-1, 0], [0, -1], [1, 0]],
                 [[1, 0], [1, 0], [0, 1], [-1, 0]]],
        "objects": {
            "area": {"type": "GeometryCollection", "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "左"}},
                {"type": "Polygon", "arcs": [[2, -1]], "properties": {"name": "右"}},
            ]},
            "hall": {"type": "Point", "coordinates": [0, 0], "properties": {"name": "役場"}},
        },
    }).encode()  # fmt: skip


def csv_text() -> str:
    """Return a table with degrees, minutes and seconds in full width."""
    return (
        "施設名,緯度,経度,備考\n美瑛町役場,４３度３５分１８秒,１４２度２８分１．５秒,=cmd()\n"
        "白金,43.4726,142.6419,<img src=x>\n"
    )


JPGIS = """<?xml version="1.0" encoding="UTF-8"?>
<ksj:Dataset xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:ksj="http://nlftp.mlit.go.jp/ksj"
 xmlns:xlink="http://www.w3.org/1999/xlink" gml:id="d1">
<gml:boundedBy><gml:EnvelopeWithTimePeriod srsName="JGD2011 / (B, L)"/></gml:boundedBy>
<gml:Point gml:id="pt1"><gml:pos>43.5883298 142.4670597</gml:pos></gml:Point>
<gml:Curve gml:id="cv1"><gml:segments><gml:LineStringSegment><gml:posList>
43.58 142.46
43.58 142.47
43.59 142.47
43.58 142.46
</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>
<gml:Surface gml:id="sf1"><gml:patches><gml:PolygonPatch><gml:exterior><gml:Ring>
<gml:curveMember xlink:href="#cv1"/></gml:Ring></gml:exterior></gml:PolygonPatch></gml:patches>
</gml:Surface>
<ksj:Facility gml:id="f1"><ksj:position xlink:href="#pt1"/>
<ksj:name>町役場</ksj:name></ksj:Facility>
<ksj:Area gml:id="a1"><ksj:area xlink:href="#sf1"/><ksj:name>市街</ksj:name></ksj:Area>
</ksj:Dataset>
""".encode()


def every_format() -> dict[str, bytes]:
    """Return one good file of every kind by name."""
    parts = shapefile()
    found = {f"data{s}": written(frame(), d)[s] for d, s in SUFFIX.items() if d in SIMPLE}
    kml = found["data.kml"]
    return found | {
        "data.gpx": written(points()[["geometry", "name"]], "GPX")[".gpx"],
        "data.topojson": topojson(),
        "data.csv": csv_text().encode("cp932"),
        "data.geojsonl": b"\n".join(
            json.dumps(
                {"type": "Feature", "geometry": point(*HALL), "properties": {"n": n}}
            ).encode()
            for n in range(3)
        ),
        "jpgis.xml": JPGIS,
        "data.kmz": zipped({"doc.kml": kml}),
        "shape.zip": zipped({f"道路/表{s}": data for s, data in parts.items()}),
        "nested.zip": zipped({"inner.zip": zipped({f"a{s}": d for s, d in parts.items()})}),
        "stored.zip": zipped({f"a{s}": d for s, d in parts.items()}, zipfile.ZIP_STORED),
    }


SIMPLE = ("GeoJSON", "GPKG", "KML", "GML", "FlatGeobuf")
