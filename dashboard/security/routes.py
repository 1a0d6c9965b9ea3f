"""Who may ask for what: one table of path, method and roles. What is not in it is refused.

Paths are written without the realm's prefix; ``*`` is one part of a path, ``**`` any rest.
``docs/security.md`` shows this table; a test holds it and walks every route against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from dashboard.principal import (
    ADMIN,
    COMMANDER,
    CONTROLLER,
    DESK,
    EVALUATOR,
    FIELD,
    PARTNER,
    ROLES,
    VIEWER,
)
from dashboard.realm import DRILL, PREFIXES, REAL

PUBLIC = frozenset({"public"})
MACHINE = frozenset({"machine"})  # a program on this machine, or an admin's token
SIGNED_IN = frozenset({"signed in"})  # any role in any realm
NOBODY: frozenset[str] = frozenset()
ALL = frozenset(ROLES)
HQ = frozenset({COMMANDER, DESK, ADMIN})
DRILL_STAFF = frozenset({CONTROLLER, EVALUATOR})
SCREENS = HQ | DRILL_STAFF | {VIEWER}
SENDERS = HQ | {FIELD, PARTNER, CONTROLLER}
UPLOADERS = HQ | {FIELD, CONTROLLER}

PAGE, DATA = "page", "data"  # a page is answered with a page, data with JSON


@dataclass(frozen=True)
class Route:
    """A row: methods, path, who may, how a refusal looks, and what the audit calls it."""

    methods: frozenset[str]
    path: str
    roles: frozenset[str]
    form: str = DATA
    audit: str | None = None
    in_drill: bool = True

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path as a pattern over the whole path."""
        parts = re.split(r"(\*\*|\*)", self.path)
        return re.compile("".join({"**": ".+", "*": "[^/]+"}.get(p, re.escape(p)) for p in parts))


def _row(methods: str, path: str, roles: frozenset[str], **more: object) -> Route:
    return Route(frozenset(methods.split()), path, roles, **more)  # type: ignore[arg-type]


ROUTES: tuple[Route, ...] = (
    _row("GET POST", "/login", PUBLIC, form=PAGE, in_drill=False),
    _row("GET", "/login/static/*", PUBLIC, in_drill=False),
    _row("POST", "/logout", SIGNED_IN, form=PAGE, in_drill=False),
    _row("GET", "/healthz", PUBLIC, in_drill=False),
    _row("GET", "/metrics", MACHINE, in_drill=False),
    _row("GET", "/favicon.ico", PUBLIC, in_drill=False),
    _row("GET", "/openapi.json", SIGNED_IN),
    _row("GET", "/", SIGNED_IN, form=PAGE),
    # pages
    _row("GET", "/wall", SCREENS, form=PAGE),
    _row("GET", "/triage", HQ, form=PAGE),
    _row("GET", "/situation", SCREENS, form=PAGE),
    _row("GET", "/review", HQ | DRILL_STAFF, form=PAGE),
    _row("GET", "/field", HQ | {FIELD, CONTROLLER}, form=PAGE),
    _row("GET", "/field/**", HQ | {FIELD, CONTROLLER}),
    _row("GET", "/admin", frozenset({ADMIN}), form=PAGE),
    _row("GET", "/help", ALL, form=PAGE),
    # what pages are made of
    _row("GET", "/assets/**", SIGNED_IN),
    _row("GET", "/_dash-component-suites/**", SIGNED_IN),
    _row("GET", "/_favicon.ico", SIGNED_IN),
    # one address for every callback: each has roles of its own (views.parts.callback)
    _row("GET", "/_dash-layout", ALL),
    _row("GET", "/_dash-dependencies", ALL),
    _row("POST", "/_dash-update-component", ALL),
    _row("GET", "/_reload-hash", NOBODY),  # Dash registers it for its debug mode
    # API
    _row("GET", "/api/v1/openapi.json", SIGNED_IN),
    _row("GET", "/api/v1/me", ALL),
    _row("GET", "/api/v1/teams", ALL - {PARTNER}),
    _row("GET", "/api/v1/incidents", ALL),
    _row("POST", "/api/v1/incidents", HQ),
    _row("POST", "/api/v1/incidents/*/events", SENDERS),
    _row("GET", "/api/v1/incidents/*/changes", ALL),
    _row("GET", "/api/v1/incidents/*/board.geojson", ALL),
    _row("GET", "/api/v1/incidents/*/timeline", HQ | DRILL_STAFF),
    _row("GET", "/api/v1/incidents/*/timeline.csv", HQ | DRILL_STAFF, audit="timeline.exported"),
    _row("GET", "/api/v1/incidents/*/export.*", HQ | DRILL_STAFF, audit="board.exported"),
    # the ground
    _row("GET", "/api/v1/layers", ALL),
    _row("GET", "/api/v1/layers/shelf", HQ),
    _row("POST", "/api/v1/layers/imports", HQ, audit="layer.imported"),
    _row("GET DELETE", "/api/v1/layers/imports/*", HQ),
    _row("PUT DELETE", "/api/v1/incidents/*/layers/*", HQ),
    _row("GET", "/api/v1/places", ALL - {PARTNER}),
    _row("GET", "/api/v1/place", ALL - {PARTNER}),
    _row("GET", "/api/v1/stretch", ALL - {PARTNER}),
    _row("GET", "/api/v1/incidents/*/shelters", HQ | DRILL_STAFF),
    _row("GET", "/layers/*", ALL),
    _row("GET", "/tiles/*/*/*/*", ALL),
    # files
    _row("GET HEAD POST OPTIONS", "/uploads", UPLOADERS),
    _row("GET HEAD PATCH DELETE POST OPTIONS", "/uploads/*", UPLOADERS),
    _row("GET", "/media/*", HQ, audit="original.seen"),
    _row("GET", "/media/*/*", ALL),
)


def split(path: str) -> tuple[str, str]:
    """Return (realm name, path without the realm's prefix)."""
    prefix = PREFIXES[DRILL]
    if path == prefix or path.startswith(f"{prefix}/"):
        return DRILL, path.removeprefix(prefix) or "/"
    return REAL, path


def find(method: str, path: str, routes: Iterable[Route] = ROUTES) -> tuple[str, Route | None]:
    """Return (realm name, row) of a request, the first row that fits; None: refused."""
    realm, rest = split(path)
    for row in routes:
        fits = _method_fits(method, row) and row.pattern.fullmatch(rest)
        if fits and (row.in_drill or realm == REAL):
            return realm, row
    return realm, None


def _method_fits(method: str, row: Route) -> bool:
    # Flask answers HEAD and OPTIONS wherever it answers GET
    asked = {"HEAD", "OPTIONS"} if "GET" in row.methods else set()
    return method in row.methods | asked
