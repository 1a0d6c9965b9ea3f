"""Backup and restore of both databases, through the same commands a person types."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select

from dashboard.backup import Backup, restore
from dashboard.cli import group
from dashboard.config import Settings
from dashboard.errors import Busy, Malformed, NotFound, Refused
from dashboard.log import Tip
from dashboard.log.stores import open_log
from dashboard.media.store import MediaStore
from dashboard.people.store import open_store
from dashboard.people.tables import audit, teams
from tests.contract import postgres_server
from tests.laws import restore as restore_law
from tests.laws.drafts import draft

NOW_US = 1_471_900_002_000_000
Machine = Callable[[str], Settings]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """Settings of an empty machine with the stores of one kind."""

    def settings(name: str) -> Settings:
        url = ""
        if request.param == "postgres":
            base = request.getfixturevalue("postgres_url")
            url = postgres_server.new_database(base, f"m{uuid.uuid4().hex[:10]}")
        return replace(Settings(), state_dir=tmp_path / name, database_url=url)

    return settings


def _fill(settings: Settings, photos: int = 3) -> None:
    log = open_log(settings, "real")
    made = [restore_law.store_photo(settings) for _ in range(photos)]
    log.append([draft("冠水"), *made], NOW_US)
    log.close()
    drill = open_log(settings, "drill")
    drill.append([draft("訓練")], NOW_US)
    drill.close()
    people = open_store(settings)
    people.write(lambda c: c.execute(insert(teams).values(id="t1", name="第1班")))
    people.write(lambda c: c.execute(insert(audit).values(at_us=5, action="signed_in")))
    people.close()


def _tips(settings: Settings) -> list[Tip]:
    logs = [open_log(settings, realm) for realm in ("real", "drill")]
    tips = [log.tip() for log in logs]
    assert [log.verify().broken_at for log in logs] == [None, None]
    for log in logs:
        log.close()
    return tips


def _backup(settings: Settings, folder: Path) -> None:
    keeper = Backup(settings, folder)
    keeper.once()
    keeper.close()


def _files(settings: Settings) -> list[str]:
    return sorted(MediaStore(settings.state_dir / "real" / "media").hashes())


def test_an_empty_machine_gets_the_same_log_people_and_files(
    machine: Machine, tmp_path: Path
) -> None:
    old, new = machine("old"), machine("new")
    _fill(old)
    _backup(old, tmp_path / "backup")
    restored = restore(new, tmp_path / "backup")
    assert (restored.entries, restored.files) == ({"real": 4, "drill": 1}, 3)
    assert (restored.damaged, restored.missing) == ([], [])
    assert _tips(new) == _tips(old)
    assert _files(new) == _files(old)
    people = open_store(new)
    assert people.read(lambda c: c.execute(select(teams.c.name)).scalars().all()) == ["第1班"]
    people.write(lambda c: c.execute(insert(audit).values(at_us=6, action="signed_out")))
    ids = people.read(lambda c: c.execute(select(audit.c.id)).scalars().all())
    assert len(set(ids)) == 2
    people.close()


def test_a_backup_of_one_database_is_restored_into_the_other(
    postgres_url: str, tmp_path: Path
) -> None:
    url = postgres_server.new_database(postgres_url, f"m{uuid.uuid4().hex[:10]}")
    lite = replace(Settings(), state_dir=tmp_path / "lite")
    big = replace(Settings(), state_dir=tmp_path / "big", database_url=url)
    again = replace(Settings(), state_dir=tmp_path / "again")
    _fill(lite)
    _backup(lite, tmp_path / "one")
    restore(big, tmp_path / "one")
    _backup(big, tmp_path / "two")
    restore(again, tmp_path / "two")
    assert _tips(lite) == _tips(big) == _tips(again)


def test_a_second_backup_copies_only_what_is_new(machine: Machine, tmp_path: Path) -> None:
    old, folder = machine("old"), tmp_path / "backup"
    _fill(old)
    _backup(old, folder)
    first = {p: p.stat().st_ino for p in (folder / "media").rglob("*") if p.is_file()}
    log = open_log(old, "real")
    log.append([restore_law.store_photo(old)], NOW_US)
    log.close()
    _backup(old, folder)
    second = {p: p.stat().st_ino for p in (folder / "media").rglob("*") if p.is_file()}
    assert len(second) == len(first) + 1
    assert {p: second[p] for p in first} == first
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["realms"]["real"]["seq"] == 5


def test_what_is_erased_leaves_the_backup_too(machine: Machine, tmp_path: Path) -> None:
    old, folder = machine("old"), tmp_path / "backup"
    _fill(old)
    _backup(old, folder)
    done = _eoc(old, "erase", "2", "--by", "admin-1", "--reason", "依頼", "--media", "--yes")
    assert done.exit_code == 0, done.output
    _backup(old, folder)
    new = machine("new")
    assert restore(new, folder).files == 2
    log = open_log(new, "real")
    assert [e.seq for e in log.read() if e.body is None] == [2]
    assert (log.verify().erased, log.verify().broken_at) == (1, None)
    assert log.read()[-1].body == {"seq": 2, "reason": "依頼"}
    assert log.read()[-1].person_id == "admin-1"
    log.close()
    assert _files(new) == _files(old)


def test_restore_refuses_a_machine_that_is_not_empty(machine: Machine, tmp_path: Path) -> None:
    old, used = machine("old"), machine("used")
    _fill(old)
    _backup(old, tmp_path / "backup")
    log = open_log(used, "drill")
    log.append([draft()], NOW_US)
    log.close()
    with pytest.raises(Refused, match="drill"):
        restore(used, tmp_path / "backup")
    assert [tip.seq for tip in _tips(used)] == [0, 1]


def test_restore_says_when_there_is_no_backup(tmp_path: Path) -> None:
    settings = replace(Settings(), state_dir=tmp_path / "new")
    with pytest.raises(NotFound):
        restore(settings, tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(Malformed, match="99"):
        restore(settings, tmp_path)


def test_a_damaged_file_is_left_out_and_named(tmp_path: Path) -> None:
    old = replace(Settings(), state_dir=tmp_path / "old")
    _fill(old)
    _backup(old, tmp_path / "backup")
    bad = MediaStore(tmp_path / "backup" / "media" / "real").path(_files(old)[0])
    bad.write_bytes(b"x")
    restored = restore(replace(old, state_dir=tmp_path / "new"), tmp_path / "backup")
    assert restored.damaged == restored.missing == [bad.name]


def test_the_backup_of_another_log_is_never_mixed_in(machine: Machine, tmp_path: Path) -> None:
    first, second = machine("first"), machine("second")
    _fill(first)
    _fill(second)
    _backup(first, tmp_path / "backup")
    with pytest.raises(Refused, match="another real log"):
        Backup(second, tmp_path / "backup")


def test_only_one_process_keeps_a_folder(tmp_path: Path) -> None:
    settings = replace(Settings(), state_dir=tmp_path / "old")
    keeper = Backup(settings, tmp_path / "backup")
    with pytest.raises(Busy):
        Backup(settings, tmp_path / "backup")
    keeper.close()
    Backup(settings, tmp_path / "backup").close()


def test_a_lost_machine_comes_back_from_the_follower() -> None:
    figures = restore_law.run(count=2, seed=823)
    assert figures["entries"] > 10
    assert figures["max_loss_s"] <= 5
    held = ("differing", "broken", "damaged", "missing_old")
    assert {name: figures[name] for name in held} == dict.fromkeys(held, 0)


def _eoc(settings: Settings, *words: str) -> Result:
    environment = {
        "EOC_STATE_DIR": str(settings.state_dir),
        "EOC_DATABASE_URL": settings.database_url,
    }
    return CliRunner().invoke(group, list(words), env=environment)


def test_the_commands_do_the_whole_way(machine: Machine, tmp_path: Path) -> None:
    old, new, folder = machine("old"), machine("new"), str(tmp_path / "backup")
    assert _eoc(old, "migrate").exit_code == 0
    _fill(old)
    assert _eoc(old, "backup", folder).exit_code == 0
    assert {path.stat().st_mode & 0o077 for path in Path(folder).rglob("*")} == {0}
    assert "real 実災害: 記録 4 件" in _eoc(new, "restore", folder).output
    verified = _eoc(new, "verify")
    assert verified.exit_code == 0
    assert "intact" in verified.output
    erased = _eoc(new, "erase", "1", "--by", "admin-1", "--reason", "誤記", "--yes")
    assert erased.exit_code == 0, erased.output
    assert "消去 1 件 erased" in _eoc(new, "verify", "--realm", "real").output
    again = _eoc(new, "erase", "1", "--by", "admin-1", "--reason", "誤記", "--yes")
    assert isinstance(again.exception, Refused)


def test_verify_exits_with_1_when_the_log_was_changed(tmp_path: Path) -> None:
    import sqlite3

    old = replace(Settings(), state_dir=tmp_path / "old")
    _fill(old)
    connection = sqlite3.connect(old.state_dir / "real.db")
    connection.execute("DROP TRIGGER event_no_UPDATE")
    connection.execute("UPDATE event SET person_id = 'x' WHERE seq = 3")
    connection.commit()
    connection.close()
    verified = _eoc(old, "verify")
    assert verified.exit_code == 1
    assert "BROKEN at entry 3" in verified.output
