"""What the board says: late facts, 要確認, photos by hash, audiences, numbers."""

from __future__ import annotations

from dashboard.clock import SECOND_US
from dashboard.projections.visible import visible
from tests.conftest import CREW, DESK, NOW_US, SYSTEM, Headquarters, event

SHA = "ab" * 32
EXIF = {"lon": 142.48, "lat": 43.55, "method": "exif", "uncertainty_m": 30.0}


def received(**other: object) -> dict[str, object]:
    """The body of a photo.received."""
    base = {
        "sha256": SHA, "size": 10, "content_type": "image/jpeg", "filename": "a.jpg",
        "width": 4000, "height": 3000, "place": EXIF,
    }  # fmt: skip
    return base | other


def announced(report_id: str) -> dict[str, object]:
    """The body of a photo.announced."""
    return {
        "sha256": SHA, "size": 10, "content_type": "image/jpeg", "filename": "a.jpg",
        "report_id": report_id,
    }  # fmt: skip


def test_late_phone_report_does_not_undo_triage(hq: Headquarters) -> None:
    seq = hq.one(CREW, event("report.received", "r1", {"category": "river"}))
    hq.later(600)
    hq.one(DESK, event("report.triaged", "r1", {"seen": seq, "category": "flooding"}))
    hq.later(600)
    late = event("report.corrected", "r1", {"category": "sediment"}, at_us=NOW_US + 60 * SECOND_US)
    hq.one(CREW, late)
    assert hq.properties("r1")["category"] == "flooding"
    assert hq.properties("r1")["checks"] == [
        {"field": "category", "kept": "flooding", "other": "sediment"}
    ]


def test_a_new_decision_settles_the_check(hq: Headquarters) -> None:
    seq = hq.one(CREW, event("report.received", "r1", {"category": "river"}))
    hq.one(DESK, event("report.triaged", "r1", {"seen": seq, "category": "flooding"}))
    seq = hq.one(CREW, event("report.corrected", "r1", {"category": "sediment"}))
    hq.one(DESK, event("report.triaged", "r1", {"seen": seq, "category": "flooding"}))
    assert hq.properties("r1")["checks"] == []


def test_a_clock_hours_off_is_corrected_and_marked(hq: Headquarters) -> None:
    wrong = NOW_US - 7200 * SECOND_US
    hq.one(CREW, event("report.received", "r1", at_us=wrong - 60 * SECOND_US, sent_us=wrong))
    shown = hq.properties("r1")
    assert shown["occurred_at"] == "2026-08-23T02:59:00.000Z"
    assert shown["marks"] == ["clock_off"]


def test_a_report_without_position_takes_its_photos(hq: Headquarters) -> None:
    hq.one(CREW, event("report.received", "r1"))
    assert hq.properties("measure:reports_unplaced")["value"] == 1
    hq.one(CREW, event("photo.announced", "p1", announced("r1")))
    hq.one(SYSTEM, event("photo.received", "p1", received()))
    feature = hq.board.feature("r1")
    assert feature is not None
    assert feature["geometry"] == {"type": "Point", "coordinates": [142.48, 43.55]}
    assert hq.properties("measure:reports_unplaced")["value"] == 0


def test_a_file_that_came_before_its_announcement_is_joined_by_its_hash(hq: Headquarters) -> None:
    hq.one(SYSTEM, event("photo.received", "orphan", received()))
    hq.one(CREW, event("report.received", "r1"))
    hq.one(CREW, event("photo.announced", "p1", announced("r1")))
    assert hq.properties("p1")["state"] == "received"
    assert hq.properties("r1")["place"] == EXIF


def test_a_photo_never_goes_back_to_announced(hq: Headquarters) -> None:
    hq.one(SYSTEM, event("photo.received", "p1", received()))
    hq.later(60)
    hq.one(CREW, event("photo.announced", "p1", announced("r1"), at_us=hq.now_us))
    assert hq.properties("p1")["state"] == "received"


