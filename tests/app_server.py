"""The whole application in a process of its own, with programs' tokens and an open incident.

Run as ``python -m tests.app_server STATE_DIR``; prints one JSON line
``{port, tokens: {desk, field}, incident_id}`` once it serves. No bundle, no worker.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import json
import os
import sys
from typing import Any

from flask import Flask
from gevent import pywsgi

from dashboard.app import create_app
from dashboard.cli.start import Quiet, send_at_once
from dashboard.clock import iso
from dashboard.commands import Sender, submit
from dashboard.config import load
from dashboard.events import uuid7
from dashboard.observe import configure
from dashboard.people.access import NewToken
from dashboard.people.persons import Grant, NewPerson
from dashboard.projections.board import Board
from tests.upload_server import resident_bytes

INCIDENT = "inc-1"
SECRET = "only-for-tests-only-for-tests-only-for-tests"


def make(state_dir: str) -> Flask:
    """Return the application with its threads started and an open incident."""
    environ = {"EOC_LOG_LEVEL": "error", "EOC_SECRET_KEY": SECRET, **os.environ}
    settings = load({**environ, "EOC_STATE_DIR": state_dir})
    configure(settings.log_level)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    app = create_app(settings)
    app.extensions["eoc"].start()
    realm = app.extensions["eoc"].realms["real"]
    now = iso(realm.clock.now_us())
    raw = {
        "id": uuid7(), "kind": "incident.opened", "v": 1, "subject_id": INCIDENT,
        "occurred_at": now, "sent_at": now, "body": {"title": "試験"},
    }  # fmt: skip
    sender = Sender(frozenset({"desk"}), "test")
    submit(realm.log, Board(INCIDENT), [raw], sender, realm.clock.now_us())
    realm.live.catch_up()
    return app


def tokens(app: Flask) -> dict[str, str]:
    """Return a Bearer secret per role."""
    people = app.extensions["eoc"].people
    found = {}
    for role in ("desk", "field"):
        new = NewPerson(f"program-{role}", role, team="team-1", grants=(Grant("real", role),))
        person = people.roster.add(new)
        token = NewToken(role, person.id, frozenset({role}))
        _, found[role] = people.access.add_token(token)
    return found


def serve(app: Any, told: dict[str, Any]) -> None:
    """Serve until killed; the first line printed says where."""
    server = pywsgi.WSGIServer(("127.0.0.1", 0), app, handler_class=Quiet, log=None)
    server.start()
    send_at_once(server)
    print(json.dumps({"port": server.server_port, **told}), flush=True)
    server.serve_forever()


def main(state_dir: str) -> None:
    """Make and serve."""
    app = make(state_dir)
    serve(_with_rss(app), {"tokens": tokens(app), "incident_id": INCIDENT})


def _with_rss(app: Flask) -> Any:
    def call(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/test-rss":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(resident_bytes()).encode()]
        return app(environ, start_response)

    return call


if __name__ == "__main__":
    main(*sys.argv[1:])
