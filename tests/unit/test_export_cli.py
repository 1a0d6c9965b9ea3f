"""``eoc layers export``: from the shelf to a file, with its licence, saying what was lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import group
from layers.errors import NotThere
from layers.schema import Metadata
from layers.shelf import Shelf
from tests.exported import POINT, feature, read


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EOC_STATE_DIR", str(tmp_path))
    rows = [feature(POINT, "1", 名称="白金橋"), feature(None, "2", 名称="不明の橋")]
    about = Metadata("bridges", "橋りょう", licence="CC BY 4.0")
    Shelf(tmp_path / "layers").put({"type": "FeatureCollection", "features": rows}, about)
    return tmp_path


def test_a_layer_leaves_the_shelf_as_a_file_with_its_licence(state: Path) -> None:
    out = state / "橋.kml"
    asked = ["layers", "export", "bridges", "--format", "kml", "--out", str(out)]
    said = CliRunner().invoke(group, asked)
    assert said.exit_code == 0, said.output
    assert f"{out}\t1" in said.stdout
    assert "不明の橋" in said.stderr
    assert read(out)["名称"].tolist() == ["白金橋"]
    assert "CC BY 4.0" in out.read_text("utf-8")


def test_what_is_not_on_the_shelf_is_said_so(state: Path) -> None:
    said = CliRunner().invoke(group, ["layers", "export", "nothing"])
    assert isinstance(said.exception, NotThere)
