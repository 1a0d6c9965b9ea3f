"""``eoc layers publish``, ``withdraw``, ``in-force``, and what the workers make of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import group
from dashboard.clock import iso, parse_iso
from dashboard.commands import submit
from dashboard.config import load
from dashboard.errors import EocError, NotFound, Refused
from dashboard.events import uuid7
from dashboard.ground import REFERENCE, Chosen
from dashboard.jobs.lease import Leases
from dashboard.jobs.run import run_job
from dashboard.projections.board import Board
from dashboard.projections.pending import GROUND, ISOLATION, LAHAR, pending
from dashboard.realm import DRILL, REAL, Realm
from dashboard.realms import open_realms
from layers.schema import Metadata
from layers.shelf import Shelf
from tests.conftest import DESK, event

TABLE = REFERENCE / "lahar_drill.yaml"
ERUPTED = "2026-08-23T03:00:00.000Z"
AREA = {"type": "FeatureCollection", "features": [{
    "type": "Feature", "properties": {"name": "危険区域"},
    "geometry": {"type": "Point", "coordinates": [142.46, 43.59]}}]}  # fmt: skip


class Town:
    """A state folder, the command line on it, and the log as another process sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shelf = Shelf(folder / "layers")

    def eoc(self, *words: object) -> Result:
        environ = {"EOC_STATE_DIR": str(self.folder), "EOC_LOG_LEVEL": "error"}
        return CliRunner().invoke(group, ["layers", *map(str, words)], env=environ)

    def says(self, *words: object) -> str:
        result = self.eoc(*words)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    def refuses(self, error: type[EocError], *words: object) -> str:
        """Return the one sentence of a command that must be refused."""
        result = self.eoc(*words)
        assert isinstance(result.exception, error), (result.output, result.exception)
        assert "Traceback" not in result.output
        return result.exception.message

    @contextmanager
    def realm(self, name: str = REAL) -> Iterator[Realm]:
        realms = open_realms(load({"EOC_STATE_DIR": str(self.folder)}))
        try:
            yield realms[name]
        finally:
            for realm in realms.values():
                realm.log.close()

    def send(self, incident: str, *events: Any, name: str = REAL) -> None:
        with self.realm(name) as realm:
            board = realm.live.boards.get(incident) or Board(incident)
            now_us = realm.clock.now_us()
            for _, outcome in submit(realm.log, board, events, DESK, now_us):
                assert not isinstance(outcome, EocError), outcome

    def open(self, incident: str, name: str = REAL) -> None:
        now = iso(parse_iso(ERUPTED))
        opened = event("incident.opened", incident, {"title": incident})
        self.send(incident, opened | {"occurred_at": now}, name=name)

    def work(self, incident: str, kind: str, name: str = REAL) -> None:
        """Do the one job of a kind that is pending."""
        with self.realm(name) as realm:
            (job,) = (j for j in pending(realm.live.board(incident)) if j.name == kind)
            run_job(realm, Leases(realm.folder / "leases"), job)

    def layers(self, incident: str, name: str = REAL) -> dict[str, tuple[str, str]]:
        """Return state and hash of an incident's layers."""
        with self.realm(name) as realm:
            layers = realm.live.board(incident).of_type("layer")
            return {s.id.removeprefix("layer:"): (s.get("state"), s.get("sha256")) for s in layers}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_what_is_published_is_in_force_now_and_in_the_next_incident(town: Town) -> None:
    town.open("first")
    town.open("practice", DRILL)
    sha256 = town.shelf.put(AREA, Metadata("danger", "危険区域", role="hazard", date="2026"))
    assert "危険区域" in town.says("publish", "danger", "--reason", "町の決定")
    for incident, name in (("first", REAL), ("practice", DRILL)):
        assert town.layers(incident, name)["danger"] == ("in_force", sha256)
    shown = town.says("in-force", "--realm", "real")
    assert "first" in shown
    assert f"danger               {sha256[:12]} hazard" in shown
    assert "practice" not in shown

    town.open("second")
    town.work("second", GROUND)
    kept = town.layers("second")
    assert kept["danger"] == ("in_force", sha256)
    assert kept["network"][0] == "in_force"  # the packaged one, for nobody replaced it


