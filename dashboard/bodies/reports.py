"""The bodies of reports, photos, instructions, closures, teams and the drill's clock."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from dashboard.bodies.base import (
    Body,
    Category,
    Certainty,
    ClosureKind,
    Decision,
    Degrees,
    Handling,
    Line,
    Means,
    Place,
    Priority,
    Seen,
    Sha256,
    SubjectId,
    Words,
    is_position,
)


class IncidentOpened(Body):
    """The emergency as a whole; its subject id is the incident id."""

    title: Line
    seen: Seen = 0


class ReportReceived(Body):
    """Somebody told us. Nothing but the event itself is required: at 3 a.m. words are enough."""

    category: Category | None = None
    text: Words = ""
    place: Place | None = None
    place_text: Line | None = None
    team: SubjectId | None = None
    organisation: Line | None = None
    means: Means = "app"


class ReportCorrected(Body):
    """The sender's correction; only what is given changes."""

    category: Category | None = None
    text: Words | None = None
    place: Place | None = None
    place_text: Line | None = None


class ReportTriaged(Decision):
    """Two axes and a priority; only what is given changes."""

    certainty: Certainty | None = None
    handling: Handling | None = None
    priority: Priority | None = None
    category: Category | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.certainty or self.handling or self.priority or self.category):
            raise ValueError("give certainty, handling, priority or category")
        return self


class Placed(Decision):
    """A position set by a person at headquarters."""

    place: Place
    place_text: Line | None = None


class Shared(Decision):
    """Opens or closes one report to one partner organisation."""

    partner_id: SubjectId


class PhotoAnnounced(Body):
    """A photo that will come by upload; ``sha256`` is of the original file."""

    sha256: Sha256
    size: int = Field(ge=0, le=10**12)
    content_type: Line
    filename: Line
    report_id: SubjectId | None = None
    place: Place | None = None
    taken_at: AwareDatetime | None = None


class PreviewReceived(Body):
    """A small picture that stands for the original until it arrives."""

    sha256: Sha256
    preview_of: Sha256
    size: int
    content_type: Line
    width: int
    height: int


class PhotoReceived(Body):
    """The original lies in the media store; what its header says."""

    sha256: Sha256
    size: int
    content_type: Line
    filename: Line
    width: int
    height: int
    orientation: int = 1
    place: Place | None = None
    no_place_reason: Line | None = None
    taken_at: AwareDatetime | None = None
    taken_zone: Line | None = None
    direction_deg: Degrees | None = None
    direction_ref: Literal["true", "magnetic"] | None = None
    maker: Line | None = None
    model: Line | None = None
    odd: tuple[Line, ...] = ()


class Variant(Body):
    """One picture made for screens: its name is its longest side in pixels."""

    name: Line
    content_type: Line
    width: int
    height: int
    size: int


class PhotoRendered(Body):
    """The worker made the pictures for screens."""

    sha256: Sha256
    variants: tuple[Variant, ...]


class PhotoRefused(Body):
    """The file was not accepted; the report stays."""

    sha256: Sha256
    code: Line
    message: Words


class InstructionIssued(Decision):
    """Words to a team, on a report or of its own; ``seen`` is the report's last seq."""

    team: SubjectId
    words: Words = Field(min_length=1)
    report_id: SubjectId | None = None
    due_at: AwareDatetime | None = None


class Stamp(Body):
    """A one-tap answer of the crew, or of the desk for them (``proxy``)."""

    note: Words | None = None
    place: Place | None = None
    proxy: Literal["radio", "phone", "in_person"] | None = None


class ClosureDeclared(Decision):
    """A closed road: what kind, whose road, who closed it, how it is known."""

    closure_kind: ClosureKind
    road_name: Line
    geometry: dict[str, Any]
    owner: Line | None = None
    closed_by: Line | None = None
    confirmed_means: Means | None = None

    @model_validator(mode="after")
    def _is_point_or_line(self) -> Self:
        kinds = {"Point": lambda c: [c], "LineString": list}
        kind = self.geometry.get("type")
        if kind not in kinds or set(self.geometry) != {"type", "coordinates"}:
            raise ValueError("geometry must be a GeoJSON Point or LineString")
        points = kinds[kind](self.geometry["coordinates"])
        if not 1 <= len(points) <= 5000 or not all(is_position(p) for p in points):
            raise ValueError("geometry must hold positions [lon, lat] within range")
        return self


class TeamFormed(Body):
    """A team of the incident."""

    name: Line
    seen: Seen = 0


class Mustered(Body):
    """A person came on duty or went off it."""

    team: SubjectId | None = None
    place: Place | None = None


class Assigned(Decision):
    """A person belongs to a team from now on."""

    team: SubjectId


class ClockSet(Body):
    """Maps real time to the time of the drill's story: 想定時刻 at the moment of the event."""

    story_at: AwareDatetime
    speed: float = Field(default=1.0, gt=0, le=1000, allow_inf_nan=False)
    seen: Seen = 0


class Erased(Body):
    """The body of another entry was taken out; its hash stays in the chain."""

    seq: int
    reason: Words
