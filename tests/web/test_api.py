"""The API as a program uses it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from tests.conftest import event
from tests.web.conftest import TEAM, Caller

CHANGES = "/api/v1/incidents/inc/changes"


def test_a_report_comes_back_as_a_feature(desk: Caller) -> None:
    place = {"lon": 142.467, "lat": 43.588, "method": "typed", "uncertainty_m": 200.0}
    answer = desk.send(event("report.received", "r1", {"category": "river", "place": place}))
    assert answer.status_code == 200
    assert answer.json["results"][0]["duplicate"] is False
    found = desk.get(f"{CHANGES}?after=1").json
    report = next(c for c in found["changes"] if c["id"] == "r1")
    assert report["geometry"] == {"type": "Point", "coordinates": [142.467, 43.588]}
    assert found["more"] is False
    assert found["upto"] == 2


def test_an_event_may_come_alone_or_as_a_bare_list(desk: Caller) -> None:
    path = "/api/v1/incidents/inc/events"
    assert desk.post(path, event("report.received", "r1")).status_code == 200
    assert desk.post(path, [event("report.received", "r2")]).status_code == 200


def test_a_mixed_batch_answers_each_by_itself(desk: Caller) -> None:
    bad = event("report.received", "r2", {"nonsense": 1})
    answer = desk.send(event("report.received", "r1"), bad)
    assert answer.status_code == 207
    assert "seq" in answer.json["results"][0]
    assert answer.json["results"][1]["status"] == 400
    assert answer.json["error"]["detail"]["field"] == "body.nonsense"


def test_a_failed_event_alone_gives_its_own_status(desk: Caller) -> None:
    sent = event("report.received", "r1", {"text": "一"})
    desk.send(sent)
    assert desk.send(sent | {"body": {"text": "二"}}).status_code == 409
    seen = event("report.triaged", "r1", {"seen": 1, "priority": "high"})
    answer = desk.send(seen)
    assert answer.status_code == 409
    assert answer.json["error"]["code"] == "stale"
    assert answer.json["error"]["detail"]["changed"][0]["kind"] == "report.received"


def test_what_is_not_json_or_too_large_is_said_so(desk: Caller) -> None:
    path = "/api/v1/incidents/inc/events"
    answer = desk.client.post(path, data="{", headers=desk.headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "malformed")
    big = desk.client.post(path, data="x" * 8_000_001, headers=desk.headers)
    assert (big.status_code, big.json["error"]["code"]) == (413, "too_large")


def test_an_unknown_incident_is_404_and_a_bad_number_400(desk: Caller) -> None:
    assert desk.send(event("report.received", "r1"), incident="nowhere").status_code == 404
    for query in ("after=-1", "after=x", "limit=0", "after=９", "limit=99999999999999999999999"):
        answer = desk.get(f"{CHANGES}?{query}")
        assert (answer.status_code, answer.json["error"]["code"]) == (400, "malformed"), query


def test_a_role_that_may_not_send_gets_403(caller: Callable[..., Caller], desk: Caller) -> None:
    crew = caller("field", team=TEAM)
    desk.send(event("report.received", "r1"))
    answer = crew.send(event("report.triaged", "r1", {"seen": 2, "priority": "high"}))
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "forbidden")


def test_the_same_incident_is_opened_once(desk: Caller) -> None:
    again = desk.post("/api/v1/incidents", {"id": "inc", "title": "別"})
    assert again.status_code in (409, 422)
    assert [i["title"] for i in desk.get("/api/v1/incidents").json["incidents"]] == ["大雨"]
    assert desk.post("/api/v1/incidents", {"name": "x"}).status_code == 400


def test_the_board_as_known_and_as_true(desk: Caller) -> None:
    desk.send(event("report.received", "r1"))
    desk.send(event("report.received", "r2"))
    known = desk.get("/api/v1/incidents/inc/board.geojson?known_at=2").json
    assert known["type"] == "FeatureCollection"
    assert {"r1"} == {f["id"] for f in known["features"] if f["id"].startswith("r")}
    early = desk.get("/api/v1/incidents/inc/board.geojson?known_at=2020-01-01T00:00:00Z").json
    assert early["features"] == []
    true = desk.get("/api/v1/incidents/inc/board.geojson?true_at=2100-01-01T00:00:00Z").json
    assert {"r1", "r2"} <= {f["id"] for f in true["features"]}
    assert desk.get("/api/v1/incidents/inc/board.geojson?known_at=noon").status_code == 400


def test_the_timeline_names_persons_and_its_csv_runs_no_formula(desk: Caller) -> None:
    desk.send(event("report.received", "r1", {"text": "=HYPERLINK(1)"}))
    rows = desk.get("/api/v1/incidents/inc/timeline").json["rows"]
    assert [r["kind"] for r in rows] == ["incident.opened", "report.received"]
    assert rows[1]["person"] == "desk試験"
    answer = desk.get("/api/v1/incidents/inc/timeline.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert table[0][0] == "番号"
    assert table[2][8].startswith("'=")


def test_a_drill_is_another_log(desk: Caller, caller: Callable[..., Caller]) -> None:
    drill = caller("desk", realm="drill")
    assert drill.get("/api/v1/incidents").json["incidents"] == []
    assert drill.post("/api/v1/incidents", {"id": "dr", "title": "泥流訓練"}).status_code == 201
    assert drill.send(event("report.received", "r1"), incident="inc").status_code == 404
    assert [i["id"] for i in desk.get("/api/v1/incidents").json["incidents"]] == ["inc"]
    csv_text = drill.get("/api/v1/incidents/dr/timeline.csv").data.decode("utf-8-sig")
    assert csv_text.startswith("訓練")
    assert caller("desk").get("/drill/api/v1/incidents").status_code in (401, 403)


def test_it_says_how_it_is(desk: Caller) -> None:
    desk.send(event("report.received", "r1"))
    health = desk.client.get("/healthz")
    assert health.status_code == 200
    assert health.json["realms"]["real"]["seq"] == 2
    assert len(health.headers["X-Request-Id"]) == 32


def test_who_am_i(caller: Callable[..., Caller]) -> None:
    me = caller("field", team=TEAM).get("/api/v1/me").json
    assert me["roles"] == ["field"]
    assert me["audience"] == f"field:{TEAM}"
    assert me["realm"] == "real"