def test_a_withdrawn_layer_is_given_to_no_new_incident(town: Town) -> None:
    town.open("first")
    town.shelf.put(AREA, Metadata("danger", "危険区域"))
    town.says("publish", "danger")
    town.says("withdraw", "danger", "--reason", "古い")
    assert town.layers("first")["danger"][0] == "withdrawn"
    assert "（取下げ）" in town.says("in-force")
    town.open("second")
    town.work("second", GROUND)
    assert "danger" not in town.layers("second")


def test_a_layer_that_stands_in_one_incident_only_is_withdrawn_there(town: Town) -> None:
    town.open("first")
    town.shelf.put(AREA, Metadata("danger", "危険区域"))
    town.says("publish", "danger", "--realm", "real")
    town.open("second")  # its worker has not come yet
    town.says("withdraw", "danger")
    assert town.layers("first")["danger"][0] == "withdrawn"
    assert town.layers("second") == {}


def test_the_packaged_network_is_withdrawn_and_published_again(town: Town) -> None:
    town.says("withdraw", "network", "--realm", "real")
    with town.realm() as realm:
        assert "network" not in Chosen(realm).files()
    town.says("publish", "network", "--realm", "real")
    town.open("first")
    town.work("first", GROUND)
    assert town.layers("first")["network"][0] == "in_force"
    town.work("first", ISOLATION)
    with town.realm() as realm:
        assert realm.live.board("first").subjects["isolation"].get("settlements") == 31


@pytest.mark.parametrize("command", ["publish", "withdraw"])
def test_a_name_that_nobody_knows_is_one_sentence(town: Town, command: str) -> None:
    town.open("first")
    assert "dnager" in town.refuses(NotFound, command, "dnager")
    assert town.layers("first") == {}
    with town.realm() as realm:
        assert "dnager" not in Chosen(realm)._read()


def test_a_layer_whose_file_is_gone_keeps_no_other_from_the_next_incident(town: Town) -> None:
    town.shelf.put(AREA, Metadata("danger", "危険区域"))
    sha256 = town.shelf.put(AREA, Metadata("other", "別の区域"))
    town.says("publish", "danger")
    town.says("publish", "other")
    town.shelf.path(town.shelf.get("danger")[0]).unlink()
    town.open("first")
    town.work("first", GROUND)
    found = town.layers("first")
    assert (found["other"][1], "network" in found, "danger" in found) == (sha256, True, False)


def test_a_table_made_for_drills_never_comes_into_the_real_realm(town: Town) -> None:
    town.open("first")
    for realm in ("real", "both"):
        assert "訓練用" in town.refuses(
            Refused, "publish", "lahar", "--table", TABLE, "--realm", realm
        )
    town.says("publish", "lahar", "--table", TABLE, "--realm", "drill")
    # it lies on the shelf of both realms now
    assert "訓練用" in town.refuses(Refused, "publish", "lahar", "--realm", "real")
    assert "訓練用" in town.refuses(Refused, "publish", "lahar")
    assert "lahar" not in town.layers("first")
    with town.realm() as realm:
        assert "lahar" not in Chosen(realm).files()


def started(sha256: str, at: str = ERUPTED, seen: int = 0) -> Any:
    return event("lahar_clock.started", "clock", {"seen": seen, "table": sha256, "erupted_at": at})


def windows(town: Town, name: str) -> dict[str, Any]:
    with town.realm(name) as realm:
        found: dict[str, Any] = realm.live.board("inc").subjects["clock"].get("windows")
        return found


