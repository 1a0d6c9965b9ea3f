"""Parts every Dash page shares: the one way to register callbacks, and the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from dash import Dash, html

from dashboard.locale import words
from dashboard.people import People
from dashboard.principal import current_principal, require
from dashboard.realm import DRILL, Realm
from dashboard.views.page import language

Node = Any  # a Dash component; Dash itself ships no useful type for it


class Screen(Dash):  # type: ignore[misc]
    """One Dash application: the pages of one realm.

    ``guards`` maps the key of each callback in ``callback_map`` to its roles; a test
    holds that none is missing.
    """

    realm: Realm
    people: People
    guards: dict[str, frozenset[str]]
    index_of: Callable[[dict[str, str]], str]
    pages: Callable[[], list[str]]

    def interpolate_index(self, **pieces: str) -> str:
        """Put Dash's pieces into our page (no inline script but the renderer's)."""
        return self.index_of(pieces)


def callback(screen: Screen, *dependencies: Any, roles: Iterable[str], **options: Any) -> Any:
    """Register a callback that only holders of one of ``roles`` may call.

    All callbacks share one route, so a guard of routes cannot tell them apart: this is
    the only way they are registered.

    Raises (when called): Unauthenticated, Forbidden.
    """
    allowed = frozenset(roles)
    if not allowed:
        raise ValueError("A callback without roles can be called by nobody; name its roles.")

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def guarded(*values: Any) -> Any:
            require(screen.realm.name, *allowed)
            return function(*values)

        before = set(screen.callback_map)
        registered = screen.callback(*dependencies, **options)(guarded)
        for key in set(screen.callback_map) - before:
            screen.guards[key] = allowed
        return registered

    return register


def shell(screen: Screen, page: str, *, children: list[Node]) -> Node:
    """Return a whole page: the drill frame, the header and the page's own content."""
    lang, realm = language(), screen.realm
    header = html.Header(
        className="eoc-header",
        children=[
            *([_drill_word(lang)] if realm.name == DRILL else []),
            html.H1(words(lang, "shell.town"), id="eoc-title"),
            html.Span(words(lang, f"page.{page}"), className="eoc-page-name"),
            _nav(screen, page, lang),
            html.Span("", id="eoc-connection", role="status"),
            html.Span("", id="eoc-clock"),
            _account(lang),
        ],
    )
    return html.Div(
        id="eoc-shell",
        className=f"eoc-shell page-{page} realm-{realm.name}",
        children=[header, *children, html.Div("", id="eoc-blind", role="alert")],
    )


def _drill_word(lang: str) -> Node:
    return html.Strong(words(lang, "shell.drill"), className="eoc-drill-word")


def _nav(screen: Screen, page: str, lang: str) -> Node:
    links = [
        html.A(
            words(lang, f"page.{name}"),
            href=f"{screen.realm.prefix}/{name}",
            className="here" if name == page else "",
        )
        for name in screen.pages()
    ]
    return html.Nav(links, className="eoc-nav")


def _account(lang: str) -> Node:
    other = "en" if lang == "ja" else "ja"
    return html.Span(
        className="eoc-account",
        children=[
            html.Span(current_principal().name, className="eoc-me"),
            html.Button(words(lang, "shell.other_language"), type="button", **{"data-lang": other}),
            html.Button(words(lang, "shell.sign_out"), type="button", id="eoc-sign-out"),
        ],
    )
