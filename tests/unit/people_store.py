"""A people store on a clock that stands still; imported by the tests of people."""

from __future__ import annotations

from argon2 import PasswordHasher

from dashboard.people import Grant, NewPerson, People, Person

NOW_US = 1_800_000_000_000_000
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
WORD = "correct horse battery"


def crew(people: People, login: str = "kensetsu-patrol-1") -> Person:
    """Add a crew of the real realm and the drill."""
    grants = (Grant("real", "field"), Grant("drill", "field"))
    return people.roster.add(
        NewPerson(login, "建設水道課パトロール1", "建設水道課", "土木係", "1班", grants), WORD
    )
