"""Law ``roles``: every route × every role × anonymous, and addresses bent at random.

Figures: ``asked`` requests and ``unexpected``, the answers the table of routes does not
allow: a success or a page for somebody it does not name.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from typing import Any

from flask import Flask
from structlog.testing import capture_logs

from dashboard.app import create_app
from dashboard.config import load
from dashboard.people import Grant, NewPerson, NewToken
from dashboard.principal import DRILL_ONLY, ROLES
from dashboard.security import routes
from dashboard.security.routes import MACHINE, PUBLIC, SIGNED_IN

FAR_US = 4_000_000_000_000_000
REFUSED = {401, 403, 404}
WHO = [None, *((role, realm) for role in ROLES for realm in ("real", "drill")
               if realm == "drill" or role not in DRILL_ONLY)]  # fmt: skip


def requests_of(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield (method, path) of every route, its parameters filled in."""
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for name in rule.arguments:
            for converter in ("", "string:", "path:", "int:", "filename:"):
                path = path.replace(f"<{converter}{name}>", "a" * 64)
        assert "<" not in path, rule.rule
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            yield method, path


def may(who: tuple[str, str] | None, method: str, path: str) -> bool:
    """Read the table as a person would."""
    realm, row = routes.find(method, path)
    if row is None or who is None:
        return row is not None and row.roles is PUBLIC
    role, of = who
    if row.roles in (PUBLIC, SIGNED_IN):
        return True
    if row.roles is MACHINE:
        return role == "admin" and of == "real"
    return of == realm and role in row.roles


def refused(status: int, location: str | None) -> bool:
    """Tell whether an answer gives nothing away: an error, or the way to sign-in."""
    return status in REFUSED or (status in (302, 303) and str(location).startswith("/login"))


def run(count: int, seed: int) -> dict[str, Any]:
    """Ask every route as everybody, then ``count`` bent addresses as anybody."""
    chance, asked, unexpected = random.Random(seed), 0, []
    # captured, so that ten thousand request lines do not hide the figures
    with capture_logs(), tempfile.TemporaryDirectory() as folder:
        app = create_app(load({"EOC_STATE_DIR": folder, "EOC_SECRET_KEY": "s" * 40}))
        secrets = {who: _secret(app, *who) for who in WHO if who}
        known = list(requests_of(app))
        bent = [(m, _bend(p, chance)) for m, p in chance.choices(known, k=count)]
        asking = [(who, *request) for who in WHO for request in known]
        asking += [(chance.choice(WHO), *request) for request in bent]
        for who, method, path in asking:
            headers = {"Authorization": f"Bearer {secrets[who]}"} if who else {}
            with app.test_client().open(path, method=method, headers=headers, environ_overrides={
                "REMOTE_ADDR": "192.0.2.1"}) as answer:  # fmt: skip
                asked += 1
                given = answer.status_code < 300 or answer.status_code >= 500
                if given and not may(who, method, answer.request.path):
                    unexpected.append((who, method, path, answer.status_code))
        app.extensions["eoc"].stop()
    return {"asked": asked, "unexpected": len(unexpected), "which": unexpected[:5]}


def _secret(app: Flask, role: str, realm: str) -> str:
    people = app.extensions["eoc"].people
    partner = role == "partner"
    grant = Grant(realm, role, "kaihatsu" if partner else None, FAR_US if partner else None)
    person, _ = people.roster.put(NewPerson(f"{role}-{realm}", role, team="1班", grants=(grant,)))
    return str(people.access.add_token(NewToken(role, person.id, frozenset({role}), realm))[1])


def _bend(path: str, chance: random.Random) -> str:
    """Return an address that is nearly one of ours."""
    parts = path.split("/")
    at = chance.randrange(1, len(parts))
    bends = (
        lambda part: part.upper(),
        lambda part: part + "/",
        lambda part: "/" + part if at > 1 else part,
        lambda part: "../" + part,
        lambda part: "./" + part,
        lambda part: "%2e%2e/" + part,
        lambda part: part + "%00",
        lambda part: part + ";x=1",
        lambda part: part.replace("a", "%61", 1),
        lambda part: "drill/" + part,
        lambda part: part + "?x=" + part,
        lambda part: part + ".css",
        lambda _: "login",
    )
    parts[at] = chance.choice(bends)(parts[at])
    return "/".join(parts)
