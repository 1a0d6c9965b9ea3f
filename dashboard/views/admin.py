"""The page of the 情報係 (/admin): layers in, who and what there is; and the manual (/help)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dash import html

from dashboard.config import Settings
from dashboard.locale import words
from dashboard.views.page import incident_id, language
from dashboard.views.parts import Node, Screen, shell
from layers.crs import KNOWN
from layers.schema import ROLES

MANUAL = ("field", "triage", "wall", "review", "drill", "trouble")
KEYS = (
    ("J / K", "help.key.move"),
    ("M", "help.key.memo"),
    ("P", "help.key.place"),
    ("I", "help.key.instruct"),
    ("1–4", "help.key.priority"),
    ("V", "help.key.verified"),
    ("Enter", "help.key.retry"),
    ("?", "help.key.help"),
)
FIGURES: tuple[tuple[str, Callable[[Screen], list[Any]]], ...] = (
    ("people", lambda screen: screen.people.roster.all()),
    ("devices", lambda screen: screen.people.devices.all()),
    ("tokens", lambda screen: screen.people.access.tokens()),
)


def layout(screen: Screen, settings: Settings) -> Node:
    """Return the page of the 情報係: import and shelf of layers, beside what there is."""
    lang = language()
    rows = [(words(lang, f"admin.{name}"), len(count(screen))) for name, count in FIGURES]
    rows += [(words(lang, "admin.incident"), _title(screen) or words(lang, "shell.no_incident"))]
    rows += [(words(lang, "admin.log"), screen.realm.log.tip().seq)]
    rows += [(words(lang, "admin.address"), settings.public_url)]
    table = html.Table([html.Tr([html.Th(name), html.Td(value)]) for name, value in rows])
    commands = html.Pre("eoc users list\neoc users import staff.csv\neoc tokens\neoc backup")
    note = html.P(words(lang, "admin.note"))
    heading = html.H2(words(lang, "admin.figures"))
    figures = html.Aside([heading, table, note, commands], className="eoc-paper")
    desk = html.Div([_layers(screen, lang), figures], className="admin-desk")
    return shell(screen, "admin", children=[desk])


def _layers(screen: Screen, lang: str) -> Node:
    """Return where the bundle (admin.js) puts the import and the shelf."""
    # a table of arrival times is entered, not imported
    choices = {"roles": [role for role in ROLES if role != "lahar"], "crs": list(KNOWN)}
    told = {"data-incident": _title(screen) or ""}
    return html.Article(
        className="eoc-paper",
        children=[
            html.H2(words(lang, "admin.layers")),
            html.H3(words(lang, "import.heading")),
            html.Div(id="admin-import", **{"data-choices": json.dumps(choices)}),
            html.H3(words(lang, "shelf.heading")),
            html.Div(id="admin-shelf", **told),
        ],
    )


def situation(screen: Screen, settings: Settings) -> Node:
    """Return the page of the situation; it says plainly that it is not there yet."""
    lang = language()
    text = html.P(words(lang, "situation.later"))
    return _paper(screen, "situation", [html.H2(words(lang, "page.situation")), text])


def help_page(screen: Screen, settings: Settings) -> Node:
    """Return the manual: one sheet of A4."""
    lang = language()
    parts: list[Any] = [html.H2(words(lang, "help.title"))]
    for name in MANUAL:
        parts += [html.H3(words(lang, f"help.{name}.title")), html.P(words(lang, f"help.{name}"))]
    rows = [html.Tr([html.Th(html.Kbd(key)), html.Td(words(lang, text))]) for key, text in KEYS]
    parts += [html.H3(words(lang, "help.keys")), html.Table(rows)]
    return _paper(screen, "help", parts)


def _paper(screen: Screen, page: str, children: list[Node]) -> Node:
    return shell(screen, page, children=[html.Article(children, className="eoc-paper")])


def _title(screen: Screen) -> str | None:
    found = incident_id(screen.realm)
    feature = screen.realm.live.board(found).feature(found) if found else None
    return feature["properties"]["title"] if feature else None
