"""The bodies of the kinds: pydantic models that refuse unknown keys.

Positions are WGS84 longitude and latitude in degrees (EPSG:4326), heights in metres.
No body holds a person's name: only ``person_id`` of the people store.
"""

from dashboard.bodies.base import CATEGORIES, Body, Decision, Ended, Place
from dashboard.bodies.ground import (
    DamageReported,
    IsolationComputed,
    LaharComputed,
    LaharStarted,
    LayerPublished,
)
from dashboard.bodies.reports import (
    Assigned,
    ClockSet,
    ClosureDeclared,
    Erased,
    IncidentOpened,
    InstructionIssued,
    Mustered,
    PhotoAnnounced,
    PhotoReceived,
    PhotoRefused,
    PhotoRendered,
    Placed,
    PreviewReceived,
    ReportCorrected,
    ReportReceived,
    ReportTriaged,
    Shared,
    Stamp,
    TeamFormed,
)

__all__ = [
    "CATEGORIES",
    "Assigned",
    "Body",
    "ClockSet",
    "ClosureDeclared",
    "DamageReported",
    "Decision",
    "Ended",
    "Erased",
    "IncidentOpened",
    "InstructionIssued",
    "IsolationComputed",
    "LaharComputed",
    "LaharStarted",
    "LayerPublished",
    "Mustered",
    "PhotoAnnounced",
    "PhotoReceived",
    "PhotoRefused",
    "PhotoRendered",
    "Place",
    "Placed",
    "PreviewReceived",
    "ReportCorrected",
    "ReportReceived",
    "ReportTriaged",
    "Shared",
    "Stamp",
    "TeamFormed",
]
