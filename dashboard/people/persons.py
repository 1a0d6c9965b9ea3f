"""A person, a role and what is known of one before there is a row; how rows become persons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from dashboard.errors import Malformed
from dashboard.people import tables as t
from dashboard.principal import DRILL_ONLY, ROLES

REALMS = ("real", "drill")
LOGIN = re.compile(r"[0-9a-z぀-ヿ一-鿿][0-9a-z぀-ヿ一-鿿_.@ー-]{1,63}")


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one realm; ``scope`` is the partner it stands for."""

    realm: str
    role: str
    scope: str | None = None
    expires_us: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person or a role name such as 建設水道課パトロール1 (login ``kensetsu-patrol-1``)."""

    id: str
    login: str
    name: str
    department: str
    section: str
    team: str | None
    active: bool
    fs_uniquifier: str
    grants: tuple[Grant, ...] = ()

    def grants_at(self, now_us: int) -> tuple[Grant, ...]:
        """Return the grants in force at a moment."""
        return tuple(g for g in self.grants if g.expires_us is None or g.expires_us > now_us)

    def roles_at(self, now_us: int) -> dict[str, frozenset[str]]:
        """Return role names by realm at a moment."""
        held = self.grants_at(now_us)
        return {r: frozenset(g.role for g in held if g.realm == r) for r in REALMS}


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is known of a person before there is a row; None is not known, and kept as it was.

    ``team`` is a team's name.
    """

    login: str
    name: str
    department: str | None = None
    section: str | None = None
    team: str | None = None
    grants: tuple[Grant, ...] | None = None


def check_new(new: NewPerson) -> None:
    """Check a person before writing.

    Raises:
        Malformed: naming the field, the value and what is allowed.
    """
    login = normal_login(new.login)
    if not LOGIN.fullmatch(login):
        raise Malformed(
            f"Login {new.login!r}: 2 to 64 letters, digits, kana, kanji or . _ - @",
            field="login", value=new.login,
        )  # fmt: skip
    if not new.name.strip() or any(unicodedata.category(ch) == "Cc" for ch in new.name):
        raise Malformed(f"Name {new.name!r} is empty or unreadable.", field="name", value=new.name)
    for grant in new.grants or ():
        _check_grant(grant)


def _check_grant(grant: Grant) -> None:
    if grant.role not in ROLES or grant.realm not in REALMS:
        raise Malformed(
            f"Role {grant.role!r} in realm {grant.realm!r}: roles are {', '.join(ROLES)}; "
            "realms are real and drill.",
            field="role", value=grant.role,
        )  # fmt: skip
    if grant.role in DRILL_ONLY and grant.realm != "drill":
        raise Malformed(f"{grant.role} exists in drills only.", field="role", value=grant.role)
    if grant.role == "partner" and not (grant.scope and grant.expires_us):
        raise Malformed(
            "A partner needs a scope (which agency) and an end.", field="role", value=grant.role
        )


def normal_login(login: str) -> str:
    """Return a login as stored: full-width letters and capitals mean the same."""
    return unicodedata.normalize("NFKC", login).strip().lower()


def load_persons(c: Connection, *where: Any) -> list[Person]:
    """Return persons with their grants, by login."""
    rows = c.execute(select(t.persons).where(*where).order_by(t.persons.c.login)).all()
    grants: dict[str, list[Grant]] = {row.id: [] for row in rows}
    query = select(t.roles).order_by(t.roles.c.realm, t.roles.c.role)
    if len(rows) <= 500:
        query = query.where(t.roles.c.person_id.in_(grants))
    for g in c.execute(query):
        grants[g.person_id].append(Grant(g.realm, g.role, g.scope, g.expires_us))
    return [
        Person(
            r.id, r.login, r.name, r.department, r.section, r.team_id, r.active,
            r.fs_uniquifier, tuple(grants[r.id]),
        )
        for r in rows
    ]  # fmt: skip


# a person with one grant a row; statements built once: building costs ten times the reading
JOINED = (
    t.persons,
    t.roles.c.realm.label("grant_realm"),
    t.roles.c.role.label("grant_role"),
    t.roles.c.scope.label("grant_scope"),
    t.roles.c.expires_us.label("grant_expires_us"),
)


def from_joined(rows: Sequence[Row[Any]]) -> Person:
    """Return the one person of rows that hold the columns of ``JOINED``."""
    r = rows[0]
    grants = (
        Grant(g.grant_realm, g.grant_role, g.grant_scope, g.grant_expires_us)
        for g in sorted(rows, key=lambda g: (g.grant_realm or "", g.grant_role or ""))
        if g.grant_role is not None
    )
    return Person(
        r.id, r.login, r.name, r.department, r.section, r.team_id, r.active,
        r.fs_uniquifier, tuple(grants),
    )  # fmt: skip


def first(found: list[Person]) -> Person | None:
    """Return the only row of a look-up, or None."""
    return found[0] if found else None
