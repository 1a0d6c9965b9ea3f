"""People, roles, sessions, tokens, devices: what lets somebody in, and what shuts them out."""

from __future__ import annotations

import pytest

from dashboard.clock import SECOND_US
from dashboard.errors import Conflict, Malformed, NotFound
from dashboard.people import Grant, NewPerson, NewToken
from dashboard.people.access import HOUR_US, SESSION_HOURS
from tests.unit.people_store import WORD, crew


def test_a_login_is_found_however_it_is_typed(people):
    person = crew(people)
    assert people.roster.check_password("ＫＥＮＳＥＴＳＵ-patrol-1 ", WORD) == person
    assert people.roster.check_password("kensetsu-patrol-1", WORD + "!") is None
    assert people.roster.check_password("nobody", WORD) is None


def test_a_login_is_given_once(people):
    crew(people)
    with pytest.raises(Conflict, match="taken"):
        crew(people, "Kensetsu-Patrol-1")


@pytest.mark.parametrize(
    "new",
    [
        NewPerson("a", "一文字"),
        NewPerson("a b", "空白"),
        NewPerson("=cmd", "式"),
        NewPerson("ok-1", "  "),
        NewPerson("ok-1", "改行\n名"),
        NewPerson("ok-1", "x", grants=(Grant("real", "king"),)),
        NewPerson("ok-1", "x", grants=(Grant("moon", "desk"),)),
        NewPerson("ok-1", "x", grants=(Grant("real", "controller"),)),
        NewPerson("ok-1", "x", grants=(Grant("real", "partner"),)),
    ],
)
def test_a_person_that_cannot_be_is_refused(people, new):
    with pytest.raises(Malformed):
        people.roster.put(new)
    assert people.roster.all() == []


@pytest.mark.parametrize("password", ["short", "x" * 201])
def test_a_password_too_short_or_too_long_is_refused(people, password):
    with pytest.raises(Malformed, match="10 to 200"):
        people.roster.add(NewPerson("ok-1", "x"), password)


def test_passwords_and_tokens_lie_in_the_store_only_as_hashes(people, tmp_path):
    person = crew(people)
    _, secret = people.access.add_token(NewToken("gw", person.id, frozenset({"field"})))
    _, device = people.devices.add("貸出1")
    people.close()
    stored = b"".join(p.read_bytes() for p in tmp_path.glob("people.db*"))
    assert b"$argon2id$" in stored
    for text in (WORD, secret, device):
        assert text.encode() not in stored
    assert (tmp_path / "people.db").stat().st_mode & 0o077 == 0


def test_names_leave_unknown_people_out(people):
    person = crew(people)
    assert people.names([person.id, "nobody"]) == {person.id: "建設水道課パトロール1"}
    assert people.names([]) == {}
    assert people.teams() == [{"id": "team-1", "name": "1班"}]
    assert people.person("nobody") is None


def test_a_session_gives_the_audience_of_its_person(people):
    person = crew(people)
    sid = people.access.open_session(person, None, "127.0.0.1", "test")
    principal, found = people.access.by_session(sid)
    assert found == person
    assert principal.audience("real") == "field:team-1"
    assert principal.roles("drill") == {"field"}
    assert principal.keys == {f"person:{person.id}", f"session:{sid}"}


def test_a_session_ends_after_its_hours(people, clock):
    sid = people.access.open_session(crew(people), None, "", "")
    clock.advance(SESSION_HOURS * 3600 - 1)
    assert people.access.by_session(sid)
    clock.advance(1)
    assert people.access.by_session(sid) is None
    assert people.revocations.expired(clock.us - HOUR_US, clock.us) == {f"session:{sid}"}


def test_revoking_a_person_ends_everything_they_hold(people):
    person = crew(people)
    sid = people.access.open_session(person, None, "", "")
    _, secret = people.access.add_token(NewToken("gw", person.id, frozenset({"field"})))
    epoch = people.revocations.epoch()
    people.roster.revoke("kensetsu-patrol-1")
    assert people.access.by_session(sid) is None
    assert people.access.by_secret(secret) is None
    assert people.roster.check_password("kensetsu-patrol-1", WORD) is None
    assert people.revocations.since(epoch) == (epoch + 1, {f"person:{person.id}"})


def test_an_old_list_does_not_let_a_revoked_person_in_again(people):
    crew(people)
    people.roster.revoke("kensetsu-patrol-1")
    people.roster.put(NewPerson("kensetsu-patrol-1", "建設水道課パトロール1"))
    assert people.roster.check_password("kensetsu-patrol-1", WORD) is None
    people.roster.reinstate("kensetsu-patrol-1")
    assert people.roster.check_password("kensetsu-patrol-1", WORD)


