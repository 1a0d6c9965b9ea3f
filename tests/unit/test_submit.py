"""The one way in: what is taken, what is refused, and that a retry gets its first answer."""

from __future__ import annotations

import pytest

from dashboard.commands import submit
from dashboard.errors import Forbidden, IdReused, Malformed, Refused, Stale
from tests.conftest import CREW, DESK, NOW_US, SYSTEM, Headquarters, event

PLACE = {"lon": 142.467, "lat": 43.588, "method": "device", "uncertainty_m": 12.0}


def test_a_report_needs_nothing_but_itself(hq: Headquarters) -> None:
    hq.one(DESK, event("report.received", "r1"))
    assert hq.properties("r1")["category"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"body": {"text": "x", "txet": "y"}}, "body.txet"),
        ({"body": {"text": 5}}, "body.text"),
        ({"body": {"place": {**PLACE, "lat": 91}}}, "body.place.lat"),
        ({"body": {"category": "fire"}}, "body.category"),
        ({"body": {"text": "x" * 2001}}, "body.text"),
        ({"kind": "Report"}, "kind"),
        ({"v": 2}, "v"),
        ({"v": "1"}, "v"),
        ({"occurred_at": "2026-08-23T03:00:00"}, "occurred_at"),
        ({"id": "0190163d-8694-439b-aea5-966c26f8ad91"}, "id"),
        ({"extra": 1}, "extra"),
    ],
)
def test_bad_shape_names_index_field_and_value(
    hq: Headquarters, change: dict[str, object], field: str
) -> None:
    good = event("report.received", "r0")
    first, second = hq.send(CREW, good, event("report.received", "r1") | change)
    assert first.seq == 2  # type: ignore[union-attr]
    assert isinstance(second, Malformed)
    assert second.detail["index"] == 1
    assert second.detail["field"] == field
    assert "value" in second.detail


def test_a_missing_key_is_named(hq: Headquarters) -> None:
    sent = event("report.received", "r1")
    del sent["occurred_at"]
    (answer,) = hq.send(CREW, sent)
    assert isinstance(answer, Malformed)
    assert answer.detail["field"] == "occurred_at"


def test_numbers_that_json_cannot_hold_are_refused(hq: Headquarters) -> None:
    (answer,) = hq.send(CREW, event("weather.guessed", "w1", {"level": float("inf")}))
    assert isinstance(answer, Malformed)


def test_an_unknown_kind_is_kept_as_it_is(hq: Headquarters) -> None:
    hq.one(CREW, event("yeti.sighted", "y1", {"height_m": 3}))
    assert hq.log.read()[-1].body == {"height_m": 3}


def test_a_role_may_send_only_its_kinds(hq: Headquarters) -> None:
    hq.one(CREW, event("report.received", "r1"))
    (answer,) = hq.send(CREW, event("report.triaged", "r1", {"seen": 2, "priority": "urgent"}))
    assert isinstance(answer, Forbidden)
    assert answer.detail["value"] == "report.triaged"


def test_what_only_the_system_says_cannot_be_sent_by_a_person(hq: Headquarters) -> None:
    body = {"sha256": "0" * 64, "code": "x", "message": "x"}
    (answer,) = hq.send(DESK, event("photo.refused", "p1", body))
    assert isinstance(answer, Forbidden)
    hq.one(SYSTEM, event("photo.refused", "p1", body))


def test_a_retry_gets_the_first_answer_even_if_the_state_moved_on(hq: Headquarters) -> None:
    closure = {
        "seen": 0, "closure_kind": "full", "road_name": "町道美瑛1号",
        "geometry": {"type": "Point", "coordinates": [142.4, 43.5]},
    }  # fmt: skip
    seq = hq.one(DESK, event("road_closure.declared", "c1", closure))
    lift = event("road_closure.lifted", "c1", {"seen": seq})
    first = hq.one(DESK, lift)
    (again,) = hq.send(DESK, lift)
    assert again == (first, True)
    (other,) = hq.send(DESK, event("road_closure.lifted", "c1", {"seen": first}))
    assert isinstance(other, Refused)


def test_the_same_id_with_another_body_is_a_conflict_and_changes_nothing(hq: Headquarters) -> None:
    sent = event("report.received", "r1", {"text": "一"})
    hq.one(CREW, sent)
    (answer,) = hq.send(CREW, sent | {"body": {"text": "二"}})
    assert isinstance(answer, IdReused)
    assert hq.properties("r1")["text"] == "一"


def test_a_retry_with_a_new_sent_at_is_still_the_same(hq: Headquarters) -> None:
    sent = event("report.received", "r1", {"text": "一"})
    seq = hq.one(CREW, sent)
    (again,) = hq.send(CREW, sent | {"sent_at": "2026-08-23T03:05:00.000Z"})
    assert again == (seq, True)


def test_a_decision_on_a_stale_subject_says_what_changed(hq: Headquarters) -> None:
    seen = hq.one(CREW, event("report.received", "r1"))
    hq.one(CREW, event("report.corrected", "r1", {"text": "橋が流された"}))
    (answer,) = hq.send(DESK, event("report.triaged", "r1", {"seen": seen, "handling": "done"}))
    assert isinstance(answer, Stale)
    assert [c["kind"] for c in answer.detail["changed"]] == ["report.corrected"]


def test_nobody_can_claim_to_have_seen_the_future(hq: Headquarters) -> None:
    hq.one(CREW, event("report.received", "r1"))
    (answer,) = hq.send(DESK, event("report.triaged", "r1", {"seen": 10**9, "handling": "done"}))
    assert isinstance(answer, Malformed)


def test_two_desks_cannot_instruct_on_one_report_unseen(hq: Headquarters) -> None:
    seen = hq.one(CREW, event("report.received", "r1"))
    body = {"seen": seen, "team": "t1", "words": "土のう20袋", "report_id": "r1"}
    hq.one(DESK, event("instruction.issued", "i1", body))
    (answer,) = hq.send(DESK, event("instruction.issued", "i2", body))
    assert isinstance(answer, Stale)


def test_a_decision_about_nothing_is_refused(hq: Headquarters) -> None:
    (answer,) = hq.send(DESK, event("report.triaged", "r9", {"seen": 0, "priority": "low"}))
    assert isinstance(answer, Refused)


def test_an_event_cannot_turn_a_thing_into_another(hq: Headquarters) -> None:
    hq.one(CREW, event("report.received", "r1"))
    (answer,) = hq.send(CREW, event("instruction.read", "r1"))
    assert isinstance(answer, Malformed)


def test_a_crew_answers_only_for_its_own_team(hq: Headquarters) -> None:
    hq.one(DESK, event("instruction.issued", "i1", {"seen": 0, "team": "t2", "words": "戻れ"}))
    (answer,) = hq.send(CREW, event("instruction.acknowledged", "i1"))
    assert isinstance(answer, Forbidden)
    hq.one(DESK, event("instruction.acknowledged", "i1", {"proxy": "radio"}))
    assert hq.properties("i1")["proxies"] == {"acknowledged": "radio"}


def test_another_person_may_be_named_only_if_enrolled_on_the_device(hq: Headquarters) -> None:
    sent = event("report.received", "r1", person_id="crew-2")
    (answer,) = hq.send(CREW, sent)
    assert isinstance(answer, Forbidden)


def test_a_batch_holds_at_most_500(hq: Headquarters) -> None:
    with pytest.raises(Malformed):
        submit(hq.log, hq.board, [], CREW, NOW_US)
    with pytest.raises(Malformed):
        submit(hq.log, hq.board, [{}] * 501, CREW, NOW_US)
