"""The demo's logins: role names with random passwords, made once and kept in one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from dashboard.config import Settings
from dashboard.people import People
from dashboard.people.persons import REALMS, Grant, NewPerson
from dashboard.people.secrets import new_password

FILE = "demo-logins.txt"
WORKS = "建設水道課"
TEAMS = (("kensetsu-1", "建設水道課1班"), ("kensetsu-2", "建設水道課2班"))


class DemoLogin(NamedTuple):
    """A line of the file."""

    login: str
    password: str
    name: str


def _both(*roles: str) -> tuple[Grant, ...]:
    return tuple(Grant(realm, role) for realm in REALMS for role in roles)


PEOPLE = (
    NewPerson("honbu-1", "本部長・統括班", "総務課", "防災係", None, _both("commander")),
    NewPerson("desk-1", "本部事務局1", "総務課", "防災係", None, _both("desk")),
    NewPerson("wall-1", "本部大画面", "総務課", "", None, _both("viewer")),
    NewPerson(
        "kensetsu-patrol-1", "建設水道課パトロール1", WORKS, "土木係", TEAMS[0][1], _both("field")
    ),
    NewPerson(
        "kensetsu-patrol-2", "建設水道課パトロール2", WORKS, "土木係", TEAMS[1][1], _both("field")
    ),
    NewPerson("joho-1", "情報係", "総務課", "情報係", None, _both("admin")),
    NewPerson("tosei-1", "訓練統制班", "総務課", "防災係", None, (Grant("drill", "controller"),)),
)


def ensure_demo(people: People, settings: Settings) -> list[DemoLogin]:
    """Return the demo's logins; people and passwords are made at the first start."""
    known = {login.login: login for login in demo_logins(settings)}
    for team_id, name in TEAMS:
        people.roster.put_team(name, team_id)
    logins = []
    for new in PEOPLE:
        password = known[new.login].password if new.login in known else new_password()
        if people.roster.by_login(new.login) is None or new.login not in known:
            people.roster.put(new, password)
        logins.append(DemoLogin(new.login, password, new.name))
    if logins != list(known.values()):
        _write(settings.state_dir / FILE, logins)
    return logins


def demo_logins(settings: Settings) -> list[DemoLogin]:
    """Return the logins of the file; none before the first start."""
    path = settings.state_dir / FILE
    if not path.exists():
        return []
    lines = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return [DemoLogin(*parts) for parts in lines if len(parts) == 3]


def _write(path: Path, logins: list[DemoLogin]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(
            "# Demo only. Login, password, name; delete the file and people.db for new ones.\n"
        )
        file.writelines("\t".join(line) + "\n" for line in logins)
