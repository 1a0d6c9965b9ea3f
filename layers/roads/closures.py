"""A closed road as somebody declared it, and the edges of the network it cuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.crs import plane_xy
from layers.errors import LayerError
from layers.roads.modes import EFFECT, KIND_JA, MODES, OPEN, SHUT

MOST_POINTS = 20  # of a drawn stretch; more say nothing more about which road is meant


@dataclass(frozen=True, slots=True)
class Closure:
    """A closure: ``geometry`` is a GeoJSON Point or LineString, EPSG:4326, or None.

    ``kind`` is a key of ``EFFECT``. ``owner`` owns the road (管理者), ``closed_by`` closed it
    (規制者): both are carried along, only the owner may lift it. ``on_foot``: whether walkers
    pass; None is unknown. ``uncertainty_m`` is how far its position may be off.
    """

    id: str
    kind: str = "full"
    geometry: Mapping[str, Any] | None = None
    road_name: str = ""
    owner: str | None = None
    closed_by: str | None = None
    uncertainty_m: float = 0.0
    on_foot: bool | None = None

    def __post_init__(self) -> None:
        if self.kind not in EFFECT:
            raise LayerError(f"Closure {self.id} has kind {self.kind!r}; use {list(EFFECT)}.")

    def effect(self, mode: str) -> int:
        """Return what it makes of an edge for a mode: OPEN, DOUBTFUL or SHUT."""
        found = EFFECT[self.kind][mode]
        if found != OPEN and MODES[mode].on_foot and self.on_foot is not None:
            return OPEN if self.on_foot else SHUT
        return found

    @property
    def cuts_somebody(self) -> bool:
        """Whether it keeps anybody from travelling at all."""
        return any(EFFECT[self.kind].values())

    def positions(self) -> np.ndarray | None:
        """Return its (n, 2) positions in metres, at most ``MOST_POINTS``; None: unusable."""
        try:
            return _metres(self.geometry)
        except (TypeError, ValueError, KeyError, IndexError):
            return None


@dataclass(frozen=True, slots=True)
class Matched:
    """What a closure cuts. No edges: it could not be matched, and ``reason_ja`` says why.

    ``method``: bridge, point or stretch. ``distance_m``: from its position to the road, None
    where only a name was given. ``confidence``: high, medium, low; below high, ``reason_ja``
    says what to check.
    """

    closure: Closure
    edges: tuple[int, ...] = ()
    method: str = ""
    distance_m: float | None = None
    confidence: str = ""
    reason_ja: str = ""

    def as_row(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        closure = self.closure
        return {
            "id": closure.id, "kind": closure.kind, "kind_ja": KIND_JA[closure.kind],
            "road_name": closure.road_name, "owner": closure.owner,
            "closed_by": closure.closed_by, "matched": bool(self.edges),
            "edges": list(self.edges), "method": self.method, "confidence": self.confidence,
            "distance_m": None if self.distance_m is None else round(self.distance_m, 1),
            "reason_ja": self.reason_ja,
        }  # fmt: skip


def _metres(geometry: Mapping[str, Any] | None) -> np.ndarray | None:
    if not geometry or geometry["type"] not in ("Point", "LineString"):
        return None
    given = geometry["coordinates"]
    points = [given] if geometry["type"] == "Point" else list(given)
    few = np.unique(np.linspace(0, len(points) - 1, min(len(points), MOST_POINTS)).astype(int))
    degrees = np.array([(points[i][0], points[i][1]) for i in few], dtype=float)
    if not len(degrees) or not np.all(np.isfinite(degrees)) or np.any(np.abs(degrees) > (180, 90)):
        return None
    found = plane_xy(degrees)
    return found if np.all(np.isfinite(found)) else None
