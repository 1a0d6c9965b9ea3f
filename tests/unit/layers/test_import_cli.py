"""``eoc layers import``: the report, the shelf, and one sentence for a refusal."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from dashboard.cli.layers import layers
from layers.shelf import Shelf
from tests.geofiles import collection, point, shapefile, zipped


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("EOC_STATE_DIR", str(tmp_path / "var"))

    def invoke(*arguments: object) -> str:
        result = CliRunner().invoke(layers, ["import", *map(str, arguments)])
        assert result.exit_code == 0, result.output
        return result.output

    return invoke


@pytest.fixture
def road(tmp_path):
    path = tmp_path / "road.zip"
    path.write_bytes(zipped({f"道路{s}": data for s, data in shapefile().items()}))
    return path


def test_a_layer_goes_onto_the_shelf_with_what_was_said_of_it(run, road, tmp_path):
    told = run(
        road, "--name", "roads", "--title", "町道", "--role", "network", "--source", "建設水道課",
        "--licence", "町の内部", "--attribution", "美瑛町", "--date", "2026",
    )  # fmt: skip
    assert "文字コード：CP932" in told
    assert "EPSG:6680" in told
    sha256, about = Shelf(tmp_path / "var" / "layers").get("roads")
    assert f"roads\t{sha256}" in told
    assert (about.title_ja, about.role, about.date) == ("町道", "network", "2026")
    assert about.attribution == "美瑛町"


def test_a_dry_run_says_the_same_and_keeps_nothing(run, road, tmp_path):
    dry = run(road, "--dry-run")
    assert not (tmp_path / "var").exists()
    report = dry.split("\n\n", maxsplit=1)[0]
    assert run(road).startswith(report)


def test_several_layers_get_names_of_their_own(run, tmp_path):
    for name in ("a", "b"):
        (tmp_path / "two").mkdir(exist_ok=True)
        (tmp_path / "two" / f"{name}.geojson").write_bytes(collection(point(142.5, 43.6)))
    run(tmp_path / "two", "--name", "both", "--title", "二つ")
    shelf = Shelf(tmp_path / "var" / "layers")
    assert shelf.names() == ["both", "both-2"]
    assert [shelf.get(n)[1].title_ja for n in shelf.names()] == ["二つ（a）", "二つ（b）"]


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_refusal_is_one_sentence_and_exit_code_1(tmp_path, monkeypatch, capsys, more):
    monkeypatch.setenv("EOC_STATE_DIR", str(tmp_path / "var"))
    path = tmp_path / "cut.geojson"
    path.write_bytes(collection(point(142.5, 43.6))[:-9])
    monkeypatch.setattr(sys, "argv", ["eoc", "layers", "import", str(path), *more])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert said.startswith("eoc: cut.geojson: JSON として読めません")
    assert said.count("\n") == 1
    assert not (tmp_path / "var").exists()


def test_a_bad_name_is_refused_before_anything_is_kept(tmp_path, road, monkeypatch):
    monkeypatch.setenv("EOC_STATE_DIR", str(tmp_path / "var"))
    result = CliRunner().invoke(layers, ["import", str(road), "--name", "../x"])
    assert result.exit_code == 1
    assert not (tmp_path / "var").exists()


def test_escape_sequences_in_names_do_not_reach_the_terminal(run, tmp_path):
    path = tmp_path / "a\x1b[2J.geojson"
    path.write_bytes(collection(point(142.5, 43.6)))
    assert "\x1b" not in run(path)


@pytest.fixture
def places(tmp_path):
    path = tmp_path / "damage.csv"
    path.write_text("場所,被害\n美瑛町役場,停電\n白金橋付近,流木\n謎の沢,崩落\n", encoding="utf-8")
    return path


def test_names_become_places_only_when_that_is_asked_for(run, places, tmp_path):
    refused = CliRunner().invoke(layers, ["import", str(places)])
    assert refused.exit_code == 1
    assert "--by-place" in str(refused.exception)
    said = run(places, "--by-place", "--name", "damage")
    assert "地名から置いた 2件／置けなかった 1件（「場所」の列）" in said
    _, about = Shelf(tmp_path / "var" / "layers").get("damage")
    assert (about.schematic, about.uncertainty_m) == (True, 2000)
    assert "地名から推定" in about.note_ja


def test_a_column_without_the_wish_to_use_it_is_refused(places):
    result = CliRunner().invoke(layers, ["import", str(places), "--place-column", "場所"])
    assert result.exit_code == 1
    assert "--by-place" in result.output


def test_an_estimate_does_not_confirm_another(run, places, tmp_path):
    run(places, "--by-place", "--place-column", "場所", "--name", "damage")
    wrong = tmp_path / "again.csv"
    wrong.write_text("場所,名称\n美瑛町役場,謎の沢小屋\n", encoding="utf-8")
    run(wrong, "--by-place", "--name", "huts")
    wrong.write_text("場所,x\n謎の沢小屋,1\n白金橋,2\n", encoding="utf-8")
    assert "置けなかった 1件" in run(wrong, "--by-place")
