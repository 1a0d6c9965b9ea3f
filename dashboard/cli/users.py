"""``eoc users`` and ``eoc tokens``: who may sign in, and what programs may do."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from dashboard.clock import iso, parse_iso
from dashboard.config import load
from dashboard.errors import EocError, NotFound
from dashboard.people import Grant, NewPerson, NewToken, People, Person, open_people
from dashboard.people.persons import REALMS
from dashboard.people.secrets import new_password
from dashboard.people.staff import StaffFile, read_staff
from dashboard.principal import DRILL_ONLY, ROLES

DAY_US = 86_400_000_000
REALM = click.Choice(["both", *REALMS])


@contextmanager
def _people() -> Iterator[People]:
    people = None
    try:
        people = open_people(load())
        yield people
    except EocError as error:
        raise click.ClickException(error.message) from None
    finally:
        if people is not None:
            people.close()


@click.group()
def users() -> None:
    """Add, list, revoke and import people."""


@users.command("add")
@click.argument("login")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option("--realm", default="both", show_default=True, type=REALM)
@click.option("--department", help="部課")
@click.option("--section", help="係")
@click.option("--team", help="班")
@click.option("--scope", help="Which agency a partner stands for.")
@click.option("--until", help="When the roles end, as 2026-09-30T23:59:00+09:00.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the password, do not make one.")
def users_add(
    login: str,
    name: str,
    roles: tuple[str, ...],
    realm: str,
    until: str | None,
    scope: str | None,
    from_stdin: bool,
    **where: str | None,
) -> None:
    """Add a person and print the password made for them."""
    grants = _grants(roles, realm, scope, _moment(until))
    password = _typed() if from_stdin else new_password()
    with _people() as people:
        person = people.roster.add(NewPerson(login, name, grants=grants, **where), password)
    click.echo(f"{person.login}  {person.name}  {_roles(person)}")
    if not from_stdin:
        click.echo(f"password {password}")


@users.command("list")
def users_list() -> None:
    """List everybody: login, name, department, section, team, roles, state."""
    with _people() as people:
        teams = {team["id"]: team["name"] for team in people.teams()}
        for person in people.roster.all():
            team = teams.get(person.team or "", "")
            state = "" if person.active else "revoked"
            place = (person.department, person.section, team)
            click.echo("\t".join([person.login, person.name, *place, _roles(person), state]))


@users.command("revoke")
@click.argument("login")
def users_revoke(login: str) -> None:
    """Shut a person out: sign-in, sessions, tokens and open sockets end at once."""
    with _people() as people:
        people.roster.revoke(login)
        people.audit.note("person.revoked", target=login)
    click.echo(f"{login} is revoked; open pages go dark within 2 seconds.")


@users.command("reinstate")
@click.argument("login")
def users_reinstate(login: str) -> None:
    """Let a revoked person sign in again."""
    with _people() as people:
        people.roster.reinstate(login)
        people.audit.note("person.reinstated", target=login)
    click.echo(f"{login} may sign in again.")


@users.command("password")
@click.argument("login")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the password, do not make one.")
def users_password(login: str, from_stdin: bool) -> None:
    """Set a new password; the person's sessions end."""
    password = _typed() if from_stdin else new_password()
    with _people() as people:
        people.roster.set_password(login, password)
        people.audit.note("password.set", target=login)
    click.echo("set" if from_stdin else f"password {password}")


@users.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would happen; write nothing.")
@click.option("--passwords", type=click.Path(path_type=Path), help="Write first passwords here.")
def users_import(file: Path, dry_run: bool, passwords: Path | None) -> None:
    """Import a staff list (CSV, UTF-8 or CP932: 氏名 職員番号 課 係 班 役割).

    People already known are brought up to date; people not in the file stay as they are.
    Exit code 1 when a line could not be taken; the other lines are.
    """
    if passwords and passwords.exists():
        raise click.ClickException(f"{passwords} is there already; name a new file.")
    try:
        staff = read_staff(file.read_bytes())
    except EocError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"{file.name}: {staff.encoding}, {len(staff.people)} people")
    if not dry_run:
        _take(staff, passwords)
    for fault in staff.faults:
        click.echo(f"line {fault.line}: {fault.column} {fault.value!r}: {fault.reason}", err=True)
    click.echo(f"{len(staff.faults)} lines not taken" + (" (dry run)" if dry_run else ""))
    sys.exit(1 if staff.faults else 0)


