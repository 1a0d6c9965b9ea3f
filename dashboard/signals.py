"""Signals: the last value per key with a time to live. Lossy, never replayed.

Battery, unsent count, who is looking, wall heartbeat, job progress, stream state.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from dashboard.clock import SECOND_US, iso
from dashboard.people import People
from dashboard.people import tables as t


class Signals:
    """Signals of both realms, in the people store; a key belongs to one realm."""

    def __init__(self, people: People) -> None:
        self._store, self._clock = people.store, people.clock

    def put(self, realm: str, key: str, value: Any, ttl_s: float = 60) -> None:
        """Keep ``value`` (JSON) under a key for ``ttl_s`` seconds, in place of the last one."""
        now_us = self._clock.now_us()
        row = {
            "realm": realm, "key": key, "value": json.dumps(value, ensure_ascii=False),
            "at_us": now_us, "expires_us": now_us + round(ttl_s * SECOND_US),
        }  # fmt: skip
        self._store.write(lambda c: _put(c, row, now_us))

    def get(self, realm: str, key: str) -> Any:
        """Return the value of a key, or None when it is past its time."""
        found = self.under(realm, key)
        return found[key]["value"] if key in found else None

    def under(self, realm: str, prefix: str) -> dict[str, dict[str, Any]]:
        """Return ``{key: {value, as_of}}`` of the live keys that begin with ``prefix``."""
        s = t.signals.c
        live = s.key.startswith(prefix, autoescape=True) & (s.expires_us > self._clock.now_us())
        query = select(t.signals).where(s.realm == realm, live)
        rows = self._store.read(lambda c: c.execute(query).all())
        return {r.key: {"value": json.loads(r.value), "as_of": iso(r.at_us)} for r in rows}


def _put(c: Connection, row: dict[str, Any], now_us: int) -> None:
    s = t.signals.c
    same = (s.realm == row["realm"]) & (s.key == row["key"])
    c.execute(delete(t.signals).where(same | (s.expires_us <= now_us)))
    c.execute(insert(t.signals).values(**row))
