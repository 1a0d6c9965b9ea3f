# ruff: noqa: E402 - gevent patches the standard library before anything else is imported
"""The web process of ``eoc serve`` without a worker and without the browser bundle.

``python -m tests.laws.server FOLDER PORT`` prints one JSON line
``{url, port, pid, tokens: {desk, wall, crew, partner, drill}}`` when it listens.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import json
import os
import signal
import sys
from pathlib import Path

import gevent
from gevent import pywsgi

from dashboard.app import create_app
from dashboard.cli.start import Quiet, send_at_once
from dashboard.config import load
from dashboard.observe import configure
from dashboard.people import Grant, NewPerson, NewToken, People

FAR_US = 4_102_444_800_000_000  # the year 2100
WHO = {
    "desk": (("real", "desk"), ("drill", "desk")),
    "wall": (("real", "viewer"), ("drill", "viewer")),
    "crew": (("real", "field"),),
    "partner": (("real", "partner"),),
    "drill": (("drill", "desk"),),
}


def tokens(people: People, folder: Path) -> dict[str, str]:
    """Return a token by name; a restarted server knows those of its first start."""
    kept = folder / "tokens.json"
    if kept.exists():
        return dict(json.loads(kept.read_text()))
    people.roster.put_team("一班", "t1")
    made = {}
    for name, grants in WHO.items():
        limits = ("kamifurano", FAR_US) if name == "partner" else (None, None)
        held = tuple(Grant(realm, role, *limits) for realm, role in grants)
        person, _ = people.roster.put(
            NewPerson(f"{name}-1", name, team="一班" if name == "crew" else None, grants=held)
        )
        roles = frozenset(role for _, role in grants)
        made[name] = people.access.add_token(NewToken(name, person.id, roles, "*"))[1]
    kept.write_text(json.dumps(made))
    return made


def main(folder: Path, port: int) -> None:
    """Serve until SIGTERM."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = load({"EOC_STATE_DIR": str(folder), "EOC_SECRET_KEY": "k" * 40})
    configure("warning")
    app = create_app(settings)
    eoc = app.extensions["eoc"]
    eoc.start()
    server = pywsgi.WSGIServer(
        ("127.0.0.1", port), app, handler_class=Quiet, log=None, error_log=None
    )
    server.start()
    send_at_once(server)
    said = {
        "url": f"http://127.0.0.1:{server.server_port}", "port": server.server_port,
        "pid": os.getpid(), "tokens": tokens(eoc.people, folder),
    }  # fmt: skip
    print(json.dumps(said), flush=True)
    gevent.signal_handler(signal.SIGTERM, server.stop, 1)
    server.serve_forever()
    eoc.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
