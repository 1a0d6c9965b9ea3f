"""Sessions, tokens and devices: what lets a request in, looked up on every request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    insert,
    select,
    update,
)

from dashboard.clock import Clock
from dashboard.errors import Malformed, NotFound
from dashboard.events import uuid7
from dashboard.people import tables as t
from dashboard.people.devices import person_on
from dashboard.people.persons import JOINED, REALMS, Person, first, from_joined, load_persons
from dashboard.people.revocations import revoke
from dashboard.people.secrets import fingerprint, new_secret
from dashboard.people.store import Store
from dashboard.principal import FIELD, ROLES, Principal

SESSION_HOURS = 72  # a phone in a valley must not be asked to sign in during its shift
HOUR_US = 3_600_000_000
TOKEN_PREFIX, DEVICE_PREFIX = "eoc_", "eocd_"


def _by(table: Table, key: Column[Any], *columns: Any) -> Select[Any]:
    owner = t.persons.c.id == table.c.person_id
    return (
        select(table.c.expires_us.label("ends_us"), *columns, *JOINED)
        .select_from(table.join(t.persons, owner).outerjoin(t.roles))
        .where(key == bindparam("key"), table.c.revoked_us.is_(None), t.persons.c.active.is_(True))
    )


BY_SESSION = _by(t.sessions, t.sessions.c.id, t.sessions.c.device_id.label("session_device"))
BY_TOKEN = _by(
    t.tokens,
    t.tokens.c.secret_hash,
    t.tokens.c.id.label("token_id"),
    t.tokens.c.realm.label("token_realm"),
    t.tokens.c.roles.label("token_roles"),
)


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a token may do: roles of its person, in one realm or (``*``) both."""

    label: str
    person_id: str
    roles: frozenset[str]
    realm: str = "real"
    expires_us: int | None = None


class Access:
    """Who a session or secret stands for."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def open_session(self, person: Person, device_id: str | None, address: str, agent: str) -> str:
        """Return the id of a new session of 72 hours."""
        now_us, session_id = self._clock.now_us(), new_secret()
        row = {
            "id": session_id, "person_id": person.id, "device_id": device_id,
            "opened_us": now_us, "expires_us": now_us + SESSION_HOURS * HOUR_US,
            "address": address[:64], "agent": agent[:200],
        }  # fmt: skip
        self._store.write(lambda c: c.execute(insert(t.sessions).values(**row)))
        return session_id

    def close_session(self, session_id: str) -> None:
        """End a session everywhere, sockets included."""
        self._store.write(lambda c: self._shut(c, t.sessions, session_id, "session"))

    def by_session(self, session_id: str) -> tuple[Principal, Person] | None:
        """Return whose session it is, or None when it is over."""
        return self._store.read(lambda c: self._session(c, session_id))

    def add_token(self, new: NewToken) -> tuple[str, str]:
        """Return (id, secret) of a new token; only the secret's hash is kept.

        Raises:
            Malformed: an unknown role or realm, or none.
        """
        if not new.roles or new.roles - set(ROLES) or new.realm not in (*REALMS, "*"):
            raise Malformed(
                f"Token roles {sorted(new.roles)} in {new.realm}: roles are {', '.join(ROLES)}; "
                "realms are real, drill and *.",
                field="roles", value=sorted(new.roles),
            )  # fmt: skip
        token_id, secret = uuid7(), TOKEN_PREFIX + new_secret()
        row = {
            "id": token_id, "secret_hash": fingerprint(secret), "label": new.label,
            "person_id": new.person_id, "realm": new.realm, "roles": " ".join(sorted(new.roles)),
            "created_us": self._clock.now_us(), "expires_us": new.expires_us,
        }  # fmt: skip
        self._store.write(lambda c: c.execute(insert(t.tokens).values(**row)))
        return token_id, secret

    def tokens(self) -> list[dict[str, Any]]:
        """Return every token without its hash, newest first."""
        hidden = t.tokens.c.secret_hash
        query = select(*(c for c in t.tokens.c if c is not hidden)).order_by(t.tokens.c.id.desc())
        return self._store.read(lambda c: [dict(row._mapping) for row in c.execute(query)])

    def revoke_token(self, token_id: str) -> None:
        """End a token everywhere, sockets included.

        Raises:
            NotFound: no such token.
        """
        if not self._store.write(lambda c: self._shut(c, t.tokens, token_id, "token")):
            raise NotFound(f"No live token {token_id}; see `eoc tokens list`.", id=token_id)

    def by_secret(self, secret: str) -> Principal | None:
        """Return who a Bearer secret stands for (program or loan device), or None."""
        look = self._device if secret.startswith(DEVICE_PREFIX) else self._token
        return self._store.read(lambda c: look(c, fingerprint(secret)))

    def _session(self, c: Connection, session_id: str) -> tuple[Principal, Person] | None:
        rows = self._live(c, BY_SESSION, session_id)
        if not rows:
            return None
        person = from_joined(rows)
        return self._principal(
            person, device_id=rows[0].session_device, session_id=session_id
        ), person

    def _token(self, c: Connection, hashed: str) -> Principal | None:
        rows = self._live(c, BY_TOKEN, hashed)
        if not rows:
            return None
        person, token = from_joined(rows), rows[0]
        held, granted = person.roles_at(self._now()), frozenset(token.token_roles.split())
        # never more than its person may at this moment
        roles = {
            r: held[r] & granted if token.token_realm in (r, "*") else frozenset() for r in REALMS
        }
        return self._principal(person, roles=roles, token_id=token.token_id)

    def _device(self, c: Connection, hashed: str) -> Principal | None:
        where = (t.devices.c.secret_hash == hashed) & t.devices.c.revoked_us.is_(None)
        row = c.execute(select(t.devices).where(where, t.devices.c.kind == "loan")).first()
        now_us = self._clock.now_us()
        person_id = person_on(c, row.id, now_us) if row else None
        person = self._active(c, person_id) if person_id else None
        if row is None or person is None:
            return None
        roles = {r: held & {FIELD} for r, held in person.roles_at(now_us).items()}
        return self._principal(person, roles=roles, device_id=row.id)

    def _principal(self, person: Person, **given: Any) -> Principal:
        now_us = self._clock.now_us()
        scope = next((g.scope for g in person.grants_at(now_us) if g.role == "partner"), None)
        roles = given.pop("roles", None) or person.roles_at(now_us)
        return Principal(person.id, person.name, roles, person.team, scope, **given)

    def _live(self, c: Connection, query: Select[Any], key: str) -> Sequence[Row[Any]]:
        rows = c.execute(query, {"key": key}).all()
        ends_us = rows[0].ends_us if rows else None
        return [] if ends_us is not None and ends_us <= self._now() else rows

    def _active(self, c: Connection, person_id: str) -> Person | None:
        return first(load_persons(c, t.persons.c.id == person_id, t.persons.c.active.is_(True)))

    def _shut(self, c: Connection, table: Table, row_id: str, kind: str) -> bool:
        where = (table.c.id == row_id) & table.c.revoked_us.is_(None)
        now_us = self._now()
        done = c.execute(update(table).where(where).values(revoked_us=now_us)).rowcount
        if done:
            revoke(c, f"{kind}:{row_id}", now_us)
        return bool(done)

    def _now(self) -> int:
        return self._clock.now_us()
