"""The ground on the board: layers in force, who is cut off, and what the log still waits for."""

from __future__ import annotations

from typing import Any

from dashboard.commands import Sender
from dashboard.errors import Refused, Stale
from dashboard.events import uuid7
from dashboard.projections.pending import GROUND, ISOLATION, LAHAR, isolation_inputs, pending
from dashboard.projections.timeline import row
from tests.conftest import CREW, DESK, SYSTEM, Headquarters, event

WORKER = Sender(frozenset({"system"}), "worker")
NET, OTHER, TABLE = "a" * 64, "b" * 64, "c" * 64


def layer(sha256: str = NET, **more: Any) -> dict[str, Any]:
    return {"seen": 0, "sha256": sha256, "size": 10, "features": 3, "title": "道路網（概略）",
            "role": "network", "schematic": True, **more}  # fmt: skip


def closure(road: str = "道道966号") -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [142.6, 43.49]}
    return {"seen": 0, "closure_kind": "full", "road_name": road, "geometry": point}


def access(name: str, state: str) -> dict[str, Any]:
    cut = "cut" if state == "isolated" else "reachable"
    return {
        "id": name, "name": name, "lon": 142.64, "lat": 43.47, "state": state,
        "outside": {"car": cut}, "centre": {"town_hall": {"car": cut}},
    }  # fmt: skip


def isolation(hq: Headquarters, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "inputs": isolation_inputs(hq.board), "network": NET, "settlements": 31,
        "outside_known": True, "schematic": True, "rows": list(rows), **more,
    }  # fmt: skip


def names(hq: Headquarters) -> list[str]:
    return [job.name for job in pending(hq.board)]


def test_a_new_incident_waits_for_the_ground_once(hq: Headquarters) -> None:
    assert names(hq) == [GROUND]
    hq.one(WORKER, event("layer.published", "layer:network", layer()))
    assert GROUND not in names(hq)


def test_a_layer_an_officer_published_first_does_not_keep_the_ground_away(
    hq: Headquarters,
) -> None:
    hq.one(DESK, event("layer.published", "layer:danger", layer(OTHER, role="hazard")))
    assert names(hq) == [GROUND]
    hq.one(WORKER, event("layer.published", "layer:network", layer()))
    assert names(hq) == [ISOLATION]


def test_a_closure_asks_for_isolation_until_it_was_computed_for_just_these_closures(
    hq: Headquarters,
) -> None:
    hq.one(WORKER, event("layer.published", "layer:network", layer()))
    assert names(hq) == [ISOLATION]
    hq.one(SYSTEM, event("isolation.computed", "isolation", isolation(hq)))
    assert names(hq) == []
    closed = uuid7()
    hq.one(DESK, event("road_closure.declared", closed, closure()))
    assert names(hq) == [ISOLATION]
    hq.one(SYSTEM, event("isolation.computed", "isolation", isolation(hq)))
    assert names(hq) == []
    hq.one(DESK, event("road_closure.lifted", closed, {"seen": hq.board.upto}))
    assert names(hq) == [ISOLATION]


def test_without_a_network_nothing_is_asked_for(hq: Headquarters) -> None:
    hq.one(WORKER, event("layer.published", "layer:boundary", layer(role="boundary")))
    hq.one(DESK, event("road_closure.declared", uuid7(), closure()))
    assert names(hq) == []


def test_a_settlement_that_is_free_again_counts_no_longer(hq: Headquarters) -> None:
    hq.one(WORKER, event("layer.published", "layer:network", layer()))
    body = isolation(hq, access("白金", "isolated"), access("平和", "cut_from_centre"))
    hq.one(SYSTEM, event("isolation.computed", "isolation", body))
    assert hq.properties("measure:settlements_isolated")["value"] == 1
    assert hq.properties("measure:settlements_cut_from_centre")["value"] == 1
    assert hq.properties("settlement:白金")["households"] is None
    hq.one(SYSTEM, event("isolation.computed", "isolation",
                         isolation(hq, access("白金", "reachable"))))  # fmt: skip
    assert hq.properties("measure:settlements_isolated")["value"] == 0
    assert hq.properties("settlement:白金")["state"] == "reachable"


