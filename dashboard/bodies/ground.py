"""The bodies about the ground: layers in force, damage on a line, and what a worker computed.

What a worker computes carries the hashes of its inputs: replay reads it, never recomputes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from dashboard.bodies.base import (
    Body,
    Decision,
    Line,
    Means,
    Place,
    Sha256,
    SubjectId,
    Words,
    is_position,
)

Metres = Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, strict=True)]
Seconds = Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)]
Degree = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Reach = Literal["reachable", "cut", "undecided"]
# unnamed: the network in force no longer knows it, so nothing is said of it
AccessState = Literal["isolated", "cut_from_centre", "undecided", "reachable", "unnamed"]
ROLES = Literal["reference", "network", "hazard", "shelters", "boundary", "gazetteer", "lahar"]


class LayerPublished(Decision):
    """A layer is in force from now on: an immutable file by its hash, and where it is from.

    ``label`` names the property that is written beside its features.
    """

    sha256: Sha256
    size: Count
    features: Count
    title: Line
    title_en: Line = ""
    role: ROLES = "reference"
    source: Line = ""
    licence: Line = ""
    attribution: Line = ""
    date: Line = ""
    note: Words = ""
    schematic: bool = False
    uncertainty_m: Metres | None = None
    bbox: tuple[Degree, Degree, Degree, Degree] | None = None
    label: Line = ""


class OnLine(Body):
    """Where on a river or road: measured along the line of a layer in force.

    ``along_m`` counts from the line's beginning (a river's upstream end), ``side`` is as seen
    downstream (左岸・右岸) or in the drawn direction of a road. ``schematic``: the line is a
    sketch, and whatever is said of it is marked 概略.
    """

    layer: Sha256 | None = None
    kind: Literal["river", "road"]
    line_id: Line
    name: Line
    along_m: Metres
    to_m: Metres | None = None
    km: float | None = Field(default=None, ge=-10, le=10_000, allow_inf_nan=False)
    side: Literal["left", "right"] | None = None
    distance_m: Metres
    confidence: float = Field(ge=0, le=1, allow_inf_nan=False)
    schematic: bool = False


class DamageReported(Body):
    """Damage to a river or road, as a stretch of its line where that is known."""

    text: Words = ""
    place: Place | None = None
    place_text: Line | None = None
    on: OnLine | None = None
    geometry: dict[str, Any] | None = None
    length_m: Metres | None = None
    passable: Literal["yes", "large_vehicles_no", "no", "unknown"] | None = None
    owner: Line | None = None
    organisation: Line | None = None
    means: Means = "app"
    report_id: SubjectId | None = None

    @model_validator(mode="after")
    def _is_a_stretch(self) -> Self:
        if self.geometry is None:
            return self
        points = self.geometry.get("coordinates")
        is_line = self.geometry.get("type") == "LineString" and isinstance(points, list)
        if not is_line or not points or not 2 <= len(points) <= 2000:
            raise ValueError("geometry must be a GeoJSON LineString of 2 to 2000 positions")
        if not all(is_position(p) for p in points):
            raise ValueError("geometry must hold positions [lon, lat] within range")
        return self


class SettlementAccess(Body):
    """What one settlement can still reach. Counts that nobody gave are None (未確認), not 0."""

    id: Line
    name: Line
    lon: Degree
    lat: Degree
    state: AccessState
    outside: dict[str, Reach]
    centre: dict[str, dict[str, Reach]]
    distance_m: Metres | None = None
    detour_m: Metres | None = None
    households: Count | None = None
    population: Count | None = None
    guests: Count | None = None
    care: Count | None = None
    reason: Words = ""


class Unmatched(Body):
    """A closure that no road of the network could be found for."""

    closure_id: SubjectId
    road_name: Line
    reason: Words


class Reopening(Body):
    """What reopening one closure alone would give back."""

    closure_id: SubjectId
    road_name: Line
    settlements: tuple[Line, ...]
    households: Count | None = None


class Fragile(Body):
    """A stretch of road whose loss, as things stand, would cut settlements off."""

    edge: Line
    name: Line
    geometry: dict[str, Any]
    settlements: tuple[Line, ...]
    households: Count | None = None


class IsolationComputed(Body):
    """Which settlements are cut off, by which network and which closures.

    ``rows`` holds the settlements that are affected, and those that no longer are.
    ``inputs`` is the hash of the network and of the closures as they stood.
    """

    inputs: Line
    network: Sha256 | None = None
    network_title: Line = ""
    closures: tuple[SubjectId, ...] = ()
    settlements: Count
    outside_known: bool
    schematic: bool
    uncertainty_m: Metres | None = None
    rows: tuple[SettlementAccess, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    freed_by: tuple[Reopening, ...] = ()
    fragile: tuple[Fragile, ...] = ()
    failure: Words = ""


class LaharStarted(Decision):
    """The clock of the mudflow runs: when it erupted, and by which table of the town."""

    table: Sha256
    erupted_at: AwareDatetime


class Arrival(Body):
    """When the mudflow may reach a place: always a range, always a model."""

    place: Line
    lon: Degree
    lat: Degree
    arrives_from: AwareDatetime
    arrives_to: AwareDatetime
    margins_s: dict[str, int] = Field(default_factory=dict)


class LaharComputed(Body):
    """The arrival windows of one clock, exact to the second, with assumption and source.

    ``course``: (lon, lat, seconds to the fast front, to the slow front) going downstream.
    """

    table: Sha256
    title: Line = ""
    erupted_at: AwareDatetime
    source: Words = ""
    assumption: Words = ""
    rows: tuple[Arrival, ...] = ()
    course: tuple[tuple[Degree, Degree, Seconds, Seconds], ...] = ()
    failure: Words = ""
