"""What a GeoJSON says of itself is kept, checked, overruled by a person, and reported."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dashboard import locale
from dashboard.cli.layers import layers
from layers.export import About, export
from layers.importers import claims
from layers.schema import ROLES, Metadata
from layers.shelf import Shelf
from tests.conftest import ROOT
from tests.geofiles import collection, point

SKETCH = {
    "title_ja": "手描きの沢", "title_en": "Sketched streams", "role": "hazard",
    "source": "聞き取り", "licence": "町の内部", "attribution": "美瑛町", "date": "2026-08",
    "schematic": True, "uncertainty_m": 300, "note_ja": "聞き取りによる。\n計測には使えない。",
}  # fmt: skip


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("EOC_STATE_DIR", str(tmp_path / "var"))
    return Shelf(tmp_path / "var" / "layers")


@pytest.fixture
def taken_in(shelf, tmp_path):
    def run(metadata: Any, *options: str) -> tuple[str, Metadata]:
        path = tmp_path / "a.geojson"
        path.write_bytes(collection(point(142.5, 43.6), metadata=metadata))
        result = CliRunner().invoke(layers, ["import", str(path), *options])
        assert result.exit_code == 0, result.output
        return result.output, shelf.get("a")[1]

    return run


def test_a_sketch_that_went_out_comes_back_as_one(shelf, tmp_path):
    document = json.loads((ROOT / "data" / "reference" / "network.geojson").read_text("utf-8"))
    before = Metadata.of(document)
    about = About.of_layer(before)
    made = export(document["features"], "geojson", tmp_path / "out", about=about)
    result = CliRunner().invoke(layers, ["import", str(made.path), "--name", "again"])
    assert result.exit_code == 0, result.output
    assert before.schematic
    assert shelf.get("again")[1] == replace(before, name="again")


def test_a_layer_of_a_drill_that_went_out_comes_back_with_its_mark(tmp_path):
    about = About.of_layer(Metadata("a", "泥流"), mark="訓練")
    features = json.loads(collection(point(142.5, 43.6)))["features"]
    made = export(features, "geojson", tmp_path / "out", about=about)
    said = json.loads(made.path.read_text("utf-8"))["metadata"]
    assert claims.read(said).words["title_ja"] == "訓練 泥流"


def test_what_a_file_says_of_itself_is_kept_and_reported(taken_in):
    told, about = taken_in(SKETCH)
    kept = {**SKETCH, "note_ja": "聞き取りによる。 計測には使えない。"}
    assert about == Metadata(name="a", **kept)
    assert "ファイルの記載を引き継ぐ：表示名「手描きの沢」" in told
    assert "概略、位置の誤差 300 m" in told
    assert "注意：用途はファイルの記載により「危険区域」とします" in told


def test_a_person_overrules_the_file(taken_in):
    told, about = taken_in(
        SKETCH, "--title", "沢", "--role", "reference", "--source", "", "--no-schematic",
        "--uncertainty-m", "5",
    )  # fmt: skip
    assert (about.title_ja, about.title_en, about.role, about.source) == ("沢", "", "reference", "")
    assert (about.schematic, about.uncertainty_m, about.licence) == (False, 5, "町の内部")
    assert "ファイルには概略とありますが" in told
    assert "用途はファイルの記載により" not in told


def test_a_person_may_say_that_a_file_is_a_sketch(taken_in):
    told, about = taken_in({}, "--schematic", "--uncertainty-m", "100")
    assert (about.schematic, about.uncertainty_m) == (True, 100)
    assert "ファイルの記載" not in told


@pytest.mark.parametrize(
    ("member", "expected", "said"),
    [
        ({"role": "king"}, {"role": "reference"}, "用途」は知らない値（king）"),
        ({"role": ["network"]}, {"role": "reference"}, "用途」は知らない値"),
        ({"role": "lahar"}, {"role": "reference"}, "用途」は泥流の到達時間表"),
        ({"schematic": "no"}, {"schematic": True}, "概略」は「はい・いいえ」として読めない"),
        ({"schematic": 0}, {"schematic": True}, "概略」は「はい・いいえ」として読めない"),
        ({"uncertainty_m": -1}, {"uncertainty_m": None}, "位置の誤差」は 0 以上"),
        ({"uncertainty_m": True}, {"uncertainty_m": None}, "位置の誤差」は 0 以上"),
        ({"uncertainty_m": 1e300}, {"uncertainty_m": None}, "位置の誤差」は 0 以上"),
        ({"source": {"a": 1}}, {"source": ""}, "出典」は文字ではない"),
        ({"date": 2026}, {"date": ""}, "データの時点」は文字ではない"),
        ({"licence": "あ" * 999}, {"licence": "あ" * 199 + "…"}, "利用条件」は長いため 200字"),
        ({"title_ja": "橋\x1b[2J\u202e"}, {"title_ja": "橋 [2J"}, "橋 [2J"),
        ({"name": "../x", "title": 1, "__init__": 2}, {"title_ja": "a"}, ""),
        ([1], {"title_ja": "a"}, ""),
        ("概略", {"schematic": False}, ""),
        (None, {"schematic": False}, ""),
    ],
)
def test_a_stranger_does_not_choose_what_a_layer_may_say(taken_in, member, expected, said):
    told, about = taken_in(member)
    assert {name: getattr(about, name) for name in expected} == expected
    assert said in told
    assert "\x1b" not in told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(ROLES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(claims.LABELS)), JSON) | JSON)
def test_whatever_stands_there_makes_a_layer_that_the_shelf_takes(member):
    settled = claims.settle(claims.read(member), {})
    about = Metadata(**{"name": "a", "title_ja": "a", **settled.words})
    json.dumps(about.as_dict(), allow_nan=False).encode()
    assert all(len(v) <= claims.WORDS for v in settled.words.values() if isinstance(v, str))
    assert "\n" not in "".join(settled.notes + settled.warnings)


def test_a_use_is_called_as_the_page_calls_it():
    assert {r: locale.words("ja", f"role.{r}") for r in claims.CALLED} == claims.CALLED
    assert set(claims.CALLED) == set(ROLES) - {"lahar"}
