"""After the event: the timeline as a table, and the board as known at any moment."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import Input, Output, dcc, html

from dashboard.config import Settings
from dashboard.locale import words
from dashboard.principal import ADMIN, COMMANDER, CONTROLLER, DESK, EVALUATOR
from dashboard.projections.timeline import timeline
from dashboard.views.map import base_map
from dashboard.views.page import incident_id, language
from dashboard.views.parts import Node, Screen, callback, shell
from layers.export import FORMATS

ROLES = frozenset({COMMANDER, DESK, ADMIN, CONTROLLER, EVALUATOR})
MOST_ROWS = 20_000
COLUMNS = (
    ("seq", 84), ("occurred_at", 190), ("recorded_at", 190), ("label", 150), ("text", 380),
    ("person", 190), ("source", 96), ("marks", 120),
)  # fmt: skip
DEFAULT_COLUMN = {"sortable": True, "filter": True, "resizable": True, "tooltipField": "text"}
ONE_BY_CLICK = {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True}
FIGURES = (
    "reports_total", "reports_open", "reports_urgent", "reports_unverified",
    "instructions_open", "instructions_acknowledged", "instructions_completed",
    "road_closures_in_force", "settlements_isolated", "settlements_cut_from_centre",
)  # fmt: skip


def layout(screen: Screen, settings: Settings) -> Node:
    """Return the review of the newest incident."""
    lang = language()
    side = html.Aside([_tools(lang), _grid(lang)], className="review-table")
    return shell(screen, "review", children=[_then(screen, lang), side])


def register(screen: Screen) -> None:
    """Register the callbacks that fill the table and move the slider by a click on a row."""

    @callback(
        screen,
        Output("review-grid", "rowData"),
        Input("review-refresh", "n_clicks"),
        Input("eoc-url", "search"),
        roles=ROLES,
    )
    def fill(clicks: int | None, search: str | None) -> list[dict[str, Any]]:
        return rows(screen, search or "")

    @callback(
        screen,
        Output("review-chosen", "data-seq"),
        Input("review-grid", "selectedRows"),
        roles=ROLES,
        prevent_initial_call=True,
    )
    def choose(selected: list[dict[str, Any]] | None) -> str:
        return str(selected[0]["seq"]) if selected else ""


def rows(screen: Screen, search: str) -> list[dict[str, Any]]:
    """Return the newest rows of the timeline, latest first, with names of persons."""
    id_ = incident_id(screen.realm, search)
    log = screen.realm.log
    events = log.read(0, incident_id=id_)[-MOST_ROWS:] if id_ else []
    teams = {team["id"]: team["name"] for team in screen.people.teams()}
    found = list(timeline(events, teams=teams))
    names = screen.people.names({r["person_id"] for r in found if r["person_id"]})
    for row in found:
        row["person"] = names.get(row.pop("person_id")) or ""
        row["marks"] = " ".join(row["marks"])
    return found[::-1]


def _then(screen: Screen, lang: str) -> Node:
    figures = [
        html.Div([html.B("—"), html.Span(words(lang, f"measure.{name}"))], **{"data-measure": name})
        for name in FIGURES
    ]
    slider = dcc.Input(id="review-seq", type="range", min=0, max=1, step=1, value=1)
    modes = [{"label": words(lang, f"review.{m}"), "value": m} for m in ("known_at", "true_at")]
    return html.Section(
        className="review-then",
        children=[
            html.Div(
                [
                    html.Strong("", id="review-at"),
                    dcc.RadioItems(modes, "known_at", id="review-mode", inline=True),
                ],
                className="review-head",
            ),
            html.Div(
                [
                    base_map(screen.realm, zoom_buttons=True),
                    html.Strong(words(lang, "map.schematic"), className="eoc-schematic"),
                ],
                className="review-map",
            ),
            html.Label(words(lang, "review.slider"), htmlFor="review-seq"),
            slider,
            html.Div(figures, id="review-figures"),
            html.Div(id="review-chosen", hidden=True),
        ],
    )


def _tools(lang: str) -> Node:
    return html.Div(
        className="review-tools",
        children=[
            html.H2(words(lang, "review.timeline")),
            html.Button(words(lang, "review.refresh"), id="review-refresh", type="button"),
            html.A(words(lang, "review.csv"), id="review-csv", className="eoc-button"),
            _exports(lang),
        ],
    )


def _exports(lang: str) -> Node:
    """The board at the chosen moment as a file; review.js gives the links their moment."""
    links = [
        html.Li(html.A(words(lang, f"export.{name}"), **{"data-format": name})) for name in FORMATS
    ]
    head = html.Summary(words(lang, "export.title"), className="eoc-button")
    return html.Details([head, html.Ul(links)], id="review-exports", className="review-exports")


def _grid(lang: str) -> Node:
    moments = {"function": "eocMoment(params.value)"}
    columns = [
        {
            "field": name,
            "headerName": words(lang, f"review.column.{name}"),
            "width": width,
            **({"valueFormatter": moments} if name.endswith("_at") else {}),
        }
        for name, width in COLUMNS
    ]
    return dag.AgGrid(
        id="review-grid",
        columnDefs=columns,
        defaultColDef=DEFAULT_COLUMN,
        dashGridOptions={
            "rowSelection": {
                "mode": "singleRow",
                "checkboxes": False,
                "enableClickSelection": True,
            },
            "animateRows": False,
            "localeText": {"noRowsToShow": words(lang, "review.empty")},
        },
        className="ag-theme-quartz",
        style={"height": "100%"},
    )
