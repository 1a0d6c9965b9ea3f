"""A scenario (MSEL): who sends what when, read from YAML and checked before anything plays.

Names of subjects are local to the file; ``@name`` in a body stands for a subject that an
earlier step made. Times are offsets from the start of the story.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from dashboard.errors import EocError, Malformed
from dashboard.events import DECISION, KINDS, Kind
from dashboard.ingest.pictures import SCENES

MAX_FILE_BYTES = 2_000_000
OFFSET = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")
REFERENCE = re.compile(r"@([0-9A-Za-z_-]{1,40})")
Name = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,40}$")]


def _seconds(value: Any) -> Any:
    """Turn ``h:mm`` or ``h:mm:ss`` into seconds; a number stays as it is."""
    if not isinstance(value, str):
        return value
    found = OFFSET.fullmatch(value)
    if found is None:
        raise ValueError(f"{value!r} is not h:mm, h:mm:ss or seconds")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


Offset = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=30 * 86_400)]


class Part(BaseModel):
    """Base of the parts of a scenario: a typo must not be lost silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Actor(Part):
    """A role that sends: never an invented person. Each actor has a token of its own."""

    name: str = Field(min_length=1, max_length=100)
    role: Literal["commander", "desk", "field", "partner", "controller", "admin"]
    team: Name | None = None
    login: str | None = None  # of the person whose part this is; None: a person of its own


class Photo(Part):
    """A picture to draw: degrees EPSG:4326, direction clockwise from true north."""

    scene: str
    caption: str = Field(default="", max_length=40)
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    direction_deg: float | None = Field(default=None, ge=0, lt=360)

    @model_validator(mode="after")
    def _is_drawable(self) -> Self:
        if self.scene not in SCENES:
            raise ValueError(f"scene {self.scene!r} cannot be drawn; use one of {sorted(SCENES)}")
        if (self.lon is None) != (self.lat is None):
            raise ValueError("give lon and lat together, or neither")
        return self


class Step(Part):
    """One act of one actor, ``at`` seconds after the start of the story."""

    at: Offset
    actor: Name
    kind: str
    subject: Name
    body: dict[str, Any] = {}
    photos: tuple[Photo, ...] = Field(default=(), max_length=10)
    note: str = ""


class Scenario(Part):
    """A whole scenario, its steps in the order of the story."""

    version: Literal[1]
    title: str = Field(min_length=1, max_length=200)
    realm: Literal["real", "drill"]
    starts_at: AwareDatetime
    opening: Offset = 0.0
    notes: str = ""
    teams: dict[Name, str]
    actors: dict[Name, Actor] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1, max_length=5000)


def read_scenario(path: Path) -> Scenario:
    """Return a scenario file, read and checked.

    Raises:
        Malformed: naming ``file``, ``step`` (1 for the first, None outside steps) and
            ``field``.
    """
    try:
        raw = path.read_bytes()
        text = raw.decode() if len(raw) <= MAX_FILE_BYTES else None
        given = yaml.safe_load(text) if text is not None else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise _wrong(path, None, "", f"cannot be read: {error}") from None
    if not isinstance(given, dict):
        raise _wrong(path, None, "", f"is not a scenario of at most {MAX_FILE_BYTES} bytes")
    try:
        scenario = Scenario.model_validate(given)
    except ValidationError as error:
        raise _from_pydantic(path, error) from None
    _check_steps(path, scenario)
    return scenario


def references(value: Any) -> list[str]:
    """Return the local names that a body refers to as ``@name``, at any depth."""
    if isinstance(value, str):
        found = REFERENCE.fullmatch(value)
        return [found[1]] if found else []
    inside = value.values() if isinstance(value, dict) else value
    return [n for v in inside for n in references(v)] if isinstance(value, (dict, list)) else []


def resolved(value: Any, ids: dict[str, str]) -> Any:
    """Return a body with every ``@name`` replaced by the id of its subject."""
    if isinstance(value, dict):
        return {k: resolved(v, ids) for k, v in value.items()}
    if isinstance(value, list):
        return [resolved(v, ids) for v in value]
    found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return ids[found[1]] if found else value


def _check_steps(path: Path, scenario: Scenario) -> None:
    made: dict[str, str] = {}
    last = 0.0
    for number, step in enumerate(scenario.steps, 1):
        if step.at < last:
            raise _wrong(path, number, "at", f"{step.at:g} s lies before the step above it")
        last = step.at
        _check_actor(path, number, step, scenario)
        _check_names(path, number, step, made)
        _check_body(path, number, step)
        made.setdefault(step.subject, step.kind.partition(".")[0])


def _check_actor(path: Path, number: int, step: Step, scenario: Scenario) -> None:
    actor, kind = scenario.actors.get(step.actor), KINDS.get(step.kind)
    if actor is None:
        raise _wrong(path, number, "actor", f"{step.actor!r} is not among the actors")
    if kind is None:
        raise _wrong(path, number, "kind", f"{step.kind!r} is not a kind; see docs/kinds.md")
    if actor.role not in kind.roles:
        raise _wrong(path, number, "kind", f"role {actor.role} may not send {step.kind}")
    for team in (actor.team, step.body.get("team")):
        if team is not None and team not in scenario.teams:
            raise _wrong(path, number, "team", f"{team!r} is not among the teams")


def _check_names(path: Path, number: int, step: Step, made: dict[str, str]) -> None:
    noun, kind = step.kind.partition(".")[0], step.kind
    starts = kind in STARTS
    if starts and step.subject in made:
        raise _wrong(path, number, "subject", f"{step.subject!r} was already made above")
    if not starts and made.get(step.subject) != noun:
        raise _wrong(path, number, "subject", f"no {noun} {step.subject!r} was made above")
    for name in references(step.body):
        if name not in made:
            raise _wrong(path, number, "body", f"@{name} was not made above")
    if step.photos and kind != "report.received":
        raise _wrong(path, number, "photos", f"only report.received carries photos, not {kind}")


STARTS = frozenset(
    {"report.received", "instruction.issued", "road_closure.declared", "team.formed",
     "person.mustered", "person.assigned", "drill.clock_set"}
)  # fmt: skip


def _check_body(path: Path, number: int, step: Step) -> None:
    kind: Kind = KINDS[step.kind]
    seen = {"seen": 0} if kind.nature == DECISION else {}
    try:
        body = resolved(step.body, {name: name for name in references(step.body)})
        kind.body.model_validate({**body, **seen})
    except ValidationError as error:
        raise _from_pydantic(path, error, number) from None


def _from_pydantic(path: Path, error: ValidationError, number: int | None = None) -> EocError:
    first = error.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"]]
    if number is not None:
        where = ["body", *where]
    elif len(where) > 1 and where[0] == "steps":
        number, where = int(where[1]) + 1, where[2:]
    return _wrong(path, number, ".".join(where), first["msg"])


def _wrong(path: Path, step: int | None, field: str, why: str) -> Malformed:
    where = f"{path.name}" + (f", step {step}" if step else "") + (f", {field}" if field else "")
    return Malformed(f"{where}: {why}.", file=path.name, step=step, field=field)
