"""The shelf over HTTP: what the town keeps, importing, and putting a layer in force."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from dashboard import native
from dashboard.answers import answer, body_json
from dashboard.config import Settings
from dashboard.errors import Malformed, Stale
from dashboard.geo.imports import Imports
from dashboard.ground import PACKAGED, Chosen, bring_in, decide, on_shelf, shelf_folder
from dashboard.people import People
from dashboard.principal import current_principal
from dashboard.projections.board import Board
from dashboard.projections.subject import Subject
from dashboard.realm import Realm
from dashboard.sending import sender_of
from layers.shelf import Shelf, Version


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
        standing = _standing(self._board())
        newest = native.run(Shelf(shelf_folder(self.realm)).newest)
        names = [version.metadata.name for version in newest]
        rows = [_row(version, standing.get(version.metadata.name)) for version in newest]
        others = [_elsewhere(name, s) for name, s in standing.items()
                  if name not in names and (_stands(s) or name in PACKAGED)]  # fmt: skip
        return answer({"layers": rows + others})

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
        """Put the newest version of a layer in force; ``sha256`` says which one was seen."""
        given = _given("reason", "seen", "sha256")
        sha256, _ = native.run(on_shelf, self.realm, name)
        if given.pop("sha256", sha256) != sha256:
            raise Stale(f"A newer {name} came onto the shelf; look again.", sha256=sha256)
        body = native.run(bring_in, self.realm, Shelf(shelf_folder(self.realm)).path(sha256))
        seq = self._say(incident_id, "layer.published", name, {**body, **given})
        Chosen(self.realm).put(name, sha256)
        return answer({"seq": seq, "sha256": sha256}, 201)

    def withdraw(self, incident_id: str, name: str) -> Response:
        """Take a layer out of force."""
        seq = self._say(incident_id, "layer.withdrawn", name, _given("reason", "seen"))
        Chosen(self.realm).put(name, None)
        return answer({"seq": seq})

    def _say(self, incident_id: str, kind: str, name: str, body: dict[str, Any]) -> int:
        """Append the decision of the person signed in, on the layer as they saw it."""
        board = self.realm.live.board(incident_id)
        sender = sender_of(current_principal(), self.realm.name, self.people)
        return decide(self.realm, board, kind, name, body, sender)

    def _board(self) -> Board | None:
        asked, live = request.args.get("incident"), self.realm.live
        return live.board(asked) if asked else next(iter(live.opened()), None)


def _standing(board: Board | None) -> dict[str, Subject]:
    """Return the layers that an incident ever had, by name."""
    layers = board.of_type("layer") if board else []
    return {s.id.removeprefix("layer:"): s for s in layers}


def _stands(layer: Subject | None) -> bool:
    return layer is not None and layer.get("state") == "in_force"


def _row(newest: Version, layer: Subject | None) -> dict[str, Any]:
    same = layer is not None and layer.get("sha256") == newest.sha256
    return {
        **newest.metadata.as_dict(), "sha256": newest.sha256, "put_at": newest.put_at,
        "in_force": _stands(layer) and same, "older": _stands(layer) and not same,
        "seen": layer.seq if layer else 0, "bbox": layer.get("bbox") if layer and same else None,
    }  # fmt: skip


def _elsewhere(name: str, layer: Subject) -> dict[str, Any]:
    """Return the row of a layer that is not on this shelf: the packaged network."""
    told = ("title_en", "role", "source", "licence", "date", "schematic", "sha256", "bbox")
    return {
        "name": name, "title_ja": layer.get("title"), **{key: layer.get(key) for key in told},
        "put_at": None, "in_force": _stands(layer), "older": False, "seen": layer.seq,
    }  # fmt: skip


def _given(*fields: str) -> dict[str, Any]:
    """Return what was sent; the log checks what the fields hold."""
    given = body_json() if request.content_length else {}
    if not isinstance(given, dict) or set(given) - set(fields):
        raise Malformed(f"Send {', '.join(fields)} or nothing.", field="", value=None)
    return {key: value for key, value in given.items() if value not in (None, "")}
