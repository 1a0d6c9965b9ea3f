"""``eoc layers find``: a name gives places, a position gives words."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from dashboard.cli.layers.finding import find
from layers.schema import Metadata
from layers.shelf import Shelf


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("EOC_STATE_DIR", str(tmp_path / "var"))

    def invoke(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(find, list(words))
        assert result.exit_code == code, result.output
        return result.output

    return invoke


def shelve(tmp_path, *features: dict) -> None:
    about = Metadata("bridges", "橋", source="試験台帳", uncertainty_m=10)
    Shelf(tmp_path / "var" / "layers").put(
        {"type": "FeatureCollection", "features": list(features)}, about
    )


def bridge(name: str, lon: float, lat: float) -> dict:
    return {"type": "Feature", "properties": {"橋名": name},
            "geometry": {"type": "Point", "coordinates": [lon, lat]}}  # fmt: skip


def test_a_name_is_listed_with_kind_position_and_doubt(run) -> None:
    first = run("びばうしえき", "--limit", "1").splitlines()
    assert len(first) == 1
    for words in ("美馬牛駅", "駅", "43.537435, 142.447140", "±50 m", "一致", "概略"):
        assert words in first[0]


def test_a_position_is_put_into_words(run) -> None:
    said = run("43度35分18秒 142度28分1.5秒")
    assert "美瑛町役場付近" in said.splitlines()[0]
    assert "河川" in said


def test_layers_on_the_shelf_are_searched_too(run, tmp_path) -> None:
    run("試験橋", code=1)
    shelve(tmp_path, bridge("試験橋", 142.5, 43.55))
    assert "試験台帳" in run("試験橋")
    assert "試験橋から北へ" in run("43.5518,142.5")


def test_nothing_found_is_said_and_is_an_error(run) -> None:
    assert "見つかりません" in run("ｚｚｚ", code=1)
    assert "is no position" in run("白金", "--near", "there", code=2)


def test_near_is_taken_in_any_notation(run) -> None:
    assert run("美瑛", "--near", "43°35′18″ 142°28′1″", "--limit", "2").count("\n") == 2


def test_commands_for_the_terminal_in_a_name_are_not_sent_to_it(run, tmp_path) -> None:
    shelve(tmp_path, bridge("罠\x1b[2J\x07橋" * 40, 142.5, 43.55))
    for said in (run("罠"), run("43.55,142.5")):
        assert "\x1b" not in said
        assert "\x07" not in said
        assert "罠" in said


def test_bridges_and_depots_of_the_packaged_network_are_known(run) -> None:
    assert "橋" in run("白金橋", "--limit", "1")
    assert "水防" in run("水防倉庫")


def test_a_damaged_layer_on_the_shelf_is_named_and_the_others_are_searched(run, tmp_path) -> None:
    shelve(tmp_path, bridge("試験橋", 142.5, 43.55))
    (file,) = (tmp_path / "var" / "layers").glob("*.geojson")
    file.write_bytes(b"{}")
    said = run("美馬牛駅")
    assert "was changed" in said
    assert "美馬牛駅" in said