def test_a_new_password_ends_the_sessions_opened_with_the_old_one(people):
    sid = people.access.open_session(crew(people), None, "", "")
    people.roster.set_password("kensetsu-patrol-1", "another long word")
    assert people.access.by_session(sid) is None
    with pytest.raises(NotFound):
        people.roster.set_password("nobody", "another long word")


def test_what_a_list_does_not_say_is_kept(people):
    before = crew(people)
    after, added = people.roster.put(NewPerson(before.login, "新しい名"))
    assert not added
    assert after.name == "新しい名"
    assert (after.team, after.grants, after.department) == (
        before.team, before.grants, before.department,
    )  # fmt: skip


def test_other_roles_bump_the_epoch_because_sockets_hold_the_old_ones(people):
    person = crew(people)
    epoch = people.revocations.epoch()
    people.roster.put(NewPerson(person.login, person.name, grants=(Grant("real", "desk"),)))
    assert people.revocations.since(epoch)[1] == {f"person:{person.id}"}
    people.roster.put(NewPerson(person.login, person.name, grants=(Grant("real", "desk"),)))
    assert people.revocations.epoch() == epoch + 1


def test_a_token_never_may_more_than_its_person(people):
    person = crew(people)
    roles = frozenset({"field", "admin"})
    _, secret = people.access.add_token(NewToken("gw", person.id, roles, "real"))
    principal = people.access.by_secret(secret)
    assert principal.roles("real") == {"field"}
    assert principal.roles("drill") == frozenset()
    assert principal.audience("drill") is None


def test_a_token_ends_at_its_time_or_when_revoked(people, clock):
    person = crew(people)
    ends = clock.us + 10 * SECOND_US
    token_id, secret = people.access.add_token(
        NewToken("gw", person.id, frozenset({"field"}), "*", ends)
    )
    _, other = people.access.add_token(NewToken("x", person.id, frozenset({"field"}), "*", ends))
    assert people.access.by_secret(secret).token_id == token_id
    people.access.revoke_token(token_id)
    assert people.access.by_secret(secret) is None
    with pytest.raises(NotFound):
        people.access.revoke_token(token_id)
    clock.advance(10)
    assert people.access.by_secret(other) is None
    assert all("secret_hash" not in row for row in people.access.tokens())


@pytest.mark.parametrize(
    ("roles", "realm"), [((), "real"), (("king",), "real"), (("desk",), "moon")]
)
def test_a_token_for_nothing_known_is_refused(people, roles, realm):
    with pytest.raises(Malformed):
        people.access.add_token(NewToken("gw", crew(people).id, frozenset(roles), realm))


def test_a_partners_sight_ends_with_its_role(people, clock):
    ends = clock.us + 60 * SECOND_US
    grants = (Grant("real", "partner", "kaihatsu", ends),)
    person = people.roster.add(NewPerson("partner-1", "開発建設部", grants=grants), WORD)
    sid = people.access.open_session(person, None, "", "")
    assert people.access.by_session(sid)[0].audience("real") == "partner:kaihatsu"
    clock.advance(60)
    assert people.access.by_session(sid)[0].audience("real") is None
    assert f"person:{person.id}" in people.revocations.expired(clock.us - 1, clock.us)


def test_an_outbox_of_the_last_operator_keeps_their_name(people, clock):
    first, second = crew(people), crew(people, "kensetsu-patrol-2")
    device_id, _ = people.devices.add("スマートフォン", "browser")
    people.devices.enrol(device_id, first.id)
    early = clock.us + 5 * SECOND_US
    clock.advance(10)
    people.devices.enrol(device_id, second.id)
    clock.advance(10)
    assert people.enrolled(first.id, device_id, early)
    assert not people.enrolled(first.id, device_id, clock.us)
    assert people.enrolled(second.id, device_id, clock.us)
    assert not people.enrolled(second.id, device_id, early)
    assert not people.enrolled(first.id, "another device", early)


def test_a_loan_device_stands_for_whoever_is_on_it_and_only_as_field(people):
    grants = (Grant("real", "field"), Grant("real", "admin"))
    person = people.roster.add(NewPerson("ok-1", "x", grants=grants))
    device_id, secret = people.devices.add("貸出1")
    assert people.access.by_secret(secret) is None
    people.devices.enrol(device_id, person.id)
    principal = people.access.by_secret(secret)
    assert (principal.device_id, principal.roles("real")) == (device_id, {"field"})
    people.devices.revoke(device_id)
    assert people.access.by_secret(secret) is None


def test_a_browsers_cookie_is_no_token(people):
    device_id, secret = people.devices.add("Chrome", "browser")
    people.devices.enrol(device_id, crew(people).id)
    assert people.devices.by_cookie(secret) == device_id
    assert people.access.by_secret(secret) is None
