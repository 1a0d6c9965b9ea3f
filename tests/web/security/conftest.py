"""The whole application, and browsers that sign in to it as a person would."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.app import create_app
from dashboard.clock import FixedClock
from dashboard.config import Settings, load
from dashboard.people import Grant, NewPerson, NewToken, People, Person, open_people
from dashboard.people.secrets import Passwords
from dashboard.principal import DRILL_ONLY
from tests.conftest import ROOT

NOW_US = 1_800_000_000_000_000
FAR_US = NOW_US * 2
WORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
FIELD_OF_FORM = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """A browser with its own cookies and address."""

    def __init__(self, app: Flask, address: str = "192.0.2.1", base: str = "http://localhost"):
        self.client: FlaskClient = app.test_client()
        self.base, self.environ = base, {"REMOTE_ADDR": address}

    def ask(self, method: str, path: str, **more) -> TestResponse:
        """Send a request."""
        more |= {"base_url": self.base, "environ_overrides": self.environ}
        return self.client.open(path, method=method, buffered=True, **more)

    def get(self, path: str, **more) -> TestResponse:
        """GET."""
        return self.ask("GET", path, **more)

    def write(self, method: str, path: str, **more) -> TestResponse:
        """Write as our pages do, with the CSRF header."""
        cookie = self.client.get_cookie("_csrf_token")
        headers = {"X-XSRF-Token": cookie.value if cookie else "none"}
        return self.ask(method, path, headers=headers, **more)

    def sign_in(self, login: str, password: str = WORD, next_: str = "") -> TestResponse:
        """Fill in the form and press the button."""
        form = FIELD_OF_FORM.search(self.get("/login").text)
        assert form is not None
        fields = {"name": login, "password": password, "next": next_, "csrf_token": form[1]}
        return self.ask("POST", "/login", data=fields)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW_US)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"EOC_STATE_DIR": str(tmp_path / "var"), "EOC_SECRET_KEY": "s" * 40})


@pytest.fixture
def people(settings: Settings, clock: FixedClock) -> People:
    return open_people(settings, clock, Passwords(CHEAP))


@pytest.fixture
def app(settings: Settings, people: People) -> Iterator[Flask]:
    made = create_app(settings, people=people)
    yield made
    made.extensions["eoc"].stop()


@pytest.fixture
def person(people: People) -> Callable[..., Person]:
    """Make a person of one role: ``person("desk", "drill")``."""

    def make(role: str, realm: str = "real") -> Person:
        partner = role == "partner"
        scope, ends = ("kaihatsu", FAR_US) if partner else (None, None)
        grants = (Grant(realm, role, scope, ends),)
        new = NewPerson(f"{role}-{realm}", f"{role} {realm}", team="1班", grants=grants)
        assert not (role in DRILL_ONLY and realm == "real")
        return people.roster.put(new, WORD)[0]

    return make


@pytest.fixture
def secret(people: People, person: Callable[..., Person]) -> Callable[..., str]:
    """Make a token of one role: ``secret("desk", "drill")``."""

    def make(role: str, realm: str = "real") -> str:
        owner = person(role, realm)
        return people.access.add_token(NewToken(role, owner.id, frozenset({role}), realm))[1]

    return make


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """Make a browser: ``browser()``, ``browser("192.0.2.7")``."""
    return lambda *given, **more: Browser(app, *given, **more)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def told(state: Path) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.app_server", str(state)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield json.loads(line)
        process.terminate()


@pytest.fixture
def store(state: Path, told: dict[str, Any]) -> Iterator[People]:
    """The people store as another process opens it (the command line does)."""
    opened = open_people(Settings(state_dir=state), passwords=Passwords(CHEAP))
    yield opened
    opened.close()
