"""The job of isolation: an event per state of the closures, failures in words, no leftovers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dashboard.commands import submit
from dashboard.errors import EocError
from dashboard.events import Event, uuid7
from dashboard.ground import REFERENCE, bring_in, decide
from dashboard.jobs.lease import Leases
from dashboard.jobs.run import run_job
from dashboard.live import Live
from dashboard.log import Draft, Outcome
from dashboard.log.memory import MemoryLog
from dashboard.media.store import MediaStore
from dashboard.projections.board import Board
from dashboard.projections.pending import ISOLATION, Job, pending
from dashboard.realm import REAL, Realm
from layers.schema import Metadata
from layers.shelf import Shelf
from tests.conftest import DESK, event

PACKAGED = REFERENCE / "network.geojson"
BEHIND = ["平和", "白金"]  # what lies behind the one bridge


class Late(MemoryLog):
    """A log in which something else comes in just before the worker's answer."""

    first: Callable[[], None] | None = None

    def append(self, drafts: Sequence[Draft], now_us: int) -> list[Outcome]:
        if self.first and drafts[0].kind == "isolation.computed":
            first, self.first = self.first, None
            first()
        return super().append(drafts, now_us)


class Office:
    """A realm with the packaged network in force, and workers at its log."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, Late()
        self.realm = self.worker()
        self.send(event("incident.opened", "inc", {"title": "大雨"}))
        self.publish(PACKAGED)

    def worker(self) -> Realm:
        """Another process at the same log."""
        realm = Realm(REAL, self.log, self.folder / "real", live=Live(self.log))
        realm.media = MediaStore(realm.folder / "media")
        realm.live.catch_up()
        return realm

    def send(self, *events: Any) -> None:
        self.realm.live.catch_up()
        boards = self.realm.live.boards
        board = boards.get("inc") or Board("inc")
        for _, outcome in submit(self.log, board, events, DESK, self.realm.clock.now_us()):
            assert not isinstance(outcome, EocError), outcome
        self.realm.live.catch_up()

    def publish(self, path: Path) -> str:
        body = bring_in(self.realm, path)
        decide(self.realm, self.board, "layer.published", "network", body, DESK)
        return str(body["sha256"])

    @property
    def board(self) -> Any:
        self.realm.live.catch_up()
        return self.realm.live.board("inc")

    def close(self, name: str = "平和橋（仮称）") -> str:
        """Close a bridge; return the closure's id."""
        features = json.loads(PACKAGED.read_text("utf-8"))["features"]
        (found,) = (f for f in features if f["properties"].get("name") == name)
        id_, road = uuid7(), found["properties"]["road"]
        body = {"seen": 0, "closure_kind": "full", "road_name": road, "owner": "北海道"}
        self.send(event("road_closure.declared", id_, {**body, "geometry": found["geometry"]}))
        return id_

    def lift(self, id_: str) -> None:
        self.send(event("road_closure.lifted", id_, {"seen": self.board.subjects[id_].seq}))

    def jobs(self, realm: Realm | None = None) -> list[Job]:
        found = pending((realm or self.realm).live.board("inc"))
        return [job for job in found if job.name == ISOLATION]

    def work(self, realm: Realm | None = None) -> list[str]:
        """Do what is pending; return how each job ended."""
        realm = realm or self.realm
        realm.live.catch_up()
        leases = Leases(realm.folder / "leases")
        return [run_job(realm, leases, job) for job in self.jobs(realm)]

    def said(self) -> list[Event]:
        return [e for e in self.log.read() if e.kind == "isolation.computed"]

    def last(self) -> dict[str, Any]:
        body = self.said()[-1].body
        assert body is not None
        return body

    def rows(self) -> dict[str, str]:
        return {row["name"]: row["state"] for row in self.last()["rows"]}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def other_network(tmp_path: Path, features: list[Any]) -> Path:
    shelf = Shelf(tmp_path / "layers")
    document = {"type": "FeatureCollection", "features": features}
    return shelf.path(shelf.put(document, Metadata("network", "別の道路網", role="network")))


def line(name: str, *points: list[float]) -> dict[str, Any]:
    geometry = {"type": "LineString", "coordinates": list(points)}
    return {"type": "Feature", "properties": {"kind": "road", "name": name}, "geometry": geometry}


def spot(kind: str, name: str, *at: float) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(at)}
    return {"type": "Feature", "properties": {"kind": kind, "name": name}, "geometry": geometry}


WEST, MIDDLE, EAST = [142.40, 43.50], [142.45, 43.50], [142.50, 43.50]


def two_roads(settlement: str = "奥", road: str = "町道") -> list[dict[str, Any]]:
    """Outside — town hall — a settlement at the end of a road of its own."""
    return [
        line("国道", WEST, MIDDLE), line(road, MIDDLE, EAST), spot("outside", "町外", *WEST),
        spot("town_hall", "役場", *MIDDLE), spot("settlement", settlement, *EAST),
    ]  # fmt: skip


def test_closing_the_bridge_isolates_what_lies_behind_and_lifting_frees_it(office: Office) -> None:
    assert office.work() == ["computed"]
    assert office.rows() == {}
    closure = office.close()
    assert office.work() == ["computed"]
    assert sorted(office.rows()) == BEHIND
    assert set(office.rows().values()) == {"isolated"}
    assert office.last()["closures"] == [closure]
    assert office.last()["schematic"]
    assert [f["road_name"] for f in office.last()["freed_by"]] == ["道道966号 十勝岳温泉美瑛線"]
    office.lift(closure)
    assert office.work() == ["computed"]
    assert office.rows() == dict.fromkeys(BEHIND, "reachable")
    assert office.last()["closures"] == []
    assert office.work() == []


