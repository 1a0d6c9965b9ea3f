"""The shelf over HTTP: what the town keeps, importing, and putting a layer in force."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from dashboard import native
from dashboard.answers import answer, body_json
from dashboard.config import Settings
from dashboard.errors import Malformed
from dashboard.geo.imports import Imports
from dashboard.ground import Chosen, bring_in, decide, shelf_folder
from dashboard.people import People
from dashboard.principal import current_principal
from dashboard.projections.board import Board
from dashboard.realm import Realm
from dashboard.sending import sender_of
from layers.shelf import Shelf


def add(door: Blueprint, realm: Realm, people: People, settings: Settings) -> None:
    """Add the routes of the shelf to the door of a realm."""
    routes = Routes(realm, people, settings)
    for rule, method, view in (
        ("/api/v1/layers/shelf", "GET", routes.shelf),
        ("/api/v1/layers/imports", "POST", routes.start),
        ("/api/v1/layers/imports/<id_>", "GET", routes.state),
        ("/api/v1/layers/imports/<id_>", "DELETE", routes.cancel),
        ("/api/v1/incidents/<incident_id>/layers/<name>", "PUT", routes.publish),
        ("/api/v1/incidents/<incident_id>/layers/<name>", "DELETE", routes.withdraw),
    ):
        door.add_url_rule(rule, f"shelf_{view.__name__}", view, methods=[method])


class Routes:
    """The views of one realm; the shelf is the same for both."""

    def __init__(self, realm: Realm, people: People, settings: Settings) -> None:
        self.realm, self.people = realm, people
        self.imports = Imports(settings.state_dir)

    def shelf(self) -> Response:
        """What the town imported or fetched, and what of it is in force."""
        board = next(iter(self.realm.live.opened()), None)
        standing = _standing(board)
        rows = []
        shelf = Shelf(shelf_folder(self.realm))
        for name in shelf.names():
            last = shelf.history(name)[-1]
            now = {"in_force": standing.get(name) == last.sha256, "older": name in standing}
            told = {"sha256": last.sha256, "put_at": last.put_at}
            rows.append({**last.metadata.as_dict(), **told, **now})
        return answer({"layers": rows})

    def start(self) -> Response:
        """Take a file in; the answer comes at once, the report when it is read."""
        name = request.args.get("filename", "")
        length = request.content_length or 0
        stream = request.environ["wsgi.input"]
        return answer({"id": self.imports.start(name, stream, length, request.args)}, 202)

    def state(self, id_: str) -> Response:
        """How far an import is, or its report."""
        return answer(native.run(self.imports.state, id_))

    def cancel(self, id_: str) -> Response:
        """Stop an import."""
        self.imports.cancel(id_)
        return answer(self.imports.state(id_))

    def publish(self, incident_id: str, name: str) -> Response:
        """Put the newest version of a layer in force."""
        given = _reason()
        sha256, _ = Shelf(shelf_folder(self.realm)).get(name)
        body = native.run(bring_in, self.realm, Shelf(shelf_folder(self.realm)).path(sha256))
        seq = self._say(incident_id, "layer.published", name, {**body, **given})
        Chosen(self.realm).put(name, sha256)
        return answer({"seq": seq, "sha256": sha256}, 201)

    def withdraw(self, incident_id: str, name: str) -> Response:
        """Take a layer out of force."""
        seq = self._say(incident_id, "layer.withdrawn", name, _reason())
        Chosen(self.realm).put(name, None)
        return answer({"seq": seq})

    def _say(self, incident_id: str, kind: str, name: str, body: dict[str, Any]) -> int:
        """Append the decision of the person signed in, on the layer as it stands now."""
        board = self.realm.live.board(incident_id)
        sender = sender_of(current_principal(), self.realm.name, self.people)
        return decide(self.realm, board, kind, name, body, sender)


def _standing(board: Board | None) -> dict[str, str]:
    layers = board.of_type("layer") if board else []
    return {
        s.id.removeprefix("layer:"): s.get("sha256")
        for s in layers if s.get("state") == "in_force"
    }  # fmt: skip


def _reason() -> dict[str, str]:
    given = body_json() if request.content_length else {}
    if not isinstance(given, dict) or set(given) - {"reason"}:
        raise Malformed("Send {reason} or nothing.", field="reason", value=None)
    return {"reason": str(given["reason"])} if given.get("reason") else {}
