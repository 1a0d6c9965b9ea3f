"""Km posts of a line: where each stands along it, and what lies between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from shapely.geometry import LineString, Point

from layers.crs import plane_xy
from layers.errors import BrokenTable

SLACK_M = 100.0  # posts stand beside the line; with the line's own uncertainty on top


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts in the order of the line: metres from its start, and the km written on each."""

    along_m: tuple[float, ...]
    km: tuple[float, ...]

    @classmethod
    def of(
        cls, course: LineString, table: Sequence[Mapping[str, Any]], *, slack_m: float, name: str
    ) -> Self:
        """Place a table of ``{km, lon, lat}`` (EPSG:4326) on a course in the plane.

        Raises:
            BrokenTable: fewer than two posts, one that is no number or stands farther than
                ``slack_m`` from the line, or km that do not rise (or fall) along it.
        """
        rows = sorted((_placed(course, row, slack_m, name) for row in table), key=lambda r: r[0])
        if len(rows) < 2:
            raise BrokenTable("Fewer than two km posts; enter at least two.", where=name)
        along, km = (tuple(column) for column in zip(*rows, strict=True))
        _check_order(km, along, name)
        return cls(along, km)

    def km_at(self, along_m: float) -> float | None:
        """Return the km there, linear between posts; None beyond the first and last post."""
        if not self.along_m[0] <= along_m <= self.along_m[-1]:
            return None
        return float(np.interp(along_m, self.along_m, self.km))

    def along_at(self, km: float) -> float | None:
        """Return the metres from the start where a km is, None beyond the posts."""
        if not min(self.km) <= km <= max(self.km):
            return None
        turn = 1 if self.km[0] < self.km[-1] else -1
        return float(np.interp(km, self.km[::turn], self.along_m[::turn]))


def _placed(
    course: LineString, row: Mapping[str, Any], slack_m: float, name: str
) -> tuple[float, float]:
    try:
        km, lon, lat = (float(row[key]) for key in ("km", "lon", "lat"))
    except (KeyError, TypeError, ValueError):
        raise BrokenTable(
            f"Post {dict(row)!r} needs the numbers km, lon, lat.", where=name
        ) from None
    if not np.isfinite([km, lon, lat]).all():
        raise BrokenTable(f"Post {dict(row)!r} has a number without end.", where=name)
    point = Point(plane_xy(np.array([lon, lat]))[0])
    away = course.distance(point)
    if not away <= slack_m:
        raise BrokenTable(
            f"Post {km:g} km stands {away:.0f} m off the line (at most {slack_m:.0f}); "
            "check lon and lat, or whether it is another line.",
            where=name,
        )
    return float(course.project(point)), km


def _check_order(km: Sequence[float], along: Sequence[float], name: str) -> None:
    steps = np.diff(km)
    want = np.sign(km[-1] - km[0])
    for at, step in enumerate(steps):
        if np.sign(step) != want or want == 0 or along[at + 1] <= along[at]:
            raise BrokenTable(
                f"Posts {km[at]:g} and {km[at + 1]:g} km do not follow the direction of the "
                "line; km must rise or fall all along it.",
                where=name,
            )
