"""The timeline is the official record: it speaks the words of the screens, not our codes."""

from __future__ import annotations

from typing import Any

from dashboard.projections.timeline import timeline
from tests.conftest import CREW, DESK, Headquarters, event


def texts(headquarters: Headquarters) -> dict[str, str]:
    rows = timeline(headquarters.log.read(), teams={"t1": "建設水道課1班"})
    return {row["kind"]: row["text"] for row in rows}


def sent(*events: Any) -> dict[str, str]:
    headquarters = Headquarters()
    headquarters.send(CREW, event("report.received", "r1", {"text": "冠水", "team": "t1"}))
    for each in events:
        answer = headquarters.send(DESK, each)[0]
        assert not isinstance(answer, Exception), answer
    return texts(headquarters)


def test_a_triage_is_told_in_japanese() -> None:
    body = {"seen": 2, "certainty": "verified", "handling": "handed_over", "priority": "high"}
    told = sent(event("report.triaged", "r1", body | {"reason": "国道"}))
    assert told["report.triaged"] == "確認済 他機関引継 高 国道"


def test_an_instruction_names_its_team_as_people_know_it() -> None:
    body = {"seen": 2, "team": "t1", "words": "看板を置く", "report_id": "r1"}
    assert sent(event("instruction.issued", "i1", body))["instruction.issued"] == (
        "【建設水道課1班】 看板を置く"
    )


def test_a_closure_names_its_kind_and_who_closed_the_road() -> None:
    body = {
        "seen": 0, "closure_kind": "full", "road_name": "道道966号", "closed_by": "建設管理部",
        "geometry": {"type": "Point", "coordinates": [142.6, 43.5]}, "reason": "土砂流出",
    }  # fmt: skip
    told = sent(event("road_closure.declared", "c1", body))
    assert told["road_closure.declared"] == "道道966号 全面通行止 建設管理部 土砂流出"


def test_an_answer_entered_for_a_crew_says_by_which_means_it_came() -> None:
    issued = event("instruction.issued", "i1", {"seen": 0, "team": "t1", "words": "看板"})
    stamp = event("instruction.acknowledged", "i1", {"proxy": "radio", "note": "復唱"})
    assert sent(issued, stamp)["instruction.acknowledged"] == "（無線） 復唱"