def test_when_the_network_is_withdrawn_nobody_counts_as_reachable(office: Office) -> None:
    office.close()
    office.work()
    decide(office.realm, office.board, "layer.withdrawn", "network", {}, DESK)
    assert office.work() == ["computed"]
    assert "取り下げ" in office.last()["failure"]
    assert office.rows() == dict.fromkeys(BEHIND, "undecided")
    for row in office.last()["rows"]:  # what was worked out by a network that is gone
        assert set(row["outside"].values()) == {"undecided"}
        assert {way for ways in row["centre"].values() for way in ways.values()} == {"undecided"}
        assert row["distance_m"] is None
    office.publish(PACKAGED)
    office.work()
    assert office.last()["failure"] == ""
    assert set(office.rows().values()) == {"isolated"}


@pytest.mark.parametrize("spoil", [lambda p: p.unlink(), lambda p: p.write_bytes(b"{}")])
def test_a_network_file_that_is_gone_or_changed_is_a_failure_in_words(
    office: Office, spoil: Callable[[Path], Any]
) -> None:
    office.close()
    office.work()
    path = office.realm.media.path(office.last()["network"])
    path.chmod(0o600)
    spoil(path)
    office.close("白金橋")
    assert office.work() == ["computed"]
    assert "ファイル" in office.last()["failure"]
    assert office.last()["network"] is None
    assert office.rows() == dict.fromkeys(BEHIND, "undecided")
    assert office.work() == []


def test_a_layer_that_is_no_road_network_is_a_failure_in_words(
    office: Office, tmp_path: Path
) -> None:
    office.publish(other_network(tmp_path, [spot("settlement", "奥", *EAST)]))
    office.work()
    assert "LineString" in office.last()["failure"]


def test_two_workers_say_the_same_inputs_once(office: Office) -> None:
    office.close()
    second = office.worker()
    jobs = (office.jobs()[0], office.jobs(second)[0])
    leases = [Leases(office.folder / name) for name in ("one", "two")]  # two machines
    office.log.first = lambda: run_job(second, leases[1], jobs[1]) and None
    assert run_job(office.realm, leases[0], jobs[0]) == "computed"
    assert len(office.said()) == 1
    assert office.work() == office.work(second) == []


def test_however_a_job_is_noticed_it_is_the_same_job(office: Office) -> None:
    first, second = office.close(), office.close("白金橋")
    board = office.board
    noticed = [pending(board, [id_]) for id_ in ("layer:network", first, second)]
    assert noticed == [office.jobs()] * 3


def test_a_closure_that_comes_while_it_is_worked_out_gets_its_own_answer(office: Office) -> None:
    office.work()
    closure = office.close()
    office.log.first = lambda: office.lift(closure)
    assert office.work() == ["computed"]
    assert set(office.rows().values()) == {"isolated"}
    assert office.work() == ["computed"]
    assert set(office.rows().values()) == {"reachable"}
    assert office.work() == []
    assert len({e.body["inputs"] for e in office.said() if e.body}) == len(office.said()) == 3


def test_settlements_that_another_network_does_not_name_are_not_called_reachable(
    office: Office, tmp_path: Path
) -> None:
    office.close()
    office.work()
    office.publish(other_network(tmp_path, two_roads()))
    office.work()
    assert office.rows() == dict.fromkeys(BEHIND, "unnamed")
    for row in office.last()["rows"]:  # the new network says nothing of them
        assert (row["outside"], row["centre"]) == ({}, {})
    assert office.last()["unmatched"]  # the bridge is not in it
    before = office.board.of_type("isolated_settlement")
    assert {s.get("row")["state"] for s in before} == {"unnamed"}


def test_two_settlements_of_one_name_stand_each_for_itself(office: Office, tmp_path: Path) -> None:
    twice = [*two_roads("旭"), spot("settlement", "旭", *WEST)]
    office.publish(other_network(tmp_path, twice))
    for number in range(2):  # the second answer also names those that were affected before
        point = {"type": "Point", "coordinates": [142.47 + number / 100, 43.50]}
        body = {"seen": 0, "closure_kind": "full", "road_name": "町道", "geometry": point}
        office.send(event("road_closure.declared", uuid7(), body))
        office.work()
    assert office.rows() == {"旭": "isolated"}
    (behind,) = office.board.of_type("isolated_settlement")
    assert (behind.get("row")["state"], behind.get("row")["lon"]) == ("isolated", EAST[0])


def test_names_longer_than_an_event_may_hold_stop_nothing(office: Office, tmp_path: Path) -> None:
    office.publish(other_network(tmp_path, two_roads("奥" * 5000, "\0町道\n" * 900)))
    road = {"type": "Point", "coordinates": [142.47, 43.50]}
    for name, geometry in (("", road), ("遠い道", {"type": "Point", "coordinates": [142.9, 43.2]})):
        body = {"seen": 0, "closure_kind": "full", "road_name": name, "geometry": geometry}
        office.send(event("road_closure.declared", uuid7(), body))
    assert office.work() == ["computed"]
    (row,) = office.last()["rows"]
    assert (row["state"], row["name"]) == ("isolated", "奥" * 200)
    assert office.last()["unmatched"]
    assert office.work() == []


def test_a_network_that_took_the_worker_down_again_and_again_is_said(office: Office) -> None:
    office.close()
    (job,) = office.jobs()
    leases = Leases(office.realm.folder / "leases")
    (leases.folder / f"{job.seq}-{job.name}").write_text("5")
    assert run_job(office.realm, leases, job) == "computed"
    assert "繰り返し止まりました" in office.last()["failure"]
    assert office.jobs() == []
