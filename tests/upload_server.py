"""A small server for the tests of uploads and media: the real doors, log, boards and media.

Only the sign-in is left out: ``X-Person: id role[,role] [team]`` says who asks. Run as
``python -m tests.upload_server STATE_DIR [PORT]``; prints its port once it serves.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import gevent
from flask import Flask, g, request
from gevent import pywsgi

from dashboard import media_door, uploads
from dashboard.answers import install_error_answers
from dashboard.clock import iso
from dashboard.commands import Sender, submit
from dashboard.config import Settings, load
from dashboard.errors import Unauthenticated
from dashboard.principal import Principal
from dashboard.projections.board import Board
from dashboard.realm import Realm
from dashboard.realms import open_realms

INCIDENT = "inc-1"
OPENING = "01900000-0000-7000-8000-000000000001"


class NoPeople:
    """Stands in for the people store: counts the audit lines."""

    def __init__(self) -> None:
        self.notes: list[tuple[Any, ...]] = []
        self.audit = self

    def note(self, action: str, person_id: str | None, **detail: Any) -> None:
        self.notes.append((action, person_id, detail))


class Lag:
    """How long the loop was kept from turning, in seconds, since it was last asked."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        gevent.spawn(self._watch)

    def _watch(self) -> None:
        while True:
            began = time.monotonic()
            gevent.sleep(0.005)
            self.worst_s = max(self.worst_s, time.monotonic() - began - 0.005)

    def taken(self) -> float:
        worst, self.worst_s = self.worst_s, 0.0
        return worst


def make_app(settings: Settings, realms: dict[str, Realm], people: NoPeople) -> Flask:
    """Return the two doors over both realms."""
    app = Flask("test", static_folder=None)
    install_error_answers(app)
    app.before_request(_sign_in)
    app.add_url_rule("/audit", "audit", lambda: {"notes": people.notes})
    lag = Lag()
    app.add_url_rule("/lag", "lag", lambda: {"lag_s": lag.taken()})
    app.add_url_rule("/rss", "rss", lambda: {"rss": resident_bytes()})
    app.add_url_rule("/features", "features", lambda: {"features": features(realms["real"])})
    app.add_url_rule("/events", "events", lambda: announce(realms["real"]), methods=["POST"])
    for realm in realms.values():
        app.register_blueprint(uploads.blueprint(realm, settings))
        app.register_blueprint(media_door.blueprint(realm, people))  # type: ignore[arg-type]
    return app


def open_incident(realm: Realm) -> None:
    """Open the one incident, once."""
    raw = {
        "id": OPENING, "kind": "incident.opened", "v": 1, "subject_id": INCIDENT,
        "occurred_at": iso(0), "sent_at": iso(0), "body": {"title": "試験"},
    }  # fmt: skip
    sender = Sender(frozenset({"desk"}), "test")
    submit(realm.log, Board(INCIDENT), [raw], sender, realm.clock.now_us())
    realm.live.catch_up()


def announce(realm: Realm) -> dict[str, Any]:
    """Take events as the API does, without its sign-in."""
    who = g.principal
    sender = Sender(who.roles("real"), "test", person_id=who.person_id, team=who.team)
    board = realm.live.board(INCIDENT)
    answers = submit(realm.log, board, request.get_json(), sender, realm.clock.now_us())
    realm.live.catch_up()
    return {"seqs": [o.seq for _, o in answers if not isinstance(o, Exception)]}


def features(realm: Realm) -> list[Any]:
    """Return the photos and reports of the board."""
    board = realm.live.board(INCIDENT)
    return [board.feature(id_) for id_, s in board.subjects.items() if s.type != "measure"]


def resident_bytes() -> int:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _sign_in() -> None:
    given = request.headers.get("X-Person", "").split()
    if not given:
        raise Unauthenticated("Send X-Person.")
    roles = frozenset(given[1].split(",")) if len(given) > 1 else frozenset()
    team = given[2] if len(given) > 2 else None
    g.principal = Principal(given[0], given[0], {"real": roles, "drill": roles}, team=team)


def main(state_dir: str, port: str = "0") -> None:
    """Serve until killed."""
    settings = load({**os.environ, "EOC_STATE_DIR": state_dir})
    realms = open_realms(settings)
    open_incident(realms["real"])
    app = make_app(settings, realms, NoPeople())
    for realm in realms.values():
        threading.Thread(target=realm.live.follow, args=(lambda: False,), daemon=True).start()
    server = pywsgi.WSGIServer(("127.0.0.1", int(port)), app, log=None)
    server.start()
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
