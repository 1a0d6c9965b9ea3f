"""Adds the pages of every realm, and the bundle they load, to the application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dash.exceptions import DependencyException
from flask import Flask, Response, send_from_directory

from dashboard import bundle
from dashboard.answers import failure
from dashboard.config import Settings
from dashboard.errors import NotFound
from dashboard.people import People
from dashboard.realm import Realm
from dashboard.views import field
from dashboard.views.pages import create_dash

YEAR_S = 31_536_000
# a hill and a river, drawn here: browsers ask for it on every page
FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="6" fill="#0b4a7d"/>'
    '<path d="M3 22 12 8l6 9 4-5 7 10Z" fill="#fff"/>'
    '<path d="M3 26q4-3 8 0t8 0 8 0" fill="none" stroke="#7fc0f2" stroke-width="2.5"/></svg>'
)


def register(app: Flask, realms: Mapping[str, Realm], people: People, settings: Settings) -> None:
    """Add the pages of every realm, and the browser bundle they load, to ``app``."""
    folder = bundle.folder(settings.state_dir)
    _serve_bundle(app, folder)
    app.register_error_handler(DependencyException, _unknown_library)
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
    app.add_url_rule("/favicon.ico", "favicon", lambda: Response(FAVICON, mimetype="image/svg+xml"))


def _unknown_library(error: DependencyException) -> Response:
    """Answer a component library that does not exist: Dash raises, which would be a 500."""
    return failure(NotFound(f"{error}"[:200]))
