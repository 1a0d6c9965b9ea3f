"""All callbacks of Dash share one route: the role is checked in each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from dashboard.people import Person
from tests.web.security.conftest import Browser


def asked(path: str) -> dict[str, Any]:
    """What Dash's page sends when it is opened at a path."""
    return {
        "output": "eoc-page.children",
        "outputs": {"id": "eoc-page", "property": "children"},
        "inputs": [{"id": "eoc-url", "property": "pathname", "value": path}],
        "changedPropIds": ["eoc-url.pathname"],
        "state": [],
    }


def signed_in(app: Flask, person: Callable[..., Person], role: str) -> Browser:
    browser = Browser(app)
    assert browser.sign_in(person(role).login).status_code == 303
    browser.get("/help")  # any page brings the cookie that writes need
    return browser


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("field", "/help", 200), ("field", "/admin", 403), ("field", "/triage", 403),
        ("field", "/wall", 403), ("viewer", "/wall", 200), ("viewer", "/triage", 403),
        ("partner", "/wall", 403), ("desk", "/triage", 200), ("desk", "/admin", 403),
        ("admin", "/admin", 200),
    ],
)  # fmt: skip
def test_a_page_is_drawn_only_for_its_roles(
    app: Flask, person: Callable[..., Person], role: str, path: str, status: int
) -> None:
    browser = signed_in(app, person, role)
    answer = browser.write("POST", "/_dash-update-component", json=asked(path))
    assert answer.status_code == status


def test_a_role_of_the_real_realm_draws_no_page_of_the_drill(
    app: Flask, person: Callable[..., Person]
) -> None:
    browser = signed_in(app, person, "desk")
    answer = browser.write("POST", "/drill/_dash-update-component", json=asked("/drill/triage"))
    assert answer.status_code == 403


def test_a_callback_without_the_csrf_header_is_refused(
    app: Flask, person: Callable[..., Person]
) -> None:
    browser = signed_in(app, person, "desk")
    answer = browser.ask("POST", "/_dash-update-component", json=asked("/triage"))
    assert answer.status_code == 403
