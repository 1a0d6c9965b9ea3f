"""One suite over memory, SQLite and PostgreSQL: what every log promises."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from dashboard.errors import IdReused, Malformed, NotFound, Refused, Stale
from dashboard.log import GENESIS, Appended, Log, Tip
from tests.laws.drafts import decision, draft

NOW_US = 1_471_900_002_000_000


def test_an_empty_log_ends_at_nothing(log: Log) -> None:
    assert log.tip() == Tip(0, GENESIS, 0)
    assert log.read() == []
    assert tuple(log.verify()) == (0, 0, None)


def test_what_is_appended_is_read_back_whole(log: Log) -> None:
    body = {"text": "冠水 \u0000 'x' 🚧", "at": [142.46, 1e-7, -0.0], "n": 2**53, "none": None}
    one = draft(body=body, about_id="report-9", device_id="device-3", person_id=None)
    assert log.append([one], NOW_US) == [Appended(1, duplicate=False)]
    [event] = log.read()
    assert event.body == body
    same = ("id", "incident_id", "kind", "v", "subject_id", "about_id", "occurred_us", "sent_us")
    for name in (*same, "person_id", "device_id", "source"):
        assert getattr(event, name) == getattr(one, name)
    assert (event.seq, event.recorded_us) == (1, NOW_US)
    assert log.tip() == Tip(1, event.hash, NOW_US)


def test_reading_pages_and_one_incident(log: Log) -> None:
    drafts = [draft(incident_id=f"incident-{n % 2}") for n in range(10)]
    log.append(drafts, NOW_US)
    assert [e.seq for e in log.read(3, upto=7)] == [4, 5, 6, 7]
    assert [e.seq for e in log.read(2, limit=3)] == [3, 4, 5]
    assert [e.seq for e in log.read(2, incident_id="incident-1", limit=2)] == [4, 6]
    assert log.read(10) == []


def test_the_same_event_again_gets_the_first_answer(log: Log) -> None:
    one = draft()
    log.append([draft(), one], NOW_US)
    assert log.append([one], NOW_US) == [Appended(2, duplicate=True)]
    twice = draft()
    again = log.append([twice, twice], NOW_US)
    assert again == [Appended(3, duplicate=False), Appended(3, duplicate=True)]
    assert log.tip().seq == 3


@pytest.mark.parametrize("changed", [{"body": {"text": "別"}}, {"incident_id": "incident-2"}])
def test_an_id_with_other_content_is_refused_and_the_first_copy_stays(
    log: Log, changed: dict[str, object]
) -> None:
    one = draft()
    log.append([one], NOW_US)
    [answer] = log.append([draft(id=one.id, **changed)], NOW_US)
    assert isinstance(answer, IdReused)
    assert [e.body for e in log.read()] == [one.body]


def test_a_decision_on_a_changed_subject_is_stale_and_says_what_changed(log: Log) -> None:
    log.append([draft(), draft()], NOW_US)
    [stale] = log.append([decision(1)], NOW_US)
    assert isinstance(stale, Stale)
    assert stale.detail["changed"] == [
        {"seq": 2, "kind": "report.received", "person_id": "person-1"}
    ]
    assert log.append([decision(2)], NOW_US) == [Appended(3, duplicate=False)]


def test_an_entry_about_the_subject_makes_a_decision_stale(log: Log) -> None:
    log.append([draft(), draft(subject_id="photo-1", about_id="report-1")], NOW_US)
    assert isinstance(log.append([decision(1)], NOW_US)[0], Stale)


def test_entries_of_other_subjects_and_incidents_do_not_make_a_decision_stale(log: Log) -> None:
    others = [draft(subject_id="report-2"), draft(incident_id="incident-2")]
    log.append([draft(), *others], NOW_US)
    assert log.append([decision(1)], NOW_US) == [Appended(4, duplicate=False)]


def test_two_decisions_in_one_batch_see_each_other(log: Log) -> None:
    log.append([draft()], NOW_US)
    first, second = log.append([decision(1), decision(1)], NOW_US)
    assert first == Appended(2, duplicate=False)
    assert isinstance(second, Stale)


def test_a_decision_sent_again_is_a_duplicate_and_not_stale(log: Log) -> None:
    log.append([draft()], NOW_US)
    one = decision(1)
    log.append([one, draft()], NOW_US)
    assert log.append([one], NOW_US) == [Appended(2, duplicate=True)]


def test_nobody_has_seen_what_is_not_written(log: Log) -> None:
    log.append([draft()], NOW_US)
    [answer] = log.append([decision(99)], NOW_US)
    assert isinstance(answer, Malformed)
    assert answer.detail["field"] == "body.seen"


def test_an_offender_does_not_hold_up_its_batch(log: Log) -> None:
    one = draft()
    log.append([one, draft()], NOW_US)
    batch = [draft(), draft(id=one.id, body={"text": "別"}), decision(1), draft()]
    outcomes = log.append(batch, NOW_US)
    assert outcomes[0] == Appended(3, duplicate=False)
    assert [type(o) for o in outcomes[1:3]] == [IdReused, Stale]
    assert outcomes[3] == Appended(4, duplicate=False)
    assert log.verify().entries == 4


def test_recorded_time_never_runs_backwards(log: Log) -> None:
    log.append([draft()], NOW_US)
    log.append([draft()], NOW_US - 5_000_000)
    log.append([draft()], NOW_US + 7)
    assert [e.recorded_us for e in log.read()] == [NOW_US, NOW_US, NOW_US + 7]


def test_an_erased_body_is_gone_and_the_chain_still_holds(log: Log) -> None:
    log.append([draft("電話番号"), draft()], NOW_US)
    before = log.tip()
    log.erase(1)
    log.erase(1)
    assert [e.body is None for e in log.read()] == [True, False]
    assert tuple(log.verify()) == (2, 1, None)
    assert log.tip() == before


def test_an_erased_event_sent_again_stays_erased(log: Log) -> None:
    one = draft()
    log.append([one], NOW_US)
    log.erase(1)
    assert log.append([one], NOW_US) == [Appended(1, duplicate=True)]
    assert log.read()[0].body is None


def test_erasing_what_is_not_there_is_not_found(log: Log) -> None:
    with pytest.raises(NotFound):
        log.erase(1)


def test_waiting_ends_when_an_entry_comes(log: Log) -> None:
    assert log.wait(0, 0.01) is False
    woken: list[bool] = []
    waiter = threading.Thread(target=lambda: woken.append(log.wait(0, 20)))
    waiter.start()
    log.append([draft()], NOW_US)
    waiter.join(10)
    assert woken == [True]
    assert log.wait(0, 0) is True
    started = time.monotonic()
    assert log.wait(1, 0.05) is False
    assert time.monotonic() - started >= 0.04


def test_an_empty_batch_is_answered_with_nothing(log: Log) -> None:
    assert log.append([], NOW_US) == []
    assert log.tip().seq == 0


def test_a_rule_stands_against_a_new_entry_and_not_against_a_retry(log: Log) -> None:
    one = draft()
    refused = Refused("終結した事案です")
    [first] = log.append([replace(one, objection=refused)], NOW_US)
    assert first is refused
    log.append([one], NOW_US)
    assert log.append([replace(one, objection=refused)], NOW_US) == [Appended(1, duplicate=True)]
