"""Persons, their roles in each realm, and teams."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from dashboard.clock import Clock
from dashboard.errors import Conflict, NotFound
from dashboard.events import uuid7
from dashboard.people import tables as t
from dashboard.people.persons import (
    Grant,
    NewPerson,
    Person,
    check_new,
    first,
    load_persons,
    normal_login,
)
from dashboard.people.revocations import revoke
from dashboard.people.secrets import Passwords
from dashboard.people.store import Store


class Roster:
    """Persons, roles and teams of one store."""

    def __init__(self, store: Store, clock: Clock, passwords: Passwords) -> None:
        self._store, self._clock, self._passwords = store, clock, passwords

    def put(self, new: NewPerson, password: str | None = None) -> tuple[Person, bool]:
        """Add a person, or bring the one with this login up to date; True when added.

        Somebody revoked stays so: an old list must not let them in again.

        Raises:
            Malformed: a login, role or realm that cannot be.
        """
        check_new(new)
        hashed = self._passwords.hash(password) if password is not None else None
        return self._store.write(lambda c: self._put(c, new, hashed))

    def add(self, new: NewPerson, password: str | None = None) -> Person:
        """Add a person.

        Raises:
            Conflict: the login is taken.
            Malformed: as :meth:`put`.
        """
        if self.by_login(new.login):
            raise Conflict(f"Login {new.login} is taken; choose another.", login=new.login)
        return self.put(new, password)[0]

    def all(self) -> list[Person]:
        """Return every person, by login."""
        return self._store.read(lambda c: load_persons(c))

    def by_id(self, person_id: str) -> Person | None:
        """Return one person or None."""
        return self._store.read(lambda c: first(load_persons(c, t.persons.c.id == person_id)))

    def by_login(self, login: str) -> Person | None:
        """Return the person of a login as typed (case and width do not matter), or None."""
        where = t.persons.c.login == normal_login(login)
        return self._store.read(lambda c: first(load_persons(c, where)))

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Return display names by person id; an unknown id is left out."""
        wanted = list(set(ids))
        query = select(t.persons.c.id, t.persons.c.name).where(t.persons.c.id.in_(wanted))
        return self._store.read(lambda c: {row.id: row.name for row in c.execute(query)})

    def check_password(self, login: str, password: str) -> Person | None:
        """Return the active person this password belongs to, or None, in the same time."""
        query = select(t.persons.c.password_hash).where(
            t.persons.c.login == normal_login(login), t.persons.c.active.is_(True)
        )
        hashed = self._store.read(lambda c: c.execute(query).scalar())
        fits = self._passwords.matches(hashed, password)
        return self.by_login(login) if fits else None

    def set_password(self, login: str, password: str) -> None:
        """Set a password; every session of the person ends.

        Raises:
            NotFound: no such login.
            Malformed: too short or too long.
        """
        hashed = self._passwords.hash(password)
        self._store.write(lambda c: self._end(c, login, password_hash=hashed))

    def revoke(self, login: str) -> None:
        """Shut a person out at once: no sign-in, no session, no token, no socket.

        Raises:
            NotFound: no such login.
        """
        self._store.write(lambda c: self._end(c, login, active=False))

    def reinstate(self, login: str) -> None:
        """Let a revoked person sign in again.

        Raises:
            NotFound: no such login.
        """
        self._store.write(lambda c: self._end(c, login, active=True))

    def teams(self) -> list[dict[str, Any]]:
        """Return ``[{id, name}]`` of every team, by name."""
        query = select(t.teams).order_by(t.teams.c.name)
        return self._store.read(
            lambda c: [{"id": str(row.id), "name": str(row.name)} for row in c.execute(query)]
        )

    def put_team(self, name: str, team_id: str | None = None) -> str:
        """Return the id of the team of this name, made when there is none."""
        return self._store.write(lambda c: _team_id(c, name, team_id))

    def _put(self, c: Connection, new: NewPerson, hashed: str | None) -> tuple[Person, bool]:
        login = normal_login(new.login)
        known = first(load_persons(c, t.persons.c.login == login))
        given = {
            "name": new.name.strip(), "department": new.department, "section": new.section,
            "team_id": _team_id(c, new.team) if new.team else None, "password_hash": hashed,
        }  # fmt: skip
        row: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        if known is None:
            fresh = {"id": uuid7(), "login": login, "created_us": self._clock.now_us()}
            row |= fresh | {"fs_uniquifier": uuid.uuid4().hex}
            c.execute(insert(t.persons).values(**row))
        else:
            c.execute(update(t.persons).where(t.persons.c.id == known.id).values(**row))
        person_id = known.id if known else row["id"]
        if new.grants is not None:
            self._replace_grants(c, person_id, new.grants)
        person = load_persons(c, t.persons.c.id == person_id)[0]
        if known and (known.grants, known.team) != (person.grants, person.team):
            # open sockets were let in with the old roles
            revoke(c, f"person:{person_id}", self._clock.now_us())
        return person, known is None

    def _replace_grants(self, c: Connection, person_id: str, grants: tuple[Grant, ...]) -> None:
        c.execute(delete(t.roles).where(t.roles.c.person_id == person_id))
        for g in grants:
            values = {"realm": g.realm, "role": g.role, "scope": g.scope}
            c.execute(
                insert(t.roles).values(person_id=person_id, expires_us=g.expires_us, **values)
            )

    def _end(self, c: Connection, login: str, **values: Any) -> None:
        person = first(load_persons(c, t.persons.c.login == normal_login(login)))
        if person is None:
            raise NotFound(f"No person has the login {login}; see `eoc users list`.", login=login)
        now_us = self._clock.now_us()
        values["fs_uniquifier"] = uuid.uuid4().hex
        c.execute(update(t.persons).where(t.persons.c.id == person.id).values(**values))
        open_ = (t.sessions.c.person_id == person.id) & t.sessions.c.revoked_us.is_(None)
        c.execute(update(t.sessions).where(open_).values(revoked_us=now_us))
        revoke(c, f"person:{person.id}", now_us)


def _team_id(c: Connection, name: str, wanted: str | None = None) -> str:
    known = c.execute(select(t.teams.c.id).where(t.teams.c.name == name)).scalar()
    if known:
        return str(known)
    count = c.execute(select(func.count()).select_from(t.teams)).scalar_one()
    team_id = wanted or f"team-{count + 1}"
    c.execute(insert(t.teams).values(id=team_id, name=name))
    return team_id
