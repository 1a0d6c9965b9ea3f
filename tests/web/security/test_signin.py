"""Sign-in: by name, never somebody else's session, never away to another host."""

from __future__ import annotations

import pytest

from dashboard.app import create_app
from dashboard.config import load
from dashboard.errors import Misconfigured
from dashboard.people.demo import demo_logins
from tests.web.security.conftest import WORD, Browser


def test_a_person_signs_in_by_name_and_comes_to_their_page(browser, person):
    for role, page in (("desk", "/triage"), ("field", "/field"), ("viewer", "/wall")):
        person(role)
        here = browser()
        answer = here.sign_in(f"{role}-real")
        assert (answer.status_code, answer.location) == (303, "/")
        assert here.get("/").location == page
        assert here.get("/api/v1/me").json["name"] == f"{role} real"


def test_somebody_with_drill_roles_only_starts_in_the_drill(browser, person):
    person("controller", "drill")
    here = browser()
    here.sign_in("controller-drill")
    assert here.get("/").location.startswith("/drill/")


def test_the_form_lists_no_users_and_is_japanese(browser, person):
    person("desk")
    page = browser().get("/login").text
    assert "サインイン" in page
    assert "desk-real" not in page
    assert '<html lang="ja">' in page
    assert "<script" not in page
    assert " style=" not in page
    assert 'lang="en"' in browser().get("/login?lang=en").text


def test_a_wrong_password_and_an_unknown_name_look_the_same(browser, person):
    person("desk")
    wrong = browser().sign_in("desk-real", "not the password")
    unknown = browser().sign_in("nobody-real", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("desk-real", "") != ""
    blank = [a.text.split("<main>")[1].split("csrf_token")[0] for a in (wrong, unknown)]
    assert blank[0] == blank[1]


def test_a_name_with_markup_is_shown_as_text(browser):
    page = browser().sign_in('"><script>alert(1)</script>').text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_revoked_person_does_not_sign_in(browser, person, people):
    person("desk")
    people.roster.revoke("desk-real")
    assert browser().sign_in("desk-real").status_code == 401


def test_the_form_needs_its_csrf_field(browser, person):
    person("desk")
    here = browser()
    here.get("/login")
    answer = here.ask("POST", "/login", data={"name": "desk-real", "password": WORD})
    assert answer.status_code == 400
    assert "もう一度" in answer.text
    assert here.get("/api/v1/me").status_code == 401


def test_a_session_made_before_sign_in_does_not_become_the_persons(browser, person):
    """Session fixation: an attacker plants a cookie, the victim signs in with it."""
    person("desk")
    victim, attacker = browser(), browser()
    victim.get("/login")
    planted = victim.client.get_cookie("eoc_session").value
    attacker.client.set_cookie("eoc_session", planted)
    assert victim.sign_in("desk-real").status_code == 303
    assert victim.client.get_cookie("eoc_session").value != planted
    assert victim.get("/api/v1/me").status_code == 200
    assert attacker.get("/api/v1/me").status_code == 401


def test_signing_in_again_as_another_leaves_nothing_of_the_first(browser, person):
    person("desk")
    person("field")
    here = browser()
    here.sign_in("desk-real")
    here.sign_in("field-real")
    assert here.get("/api/v1/me").json["roles"] == ["field"]


def test_a_session_that_ended_is_refused_at_the_next_request(browser, person, people):
    person("desk")
    here, copy = browser(), browser()
    here.sign_in("desk-real")
    copy.client.set_cookie("eoc_session", here.client.get_cookie("eoc_session").value)
    assert copy.get("/api/v1/me").status_code == 200
    assert here.write("POST", "/logout").status_code == 303
    assert here.get("/api/v1/me").status_code == 401
    assert copy.get("/api/v1/me").status_code == 401


def test_a_revoked_persons_next_request_is_refused(browser, person, people):
    person("desk")
    here = browser()
    here.sign_in("desk-real")
    people.roster.revoke("desk-real")
    answer = here.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == "unauthenticated"
    page = here.get("/triage")
    assert (page.status_code, page.location) == (302, "/login?next=/triage")


def test_a_revoked_token_is_refused_even_beside_a_good_session(browser, person, secret, people):
    token = secret("desk")
    here = browser()
    here.sign_in("desk-real")
    people.access.revoke_token(people.access.tokens()[0]["id"])
    headers = {"Authorization": f"Bearer {token}"}
    assert here.get("/api/v1/me", headers=headers).status_code == 401


def test_a_forged_cookie_is_nobody(app, browser, person, people):
    desk = person("desk")
    sid = people.access.open_session(desk, None, "", "")
    other = app.session_interface.get_signing_serializer(app)
    other.secret_keys = ["another key" * 4]
    forged = other.dumps({"sid": sid, "_user_id": desk.fs_uniquifier})
    here = browser()
    here.client.set_cookie("eoc_session", forged)
    assert here.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "http:evil",
     "javascript:alert(1)", "/\tevil", "/x\r\nSet-Cookie: a=b", " //evil.example"],
)  # fmt: skip
def test_sign_in_never_leads_to_another_host(browser, person, target):
    person("desk")
    assert browser().sign_in("desk-real", next_=target).location == "/"