def test_the_timeline_says_who_is_cut_off_and_what_could_not_be_told(hq: Headquarters) -> None:
    doubt = {"closure_id": "c", "road_name": "林道", "reason": "近くに道がない"}
    body = isolation(hq, access("白金", "isolated"), unmatched=[doubt], outside_known=False)
    seq = hq.one(SYSTEM, event("isolation.computed", "isolation", body))
    (entry,) = hq.log.read(seq - 1)
    text = row(entry, {})["text"]
    assert "孤立 1地区（白金）" in text
    assert "概略" in text
    assert "林道" in text
    assert "判定不可" in text


def test_a_hundred_closures_that_fit_no_road_are_three_names_and_a_number(
    hq: Headquarters,
) -> None:
    doubts = [
        {"closure_id": f"c{n}", "road_name": f"林道{n:03}", "reason": "近くに道がない"}
        for n in range(100)
    ]
    seq = hq.one(SYSTEM, event("isolation.computed", "isolation", isolation(hq, unmatched=doubts)))
    (entry,) = hq.log.read(seq - 1)
    text = row(entry, {})["text"]
    assert "「林道000」「林道001」「林道002」ほか97件は道路網で特定できず" in text
    assert "林道003" not in text


def test_a_layer_is_replaced_only_by_who_saw_the_one_in_force(hq: Headquarters) -> None:
    first = hq.one(DESK, event("layer.published", "layer:network", layer()))
    (stale,) = hq.send(DESK, event("layer.published", "layer:network", layer(OTHER)))
    assert isinstance(stale, Stale)
    hq.one(DESK, event("layer.published", "layer:network", layer(OTHER, seen=first)))
    assert hq.properties("layer:network")["sha256"] == OTHER


def test_crews_do_not_publish_layers(hq: Headquarters) -> None:
    (refused,) = hq.send(CREW, event("layer.published", "layer:network", layer()))
    assert refused.code == "forbidden"  # type: ignore[union-attr]


def test_the_mudflow_clock_runs_only_by_a_table_in_force(hq: Headquarters) -> None:
    started = {"seen": 0, "table": TABLE, "erupted_at": "2026-08-23T03:00:00Z"}
    (refused,) = hq.send(DESK, event("lahar_clock.started", "clock-1", started))
    assert isinstance(refused, Refused)
    hq.one(WORKER, event("layer.published", "layer:lahar", layer(TABLE, role="lahar")))
    hq.one(DESK, event("lahar_clock.started", "clock-1", started))
    assert names(hq) == [LAHAR]
    windows = {"table": TABLE, "erupted_at": "2026-08-23T03:00:00Z", "rows": []}
    hq.one(SYSTEM, event("lahar_clock.computed", "clock-1", windows))
    assert names(hq) == []


def test_damage_is_shown_on_its_stretch_and_crews_see_it(hq: Headquarters) -> None:
    line = {"type": "LineString", "coordinates": [[142.5, 43.55], [142.51, 43.56]]}
    on = {"kind": "river", "line_id": "river:biei", "name": "美瑛川", "along_m": 1200.0,
          "to_m": 1260.0, "side": "left", "distance_m": 12.0, "confidence": 0.8}  # fmt: skip
    body = {"text": "護岸が崩れている", "geometry": line, "on": on, "length_m": 60.0}
    seq = hq.one(CREW, event("river_damage.reported", "d-1", body))
    assert hq.board.feature("d-1")["geometry"] == line  # type: ignore[index]
    assert "field:*" in hq.board.subjects["d-1"].keys
    (entry,) = hq.log.read(seq - 1)
    assert row(entry, {})["text"] == "美瑛川 左岸 護岸が崩れている"


def test_the_file_that_a_later_layer_replaced_is_still_known(hq: Headquarters) -> None:
    first = hq.one(DESK, event("layer.published", "layer:network", layer()))
    hq.one(DESK, event("layer.published", "layer:network", layer(OTHER, seen=first)))
    assert hq.board.subjects["layer:network"].get(f"file:{NET}")
