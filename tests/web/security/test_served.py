"""Against a served application: somebody shut out by another process goes dark at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx

from dashboard.people import Grant, NewPerson, People
from tests.web.security.conftest import FIELD_OF_FORM, WORD
from tests.web.security.line import Socket

LIMIT_S = 2.0


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
        assert socket.follow()["ok"]
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
        assert first.follow()["ok"]
        assert second.follow()["ok"]
        header = {"X-XSRF-Token": one.cookies["_csrf_token"]}
        assert one.post("/logout", headers=header).status_code == 303
        assert first.dark_after_s() <= LIMIT_S
        assert two.get("/api/v1/me").status_code == 200
        # a parcel, empty if need be, comes every two seconds: this one still follows
        assert not second.next_frame().startswith("41")


def test_a_revoked_token_is_cut_within_two_seconds(told, store):
    token = told["tokens"]["desk"]
    with Socket(told, token=token) as socket:
        assert socket.follow()["ok"]
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
