"""The pages of a realm in one table, and the Dash application that shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from dash import Input, Output, dcc, html
from flask import Flask, Response, request

from dashboard import locale
from dashboard.config import Settings
from dashboard.errors import NotFound
from dashboard.people import People
from dashboard.principal import (
    ADMIN,
    COMMANDER,
    CONTROLLER,
    DESK,
    EVALUATOR,
    ROLES,
    VIEWER,
    current_principal,
    require,
)
from dashboard.realm import DRILL, Realm
from dashboard.views import admin, review, triage, wall
from dashboard.views.map import serve_ground
from dashboard.views.page import as_script, keep_language, language, page_data
from dashboard.views.parts import Node, Screen, callback

CSRF_COOKIE = "_csrf_token"  # its name, not its value
Layout = Callable[[Screen, Settings], Node]
HQ = frozenset({COMMANDER, DESK, ADMIN})
SCREENS = HQ | {CONTROLLER, EVALUATOR, VIEWER}


@dataclass(frozen=True, slots=True)
class Page:
    """A page: who may open it, what Dash puts there, which module of the bundle runs it."""

    roles: frozenset[str]
    layout: Layout
    script: str


PAGES: dict[str, Page] = {
    "wall": Page(SCREENS, wall.layout, "wall"),
    "triage": Page(HQ, triage.layout, "triage"),
    "review": Page(review.ROLES, review.layout, "review"),
    "situation": Page(SCREENS, admin.situation, "plain"),
    "admin": Page(frozenset({ADMIN}), admin.layout, "admin"),
    "help": Page(frozenset(ROLES), admin.help_page, "plain"),
}


def create_dash(
    server: Flask, realm: Realm, settings: Settings, *, people: People, version: str
) -> Screen:
    """Add the Dash pages of one realm to ``server`` and return their application.

    ``version`` changes with the content of ``/assets/eoc/``.
    """
    screen = Screen(
        f"dash_{realm.name}", server=server, url_base_pathname=f"{realm.prefix}/",
        assets_ignore=".*",
        suppress_callback_exceptions=True, update_title="", serve_locally=True,
        csrf_token_name=CSRF_COOKIE, csrf_header_name="X-XSRF-Token",
    )  # fmt: skip
    screen.realm, screen.people, screen.guards = realm, people, {}
    screen.pages = lambda: open_to(realm)
    screen.index_of = lambda pieces: _document(screen, version, pieces)
    screen.enable_dev_tools(debug=False)
    screen.layout = html.Div([dcc.Location(id="eoc-url", refresh=False), html.Main(id="eoc-page")])
    _route(screen, settings)
    review.register(screen)
    serve_ground(screen)
    return screen


def _route(screen: Screen, settings: Settings) -> None:
    """Answer the addresses of ``PAGES`` and let Dash fill them."""
    realm = screen.realm

    @callback(screen, Output("eoc-page", "children"), Input("eoc-url", "pathname"), roles=ROLES)
    def show(path: str) -> Node:
        page = PAGES[_name(realm, path) or "help"]
        require(realm.name, *page.roles)
        return page.layout(screen, settings)

    for name, page in PAGES.items():
        screen.server.add_url_rule(
            f"{realm.prefix}/{name}", f"page_{realm.name}_{name}", _view(screen, page)
        )


def _view(screen: Screen, page: Page) -> Callable[[], Response]:
    def view() -> Response:
        require(screen.realm.name, *page.roles)
        headers = {"Cache-Control": "no-store"}
        return keep_language(Response(screen.index(), mimetype="text/html", headers=headers))

    return view


def _name(realm: Realm, path: str) -> str | None:
    name = (path or "").removeprefix(realm.prefix).strip("/")
    return name if name in PAGES else None


def open_to(realm: Realm) -> list[str]:
    """Return the names of the pages the current person may open."""
    held = current_principal().roles(realm.name)
    return [name for name, page in PAGES.items() if held & page.roles]


def _document(screen: Screen, version: str, pieces: dict[str, str]) -> str:
    """Return the HTML of a page; the bundle's module runs before Dash draws."""
    realm, lang = screen.realm, language()
    name = _name(realm, request.path)
    if name is None:  # Dash answers every address below its base
        raise NotFound(f"There is no page {request.path}.", path=request.path)
    script = PAGES[name].script
    mark = f"{locale.words(lang, 'shell.drill')} " if realm.name == DRILL else ""
    title = escape(
        f"{mark}{locale.words(lang, f'page.{name}')} — {locale.words(lang, 'shell.town')}"
    )
    told = as_script(page_data(current_principal(), realm, lang))
    return f"""<!DOCTYPE html>
<html lang="{lang}" class="page-{name} realm-{realm.name}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
{pieces["css"]}
<link rel="stylesheet" href="/assets/eoc/{script}.css?v={version}">
</head>
<body>
{pieces["app_entry"]}
<script type="application/json" id="eoc">{told}</script>
{pieces["config"]}
{pieces["scripts"]}
<script src="/assets/eoc/{script}.js?v={version}"></script>
{pieces["renderer"]}
</body>
</html>"""
