"""Persons and tokens for the actors of a scenario: role names, and tokens that end soon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dashboard.clock import SystemClock
from dashboard.errors import Misconfigured
from dashboard.ingest.scenario import Actor, Scenario
from dashboard.people import People
from dashboard.people.access import NewToken
from dashboard.people.persons import Grant, NewPerson, Person

PLAY_HOURS = 48
HOUR_US = 3_600_000_000


@contextmanager
def tokens_for(people: People, scenario: Scenario) -> Iterator[dict[str, str]]:
    """Lend every actor a token of its role in the scenario's realm; take them back after.

    Raises:
        Misconfigured: the person of an actor exists, but without its role.
    """
    lent: list[str] = []
    secrets: dict[str, str] = {}
    taken = {team["id"] for team in people.teams()}
    for team_id, name in scenario.teams.items():  # the player asks for their ids by name
        people.roster.put_team(name, None if team_id in taken else team_id)
    try:
        for key, actor in scenario.actors.items():
            token_id, secrets[key] = people.access.add_token(_token(people, scenario, key, actor))
            lent.append(token_id)
        yield secrets
    finally:
        for token_id in lent:
            people.access.revoke_token(token_id)


def _token(people: People, scenario: Scenario, key: str, actor: Actor) -> NewToken:
    person = _person(people, scenario, key, actor)
    now_us = SystemClock().now_us()
    if actor.role not in person.roles_at(now_us)[scenario.realm]:
        raise Misconfigured(
            f"{person.login} does not hold {actor.role} in the {scenario.realm} realm; "
            f"add it with `eoc users add`, or give the actor {key} another login."
        )
    ends_us = now_us + PLAY_HOURS * HOUR_US
    roles = frozenset({actor.role})
    return NewToken(f"scenario: {key}", person.id, roles, scenario.realm, ends_us)


def _person(people: People, scenario: Scenario, key: str, actor: Actor) -> Person:
    """The person of an actor; one that is not there is made without a password."""
    login = actor.login or f"{scenario.realm}-{key}"
    known = people.roster.by_login(login)
    if known is not None and known.active:
        return known
    team = scenario.teams[actor.team] if actor.team else None
    grants = (Grant(scenario.realm, actor.role),)
    return people.roster.put(NewPerson(login, actor.name, team=team, grants=grants))[0]
