"""A GeoPackage that QGIS opens as it should look, keeps its index when edited, says its source."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import shapely

from layers.export import Style, rtree
from tests.exported import AREA, LINE, POINT, TOWN, feature, read, written

SYMBOLS = {"点": ("marker", "SimpleMarker"), "線": ("line", "SimpleLine"),
           "面": ("fill", "SimpleFill")}  # fmt: skip


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    return [
        feature(g, f"{n}", layer="道 <路>", n=n) for n, g in enumerate((POINT, LINE, AREA, None))
    ]


def _query(path: Path, text: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(text).fetchall()


def test_every_layer_with_places_has_a_default_style_that_is_xml(
    tmp_path: Path, rows: list[Any]
) -> None:
    styles = {"道 <路>": Style("#b30000", shape="square", width_mm=1.6)}
    made = written(tmp_path, "gpkg", *rows, styles=styles)
    found = _query(
        made.path,
        "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles",
    )
    assert {name for name, *_ in found} == {"道_路_点", "道_路_線", "道_路_面"}
    for name, column, default, text in found:
        assert (column, default) == ("geom", 1)
        symbol = ElementTree.fromstring(text).find("renderer-v2/symbols/symbol")
        layer = symbol.find("layer")
        assert (symbol.get("type"), layer.get("class")) == SYMBOLS[name[-1]]
        assert "179,0,0" in {o.get("value", "")[:7] for o in layer.iter("Option")}


def test_the_file_says_where_it_comes_from_and_what_was_left_out(
    tmp_path: Path, rows: list[Any]
) -> None:
    high = feature({"type": "Point", "coordinates": [142, 43, 9]}, "高い")
    made = written(tmp_path, "gpkg", *rows, high)
    (said,) = _query(made.path, "SELECT metadata FROM gpkg_metadata")
    told = json.loads(said[0])
    assert {TOWN.source, TOWN.licence, TOWN.attribution, TOWN.as_of} <= set(map(str, told.values()))
    assert any("高い" in note for note in told["notes"])
    info = pyogrio.read_info(made.path, layer="道_路_点")
    assert "CC BY 4.0" in info["layer_metadata"]["DESCRIPTION"]


def test_sqlite_finds_the_file_and_its_indexes_whole(tmp_path: Path, rows: list[Any]) -> None:
    made = written(tmp_path, "gpkg", *rows)
    assert _query(made.path, "PRAGMA integrity_check") == [("ok",)]
    assert _query(made.path, "PRAGMA foreign_key_check") == []
    assert _query(made.path, "PRAGMA application_id") == [(0x47504B47,)]
    (box,) = _query(
        made.path,
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name='道_路_線'",
    )
    assert box == (142.4, 43.5, 142.6, 43.6)


def test_the_index_follows_an_edit_by_gdal(tmp_path: Path) -> None:
    made = written(tmp_path, "gpkg", *(feature(POINT, str(n)) for n in range(3)))
    layer = "美瑛町の地物_点"
    far = read(made.path, layer).iloc[:1].copy()
    far["geometry"] = [shapely.Point(130, 30)]
    pyogrio.write_dataframe(far, made.path, layer=layer, append=True)
    assert len(pyogrio.read_dataframe(made.path, layer=layer, bbox=(129, 29, 131, 31))) == 1
    assert len(pyogrio.read_dataframe(made.path, layer=layer, bbox=(142, 43, 143, 44))) == 3
    assert _query(made.path, f"SELECT rtreecheck('rtree_{layer}_geom')") == [("ok",)]


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as made:
        made.execute("CREATE VIRTUAL TABLE r USING rtree(id, minx, maxx, miny, maxy)")
        yield made


@pytest.mark.parametrize("count", [1, 2, 50, 51, 52, 102, 2601, 2602, 9000])
def test_the_index_made_in_one_go_finds_what_a_search_of_all_finds(
    db: sqlite3.Connection, count: int
) -> None:
    chance = np.random.default_rng(20160823)
    low = chance.uniform((142.3, 43.4), (142.9, 43.7), (count, 2))
    bounds = np.hstack((low, low + chance.uniform(0, 0.01, (count, 2))))
    rtree.fill(db, "r", np.arange(1, count + 1), bounds)
    assert db.execute("SELECT rtreecheck('r')").fetchone() == ("ok",)
    assert db.execute("SELECT count(*) FROM r").fetchone() == (count,)
    for _ in range(20):
        west, south = chance.uniform((142.3, 43.4), (142.9, 43.7))
        found = db.execute(
            "SELECT id FROM r WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?",
            (west, west + 0.05, south, south + 0.05),
        )
        touched = (bounds[:, 2] >= west) & (bounds[:, 0] <= west + 0.05)
        touched &= (bounds[:, 3] >= south) & (bounds[:, 1] <= south + 0.05)
        # 32-bit boxes are a little larger, never smaller
        assert set(np.flatnonzero(touched) + 1) <= {id_ for (id_,) in found}


def test_the_index_takes_changes_like_any_other(db: sqlite3.Connection) -> None:
    bounds = np.tile((142.4, 43.5, 142.5, 43.6), (500, 1))
    rtree.fill(db, "r", np.arange(1, 501), bounds)
    chance = random.Random(1)
    for id_ in chance.sample(range(1, 501), 400):
        db.execute("DELETE FROM r WHERE id = ?", (id_,))
        if id_ % 2:
            db.execute("INSERT INTO r VALUES (?, 1, 2, 1, 2)", (id_ + 1000,))
    assert db.execute("SELECT rtreecheck('r')").fetchone() == ("ok",)
