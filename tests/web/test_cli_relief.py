"""``eoc layers relief`` and ``height`` over made elevation tiles."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from dashboard.cli import group
from dashboard.errors import NotFound, Refused
from layers.errors import NoTerrain
from layers.schema import BBox
from layers.tiles import About, open_archive, write_archive
from layers.tiles.grid import Tile, tile_of
from tests.conftest import ROOT
from tests.unit.layers.elevation import encode
from tests.wait import until
from tests.web.conftest import Caller

Eoc = Callable[..., Result]
TOWN = (142.467, 43.588)
BOUNDS = (142.40, 43.55, 142.50, 43.62)


def elevations(
    folder: Path, tiles: dict[Tile, bytes], suffix: str = "pmtiles", bounds: BBox = BOUNDS
) -> Path:
    path = folder / "tiles" / f"dem_png.{suffix}"
    write_archive(path, sorted(tiles.items()), About("dem_png", "png", bounds))
    return path


# a hillside that rises to the east, from 200 m on
SLOPE = encode(200.0 + np.tile(np.arange(256) * 2.0, (256, 1)))


def around(zoom: int, reach: int = 1) -> dict[Tile, bytes]:
    z, x, y = tile_of(*TOWN, zoom)
    near = range(-reach, reach + 1)
    return {(z, x + i, y + j): SLOPE for i in near for j in near}


@pytest.fixture
def eoc(tmp_path: Path) -> Eoc:
    def run(*words: object) -> Result:
        environ = {"EOC_STATE_DIR": str(tmp_path)}
        return CliRunner().invoke(group, ["layers", *map(str, words)], env=environ)

    return run


def made(folder: Path) -> Any:
    return open_archive(folder / "tiles" / "hillshademap.pmtiles")


@pytest.mark.parametrize("suffix", ["pmtiles", "mbtiles"])
def test_a_relief_is_made_at_every_zoom_there_is_elevation(
    eoc: Eoc, tmp_path: Path, suffix: str
) -> None:
    elevations(tmp_path, {**around(12), **around(13)}, suffix)
    result = eoc("relief")
    assert result.exit_code == 0, result.output
    relief = made(tmp_path)
    assert relief.zooms == (12, 13)
    assert relief.metadata()["attribution"] == "国土地理院 標高タイルを加工して作成"
    picture = Image.open(io.BytesIO(relief.tile(*tile_of(*TOWN, 13))))
    light, alpha = (np.asarray(band) for band in picture.split())
    assert (picture.size, alpha.min()) == ((256, 256), 255)
    assert light.mean() > 180  # a slope that faces west lies in the light from the north-west
    assert [p.name for p in (tmp_path / "tiles").iterdir() if "part" in p.name] == []


def test_only_the_zooms_asked_for_are_made(eoc: Eoc, tmp_path: Path) -> None:
    elevations(tmp_path, {**around(12), **around(13)})
    assert eoc("relief", "--zoom", "13").exit_code == 0
    assert made(tmp_path).zooms == (13, 13)
    assert isinstance(eoc("relief", "--zoom", "3-5").exception, Refused)
    assert "8-14" in eoc("relief", "--zoom", "14-8").output


def test_a_damaged_tile_leaves_a_gap_that_is_named(eoc: Eoc, tmp_path: Path) -> None:
    tiles = around(13, reach=2)
    corner = min(tiles)
    tiles[corner] = tiles[corner][:-20]
    elevations(tmp_path, tiles)
    result = eoc("relief")
    assert result.exit_code == 0, result.output
    assert "壊れた標高タイルのため" in result.output
    assert made(tmp_path).tile(*tile_of(*TOWN, 13)) is not None
    assert made(tmp_path).tile(*corner) is None


def test_without_elevation_it_says_how_to_get_it(eoc: Eoc, tmp_path: Path) -> None:
    for words in (("relief",), ("height", *TOWN)):
        error = eoc(*words).exception
        assert isinstance(error, NotFound)
        assert "eoc layers tiles --layer dem_png" in error.message
    assert not (tmp_path / "tiles").exists()


def test_a_relief_that_was_fetched_is_not_overwritten(eoc: Eoc, tmp_path: Path) -> None:
    elevations(tmp_path, around(13))
    fetched = tmp_path / "tiles" / "hillshademap.mbtiles"
    about = About("hillshademap", "png", BOUNDS, "地理院タイル")
    write_archive(fetched, [(tile_of(*TOWN, 13), SLOPE)], about)
    assert isinstance(eoc("relief").exception, Refused)
    fetched.unlink()
    assert eoc("relief").exit_code == 0
    assert eoc("relief").exit_code == 0  # ours is made anew


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_relief_leaves_nothing(tmp_path: Path, how: signal.Signals) -> None:
    elevations(tmp_path, around(14, reach=20), bounds=(142.0, 43.3, 142.9, 43.9))
    command = [sys.executable, "-m", "dashboard.cli", "layers", "relief"]
    environ = {**os.environ, "EOC_STATE_DIR": str(tmp_path)}
    folder = tmp_path / "tiles"
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        until(lambda: [p for p in folder.iterdir() if "part" in p.name], 30)
        process.send_signal(how)
        output = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 1, output
    assert "Traceback" not in output
    assert [p.name for p in folder.iterdir()] == ["dem_png.pmtiles"]


def test_the_map_says_what_the_relief_was_made_of(settings: Any, desk: Caller) -> None:
    folder = Path(settings.state_dir)
    elevations(folder, around(13))
    result = CliRunner().invoke(
        group, ["layers", "relief"], env={"EOC_STATE_DIR": str(folder)}
    )  # fmt: skip
    assert result.exit_code == 0
    layers = desk.get("/api/v1/layers?incident=inc").json["layers"]
    (row,) = (r for r in layers if r["name"] == "hillshademap")
    assert row["available"]
    assert row["attribution"] == "国土地理院 標高タイルを加工して作成"
    z, x, y = tile_of(*TOWN, 13)
    assert desk.get(f"/tiles/hillshademap/{z}/{x}/{y}").mimetype == "image/png"


def test_a_height_is_read_and_what_is_not_known_is_said(eoc: Eoc, tmp_path: Path) -> None:
    elevations(tmp_path, around(14))
    result = eoc("height", *TOWN)
    assert result.exit_code == 0, result.output
    metres = float(result.output.split()[1])
    assert 200 <= metres <= 712
    assert "ズーム 14" in result.output
    assert isinstance(eoc("height", 141.0, 43.0).exception, NoTerrain)
    assert isinstance(eoc("height", -70.5, -33.4).exception, NoTerrain)
    assert eoc("height", 43.588, 142.467).exit_code == 2  # turned round
