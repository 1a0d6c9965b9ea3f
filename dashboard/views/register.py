"""Adds the pages of every realm, and the bundle they load, to the application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response, send_from_directory

from dashboard import bundle
from dashboard.config import Settings
from dashboard.people import People
from dashboard.realm import Realm
from dashboard.views import field
from dashboard.views.pages import create_dash

YEAR_S = 31_536_000


def register(app: Flask, realms: Mapping[str, Realm], people: People, settings: Settings) -> None:
    """Add the pages of every realm, and the browser bundle they load, to ``app``."""
    folder = bundle.folder(settings.state_dir)
    _serve_bundle(app, folder)
    field.register(app, realms, people, folder.name)
    for realm in realms.values():
        screen = create_dash(app, realm, settings, people=people, version=folder.name)
        app.config["EOC_CSP_HASHES"] += screen.csp_hashes()


def _serve_bundle(app: Flask, folder: Path) -> None:
    """Serve the built bundle; its address carries its hash, so a browser may keep it."""

    def asset(name: str) -> Response:
        response = send_from_directory(folder.resolve(), name, max_age=YEAR_S)
        response.headers["Cache-Control"] = f"private, max-age={YEAR_S}, immutable"
        return response

    app.add_url_rule("/assets/eoc/<path:name>", "bundle", asset)
