"""Devices and who used them when: an outbox filled by the last operator keeps their name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from dashboard.clock import Clock
from dashboard.errors import NotFound
from dashboard.events import uuid7
from dashboard.people import tables as t
from dashboard.people.revocations import revoke
from dashboard.people.secrets import fingerprint, new_secret
from dashboard.people.store import Store


class Devices:
    """Browsers (known by a cookie) and loan devices (known by a Bearer token)."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def add(self, label: str, kind: str = "loan") -> tuple[str, str]:
        """Return (id, secret) of a new device; only the secret's hash is kept."""
        secret = ("eocd_" if kind == "loan" else "") + new_secret()
        device_id = uuid7()
        row = {"id": device_id, "kind": kind, "label": label, "secret_hash": fingerprint(secret)}
        self._store.write(lambda c: c.execute(insert(t.devices).values(**row)))
        return device_id, secret

    def by_cookie(self, secret: str) -> str | None:
        """Return the id of the browser holding this cookie, or None."""
        where = (t.devices.c.secret_hash == fingerprint(secret)) & (t.devices.c.kind == "browser")
        query = select(t.devices.c.id).where(where, t.devices.c.revoked_us.is_(None))
        return self._store.read(lambda c: c.execute(query).scalar())

    def enrol(self, device_id: str, person_id: str) -> None:
        """Put a person on a device from now on; whoever was on it leaves."""
        self._store.write(lambda c: self._enrol(c, device_id, person_id))

    def leave(self, device_id: str) -> None:
        """Take the person off a device."""
        self._store.write(lambda c: self._leave(c, device_id))

    def was_on(self, device_id: str, person_id: str, occurred_us: int) -> bool:
        """Tell whether a person was enrolled on a device at a moment."""
        e = t.enrolments.c
        query = select(e.id).where(
            e.device_id == device_id, e.person_id == person_id, *_at(occurred_us)
        )
        return self._store.read(lambda c: c.execute(query).first()) is not None

    def all(self) -> list[dict[str, Any]]:
        """Return every device without its hash."""
        hidden = t.devices.c.secret_hash
        query = select(*(c for c in t.devices.c if c is not hidden))
        return self._store.read(lambda c: [dict(row._mapping) for row in c.execute(query)])

    def revoke(self, device_id: str) -> None:
        """Shut a lost device out at once, and every session opened on it.

        Raises:
            NotFound: no such device.
        """
        self._store.write(lambda c: self._revoke(c, device_id))

    def _enrol(self, c: Connection, device_id: str, person_id: str) -> None:
        now_us = self._clock.now_us()
        if person_on(c, device_id, now_us) == person_id:
            return
        self._leave(c, device_id)
        row = {"device_id": device_id, "person_id": person_id, "from_us": now_us}
        c.execute(insert(t.enrolments).values(**row))

    def _leave(self, c: Connection, device_id: str) -> None:
        open_ = (t.enrolments.c.device_id == device_id) & t.enrolments.c.to_us.is_(None)
        c.execute(update(t.enrolments).where(open_).values(to_us=self._clock.now_us()))

    def _revoke(self, c: Connection, device_id: str) -> None:
        now_us = self._clock.now_us()
        found = update(t.devices).where(t.devices.c.id == device_id)
        ended = {"revoked_us": now_us, "epoch": t.devices.c.epoch + 1}
        if not c.execute(found.values(**ended)).rowcount:
            raise NotFound(f"No device {device_id}.", id=device_id)
        on_it = (t.sessions.c.device_id == device_id) & t.sessions.c.revoked_us.is_(None)
        c.execute(update(t.sessions).where(on_it).values(revoked_us=now_us))
        self._leave(c, device_id)
        revoke(c, f"device:{device_id}", now_us)


def person_on(c: Connection, device_id: str, at_us: int) -> str | None:
    """Return who was on a device at a moment, the last to come if several."""
    e = t.enrolments.c
    query = select(e.person_id).where(e.device_id == device_id, *_at(at_us))
    return c.execute(query.order_by(e.id.desc())).scalar()


def _at(moment_us: int) -> tuple[Any, Any]:
    e = t.enrolments.c
    return e.from_us <= moment_us, or_(e.to_us.is_(None), e.to_us >= moment_us)
