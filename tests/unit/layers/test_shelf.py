"""The shelf and its collections: plain values, one file a hash, a history a name."""

from __future__ import annotations

import datetime
import hashlib
import json
import subprocess
import sys

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.collection import encoded
from layers.errors import BrokenFile, NotThere
from layers.schema import Metadata
from layers.shelf import Shelf, to_collection
from tests.conftest import ROOT
from tests.geofiles import NAMES, frame

ABOUT = Metadata("roads", "道路", role="network", source="町", licence="CC BY 4.0")


def test_a_collection_has_plain_values_seven_decimals_and_its_metadata():
    given = geopandas.GeoDataFrame(
        {
            "name": ["=1+1", "<b>橋</b>", None],
            "width": [1.5, np.nan, np.inf],
            "at": [pd.Timestamp("2026-08-23T03:00:00Z"), pd.NaT, pd.NaT],
            "day": [datetime.date(2026, 8, 23), None, None],
            "raw": [b"\x01\xff", None, None],
            "more": [{"a": [1, float("nan")]}, None, np.int64(3)],
            "count": [1, 2, 3],
        },
        geometry=[shapely.Point(142.123456789, 43.5), None, shapely.Point(142, 43).buffer(1, 1)],
        crs=4326,
    )
    made = to_collection(given, ABOUT)
    assert made["metadata"] == ABOUT.as_dict()
    first, second, third = made["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [142.1234568, 43.5]}
    assert first["properties"] == {
        "name": "=1+1", "width": 1.5, "at": "2026-08-23T03:00:00+00:00", "day": "2026-08-23",
        "raw": "01ff", "more": {"a": [1, None]}, "count": 1,
    }  # fmt: skip
    assert second["geometry"] is None
    assert second["properties"]["name"] == "<b>橋</b>"
    assert [third["properties"][name] for name in ("name", "width", "at")] == [None] * 3
    assert json.loads(json.dumps(made)) == made


def test_a_frame_in_metres_becomes_degrees():
    made = to_collection(frame(6680), ABOUT)
    box = shapely.from_geojson(json.dumps(made["features"][0]["geometry"])).bounds
    assert box == pytest.approx(tuple(frame().geometry.iloc[0].bounds), abs=1e-6)


def test_a_frame_and_its_collection_hold_the_same():
    assert json.loads(encoded(frame(), ABOUT)) == to_collection(frame(), ABOUT)


def test_what_is_put_is_got_by_name_and_by_hash(tmp_path):
    shelf = Shelf(tmp_path / "layers")
    sha256 = shelf.put(to_collection(frame(), ABOUT), ABOUT)
    assert shelf.get("roads") == (sha256, ABOUT)
    assert hashlib.sha256(shelf.path(sha256).read_bytes()).hexdigest() == sha256
    kept = shelf.collection(sha256)
    assert [f["properties"]["name"] for f in kept["features"]] == NAMES
    assert Metadata.of(kept) == ABOUT


def test_the_last_put_counts_and_the_earlier_ones_stay(tmp_path):
    shelf = Shelf(tmp_path)
    first = shelf.put_frame(frame(), ABOUT)
    again = shelf.put_frame(frame(), ABOUT)
    second = shelf.put_frame(frame().iloc[:2], ABOUT)
    shelf.put_frame(frame(), Metadata("area", "区域"))
    assert first == again
    assert [version.sha256 for version in shelf.history("roads")] == [first, second]
    assert shelf.get("roads")[0] == second
    assert shelf.names() == ["area", "roads"]
    assert len(shelf.collection(first)["features"]) == 4
    third = shelf.put_frame(frame(), ABOUT)
    assert [version.sha256 for version in shelf.history("roads")] == [first, second, third]


def test_what_is_not_there_is_said(tmp_path):
    shelf = Shelf(tmp_path / "nowhere")
    assert shelf.names() == []
    for call in (lambda: shelf.get("roads"), lambda: shelf.path("0" * 64)):
        with pytest.raises(NotThere):
            call()
    with pytest.raises(NotThere):
        shelf.path("../../etc/passwd")


def test_a_changed_file_is_noticed(tmp_path):
    shelf = Shelf(tmp_path)
    sha256 = shelf.put_frame(frame(), ABOUT)
    path = shelf.path(sha256)
    path.write_bytes(path.read_bytes().replace(b"01459", b"01460"))
    with pytest.raises(BrokenFile, match="changed"):
        shelf.collection(sha256)


def test_a_line_half_written_is_left_out_and_mended(tmp_path):
    shelf = Shelf(tmp_path)
    first = shelf.put_frame(frame(), ABOUT)
    with (tmp_path / "index.jsonl").open("ab") as index:
        index.write(b'{"sha256":"00')
    assert shelf.get("roads")[0] == first
    second = shelf.put_frame(frame().iloc[:1], ABOUT)
    assert [version.sha256 for version in shelf.history("roads")] == [first, second]


WRITER = """
import sys
from pathlib import Path
from layers.schema import Metadata
from layers.shelf import Shelf
shelf = Shelf(Path(sys.argv[1]))
for n in range(40):
    name = f"{sys.argv[2]}-{n}"
    shelf.put({"type": "FeatureCollection", "features": [], "n": n}, Metadata(name, name))
"""


def test_two_processes_may_put_at_once(tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, who], cwd=ROOT) for who in ("a", "b")]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    names = Shelf(tmp_path).names()
    assert len(names) == 80
    assert list(tmp_path.glob(".*.tmp")) == []
