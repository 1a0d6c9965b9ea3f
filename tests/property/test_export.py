"""Whatever JSON a feature carries, every format holds it, and GDAL reads as many rows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import mapping

from layers.export import FORMATS, export
from tests.exported import TOWN, feature, layers_of, read

texts = st.text(max_size=20) | st.text("<>&'\"=+-@\t\r\n\x00\x0b\ud800,;", max_size=8)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
# texts only: pyogrio cannot read a list of booleans from GeoJSON
values = leaves | st.lists(texts, max_size=2) | st.dictionaries(texts, leaves, max_size=2)
lon, lat = st.floats(142, 143), st.floats(43, 44)
points = st.builds(shapely.Point, lon, lat)
lines = st.lists(st.tuples(lon, lat), min_size=2, max_size=5).map(shapely.LineString)
boxes = st.tuples(lon, lat).map(lambda p: shapely.box(*p, p[0] + 0.1, p[1] + 0.1))
shapes = points | lines | boxes | lines.map(lambda x: shapely.MultiLineString([x]))
rows = st.builds(
    lambda shape, properties: {**feature(mapping(shape)), "properties": properties},
    shapes,
    st.dictionaries(texts, values, max_size=4),
)


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None, max_examples=40)
@given(features=st.lists(rows, min_size=1, max_size=6))
def test_every_row_comes_back_whatever_it_says(name: str, features: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        apart = [{**one, "id": f"f-{n}"} for n, one in enumerate(features)]
        made = export(apart, name, Path(folder) / "out", about=TOWN)
        assert made.count == len(features)
        if made.extension == "fgb.zip":
            return
        layers = [n for n in layers_of(made.path) if n != "layer_styles"]
        assert sum(len(read(made.path, layer)) for layer in layers) == len(features)
