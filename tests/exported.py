"""Features for the tests of exports, and how other programs read what was written."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import Any

import pyogrio

from layers.export import About, Exported, export

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would like lxml, for printing only
    from fastkml import KML

POINT = {"type": "Point", "coordinates": [142.467, 43.588]}
LINE = {"type": "LineString", "coordinates": [[142.4, 43.5], [142.5, 43.6], [142.6, 43.6]]}
AREA = {
    "type": "Polygon",
    "coordinates": [
        [[142.4, 43.5], [142.5, 43.5], [142.5, 43.6], [142.4, 43.5]],
        [[142.44, 43.51], [142.46, 43.51], [142.46, 43.52], [142.44, 43.51]],
    ],
}
TOWN = About("美瑛町の地物", "町", "CC BY 4.0", "美瑛町", "2026-08-23")


def feature(geometry: Any, id_: str | None = "a", **more: Any) -> dict[str, Any]:
    """Return a feature; keyword arguments other than the members of ours are properties."""
    ours = {k: more.pop(k) for k in ("layer", "title", "pictures") if k in more}
    own = {} if id_ is None else {"id": id_}
    return {"type": "Feature", **own, **ours, "geometry": geometry, "properties": more}


def written(tmp_path: Path, name: str, *features: Any, **more: Any) -> Exported:
    """Export features, about the town unless said otherwise."""
    return export(features, name, tmp_path / "out", **{"about": TOWN, **more})


def read(path: Path, layer: str | None = None) -> Any:
    """Return a layer as GDAL reads it: a GeoDataFrame, or a DataFrame of a plain table."""
    with warnings.catch_warnings():
        # remarks on properties of several kinds and on ids given twice: the rows are what counts
        warnings.simplefilter("ignore")
        return pyogrio.read_dataframe(path, layer=layer)


def layers_of(path: Path) -> dict[str, str | None]:
    """Return layer → geometry type as GDAL lists them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(pyogrio.list_layers(path).tolist())


def document(made: Exported) -> str:
    """Return the KML text of a KML or KMZ file; fastkml has read it, strictly."""
    if made.extension == "kmz":
        with zipfile.ZipFile(made.path) as archive:
            text = archive.read("doc.kml").decode()
    else:
        text = made.path.read_text("utf-8")
    KML.from_string(text.encode(), strict=True)
    return text
