"""The one guard before every request: who is it, may they, did the page itself send it."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote

from flask import Flask, Response, current_app, g, redirect, request, session
from flask_wtf.csrf import validate_csrf
from werkzeug.wrappers import Response as AnyResponse
from wtforms import ValidationError

from dashboard.errors import Forbidden, NotFound, Unauthenticated
from dashboard.people import People
from dashboard.principal import ADMIN, Principal
from dashboard.security import routes
from dashboard.security.pages import refused_page
from dashboard.security.routes import MACHINE, PAGE, PUBLIC, SIGNED_IN, Route

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER, CSRF_COOKIE, CSRF_FIELD = "X-XSRF-Token", "_csrf_token", "csrf_token"


class Guard:
    """Holds the people store; ``before`` and ``after`` are hung on the application."""

    def __init__(self, people: People) -> None:
        self.people = people

    def before(self) -> AnyResponse | None:
        """Let a request pass, or answer it.

        Raises:
            Unauthenticated, Forbidden, NotFound: for everything but pages.
        """
        g.realm_name, row = routes.find(request.method, request.path)
        g.route = row
        if row is not None and row.roles is PUBLIC:
            return None
        g.principal = self._authenticate(row)
        if g.principal is None and row is not None and row.roles is MACHINE and from_here():
            return None
        try:
            check(g.principal, row, g.realm_name)
        except (Unauthenticated, Forbidden) as error:
            return self._refuse(error, row)
        if g.principal.session_id and request.method not in SAFE:
            check_csrf(row)
        return None

    def after(self, response: Response) -> Response:
        """Note in the audit what was seen or exported, by whom."""
        row: Route | None = g.get("route")
        who: Principal | None = g.get("principal")
        if row is not None and row.audit and who is not None and response.status_code < 300:
            where = {"realm": g.realm_name, "address": request.remote_addr or ""}
            self.people.audit.note(row.audit, who.person_id, target=request.path, **where)
        return response

    def _authenticate(self, row: Route | None) -> Principal | None:
        if secret := bearer():
            principal = self.people.access.by_secret(secret)
            if principal is None:
                raise Unauthenticated("This token is unknown, revoked or expired; ask for another.")
            return principal
        found = self.people.access.by_session(str(session["sid"])) if "sid" in session else None
        if found is None or found[1].fs_uniquifier != session.get("_user_id"):
            return None
        g.signed_in = found[1]
        if CSRF_COOKIE not in request.cookies:
            session["fs_cc"] = "set"  # the page cannot write without this cookie
        return found[0]

    def _refuse(self, error: Unauthenticated | Forbidden, row: Route | None) -> AnyResponse:
        who: Principal | None = g.principal
        if who is not None:
            where = {"realm": g.realm_name, "address": request.remote_addr or ""}
            self.people.audit.note("request.refused", who.person_id, target=request.path, **where)
        if row is None or row.form is not PAGE:
            raise error
        if who is not None:
            return refused_page(who)
        if request.method in SAFE:
            return redirect(f"/login?next={quote(request.full_path.rstrip('?'))}")
        return redirect("/login", 303)


def install(app: Flask, people: People) -> None:
    """Hang the guard on an application; before anything else that asks who it is."""
    guard = Guard(people)
    app.before_request(guard.before)
    app.after_request(guard.after)


def check(principal: Principal | None, row: Route | None, realm: str) -> None:
    """Check a principal against a row of the table.

    Raises:
        Unauthenticated: nobody signed in.
        NotFound: not in the table.
        Forbidden: none of the roles is held in this realm.
    """
    if principal is None:
        raise Unauthenticated("Nobody is signed in; sign in or send a Bearer token.")
    if row is None:
        raise NotFound(f"There is nothing at {request.path}.", path=request.path)
    held, needed = principal.roles(realm), row.roles
    if row.roles is SIGNED_IN:
        held, needed = frozenset().union(*principal.roles_by_realm.values()), routes.ALL
    elif row.roles is MACHINE:
        held, needed = principal.roles(routes.REAL), frozenset({ADMIN})
    if not held & needed:
        raise Forbidden(
            f"{request.path} needs one of {', '.join(sorted(needed))} in the {realm} realm.",
            needs=sorted(needed), roles=sorted(held), realm=realm,
        )  # fmt: skip


def check_csrf(row: Route | None) -> None:
    """Check that a write with a session was sent by a page of ours.

    Raises:
        Forbidden: the token is missing or wrong.
    """
    token = request.headers.get(CSRF_HEADER)
    if token is None and row is not None and row.form is PAGE:
        token = request.form.get(CSRF_FIELD)
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise Forbidden(
            f"The write carries no valid {CSRF_HEADER} ({error}); reload the page and send again.",
            reason="csrf",
        ) from None


def bearer() -> str | None:
    """Return the secret of ``Authorization: Bearer …``, or None."""
    given = request.headers.get("Authorization", "")
    scheme, _, secret = given.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def from_here() -> bool:
    """Tell whether a program on this machine asks, not a proxy for somebody else."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via")):
        return False
    if current_app.config.get("EOC_PROXIES"):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
