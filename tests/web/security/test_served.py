"""Against a served application: somebody shut out by another process goes dark at once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
import websocket
from argon2 import PasswordHasher

from dashboard.config import Settings
from dashboard.people import Grant, NewPerson, People, open_people
from dashboard.people.secrets import Passwords
from tests.conftest import ROOT
from tests.web.security.conftest import FIELD_OF_FORM, WORD

LIMIT_S = 2.0


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
    opened = open_people(Settings(state_dir=state), passwords=Passwords(PasswordHasher(1, 8, 1)))
    yield opened
    opened.close()


class Socket:
    """A socket that follows the incident, frame by frame (Engine.IO 4, Socket.IO 5)."""

    def __init__(self, told: dict[str, Any], cookie: str = "", token: str = "") -> None:
        url = f"ws://127.0.0.1:{told['port']}/socket.io/?EIO=4&transport=websocket"
        self.line = websocket.create_connection(url, timeout=10, cookie=cookie)
        self.line.send("40/live," + (json.dumps({"token": token}) if token else ""))
        self.let_in = self._until("40/live,", "44/live,").startswith("40")
        if self.let_in:
            follow = {"incident_id": told["incident_id"], "after": 0}
            self.line.send(f"42/live,1{json.dumps(['follow', follow])}")
            assert '"ok":true' in self._until("43/live,1").replace(" ", "")

    def _until(self, *beginnings: str) -> str:
        while True:
            frame = self.line.recv()
            if isinstance(frame, str) and frame.startswith(beginnings):
                return frame

    def next_frame(self) -> str:
        """Return the next frame of the namespace: a parcel, or the end."""
        return self._until("42/live", "45", "41/live")

    def dark_after_s(self) -> float:
        """Read until the server ends it; return the seconds it took."""
        began = time.monotonic()
        with suppress(websocket.WebSocketConnectionClosedException, ConnectionError):
            self._until("41/live", "1")
        return time.monotonic() - began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()


def _cookie(here: httpx.Client) -> str:
    return "; ".join(f"{name}={value}" for name, value in here.cookies.items())


def _sign_in(told: dict[str, Any], login: str) -> httpx.Client:
    here = httpx.Client(base_url=f"http://127.0.0.1:{told['port']}", timeout=30)
    form = FIELD_OF_FORM.search(here.get("/login").text)
    assert form is not None
    fields = {"name": login, "password": WORD, "csrf_token": form[1]}
    assert here.post("/login", data=fields).status_code == 303
    return here


def _desk(store: People, login: str) -> None:
    store.roster.put(NewPerson(login, login, grants=(Grant("real", "desk"),)), WORD)


def test_a_revoked_session_is_cut_within_two_seconds(told, store):
    _desk(store, "desk-cut")
    with closing(_sign_in(told, "desk-cut")) as here, Socket(told, _cookie(here)) as socket:
        store.roster.revoke("desk-cut")
        assert here.get("/api/v1/me").status_code == 401
        assert socket.dark_after_s() <= LIMIT_S
        with Socket(told, _cookie(here)) as again:
            assert not again.let_in


def test_a_sign_out_cuts_the_sockets_of_that_session_only(told, store):
    _desk(store, "desk-two")
    with (
        closing(_sign_in(told, "desk-two")) as one,
        closing(_sign_in(told, "desk-two")) as two,
        Socket(told, _cookie(one)) as first,
        Socket(told, _cookie(two)) as second,
    ):
        header = {"X-XSRF-Token": one.cookies["_csrf_token"]}
        assert one.post("/logout", headers=header).status_code == 303
        assert first.dark_after_s() <= LIMIT_S
        assert two.get("/api/v1/me").status_code == 200
        # a parcel, empty if need be, comes every two seconds: this one still follows
        assert not second.next_frame().startswith("41")


def test_a_revoked_token_is_cut_within_two_seconds(told, store):
    token = told["tokens"]["desk"]
    with Socket(told, token=token) as socket:
        (row,) = [r for r in store.access.tokens() if r["label"] == "desk"]
        store.access.revoke_token(row["id"])
        assert socket.dark_after_s() <= LIMIT_S
    with Socket(told, token=token) as again:
        assert not again.let_in


def test_many_sign_in_at_once_and_the_server_still_answers(told, store):
    for n in range(12):
        _desk(store, f"many-{n}")
    url = f"http://127.0.0.1:{told['port']}/healthz"
    with ThreadPoolExecutor(12) as pool:
        coming = [pool.submit(_sign_in, told, f"many-{n}") for n in range(12)]
        while not all(done.done() for done in coming):
            assert httpx.get(url, timeout=10).status_code == 200
        for done in coming:
            with closing(done.result()) as here:
                assert here.get("/api/v1/me").status_code == 200