def test_the_pin_of_the_desk_beats_the_header(hq: Headquarters) -> None:
    hq.one(CREW, event("report.received", "r1"))
    hq.one(CREW, event("photo.announced", "p1", announced("r1")))
    seq = hq.one(SYSTEM, event("photo.received", "p1", received()))
    pin = {"lon": 142.5, "lat": 43.5, "method": "pinned", "uncertainty_m": 50.0}
    hq.one(DESK, event("report.placed", "r1", {"seen": seq, "place": pin}))
    assert hq.properties("r1")["place"] == pin


def test_an_instruction_follows_the_place_of_its_report(hq: Headquarters) -> None:
    seq = hq.one(CREW, event("report.received", "r1", {"place": EXIF}))
    body = {"seen": seq, "team": "t1", "words": "確認", "report_id": "r1"}
    seq = hq.one(DESK, event("instruction.issued", "i1", body))
    pin = {"lon": 142.5, "lat": 43.5, "method": "pinned", "uncertainty_m": 50.0}
    seq = hq.one(DESK, event("report.placed", "r1", {"seen": seq, "place": pin}))
    feature = hq.board.feature("i1")
    assert feature is not None
    assert feature["geometry"]["coordinates"] == [142.5, 43.5]
    assert feature["seq"] == seq


def test_an_acknowledgement_counts_from_when_it_was_given(hq: Headquarters) -> None:
    hq.one(DESK, event("instruction.issued", "i1", {"seen": 0, "team": "t1", "words": "確認"}))
    given = NOW_US + 60 * SECOND_US
    sent = hq.later(900)
    hq.one(CREW, event("instruction.acknowledged", "i1", at_us=given, sent_us=sent))
    assert hq.properties("i1")["times"]["acknowledged"] == "2026-08-23T03:01:00.000Z"


def test_an_answer_to_a_withdrawn_instruction_is_kept_and_flagged(hq: Headquarters) -> None:
    seq = hq.one(
        DESK, event("instruction.issued", "i1", {"seen": 0, "team": "t1", "words": "確認"})
    )
    hq.one(DESK, event("instruction.withdrawn", "i1", {"seen": seq}))
    hq.one(CREW, event("instruction.acknowledged", "i1"))
    shown = hq.properties("i1")
    assert shown["state"] == "withdrawn"
    assert shown["checks"][0]["other"] == "acknowledged"


def test_a_partner_sees_only_what_is_shared_and_gets_a_tombstone(hq: Headquarters) -> None:
    seq = hq.one(CREW, event("report.received", "r1"))
    hq.one(CREW, event("photo.announced", "p1", announced("r1")))
    report = hq.board.subjects["r1"]
    assert not visible(report, "partner:kamifurano")
    seq = hq.one(
        DESK, event("report.shared", "r1", {"seen": hq.board.upto, "partner_id": "kamifurano"})
    )
    assert visible(hq.board.subjects["r1"], "partner:kamifurano")
    assert visible(hq.board.subjects["p1"], "partner:kamifurano")
    assert not visible(hq.board.subjects["r1"], "partner:furano")
    hq.one(DESK, event("report.unshared", "r1", {"seen": seq, "partner_id": "kamifurano"}))
    assert hq.board.left(hq.board.subjects["p1"], "partner:kamifurano")
    assert not hq.board.left(hq.board.subjects["r1"], "partner:furano")


def test_a_crew_sees_its_own_reports_and_not_the_others(hq: Headquarters) -> None:
    hq.one(CREW, event("report.received", "r1", {"team": "t1"}))
    assert visible(hq.board.subjects["r1"], "field:t1")
    assert not visible(hq.board.subjects["r1"], "field:t2")


def test_a_retracted_report_leaves_the_wall(hq: Headquarters) -> None:
    seq = hq.one(CREW, event("report.received", "r1"))
    assert hq.properties("measure:reports_total")["value"] == 1
    hq.one(DESK, event("report.retracted", "r1", {"seen": seq, "reason": "誤操作"}))
    assert hq.board.left(hq.board.subjects["r1"], "wall")
    assert hq.properties("measure:reports_total")["value"] == 0
