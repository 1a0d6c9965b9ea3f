"""Distances and directions as they may honestly be said, given how far positions may be off."""

from __future__ import annotations

import math

STEPS = (10, 50, 100, 500, 1000, 5000)
WAYS = {
    "ja": ("北", "北東", "東", "南東", "南", "南西", "西", "北西"),
    "en": ("N", "NE", "E", "SE", "S", "SW", "W", "NW"),
}


def way(east_m: float, north_m: float) -> int:
    """Return the direction of eight, 0 north, 2 east, of a vector in the plane."""
    return round(math.degrees(math.atan2(east_m, north_m)) / 45) % 8


def rounded_m(distance_m: float, uncertainty_m: float) -> int:
    """Return a distance in steps that its own size and its uncertainty deserve.

    The coarsest step within half of the uncertainty, but 100 m beyond 1 km, 1 km beyond 10 km.
    """
    size = 1000 if distance_m >= 10_000 else 100 if distance_m >= 1000 else 10
    step = max(s for s in STEPS if s <= max(uncertainty_m / 2, size))
    return round(distance_m / step) * step


def spoken(distance_m: float, uncertainty_m: float) -> str:
    """Return 300 m, 1.2 km, 12 km."""
    metres = rounded_m(distance_m, uncertainty_m)
    if metres < 1000:
        return f"{metres} m"
    return f"{metres / 1000:.{1 if metres % 1000 else 0}f} km"
