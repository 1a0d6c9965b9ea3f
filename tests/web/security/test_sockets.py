"""The handshake of a socket, and the watch that cuts it."""

from __future__ import annotations

import threading
import time

import pytest

from dashboard.errors import Forbidden, Unauthenticated
from dashboard.people import NewToken
from dashboard.security import RevocationWatch, authenticate_socket

HOST = {"HTTP_HOST": "localhost:8050", "wsgi.url_scheme": "http", "REQUEST_METHOD": "GET"}


@pytest.fixture
def knock(app):
    def knock(auth=None, **environ):
        with app.app_context():
            return authenticate_socket(auth, {**HOST, **environ})

    return knock


def _cookie(browser) -> str:
    return f"eoc_session={browser.client.get_cookie('eoc_session').value}"


def test_nobody_opens_a_socket_without_session_or_token(knock):
    for auth in (None, {}, {"token": ""}, {"token": "eoc_wrong"}, {"token": 7}, "text", [1]):
        with pytest.raises(Unauthenticated):
            knock(auth)
    with pytest.raises(Unauthenticated):
        knock(None, HTTP_COOKIE="eoc_session=forged")


def test_a_session_opens_a_socket_of_our_own_page(knock, browser, person):
    desk = person("desk")
    here = browser()
    here.sign_in("desk-real")
    for origin in ("http://localhost:8050", None):
        given = {"HTTP_ORIGIN": origin} if origin else {}
        assert knock(None, HTTP_COOKIE=_cookie(here), **given).person_id == desk.id


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost:9999", "null", "http://localhost.evil"]
)
def test_a_page_of_another_origin_opens_none(knock, browser, person, secret, origin):
    token = secret("desk")
    here = browser()
    here.sign_in("desk-real")
    for auth in (None, {"token": token}):
        with pytest.raises(Forbidden):
            knock(auth, HTTP_COOKIE=_cookie(here), HTTP_ORIGIN=origin)


def test_a_token_opens_a_socket_with_its_roles(knock, secret):
    token = secret("field", "drill")
    assert knock({"token": token}).audience("drill") == "field:team-1"
    bearer = knock(None, HTTP_AUTHORIZATION=f"Bearer {token}")
    assert bearer.roles("real") == frozenset()


def test_an_ended_session_opens_none(knock, browser, person, people):
    person("desk")
    here = browser()
    here.sign_in("desk-real")
    cookie = _cookie(here)
    people.roster.set_password("desk-real", "another password")
    with pytest.raises(Unauthenticated):
        knock(None, HTTP_COOKIE=cookie)


def test_the_watch_tells_each_revocation_once_with_the_sockets_keys(people, person):
    desk = person("desk")
    sid = people.access.open_session(desk, None, "", "")
    watch = RevocationWatch(people, lambda keys: told.append(keys))
    told: list[frozenset[str]] = []
    assert watch.look() == frozenset()
    people.access.close_session(sid)
    people.access.close_session(sid)
    watch.look()
    watch.look()
    assert told == [{f"session:{sid}"}]
    principal_keys = {f"person:{desk.id}", f"session:{sid}"}
    assert told[0] & principal_keys


def test_the_watch_tells_of_tokens_whose_time_is_over(people, person, clock):
    desk = person("desk")
    new = NewToken("gw", desk.id, frozenset({"desk"}), "real", clock.us + 5_000_000)
    token_id, _ = people.access.add_token(new)
    watch = RevocationWatch(people, lambda keys: None)
    assert watch.look() == frozenset()
    clock.advance(5)
    assert watch.look() == {f"token:{token_id}"}
    assert watch.look() == frozenset()


def test_a_revocation_is_told_within_two_seconds(people, person):
    person("desk")
    told, stop = threading.Event(), threading.Event()
    watch = RevocationWatch(people, lambda keys: told.set())
    thread = threading.Thread(target=watch.run, args=(stop.is_set,))
    thread.start()
    began = time.monotonic()
    people.roster.revoke("desk-real")
    assert told.wait(2)
    assert time.monotonic() - began < 2
    stop.set()
    thread.join()
