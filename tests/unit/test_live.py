"""The boards of a process: catching up, changes for an audience, and the past."""

from __future__ import annotations

import json

import orjson
import pytest

from dashboard.clock import SECOND_US, iso
from dashboard.errors import NotFound
from dashboard.live import Live, Moved
from dashboard.projections.board import Board
from tests.conftest import CREW, DESK, NOW_US, Headquarters, event


def features(live: Live, audience: str, board: Board | None = None) -> dict[str, object]:
    """What an audience sees, by id."""
    whole = json.loads(live.collection(board or live.board("inc"), audience))
    return {f["id"]: f for f in whole["features"]}


def test_it_folds_the_tail_and_tells_who_listens(hq: Headquarters) -> None:
    live, heard = Live(hq.log), list[Moved]()
    live.listeners.append(heard.append)
    hq.one(CREW, event("report.received", "r1", {"team": "t1"}))
    assert live.catch_up() == 2
    assert (heard[0].after, heard[0].upto) == (0, 2)
    assert "r1" in heard[0].changed["inc"]
    assert live.catch_up() == 2
    assert len(heard) == 1


def test_an_unknown_incident_is_named(hq: Headquarters) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        Live(hq.log).board("nowhere")


def test_changes_page_by_page_end_where_the_whole_board_is(hq: Headquarters) -> None:
    live = Live(hq.log)
    for n in range(25):
        hq.one(CREW, event("report.received", f"r{n}", {"team": "t1"}))
    live.catch_up()
    seen, after, more = dict[str, object](), 0, True
    while more:
        page = orjson.loads(orjson.dumps(live.changes("inc", "hq", after, 4)))
        assert page["after"] == after
        seen |= {change["id"]: change for change in page["changes"]}
        after, more = page["upto"], page["more"]
    assert seen == features(live, "hq")
    assert after == live.position


def test_who_no_longer_may_see_gets_a_tombstone(hq: Headquarters) -> None:
    live = Live(hq.log)
    seq = hq.one(CREW, event("report.received", "r1", {"team": "t1"}))
    live.catch_up()
    assert "r1" in features(live, "wall")
    hq.one(DESK, event("report.retracted", "r1", {"seen": seq}))
    live.catch_up()
    page = orjson.loads(orjson.dumps(live.changes("inc", "wall", seq, 100)))
    assert {"type": "Tombstone", "id": "r1", "seq": seq + 1} in page["changes"]
    assert "r1" not in features(live, "wall")
    assert "r1" in features(live, "hq")


def test_the_board_as_known_at_the_last_seq_is_the_board_now(hq: Headquarters) -> None:
    live = Live(hq.log)
    for start in range(0, 2500, 500):
        batch = range(start, start + 500)
        hq.send(CREW, *(event("report.received", f"r{n}", {"team": "t1"}) for n in batch))
    live.catch_up()
    assert features(live, "hq", live.as_known("inc", live.position)) == features(live, "hq")
    early = features(live, "hq", live.as_known("inc", 1203))
    assert {"r1200", "r1201"} <= set(early)
    assert "r1202" not in early


def test_what_was_so_is_not_what_was_known(hq: Headquarters) -> None:
    live = Live(hq.log)
    hq.later(3600)
    late = event("report.received", "r1", at_us=NOW_US + 60 * SECOND_US, sent_us=hq.now_us)
    hq.one(CREW, late)
    live.catch_up()
    at = NOW_US + 120 * SECOND_US
    assert "r1" in features(live, "hq", live.as_true("inc", at, None))
    assert live.seq_at(at) == 1
    assert "r1" not in features(live, "hq", live.as_known("inc", live.seq_at(at)))


def test_a_moment_between_two_entries_belongs_to_the_earlier(hq: Headquarters) -> None:
    for _ in range(5):
        hq.later(10)
        hq.one(CREW, event("report.received", f"r{hq.now_us}"))
    live = Live(hq.log)
    live.catch_up()
    found = [live.seq_at(NOW_US + s * SECOND_US) for s in (-1, 0, 15, 40, 10_000)]
    assert found == [0, 1, 2, 5, 6]
    assert iso(hq.log.read()[2].recorded_us) == "2026-08-23T03:00:20.000Z"
