"""What is erased leaves every board and screen in use, not only the disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from dashboard.clock import FixedClock
from dashboard.erasing import erase
from dashboard.errors import NotFound, Refused
from dashboard.live import Live, Moved
from tests.conftest import CREW, NOW_US, Headquarters, event

CLOCK = FixedClock(NOW_US)
WORDS = "佐藤 0166-00-0000"


def _changes(live: Live, audience: str, after: int) -> list[dict[str, Any]]:
    page = live.changes("inc", audience, after, 100)
    changes: list[dict[str, Any]] = json.loads(orjson.dumps(page["changes"]))
    return changes


def _erase(hq: Headquarters, seq: int) -> int:
    return erase(hq.log, None, seq, by="admin-1", reason="本人の依頼", clock=CLOCK).seq


@pytest.fixture
def follow(hq: Headquarters) -> Callable[[], Live]:
    """A process that has the whole log on its boards."""

    def opened() -> Live:
        live = Live(hq.log)
        live.catch_up()
        return live

    return opened


def test_an_erased_report_gets_a_tombstone_on_every_screen_that_had_it(
    hq: Headquarters, follow: Callable[[], Live]
) -> None:
    seq = hq.one(CREW, event("report.received", "r1", {"team": "t1", "text": WORDS}))
    live, heard = follow(), list[Moved]()
    before = live.position
    live.listeners.append(heard.append)
    record = _erase(hq, seq)
    live.catch_up()
    for audience in ("hq", "wall", "field:t1"):
        tombstones = {c["id"]: c for c in _changes(live, audience, before)}
        assert tombstones["r1"]["type"] == "Tombstone"
        assert tombstones["r1"]["seq"] == record
        assert WORDS not in live.collection(live.board("inc"), audience).decode()
    assert "r1" in heard[0].changed["inc"]


def test_numbers_count_an_erased_report_no_more(
    hq: Headquarters, follow: Callable[[], Live]
) -> None:
    hq.one(CREW, event("report.received", "r0", {"team": "t1"}))
    seq = hq.one(CREW, event("report.received", "r1", {"team": "t1", "text": WORDS}))
    live = follow()
    before = live.position
    _erase(hq, seq)
    live.catch_up()
    numbers = {c["id"]: c for c in _changes(live, "hq", before)}
    assert numbers["measure:reports_total"]["properties"]["value"] == 1


def test_an_erased_correction_gives_back_the_words_before_it(
    hq: Headquarters, follow: Callable[[], Live]
) -> None:
    hq.one(CREW, event("report.received", "r1", {"team": "t1", "text": "冠水"}))
    seq = hq.one(CREW, event("report.corrected", "r1", {"text": WORDS}, at_us=NOW_US + 5))
    live = follow()
    before = live.position
    record = _erase(hq, seq)
    live.catch_up()
    [changed] = [c for c in _changes(live, "wall", before) if c["id"] == "r1"]
    assert changed["properties"]["text"] == "冠水"
    assert changed["seq"] == record


def test_a_process_started_later_tells_the_same(
    hq: Headquarters, follow: Callable[[], Live]
) -> None:
    seq = hq.one(CREW, event("report.received", "r1", {"team": "t1", "text": WORDS}))
    live = follow()
    before = live.position
    _erase(hq, seq)
    live.catch_up()
    later = follow()
    for audience in ("hq", "wall", "field:t1"):
        by_id = [{c["id"]: c for c in _changes(one, audience, before)} for one in (live, later)]
        assert by_id[0]["r1"] == by_id[1]["r1"]
        assert "r1" not in later.collection(later.board("inc"), audience).decode()


def test_a_report_erased_and_written_again_is_shown_again(
    hq: Headquarters, follow: Callable[[], Live]
) -> None:
    seq = hq.one(CREW, event("report.received", "r1", {"team": "t1", "text": WORDS}))
    live = follow()
    _erase(hq, seq)
    hq.one(CREW, event("report.received", "r1", {"team": "t1", "text": "冠水"}))
    live.catch_up()
    shown = json.loads(live.collection(live.board("inc"), "wall"))["features"]
    assert [f["properties"]["text"] for f in shown if f["id"] == "r1"] == ["冠水"]
    total = [f for f in shown if f["id"] == "measure:reports_total"]
    assert total[0]["properties"]["value"] == 1


def test_the_past_is_shown_without_the_erased_words(
    hq: Headquarters, follow: Callable[[], Live]
) -> None:
    seq = hq.one(CREW, event("report.received", "r1", {"team": "t1", "text": WORDS}))
    live = follow()
    assert WORDS in live.collection(live.as_known("inc", seq), "hq").decode()
    _erase(hq, seq)
    live.catch_up()
    assert WORDS not in live.collection(live.as_known("inc", seq), "hq").decode()


def test_some_entries_cannot_be_erased(hq: Headquarters) -> None:
    seq = hq.one(CREW, event("report.received", "r1", {"team": "t1", "text": WORDS}))
    record = _erase(hq, seq)
    for wrong in (1, seq, record):
        with pytest.raises(Refused):
            _erase(hq, wrong)
    for missing in (0, -3, 99):
        with pytest.raises(NotFound):
            _erase(hq, missing)
    assert hq.log.verify().erased == 1
