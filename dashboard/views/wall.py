"""The wall: a page without input. The bundle (wall.js) fills what is named here."""

from __future__ import annotations

from dash import html

from dashboard.config import Settings
from dashboard.locale import words
from dashboard.views.map import base_map
from dashboard.views.page import language
from dashboard.views.parts import Node, Screen, shell

# the first row is what headquarters asks first
COUNTS = (
    ("reports_open", "big"),
    ("reports_urgent", "big alarm"),
    ("reports_unverified", "big"),
    ("instructions_open", "big"),
    ("reports_total", ""),
    ("reports_unplaced", ""),
    ("instructions_acknowledged", ""),
    ("instructions_completed", ""),
    ("road_closures_in_force", ""),
    ("settlements_isolated", "alarm"),
    ("settlements_cut_from_centre", ""),
    ("photos_received", ""),
    ("photos_pending", ""),
)


def layout(screen: Screen, settings: Settings) -> Node:
    """Return the wall of a realm."""
    lang = language()
    side = html.Aside(
        className="wall-side",
        children=[
            _panel(lang, "counts", _counts(lang), html.Small("", id="wall-as-of")),
            _panel(lang, "lahar", html.Div(id="wall-lahar")),
            _panel(lang, "access", html.Div(id="wall-access")),
            _panel(lang, "oldest", html.Div(id="wall-oldest")),
            _panel(lang, "instructions", html.Ul(id="wall-instructions")),
        ],
    )
    middle = html.Div(
        className="wall-map",
        children=[
            base_map(screen.realm, zoom_buttons=False),
            html.Ul(id="wall-legend", className="eoc-legend"),
            html.Strong(words(lang, "map.schematic"), className="eoc-schematic"),
        ],
    )
    strip = html.Div(id="wall-strip", className="wall-strip", **{"data-empty": _none(lang)})
    return shell(screen, "wall", children=[middle, side, strip])


def _none(lang: str) -> str:
    return words(lang, "wall.no_photos")


def _panel(lang: str, name: str, content: Node, note: Node | None = None) -> Node:
    title = html.H2([words(lang, f"wall.{name}"), *([note] if note else [])])
    return html.Section([title, content], className=f"wall-panel {name}")


def _counts(lang: str) -> Node:
    cells = [
        html.Div(
            [html.B("—"), html.Span(words(lang, f"measure.{name}"))],
            className=f"wall-count {look}",
            **{"data-measure": name},
        )
        for name, look in COUNTS
    ]
    return html.Div(cells, id="wall-counts")
