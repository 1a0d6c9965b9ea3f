"""Sign-in attempts: counted by all processes together, per address and name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select

from dashboard.clock import SECOND_US, Clock
from dashboard.people import tables as t
from dashboard.people.store import Store

WINDOW_S = 300


class Attempts:
    """A limit of tries within five minutes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def take(self, limits: Sequence[tuple[str, int]]) -> int:
        """Count one try under each ``(key, most)``; return 0, or the seconds to wait.

        The try is counted before the password is looked at: many at once gain nothing.
        """
        return self._store.write(lambda c: self._take(c, limits))

    def forgive(self, by_name: str, by_address: str) -> None:
        """After a good sign-in: forget the tries of a name, and this one of its address.

        The others of the address stay: one good login must not free an attacker's count.
        """
        self._store.write(lambda c: _forgive(c, by_name, by_address))

    def _take(self, c: Connection, limits: Sequence[tuple[str, int]]) -> int:
        if c.dialect.name == "postgresql":
            c.exec_driver_sql("LOCK TABLE attempts IN EXCLUSIVE MODE")
        now_us = self._clock.now_us()
        begin_us = now_us - WINDOW_S * SECOND_US
        c.execute(delete(t.attempts).where(t.attempts.c.at_us <= begin_us))
        waits = [_wait_s(c, key, most, now_us) for key, most in limits]
        if max(waits) == 0:
            c.execute(insert(t.attempts), [{"key": k, "at_us": now_us} for k, _ in limits])
        return max(waits)


def _forgive(c: Connection, by_name: str, by_address: str) -> None:
    a = t.attempts.c
    c.execute(delete(t.attempts).where(a.key == by_name))
    newest = select(func.max(a.id)).where(a.key == by_address).scalar_subquery()
    c.execute(delete(t.attempts).where(a.id == newest))


def _wait_s(c: Connection, key: str, most: int, now_us: int) -> int:
    query = select(t.attempts.c.at_us).where(t.attempts.c.key == key).order_by(t.attempts.c.at_us)
    times = c.execute(query).scalars().all()
    if len(times) < most:
        return 0
    free_us = times[len(times) - most] + WINDOW_S * SECOND_US
    return max(1, -(-(free_us - now_us) // SECOND_US))
