"""What only the durable stores can show: several processes, tampering, a restart."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest

from dashboard.errors import Misconfigured, Stale
from dashboard.log import Appended, Log
from dashboard.log.postgres import PostgresLog
from dashboard.migrations import HEADS, head
from tests.laws import kill
from tests.laws.appender import start
from tests.laws.drafts import decision, draft

NOW_US = 1_471_900_002_000_000
Opener = Callable[[], Log]

FORBIDDEN = [
    "UPDATE event SET kind = 'x.y'",
    "UPDATE event_body SET body = '{}'",
    "DELETE FROM event WHERE seq = 2",
    "DELETE FROM event_body WHERE seq = 1",
    "UPDATE erasure SET seq = 1",
    "DELETE FROM erasure",
    "INSERT INTO event_body VALUES (1, '{}')",
    "INSERT INTO event_body VALUES (2, '{}')",
    "INSERT INTO event_body VALUES (77, '{}')",
    "INSERT INTO erasure VALUES (77)",
]
ROW = (
    "SELECT seq, id, incident_id, 'forged.row', v, subject_id, about_id, occurred_us, sent_us,"
    " recorded_us, person_id, device_id, source, sameness, body_hash, hash FROM event"
    " WHERE seq = 1"
)
NEW = ROW.replace("seq, id", "9, 'new'", 1)
NEXT = ROW.replace("seq, id", "4, id", 1)
FORBIDDEN_SQLITE = [
    f"INSERT OR REPLACE INTO event {ROW}",
    f"INSERT OR REPLACE INTO event {NEXT}",
    f"REPLACE INTO event {ROW}",
    f"INSERT OR IGNORE INTO event {ROW}",
    f"INSERT INTO event {ROW} ON CONFLICT DO UPDATE SET kind = 'x.y'",
    "INSERT OR REPLACE INTO event_body VALUES (1, '{}')",
    "UPDATE OR REPLACE event SET seq = 1 WHERE seq = 2",
]
FORBIDDEN_POSTGRES = [
    "TRUNCATE event CASCADE",
    "TRUNCATE event_body",
    "TRUNCATE erasure",
    f"INSERT INTO event {ROW} ON CONFLICT (seq) DO UPDATE SET kind = 'x.y'",
    f"INSERT INTO event {NEXT} ON CONFLICT (id) DO UPDATE SET kind = 'x.y'",
    "INSERT INTO event_body VALUES (1, '{}') ON CONFLICT (seq) DO UPDATE SET body = '{}'",
]


def _execute(place: str, statement: str) -> None:
    if place.startswith("postgresql://"):
        url, _, schema = place.rpartition("#")
        with psycopg.connect(url, options=f"-c search_path={schema}") as connection:
            connection.execute(statement.encode())
        return
    connection = sqlite3.connect(place)
    try:
        with connection:
            connection.execute(statement)
    finally:
        connection.close()


def test_triggers_refuse_every_way_to_change_the_past(place: str, open_log: Opener) -> None:
    log = open_log()
    log.append([draft(), draft(), draft()], NOW_US)
    log.erase(2)
    before = log.read()
    own = FORBIDDEN_POSTGRES if place.startswith("postgresql") else FORBIDDEN_SQLITE
    for statement in [*FORBIDDEN, f"INSERT INTO event {NEW}", *own]:
        with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
            _execute(place, statement)
        assert log.read() == before, statement
    assert tuple(log.verify()) == (3, 1, None)


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE event SET person_id = 'someone' WHERE seq = 2", 2),
        ('UPDATE event_body SET body = \'{"text":"x"}\' WHERE seq = 3', 3),
        ("DELETE FROM event_body WHERE seq = 1", 1),
        ("DELETE FROM event WHERE seq = 2", 2),
    ],
)
def test_verify_names_the_first_entry_somebody_changed_behind_the_triggers(
    place: str, open_log: Opener, tampering: str, broken_at: int
) -> None:
    log = open_log()
    log.append([draft(), draft(), draft()], NOW_US)
    _drop_triggers(place)
    _execute(place, tampering)
    assert log.verify().broken_at == broken_at


def _drop_triggers(place: str) -> None:
    if place.startswith("postgresql://"):
        for table in ("event", "event_body"):
            _execute(place, f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        return
    connection = sqlite3.connect(place)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    connection.close()


def test_four_processes_append_at_once_and_a_reader_never_sees_a_gap(
    place: str, open_log: Opener
) -> None:
    log = open_log()
    processes = [start(place, count=40, threads=2) for _ in range(4)]
    seen = 0
    while seen < 4 * 40 * 2:
        assert log.wait(seen, 30), "the appenders stopped"
        fresh = [event.seq for event in log.read(seen)]
        assert fresh == list(range(seen + 1, seen + 1 + len(fresh)))
        seen = fresh[-1]
    said = [line.split() for p in processes for line in p.communicate(timeout=60)[0].splitlines()]
    assert [p.returncode for p in processes] == [0] * 4
    assert {(e.id, str(e.seq)) for e in log.read()} == {(id_, seq) for id_, seq in said}
    assert tuple(log.verify()) == (320, 0, None)


def test_of_two_deciders_who_saw_the_same_exactly_one_wins(open_log: Opener) -> None:
    first, second = open_log(), open_log()
    first.append([draft()], NOW_US)
    for seen in range(1, 11):
        outcomes: list[object] = []
        barrier = threading.Barrier(2)

        def decide(
            log: Log,
            outcomes: list[object] = outcomes,
            barrier: threading.Barrier = barrier,
            seen: int = seen,
        ) -> None:
            barrier.wait()
            outcomes.extend(log.append([decision(seen)], NOW_US))

        deciders = [threading.Thread(target=decide, args=(log,)) for log in (first, second)]
        for decider in deciders:
            decider.start()
        for decider in deciders:
            decider.join()
        assert Counter(type(outcome) for outcome in outcomes) == {Appended: 1, Stale: 1}


def test_an_entry_of_another_process_wakes_the_waiting_one(open_log: Opener, place: str) -> None:
    log = open_log()
    process = start(place, count=1)
    assert log.wait(0, 30)
    process.communicate(timeout=30)
    assert log.tip().seq == 1


def test_twenty_identical_submissions_at_once_make_one_row(open_log: Opener) -> None:
    logs = [open_log(), open_log()]
    one = draft()
    outcomes: list[object] = []
    threads = [
        threading.Thread(target=lambda n=n: outcomes.extend(logs[n % 2].append([one], NOW_US)))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(o.duplicate for o in outcomes if isinstance(o, Appended)) == {True: 19, False: 1}
    assert logs[0].tip().seq == 1


def test_a_log_opened_again_goes_on_where_it_ended(open_log: Opener) -> None:
    first = open_log()
    first.append([draft(), draft()], NOW_US)
    first.close()
    again = open_log()
    assert again.append([draft()], NOW_US) == [Appended(3, duplicate=False)]
    assert tuple(again.verify()) == (3, 0, None)


def test_a_killed_process_loses_nothing_it_acknowledged(place: str) -> None:
    figures = kill.run(count=4, seed=2016, place=place)
    assert figures["acknowledged"] > 0
    assert (figures["lost"], figures["wrong"], figures["broken"]) == (0, 0, 0)


@pytest.mark.parametrize("store", HEADS)
def test_the_version_known_without_alembic_is_the_newest_migration(store: str) -> None:
    assert head(store) == HEADS[store]


def test_a_database_that_does_not_answer_is_said_with_its_setting() -> None:
    with pytest.raises(Misconfigured, match="EOC_DATABASE_URL"):
        PostgresLog("postgresql://nobody@127.0.0.1:1/none", "real")
