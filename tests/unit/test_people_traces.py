"""What people leave behind: attempts, the audit, signals; the demo, and two processes at once."""

from __future__ import annotations

import sqlite3

import pytest
from argon2 import PasswordHasher

from dashboard.config import Settings
from dashboard.people import open_people
from dashboard.people.demo import FILE, PEOPLE, demo_logins, ensure_demo
from dashboard.people.secrets import Passwords
from dashboard.signals import Signals
from tests.unit.people_store import CHEAP, WORD, crew


def test_attempts_are_counted_per_key_within_five_minutes(people, clock):
    limits = [("a|x", 2), ("a", 3)]
    assert [people.attempts.take(limits) for _ in range(3)] == [0, 0, 300]
    assert people.attempts.take([("b|x", 2), ("b", 3)]) == 0  # the same name from elsewhere
    assert people.attempts.take([("a|y", 2), ("a", 3)]) == 0
    assert people.attempts.take([("a|z", 2), ("a", 3)]) == 300
    clock.advance(300)
    assert people.attempts.take(limits) == 0


def test_a_good_sign_in_does_not_free_the_count_of_its_address(people):
    for name in ("x", "y"):
        assert people.attempts.take([(f"a|{name}", 9), ("a", 3)]) == 0
    people.attempts.take([("a|z", 9), ("a", 3)])
    people.attempts.forgive("a|z", "a")
    assert people.attempts.take([("a|q", 9), ("a", 3)]) == 0
    assert people.attempts.take([("a|q", 9), ("a", 3)]) == 300


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET action='x'",
        "DELETE FROM audit",
        (
            "INSERT OR REPLACE INTO audit (id, at_us, action, address, target, detail) "
            "VALUES (1, 1, 'x', '', '', '{}')"
        ),
    ],
)
def test_the_audit_only_grows(people, tmp_path, change):
    people.audit.note("signin.failed", address="127.0.0.1", target="desk-1")
    with sqlite3.connect(tmp_path / "people.db") as raw, pytest.raises(sqlite3.IntegrityError):
        raw.execute(change)
    raw.close()
    (line,) = people.audit.read()
    assert (line["action"], line["target"]) == ("signin.failed", "desk-1")


def test_a_signal_lives_for_its_time_in_its_realm(people, clock):
    signals = Signals(people)
    signals.put("real", "battery:p1", 0.4, ttl_s=60)
    signals.put("real", "battery:p1", 0.3, ttl_s=60)
    signals.put("drill", "battery:p1", 0.9, ttl_s=60)
    assert signals.get("real", "battery:p1") == 0.3
    assert list(signals.under("real", "battery:")) == ["battery:p1"]
    clock.advance(60)
    assert signals.get("real", "battery:p1") is None


def test_the_demo_has_logins_with_passwords_of_its_own(people, tmp_path):
    settings = Settings(state_dir=tmp_path, demo=True)
    logins = ensure_demo(people, settings)
    assert [login.login for login in logins] == [new.login for new in PEOPLE]
    assert len({login.password for login in logins}) == len(logins)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    assert ensure_demo(people, settings) == logins == demo_logins(settings)
    for login in logins:
        assert people.roster.check_password(login.login, login.password)


def test_two_processes_that_open_the_store_at_once_both_work(tmp_path):
    settings = Settings(state_dir=tmp_path)
    one, two = (open_people(settings, passwords=Passwords(CHEAP)) for _ in range(2))
    person = crew(one)
    assert two.person(person.id) == person
    epoch = two.revocations.epoch()
    one.roster.revoke(person.login)
    assert two.revocations.since(epoch)[1] == {f"person:{person.id}"}
    one.close()
    two.close()


def test_an_unknown_name_costs_one_argon2_like_a_wrong_password():
    class Counting(PasswordHasher):
        verified: list[str] = []  # noqa: RUF012

        def verify(self, *given):
            self.verified.append(str(given[0]))
            return super().verify(*given)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert not passwords.matches(None, WORD)
    assert not passwords.matches(passwords.hash("another password"), WORD)
    cost = [h.rsplit("$", 2)[0] for h in Counting.verified]
    assert cost == ["$argon2id$v=19$m=8,t=1,p=1"] * 2
