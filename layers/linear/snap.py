"""A point brought onto a line: where, on which side, how surely.

**Confidence** (0..1) that this is the line meant, with d the distance, d₂ that of the nearest
other line, and σ = √(line's uncertainty² + point's uncertainty²), all in metres::

    near  = 1 / (1 + (d / (100 + σ))²)          people report what they see from beside it
    clear = (σ/2 + (d₂ - d)) / (σ + (d₂ - d))   ½ when two lines are as near, 1 without another
    sharp = 1 / (1 + σ / 1000)                  a sketch never makes sure
    confidence = near · clear · sharp

The formula is our own: an ordering to sort and warn by, not a probability from statistics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from shapely.geometry import Point

from layers.linear.line import END_M, Line
from layers.schema import LonLat

REACH_M = 100.0
SHARP_M = 1000.0
SIDES = {  # (kind, side) → words; a road has only the two sides of the direction it is drawn in
    ("river", "left"): {"ja": "左岸", "en": "left bank"},
    ("river", "right"): {"ja": "右岸", "en": "right bank"},
    ("", "left"): {"ja": "左側（線の向きに対して）", "en": "left of the drawn direction"},
    ("", "right"): {"ja": "右側（線の向きに対して）", "en": "right of the drawn direction"},
}
REASONS = {  # why there is no side
    "flow_unknown": {"ja": "流れの向きが不明", "en": "direction of flow unknown"},
    "past_end": {"ja": "線の端の先", "en": "past the end of the line"},
    "within_uncertainty": {"ja": "線との距離が誤差の範囲内", "en": "nearer than the uncertainty"},
}


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """The nearest other line, and how far it is."""

    line_id: str
    name: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class Snap:
    """A point on a line. ``along_m`` counts from the upstream end, or from the drawn start.

    ``side`` is left or right looking downstream (rivers) or in the drawn direction (others);
    without one, ``no_side`` says why, a key of :data:`REASONS`. ``uncertainty_m`` joins those
    of the point and of the line.
    """

    line_id: str
    kind: str
    name: str
    position: LonLat
    distance_m: float
    along_m: float
    km_post: float | None
    side: str | None
    no_side: str
    confidence: float
    uncertainty_m: float
    schematic: bool
    runner_up: RunnerUp | None

    def side_words(self, lang: str = "ja") -> str:
        """Return 左岸, 右岸 … or nothing."""
        if self.side is None:
            return ""
        kind = self.kind if self.kind == "river" else ""
        return SIDES[kind, self.side][lang]


def snap_to(line: Line, point: Point, *, uncertainty_m: float, runner_up: RunnerUp | None) -> Snap:
    """Snap a point of the plane to a line; the arguments after it say what else is known."""
    along = line.locate(point)
    away = float(line.course.distance(point))
    sigma = math.hypot(line.uncertainty_m, uncertainty_m)
    side, reason = side_of(line, point, along, sigma)
    return Snap(
        line_id=line.id, kind=line.kind, name=line.name, position=line.at(along),
        distance_m=away, along_m=along, km_post=line.km_at(along), side=side, no_side=reason,
        confidence=confidence(away, sigma, runner_up.distance_m if runner_up else None),
        uncertainty_m=sigma, schematic=line.schematic, runner_up=runner_up,
    )  # fmt: skip


def confidence(distance_m: float, sigma_m: float, next_m: float | None) -> float:
    """Return the confidence of the module's formula; ``next_m`` None: no other line in reach."""
    near = 1 / (1 + (distance_m / (REACH_M + sigma_m)) ** 2)
    gap = math.inf if next_m is None else max(next_m - distance_m, 0.0)
    clear = 1.0 if math.isinf(gap) else (sigma_m / 2 + gap) / (sigma_m + gap or 1.0)
    if gap == 0 and sigma_m == 0:
        clear = 0.5
    return near * clear / (1 + sigma_m / SHARP_M)


def side_of(line: Line, point: Point, along_m: float, sigma_m: float) -> tuple[str | None, str]:
    """Return (side, "") or (None, reason)."""
    if line.kind == "river" and not line.flows:
        return None, "flow_unknown"
    foot = line.course.interpolate(along_m)
    away = np.array([point.x - foot.x, point.y - foot.y])
    if math.hypot(*away) <= max(sigma_m, END_M):
        return None, "within_uncertainty"
    ahead = direction(line, along_m)
    if _past_end(line, along_m, ahead, away):
        return None, "past_end"
    turn = float(ahead[0] * away[1] - ahead[1] * away[0])
    if turn == 0:  # a hairpin that turns back on itself has no sides at its tip
        return None, "past_end"
    return ("left" if turn > 0 else "right"), ""


def direction(line: Line, along_m: float) -> np.ndarray:
    """Return the direction of the course there; at a bend the mean of the two that meet.

    The mean of the unit vectors gives the right side of every point whose nearest place is
    the bend itself (the pseudo-normal of Bærentzen and Aanæs, 2005, in two dimensions).
    """
    coords = np.asarray(line.course.coords)
    steps = np.diff(coords, axis=0)
    length = np.hypot(steps[:, 0], steps[:, 1])
    units = steps / length[:, None]
    reached = np.cumsum(length)
    at = min(int(np.searchsorted(reached, along_m - 1e-6)), len(units) - 1)
    at_bend = abs(float(reached[at]) - along_m) <= 1e-6
    if at_bend and at + 1 < len(units):
        return np.asarray(units[at] + units[at + 1])
    if (at_bend or along_m <= 1e-6) and line.course.is_closed:
        return np.asarray(units[-1] + units[0])
    return np.asarray(units[at])


def _past_end(line: Line, along_m: float, ahead: np.ndarray, away: np.ndarray) -> bool:
    if line.course.is_closed:
        return False
    outward = float(ahead @ away) / math.hypot(*ahead)
    if along_m <= END_M:
        return outward < -END_M
    return along_m >= line.length_m - END_M and outward > END_M
