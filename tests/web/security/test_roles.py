"""The law of roles: every route × every role × anonymous, and nothing outside the table."""

from __future__ import annotations

import pytest

from dashboard.principal import ROLES
from dashboard.security import routes
from dashboard.security.routes import MACHINE, PUBLIC, ROUTES, SIGNED_IN
from tests.laws.roles import WHO, may, refused, requests_of, run

WRITES = ("POST", "PUT", "PATCH", "DELETE")


def test_every_route_answers_only_those_the_table_names(app, secret, browser):
    surprises, asked = [], 0
    for who in WHO:
        headers = {"Authorization": f"Bearer {secret(*who)}"} if who else {}
        for method, path in requests_of(app):
            answer = browser().ask(method, path, headers=headers)
            status, asked = answer.status_code, asked + 1
            allowed = may(who, method, path)
            # the way home has a page of refusal of its own for those without a home
            odd = allowed and status in (401, 403) and path not in ("/", "/drill/")
            if status >= 500 or odd or (not allowed and not refused(status, answer.location)):
                surprises.append((who, method, path, status))
    assert surprises == []
    assert asked > 30 * len(WHO)


def test_an_address_bent_at_random_opens_nothing_more():
    figures = run(300, seed=20160823)
    assert figures["unexpected"] == 0, figures["which"]
    assert figures["asked"] > 1000


def test_every_route_is_in_the_table(app):
    missing = [(m, p) for m, p in requests_of(app) if routes.find(m, p)[1] is None]
    # Dash answers any other address with its page; the guard refuses those
    assert [m for m in missing if m[1] not in ("/" + "a" * 64, "/drill/" + "a" * 64)] == []


def test_what_is_not_in_the_table_is_refused_to_everybody(app, secret, browser):
    for path in ("/admin/../wall", "/nothing", "/wall/", "/drill/healthz", "/static/x"):
        assert browser().get(path).status_code in (401, 308, 404), path
        answer = browser().get(path, headers={"Authorization": f"Bearer {secret('admin')}"})
        assert answer.status_code in (308, 403, 404), path


@pytest.mark.parametrize(
    ("role", "realm", "method", "path", "fine"),
    [
        ("viewer", "real", "POST", "/api/v1/incidents/i/events", False),
        ("evaluator", "drill", "POST", "/drill/api/v1/incidents/i/events", False),
        ("partner", "real", "GET", "/api/v1/incidents/i/timeline", False),
        ("partner", "real", "GET", "/api/v1/teams", False),
        ("field", "real", "GET", "/api/v1/incidents/i/timeline.csv", False),
        ("field", "real", "GET", "/media/" + "a" * 64, False),
        ("viewer", "real", "GET", "/media/" + "a" * 64, False),
        ("field", "real", "GET", "/media/" + "a" * 64 + "/320", True),
        ("desk", "real", "GET", "/media/" + "a" * 64, True),
        ("field", "real", "POST", "/uploads", True),
        ("viewer", "real", "POST", "/uploads", False),
        ("partner", "real", "POST", "/uploads", False),
        ("desk", "real", "GET", "/drill/api/v1/me", False),
        ("desk", "drill", "GET", "/api/v1/me", False),
        ("controller", "drill", "POST", "/drill/api/v1/incidents/i/events", True),
        ("field", "real", "POST", "/api/v1/incidents", False),
        ("desk", "real", "GET", "/metrics", False),
    ],
)
def test_what_the_house_promises_by_hand(browser, secret, role, realm, method, path, fine):
    headers = {"Authorization": f"Bearer {secret(role, realm)}"}
    status = browser().ask(method, path, headers=headers).status_code
    assert (status != 403) is fine, status


def test_metrics_are_for_this_machine_and_admins(browser, secret):
    assert browser("127.0.0.1").get("/metrics").status_code == 200
    assert browser("::1").get("/metrics").status_code == 200
    assert browser().get("/metrics").status_code == 401
    behind = {"X-Forwarded-For": "192.0.2.9"}
    assert browser("127.0.0.1").get("/metrics", headers=behind).status_code == 401
    admin = {"Authorization": f"Bearer {secret('admin')}"}
    assert browser().get("/metrics", headers=admin).status_code == 200


def test_every_write_with_a_session_needs_the_csrf_header(app, browser, person):
    signed_in = browser()
    person("admin")
    person("admin", "drill")
    signed_in.sign_in("admin-real")
    asked = 0
    for method, path in requests_of(app):
        if method not in WRITES or not may(("admin", "real"), method, path) or path == "/login":
            continue
        answer = signed_in.ask(method, path)
        assert answer.status_code == 403, (method, path)
        assert answer.json["error"]["detail"] == {"reason": "csrf"}, (method, path)
        forged = signed_in.ask(method, path, headers={"X-XSRF-Token": "forged"})
        assert forged.status_code == 403, (method, path)
        asked += 1
        if path != "/logout":
            fine = signed_in.write(method, path)
            assert fine.status_code != 403, (method, path)
    assert asked >= 5


def test_a_csrf_token_of_another_session_is_refused(browser, person):
    person("desk")
    mine, theirs = browser(), browser()
    mine.sign_in("desk-real")
    theirs.sign_in("desk-real")
    token = theirs.client.get_cookie("_csrf_token").value
    answer = mine.ask("POST", "/api/v1/incidents", headers={"X-XSRF-Token": token})
    assert answer.status_code == 403


def test_the_table_names_only_roles_that_exist():
    for row in ROUTES:
        known = row.roles in (PUBLIC, SIGNED_IN, MACHINE) or row.roles <= set(ROLES)
        assert known, row.path
