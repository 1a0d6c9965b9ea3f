"""The scenario reader: the two files of the project, and faults named by file, step, field."""

from __future__ import annotations

import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.bodies import CATEGORIES
from dashboard.errors import Malformed
from dashboard.ingest.demo import demo_scenario as read_demo
from dashboard.ingest.scenario import Scenario, read_scenario

demo_scenario = lru_cache(read_demo)
ROOT = Path(__file__).parents[2]
SMALL: dict[str, Any] = {
    "version": 1,
    "title": "小さな筋書き",
    "realm": "real",
    "starts_at": "2016-08-23T05:00:00+09:00",
    "teams": {"patrol1": "建設水道課パトロール1"},
    "actors": {
        "joho": {"name": "情報班", "role": "desk"},
        "patrol1": {"name": "建設水道課パトロール1", "role": "field", "team": "patrol1"},
    },
    "steps": [
        {
            "at": "0:01:30",
            "actor": "patrol1",
            "kind": "report.received",
            "subject": "r-1",
            "body": {"category": "river", "text": "増水"},
            "photos": [{"scene": "river", "lon": 142.46, "lat": 43.58, "direction_deg": 90}],
        },
        {
            "at": 120,
            "actor": "joho",
            "kind": "instruction.issued",
            "subject": "i-1",
            "body": {"report_id": "@r-1", "team": "patrol1", "words": "見張り"},
        },
    ],
}


def written(tmp_path: Path, given: Any) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    return path


def test_a_small_scenario_is_read_with_times_in_seconds(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, SMALL))
    assert [step.at for step in scenario.steps] == [90, 120]
    assert scenario.steps[0].photos[0].direction_deg == 90


def fault(path: str, value: Any) -> dict[str, Any]:
    """A copy of SMALL with one value set, added or (None) taken out."""
    given = copy.deepcopy(SMALL)
    *way, last = path.split("/")
    place: Any = given
    for part in way:
        place = place[int(part) if part.isdigit() else part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return given


@pytest.mark.parametrize(
    ("path", "value", "step", "field"),
    [
        ("title", None, None, "title"),
        ("colour", "red", None, "colour"),
        ("realm", "both", None, "realm"),
        ("starts_at", "2016-08-23T05:00:00", None, "starts_at"),
        ("steps/0/at", "five", 1, "at"),
        ("steps/1/at", 3, 2, "at"),
        ("steps/0/actor", "somebody", 1, "actor"),
        ("steps/0/kind", "report.dreamt", 1, "kind"),
        ("steps/1/actor", "patrol1", 2, "kind"),
        ("steps/0/body/category", "meteor", 1, "body.category"),
        ("steps/0/body/colour", "red", 1, "body.colour"),
        ("steps/1/body/report_id", "@r-9", 2, "body"),
        ("steps/1/body/team", "dan9", 2, "team"),
        ("steps/1/body/words", None, 2, "body.words"),
        ("steps/1/subject", "r-1", 2, "subject"),
        ("steps/1/kind", "instruction.completed", 2, "subject"),
        ("steps/0/photos/0/scene", "unicorn", 1, "photos.0"),
        ("steps/0/photos/0/lat", None, 1, "photos.0"),
        ("steps/1/photos", [{"scene": "river"}], 2, "photos"),
    ],
)
def test_a_fault_is_named_by_file_step_and_field(
    tmp_path: Path, path: str, value: Any, step: int | None, field: str
) -> None:
    with pytest.raises(Malformed) as caught:
        read_scenario(written(tmp_path, fault(path, value)))
    assert caught.value.detail == {"file": "small.yaml", "step": step, "field": field}
    assert "small.yaml" in caught.value.message


@pytest.mark.parametrize(
    "text",
    ["", "- 1", "a: [", "!!python/object/apply:os.getcwd []", "\x80", "[" * 3000],
    ids=["empty", "list", "broken", "code", "bytes", "deep"],
)
def test_what_is_no_scenario_is_refused_and_runs_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Malformed, match=r"bad\.yaml"):
        read_scenario(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"nowhere\.yaml"):
        read_scenario(tmp_path / "nowhere.yaml")


def reports(scenario: Scenario) -> list[dict[str, Any]]:
    return [s.body for s in scenario.steps if s.kind == "report.received"]


def test_the_demo_tells_a_whole_night() -> None:
    scenario = demo_scenario()
    told = reports(scenario)
    assert 38 <= len(told) <= 48
    assert {b.get("category") for b in told} >= set(CATEGORIES) - {"snow"}
    assert sum(len(s.photos) for s in scenario.steps) >= 30
    unplaced = [b for b in told if "place" not in b]
    assert [b for b in unplaced if b.get("means") == "phone" and b.get("place_text")]
    kinds = {s.kind for s in scenario.steps}
    assert {"road_closure.lifted", "instruction.withdrawn", "report.retracted"} <= kinds


def test_a_rising_river_in_the_demo_says_that_it_is_invented() -> None:
    scenario = demo_scenario()
    assert "創作" in scenario.notes
    told = [b for b in reports(scenario) if b.get("category") == "river"]
    assert told
    assert all(b["text"].startswith("【想定】") for b in told)


def test_the_town_closes_only_its_own_roads() -> None:
    closed = [s.body for s in demo_scenario().steps if s.kind == "road_closure.declared"]
    for body in closed:
        own = body["road_name"].startswith("町道")
        assert (body["closed_by"] == "美瑛町") is own, body["road_name"]
        assert (body["owner"] == "美瑛町") is own, body["road_name"]


def test_every_drill_file_says_drill_in_each_inject() -> None:
    paths = sorted((ROOT / "data" / "drills").glob("*.yaml"))
    assert paths
    for path in paths:
        scenario = read_scenario(path)
        assert scenario.realm == "drill"
        assert "訓練" in scenario.title
        assert all("【訓練】" in body["text"] for body in reports(scenario)), path.name
