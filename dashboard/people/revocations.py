"""The revocation epoch: a counter every process watches, and what was revoked at each step."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, insert, select

from dashboard.people import tables as t
from dashboard.people.store import Store


class Revocations:
    """Reads the epoch and what lies between two of them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def epoch(self) -> int:
        """Return the number of the last revocation, 0 if none."""
        return self._store.read(
            lambda c: c.execute(select(func.coalesce(func.max(t.revocations.c.id), 0))).scalar_one()
        )

    def since(self, epoch: int) -> tuple[int, frozenset[str]]:
        """Return the newest epoch and the keys revoked after ``epoch`` (see Principal.keys)."""
        query = select(t.revocations).where(t.revocations.c.id > epoch)
        rows = self._store.read(lambda c: c.execute(query).all())
        return max((r.id for r in rows), default=epoch), frozenset(r.key for r in rows)

    def expired(self, after_us: int, upto_us: int) -> frozenset[str]:
        """Return the keys whose session, token or role ended in ``(after_us, upto_us]``."""
        return self._store.read(lambda c: frozenset(_expired(c, after_us, upto_us)))


def _expired(c: Connection, after_us: int, upto_us: int) -> Iterable[str]:
    for kind, table, column in (
        ("session", t.sessions, t.sessions.c.id),
        ("token", t.tokens, t.tokens.c.id),
        ("person", t.roles, t.roles.c.person_id),
    ):
        ended = (table.c.expires_us > after_us) & (table.c.expires_us <= upto_us)
        for row in c.execute(select(column).where(ended)):
            yield f"{kind}:{row[0]}"


def revoke(c: Connection, key: str, now_us: int) -> None:
    """Bump the epoch inside a running transaction."""
    if c.dialect.name == "postgresql":
        # ids are given before commit: a watcher must not pass over one still to come
        c.exec_driver_sql("LOCK TABLE revocations IN EXCLUSIVE MODE")
    c.execute(insert(t.revocations).values(key=key, at_us=now_us))
