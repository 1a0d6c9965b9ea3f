"""The whole application in one process, and a client for each role."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.app import Eoc, create_app
from dashboard.config import Settings, load
from dashboard.people import Grant, NewPerson, NewToken
from dashboard.people.persons import REALMS
from tests.tus_client import Client, Server, jpeg, serving

TEAM = "kensetsu-1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a state folder of its own."""
    return load({"EOC_STATE_DIR": str(tmp_path / "var"), "EOC_SECRET_KEY": "s" * 40})


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application, its threads not started: tests catch up themselves."""
    made = create_app(settings)
    made.testing = True
    eoc: Eoc = made.extensions["eoc"]
    eoc.people.roster.put_team("建設水道課1班", TEAM)
    yield made
    eoc.stop()
    eoc.people.close()


class Caller:
    """A program with a token of one role."""

    def __init__(self, client: FlaskClient, secret: str, prefix: str = "") -> None:
        self.client, self.prefix = client, prefix
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str) -> TestResponse:
        """GET below the realm's prefix."""
        return self.client.get(self.prefix + path, headers=self.headers)

    def post(self, path: str, body: Any) -> TestResponse:
        """POST JSON below the realm's prefix."""
        return self.client.post(self.prefix + path, json=body, headers=self.headers)

    def send(self, *events: Any, incident: str = "inc") -> TestResponse:
        """Send a batch."""
        return self.post(f"/api/v1/incidents/{incident}/events", {"events": list(events)})


@pytest.fixture
def caller(app: Flask) -> Callable[..., Caller]:
    """Make a caller: ``caller("desk")``, ``caller("field", realm="drill")``."""
    people = app.extensions["eoc"].people

    def make(role: str, realm: str = "real", team: str | None = None) -> Caller:
        login = f"{role}-{realm}-{team}"
        grants = (Grant(realm, role, "kamifurano" if role == "partner" else None),)
        team_name = {"kensetsu-1": "建設水道課1班"}.get(team or "", team)
        person, _ = people.roster.put(
            NewPerson(login, f"{role}試験", "総務課", "", team_name, grants)
        )
        token = NewToken(login, person.id, frozenset({role}), realm)
        _, secret = people.access.add_token(token)
        return Caller(app.test_client(), secret, "/drill" if realm == "drill" else "")

    assert set(REALMS) == {"real", "drill"}
    return make


@pytest.fixture
def desk(caller: Callable[..., Caller]) -> Caller:
    """The desk, with an open incident ``inc``."""
    made = caller("desk")
    assert made.post("/api/v1/incidents", {"id": "inc", "title": "大雨"}).status_code == 201
    return made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A live server of the upload and media doors."""
    with serving(tmp_path_factory.mktemp("state"), EOC_MAX_UPLOAD_MB="30") as running:
        yield running


@pytest.fixture
def crew(server: Server) -> Client:
    """A phone of team-1 at that server."""
    return server.client()


SEEDS = itertools.count(1)


@pytest.fixture
def photo() -> bytes:
    """A photo no other test sends."""
    return jpeg(next(SEEDS))
