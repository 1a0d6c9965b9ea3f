"""Triage: list, photo and map side by side. The bundle (triage.js) fills what is named here."""

from __future__ import annotations

from dash import html

from dashboard.config import Settings
from dashboard.locale import words
from dashboard.views.map import base_map
from dashboard.views.page import language
from dashboard.views.parts import Node, Screen, shell


def layout(screen: Screen, settings: Settings) -> Node:
    """Return the triage page of a realm."""
    lang = language()
    reports = html.Section(
        className="triage-reports",
        children=[
            html.Div(id="triage-top", className="triage-top"),
            html.Div(id="triage-filters", className="triage-filters"),
            html.P("", id="triage-count"),
            html.Div(id="triage-list", tabIndex=0, role="listbox", **_label(lang, "list")),
        ],
    )
    detail = html.Section(
        className="triage-detail",
        children=[
            html.Div(id="triage-photo", **_label(lang, "photo")),
            html.Div(id="triage-words"),
        ],
    )
    area = html.Section(
        className="triage-map",
        children=[
            base_map(screen.realm, zoom_buttons=True),
            html.Strong(words(lang, "map.schematic"), className="eoc-schematic"),
            html.Div("", id="triage-mode", role="status"),
            html.Div(
                className="triage-foot",
                children=[
                    html.Div(id="triage-lahar", **_label(lang, "lahar")),
                    html.Div(id="triage-access", **_label(lang, "access")),
                    html.Div(id="triage-tools"),
                ],
            ),
        ],
    )
    notice = html.Div(id="triage-notice", role="alert")
    dialogs = html.Div(id="triage-dialogs")
    return shell(screen, "triage", children=[reports, detail, area, notice, dialogs])


def _label(lang: str, name: str) -> dict[str, str]:
    return {"aria-label": words(lang, f"triage.{name}")}