def test_sign_in_leads_back_to_where_one_wanted_to_go(browser, person):
    person("desk")
    here = browser()
    asked = here.get("/review?known_at=3&x=1")
    assert asked.location == "/login?next=/review%3Fknown_at%3D3%26x%3D1"
    assert 'value="/review?known_at=3&amp;x=1"' in here.get(asked.location).text
    assert here.sign_in("desk-real", next_="/review?known_at=3").location == "/review?known_at=3"


def test_the_sixth_wrong_try_waits_and_only_from_there(browser, person, clock):
    person("desk")
    attacker, owner = browser("192.0.2.66"), browser("192.0.2.1")
    for _ in range(5):
        assert attacker.sign_in("desk-real", "guess guess").status_code == 401
    limited = attacker.sign_in("desk-real")
    assert limited.status_code == 429
    assert limited.headers["Retry-After"] == "300"
    assert "300秒" in limited.text
    assert owner.sign_in("desk-real").status_code == 303
    clock.advance(300)
    assert attacker.sign_in("desk-real").status_code == 303


def test_many_names_from_one_address_wait_too(browser):
    here = browser("192.0.2.66")
    codes = [here.sign_in(f"name-{n}", "guess guess").status_code for n in range(61)]
    assert codes == [401] * 60 + [429]


def test_cookies_are_closed_to_scripts_and_other_sites(browser, person):
    person("desk")
    answer = browser().sign_in("desk-real")
    cookies = {c.split("=")[0]: c for c in answer.headers.getlist("Set-Cookie")}
    for name in ("eoc_session", "eoc_device"):
        assert "HttpOnly" in cookies[name]
        assert "SameSite=Lax" in cookies[name]
        assert "Secure" not in cookies[name]
    assert "HttpOnly" not in cookies["_csrf_token"]
    assert "SameSite=Lax" in cookies["_csrf_token"]


def test_over_https_every_cookie_is_secure_and_hsts_is_sent(tmp_path):
    settings = load({
        "EOC_STATE_DIR": str(tmp_path), "EOC_PUBLIC_URL": "https://eoc.example", "EOC_DEMO": "1",
    })  # fmt: skip
    app = create_app(settings)
    here = Browser(app, base="https://eoc.example")
    login = demo_logins(settings)[0]
    answer = here.sign_in(login.login, login.password)
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) >= 3
    assert all("Secure" in cookie for cookie in cookies)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    app.extensions["eoc"].stop()


def test_who_signed_in_failed_exported_and_was_refused_is_in_the_audit(browser, person, people):
    desk = person("desk")
    person("field")
    here = browser()
    here.sign_in("desk-real", "wrong wrong wrong")
    here.sign_in("desk-real")
    here.write("POST", "/api/v1/incidents", json={"id": "inc", "title": "大雨"})
    assert here.get("/api/v1/incidents/inc/timeline.csv").status_code == 200
    crew = browser()
    crew.sign_in("field-real")
    crew.get("/api/v1/incidents/inc/timeline.csv")
    lines = [(line["action"], line["target"]) for line in people.audit.read()]
    assert lines == [
        ("signin.failed", "desk-real"),
        ("signin.ok", ""),
        ("timeline.exported", "/api/v1/incidents/inc/timeline.csv"),
        ("signin.ok", ""),
        ("request.refused", "/api/v1/incidents/inc/timeline.csv"),
    ]
    assert people.audit.read()[1]["person_id"] == desk.id


def test_the_last_operator_of_a_phone_stays_known_on_it(browser, person, people, clock):
    first, second = person("field"), person("desk")
    phone = browser()
    phone.sign_in("field-real")
    early = clock.us + 1
    clock.advance(60)
    phone.write("POST", "/logout")
    phone.sign_in("desk-real")
    device = phone.get("/api/v1/me").json["device_id"]
    assert people.enrolled(first.id, device, early)
    assert not people.enrolled(second.id, device, early)


def test_a_page_of_another_role_says_so_in_japanese(browser, person):
    person("field")
    here = browser()
    here.sign_in("field-real")
    answer = here.get("/triage")
    assert answer.status_code == 403
    assert "権限がありません" in answer.text
    assert 'href="/field"' in answer.text


def test_outside_the_demo_nothing_starts_without_a_key_and_no_login_is_made(tmp_path, people):
    with pytest.raises(Misconfigured, match="EOC_SECRET_KEY"):
        create_app(load({"EOC_STATE_DIR": str(tmp_path)}))
    assert people.roster.all() == []


def test_demo_logins_are_shown_to_this_machine_only(tmp_path):
    settings = load({"EOC_STATE_DIR": str(tmp_path), "EOC_DEMO": "1"})
    app = create_app(settings)
    passwords = [login.password for login in demo_logins(settings)]
    here, there = (Browser(app, a).get("/login").text for a in ("127.0.0.1", "192.0.2.1"))
    assert all(word in here for word in passwords)
    assert not any(word in there for word in passwords)
    app.extensions["eoc"].stop()
