"""The API door: events in, changes out. It decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, request

from dashboard.answers import answer, body_json, moment_us, seq_of, status_of, whole
from dashboard.clock import iso
from dashboard.commands import submit
from dashboard.errors import EocError, Malformed
from dashboard.events import Event, uuid7
from dashboard.log import Appended, Outcome
from dashboard.openapi import document
from dashboard.people import People
from dashboard.principal import current_principal
from dashboard.projections.board import Board
from dashboard.projections.timeline import timeline
from dashboard.projections.visible import visible
from dashboard.realm import Realm
from dashboard.reports.chronology import csv_lines
from dashboard.sending import sender_of

Answers = list[tuple[str | None, Outcome]]


def blueprint(realm: Realm, people: People) -> Blueprint:
    """Return the routes of ``/api/v1`` of one realm."""
    door = Blueprint(f"api_{realm.name}", __name__, url_prefix=f"{realm.prefix}/api/v1")
    routes = Routes(realm, people)
    for rule, methods, view in (
        ("/me", ["GET"], routes.me),
        ("/teams", ["GET"], routes.teams),
        ("/incidents", ["GET"], routes.incidents),
        ("/incidents", ["POST"], routes.open_incident),
        ("/incidents/<incident_id>/events", ["POST"], routes.events),
        ("/incidents/<incident_id>/changes", ["GET"], routes.changes),
        ("/incidents/<incident_id>/board.geojson", ["GET"], routes.board),
        ("/incidents/<incident_id>/timeline", ["GET"], routes.timeline),
        ("/incidents/<incident_id>/timeline.csv", ["GET"], routes.timeline_csv),
        ("/openapi.json", ["GET"], routes.openapi),
    ):
        door.add_url_rule(rule, f"{view.__name__}_{methods[0]}", view, methods=methods)
    return door


class Routes:
    """The views of one realm."""

    def __init__(self, realm: Realm, people: People) -> None:
        self.realm, self.people = realm, people

    def me(self) -> Response:
        """Who am I here."""
        who = current_principal()
        return answer(
            {
                "person_id": who.person_id,
                "name": who.name,
                "roles": sorted(who.roles(self.realm.name)),
                "team": who.team,
                "audience": who.audience(self.realm.name),
                "realm": self.realm.name,
                "device_id": who.device_id,
            }
        )

    def teams(self) -> Response:
        """The teams an instruction can go to."""
        return answer({"teams": self.people.teams()})

    def openapi(self) -> Response:
        """The description of this API."""
        return answer(document(self.realm.prefix))

    def incidents(self) -> Response:
        """All incidents of the realm, newest first."""
        rows = []
        for board in self.realm.live.opened():
            incident = board.feature(board.incident_id)
            if incident and incident["properties"]["type"] == "incident":
                keep = ("title", "opened_at", "ended_at")
                row = {name: incident["properties"][name] for name in keep}
                rows.append({"id": board.incident_id, **row, "upto": board.upto})
        return answer({"incidents": rows})

    def open_incident(self) -> Response:
        """Open an incident: ``{id?, title}``."""
        given = body_json()
        if not isinstance(given, dict) or set(given) - {"id", "title"} or "title" not in given:
            raise Malformed("Send {title} and, if you like, {id}.", field="title", value=None)
        id_, now = given.get("id") or uuid7(), iso(self.realm.clock.now_us())
        raw = {
            "id": uuid7(), "kind": "incident.opened", "v": 1, "subject_id": id_,
            "occurred_at": now, "sent_at": now, "body": {"title": given["title"]},
        }  # fmt: skip
        board = self.realm.live.boards.get(id_) or Board(str(id_))
        _, outcome = self._submit(board, [raw])[0]
        if not isinstance(outcome, Appended):
            raise outcome
        return answer({"id": id_, "seq": outcome.seq}, 201)

    def events(self, incident_id: str) -> Response:
        """Take a batch of events; every event has its own answer."""
        answers = self._submit(self.realm.live.board(incident_id), _batch(body_json()))
        failed = [e for _, e in answers if isinstance(e, EocError)]
        shape: dict[str, Any] = {"results": [_result(id_, o) for id_, o in answers]}
        if failed:
            shape["error"] = failed[0].shape()
        statuses = {status_of(e) for e in failed}
        alone = len(failed) == len(answers) and len(statuses) == 1
        return answer(shape, statuses.pop() if alone else 207 if failed else 200)

    def _submit(self, board: Board, raws: list[Any]) -> Answers:
        """Submit; look once more with the newest board before an objection stands."""
        who = current_principal()
        sender = sender_of(who, self.realm.name, self.people)
        live, now_us = self.realm.live, self.realm.clock.now_us()
        answers = submit(self.realm.log, board, raws, sender, now_us)
        if live.catch_up() > board.upto or any(_may_change(o) for _, o in answers):
            board = live.boards.get(board.incident_id, board)
            if any(_may_change(o) for _, o in answers):
                answers = submit(self.realm.log, board, raws, sender, now_us)
                live.catch_up()
        return answers

    def changes(self, incident_id: str) -> Response:
        """What changed for this audience after a seq."""
        limit = whole("limit", 1000, low=1, high=10_000)
        found = self.realm.live.changes(incident_id, self._audience(), whole("after", 0), limit)
        return answer(found)

    def board(self, incident_id: str) -> Response:
        """The board now, as known at a seq or time, or as it was true at a time."""
        live = self.realm.live
        known, true_at = request.args.get("known_at"), request.args.get("true_at")
        seq = seq_of(known, live.seq_at) if known else None
        board = live.board(incident_id)
        if true_at:
            board = live.as_true(incident_id, moment_us(true_at), seq)
        elif seq is not None:
            board = live.as_known(incident_id, seq)
        body = live.collection(board, self._audience())
        return Response(body, mimetype="application/geo+json")

    def timeline(self, incident_id: str) -> Response:
        """The timeline as rows, in order of seq."""
        after, limit = whole("after", 0), whole("limit", 500, low=1, high=5000)
        board = self.realm.live.board(incident_id)
        events = self.realm.log.read(after, incident_id=incident_id, limit=limit)
        rows = self._rows(events, board)
        upto = events[-1].seq if events else board.upto
        return answer({"rows": rows, "upto": upto, "more": len(events) == limit})

    def timeline_csv(self, incident_id: str) -> Response:
        """The whole timeline as CSV."""
        board = self.realm.live.board(incident_id)
        drill = self.realm.name == "drill"
        note = "訓練 訓練 訓練" if drill else ""
        rows = self._rows(self._all(incident_id), board)
        for row in rows:
            row["person_id"] = row["person"] or row["person_id"]
        name = f"{'訓練_' if drill else ''}chronology_{incident_id}.csv"
        response = Response(csv_lines(rows, note), mimetype="text/csv")
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response

    def _all(self, incident_id: str) -> Iterator[Event]:
        after = 0
        while events := self.realm.log.read(after, incident_id=incident_id, limit=5000):
            yield from events
            after = events[-1].seq

    def _rows(self, events: Iterable[Event], board: Board) -> list[dict[str, Any]]:
        teams = {team["id"]: team["name"] for team in self.people.teams()}
        found = list(timeline(events, self._sees(board), teams))
        names = self.people.names({r["person_id"] for r in found if r["person_id"]})
        return [{**r, "person": names.get(r["person_id"])} for r in found]

    def _sees(self, board: Board) -> Callable[[Event], bool]:
        audience = self._audience()
        if audience in ("hq", "controller"):
            return lambda e: True
        subjects = board.subjects
        return lambda e: e.subject_id in subjects and visible(subjects[e.subject_id], audience)

    def _audience(self) -> str:
        return current_principal().audience(self.realm.name) or "nobody"


def _batch(given: Any) -> list[Any]:
    """A batch is ``{events: […]}``, a bare list, or one event."""
    if isinstance(given, dict) and isinstance(given.get("events"), list):
        return list(given["events"])
    return given if isinstance(given, list) else [given]


def _result(id_: str | None, outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Appended):
        return {"id": id_, "seq": outcome.seq, "duplicate": outcome.duplicate}
    return {"id": id_, "error": outcome.shape(), "status": status_of(outcome)}


def _may_change(outcome: Outcome) -> bool:
    """A refusal may rest on a board that another process has already moved."""
    return isinstance(outcome, EocError) and outcome.code in ("refused", "not_found", "forbidden")