def test_the_clock_of_a_drill_gets_its_windows_in_order(town: Town) -> None:
    town.open("inc", DRILL)
    town.says("publish", "lahar", "--table", TABLE, "--realm", "drill")
    sha256 = town.layers("inc", DRILL)["lahar"][1]
    town.send("inc", started(sha256), name=DRILL)
    town.work("inc", LAHAR, DRILL)
    found = windows(town, DRILL)
    assert (found["failure"], found["table"]) == ("", sha256)
    assert "公式の想定ではない" in found["title"]
    assert found["source"]
    assert found["assumption"]
    rows = found["rows"]
    assert [row["place"] for row in rows][:2] == ["白金温泉", "青い池"]
    for first in ("arrives_from", "arrives_to"):
        times = [parse_iso(row[first]) for row in rows]
        assert times == sorted(times)
    assert all(parse_iso(r["arrives_from"]) <= parse_iso(r["arrives_to"]) for r in rows)
    # 6.8 km at 75 and at 48 km/h
    after = [
        (parse_iso(rows[0][k]) - parse_iso(ERUPTED)) / 1e6 for k in ("arrives_from", "arrives_to")
    ]
    assert after == [pytest.approx(326.4, abs=1), pytest.approx(510, abs=1)]


def _smuggled(town: Town) -> str:
    """Put the drill's table into the real log, past every door: a restore of the wrong backup."""
    town.says("publish", "lahar", "--table", TABLE, "--realm", "drill")
    sha256, _ = town.shelf.get("lahar")
    path = town.shelf.path(sha256)
    with town.realm() as realm:
        realm.media.root.mkdir(parents=True, exist_ok=True)
        realm.media.path(sha256).parent.mkdir(parents=True, exist_ok=True)
        realm.media.path(sha256).write_bytes(path.read_bytes())
    body = {"seen": 0, "sha256": sha256, "size": 1, "features": 5, "title": "表", "role": "lahar"}
    town.send("inc", event("layer.published", "layer:lahar", body))
    return sha256


def test_a_drills_table_in_the_real_log_gives_a_failure_and_no_times(town: Town) -> None:
    town.open("inc")
    sha256 = _smuggled(town)
    town.send("inc", started(sha256))
    town.work("inc", LAHAR)
    found = windows(town, REAL)
    assert "訓練用" in found["failure"]
    assert found["rows"] == []
    with town.realm() as realm:  # and it is not tried for ever
        assert [j.name for j in pending(realm.live.board("inc")) if j.name == LAHAR] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "version: 1\n",
        lambda text: text.replace("distance_km: 9.9", "distance_km: -9"),
        lambda text: "&a [*a, *a]",
        lambda text: "\0",
    ],
)
def test_a_table_that_does_not_hold_together_is_kept_nowhere(
    town: Town, tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(spoil(TABLE.read_text("utf-8")), "utf-8")
    result = town.eoc("publish", "lahar", "--table", path, "--realm", "drill")
    assert type(result.exception).__name__ == "BrokenTable"
    assert town.shelf.names() == []


def test_a_table_in_another_encoding_is_refused_in_a_sentence(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    path.write_bytes(TABLE.read_text("utf-8").replace("—", "-").encode("cp932", "replace"))
    result = town.eoc("publish", "lahar", "--table", path, "--realm", "drill")
    assert type(result.exception).__name__ == "BrokenTable"
    assert town.shelf.names() == []


def test_a_reason_stands_in_the_log(town: Town) -> None:
    town.open("inc")
    town.shelf.put(AREA, Metadata("danger", "危険区域"))
    town.says("publish", "danger", "--reason", "対策会議の決定", "--realm", "real")
    with town.realm() as realm:
        (said,) = (e for e in realm.log.read() if e.kind == "layer.published")
    assert said.body is not None
    assert said.body["reason"] == "対策会議の決定"
    assert (said.source, json.dumps(said.body).count("sha256")) == ("cli", 1)
    assert uuid7() > said.id