def _take(staff: StaffFile, passwords: Path | None) -> None:
    added = []
    with _people() as people:
        for new in staff.people.values():
            # one argon2 a person: only when somebody will read the password
            fresh = people.roster.by_login(new.login) is None
            password = new_password() if passwords and fresh else None
            person, _ = people.roster.put(new, password)
            if fresh:
                added.append((person.login, person.name, password or ""))
        people.audit.note("people.imported", added=len(added), read=len(staff.people))
    click.echo(f"added {len(added)}, brought up to date {len(staff.people) - len(added)}")
    if passwords:
        _write_passwords(passwords, added)
    elif added:
        click.echo("Nobody new can sign in yet: `eoc users password LOGIN`, or --passwords FILE.")


def _write_passwords(path: Path, rows: list[tuple[str, str, str]]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(["職員番号", "氏名", "初回パスワード"])
        # a spreadsheet would run a name that begins like a formula
        out.writerows([["'" + c if c[:1] in "=+-@\t\r" and c else c for c in row] for row in rows])


@click.group()
def tokens() -> None:
    """Add, list and revoke tokens of programs."""


@tokens.command("add")
@click.argument("label")
@click.option("--person", required=True, help="Login of the person it acts for.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option("--realm", default="real", show_default=True, type=REALM)
@click.option("--days", type=click.IntRange(1, 3660), default=365, show_default=True)
def tokens_add(label: str, person: str, roles: tuple[str, ...], realm: str, days: int) -> None:
    """Make a token and print it; it is shown this once only."""
    with _people() as people:
        owner = people.roster.by_login(person)
        if owner is None:
            raise NotFound(f"No person has the login {person}; see `eoc users list`.")
        ends_us = people.clock.now_us() + days * DAY_US
        where = "*" if realm == "both" else realm
        new = NewToken(label, owner.id, frozenset(roles), where, ends_us)
        token_id, secret = people.access.add_token(new)
        people.audit.note("token.added", owner.id, target=token_id, label=label)
    click.echo(f"id    {token_id}\nuntil {iso(ends_us)}\ntoken {secret}")


@tokens.command("list")
def tokens_list() -> None:
    """List tokens: id, label, person, realm, roles, end, state. Never the token itself."""
    with _people() as people:
        rows = people.access.tokens()
        names = people.names(row["person_id"] for row in rows)
    for row in rows:
        end = iso(row["expires_us"]) if row["expires_us"] else "-"
        state = "revoked" if row["revoked_us"] else ""
        who = names[row["person_id"]]
        click.echo(
            "\t".join([row["id"], row["label"], who, row["realm"], row["roles"], end, state])
        )


@tokens.command("revoke")
@click.argument("token_id")
def tokens_revoke(token_id: str) -> None:
    """End a token at once, open sockets included."""
    with _people() as people:
        people.access.revoke_token(token_id)
        people.audit.note("token.revoked", target=token_id)
    click.echo(f"{token_id} is revoked.")


def _grants(
    roles: tuple[str, ...], realm: str, scope: str | None, until_us: int | None
) -> tuple[Grant, ...]:
    realms = REALMS if realm == "both" else (realm,)
    return tuple(
        Grant(where, role, scope if role == "partner" else None, until_us)
        for role in roles
        for where in realms
        if not (realm == "both" and role in DRILL_ONLY and where != "drill")
    )


def _moment(text: str | None) -> int | None:
    try:
        return parse_iso(text) if text else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--until") from None


def _typed() -> str:
    return sys.stdin.readline().rstrip("\n")


def _roles(person: Person) -> str:
    held: dict[str, list[str]] = {}
    for grant in person.grants:
        scope = f"({grant.scope})" if grant.scope else ""
        held.setdefault(grant.realm, []).append(grant.role + scope)
    return " ".join(f"{realm}:{','.join(names)}" for realm, names in held.items())
