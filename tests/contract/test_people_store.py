"""The people store on SQLite and on PostgreSQL: the same tables, the same promises."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from argon2 import PasswordHasher
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from dashboard.config import Settings
from dashboard.migrations import HEADS, head
from dashboard.people import Grant, NewPerson, NewToken, People, open_people
from dashboard.people.secrets import Passwords
from dashboard.people.tables import metadata
from dashboard.signals import Signals

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings of an empty store."""
    if request.param == "sqlite":
        yield Settings(state_dir=tmp_path)
        return
    url = request.getfixturevalue("postgres_url")
    yield Settings(state_dir=tmp_path, database_url=url)
    engine = create_engine("postgresql+psycopg" + url[url.index("://") :])
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA people CASCADE"))
    engine.dispose()


@pytest.fixture
def people(settings: Settings) -> Iterator[People]:
    """A store."""
    opened = open_people(settings, passwords=CHEAP)
    yield opened
    opened.close()


def _desk(people: People):
    grants = (Grant("real", "desk"),)
    return people.roster.add(NewPerson("desk-1", "本部事務局1", team="班", grants=grants), "x" * 12)


def test_the_tables_in_code_are_the_tables_in_the_database(people):
    assert head("people") == HEADS["people"]

    def differences(connection):
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        extra = [d for d in found if not (d[0] == "remove_table" and "alembic" in d[1].name)]
        return [d for d in extra if d[0] in ("add_table", "remove_table", "add_column")]

    assert people.store.read(differences) == []


def test_what_one_process_writes_another_reads(people, settings):
    person = _desk(people)
    sid = people.access.open_session(person, None, "", "")
    token_id, secret = people.access.add_token(NewToken("gw", person.id, frozenset({"desk"})))
    other = open_people(settings, passwords=CHEAP)
    assert other.access.by_session(sid)[0].roles("real") == {"desk"}
    assert other.access.by_secret(secret).token_id == token_id
    epoch = other.revocations.epoch()
    people.access.close_session(sid)
    people.access.revoke_token(token_id)
    assert other.revocations.since(epoch) == (
        epoch + 2, {f"session:{sid}", f"token:{token_id}"},
    )  # fmt: skip
    other.close()


def test_the_audit_refuses_change_and_removal(people):
    people.audit.note("signin.ok", "p1", realm="real", seen=3)
    for change in ("UPDATE audit SET action = 'x'", "DELETE FROM audit"):
        with pytest.raises(DatabaseError, match="append-only"):
            people.store.write(lambda c, change=change: c.exec_driver_sql(change))
    assert [line["detail"] for line in people.audit.read()] == [{"seen": 3}]


def test_many_at_once_get_no_more_tries_than_one(people, settings):
    stores = [people, open_people(settings, passwords=CHEAP)]
    answers: list[int] = []

    def try_in(store: People) -> None:
        answers.extend(store.attempts.take([("a|x", 5), ("a", 60)]) for _ in range(5))

    threads = [threading.Thread(target=try_in, args=(stores[n % 2],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stores[1].close()
    assert sorted(answers)[:6] == [0, 0, 0, 0, 0, sorted(answers)[5]]
    assert sorted(answers)[5] > 0
    assert len(answers) == 20


def test_signals_and_devices_live_there_too(people):
    person = _desk(people)
    device_id, _ = people.devices.add("貸出1")
    people.devices.enrol(device_id, person.id)
    assert people.enrolled(person.id, device_id, people.clock.now_us())
    signals = Signals(people)
    signals.put("real", "wall:1", {"ok": True})
    assert signals.get("real", "wall:1") == {"ok": True}
