"""People, devices, tokens, audit and signals: one store for both realms, roles per realm.

``people.roster`` persons, roles, teams · ``.access`` sessions and tokens · ``.devices`` who
used what when · ``.revocations`` the epoch every process watches · ``.attempts`` the limit
on sign-in · ``.audit``. Signals (``dashboard.signals``) lie in the same store.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard.clock import Clock, SystemClock
from dashboard.config import Settings
from dashboard.people.access import Access, NewToken
from dashboard.people.attempts import Attempts
from dashboard.people.audit import Audit
from dashboard.people.devices import Devices
from dashboard.people.persons import Grant, NewPerson, Person
from dashboard.people.revocations import Revocations
from dashboard.people.roster import Roster
from dashboard.people.secrets import Passwords
from dashboard.people.store import Store, open_store

__all__ = ["Grant", "NewPerson", "NewToken", "People", "Person", "open_people"]


class People:
    """The people store of this process."""

    def __init__(self, store: Store, clock: Clock, passwords: Passwords) -> None:
        self.store, self.clock = store, clock
        self.roster = Roster(store, clock, passwords)
        self.access = Access(store, clock)
        self.devices = Devices(store, clock)
        self.revocations = Revocations(store)
        self.attempts = Attempts(store, clock)
        self.audit = Audit(store, clock)

    def teams(self) -> list[dict[str, Any]]:
        """Return ``[{id, name}]`` of every team, by name."""
        return self.roster.teams()

    def person(self, person_id: str) -> Person | None:
        """Return one person or None."""
        return self.roster.by_id(person_id)

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Return display names by person id; an unknown id is left out."""
        return self.roster.names(ids)

    def enrolled(self, person_id: str, device_id: str, occurred_us: int) -> bool:
        """Tell whether a person was enrolled on a device at a moment (microseconds UTC)."""
        return self.devices.was_on(device_id, person_id, occurred_us)

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def open_people(
    settings: Settings, clock: Clock | None = None, passwords: Passwords | None = None
) -> People:
    """Open (and on first use create) the people store of these settings."""
    return People(open_store(settings), clock or SystemClock(), passwords or Passwords())
