"""Who travels, and what a closure of each kind means to each: two tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.roads.network import Network

OPEN, DOUBTFUL, SHUT = 0, 1, 2  # of an edge, for one mode; the higher one holds


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to travel. ``outward`` modes are counted from the centre to the settlement.

    ``unknown_width`` is what a road of unknown width is to it.
    """

    code: str
    title_ja: str
    min_width_m: float = 0.0
    weight_t: float = 0.0
    on_foot: bool = False
    outward: bool = False
    unknown_width: int = OPEN


# 2.0 m: a small four-wheel vehicle; 3.0 m: an engine with its mirrors; 8 t: a tank engine, assumed
MODES = {
    mode.code: mode
    for mode in (
        Mode("car", "車", min_width_m=2.0),
        Mode("fire_engine", "消防車", 3.0, 8.0, outward=True, unknown_width=DOUBTFUL),
        Mode("foot", "徒歩", on_foot=True),
    )
}
# a full closure may be a slope that walkers pass or a bridge that is gone: on foot nobody knows
# until somebody says so (Closure.on_foot)
EFFECT = {
    "full": {"car": SHUT, "fire_engine": SHUT, "foot": DOUBTFUL},
    "large_vehicles": {"car": OPEN, "fire_engine": SHUT, "foot": OPEN},
    "alternating": {"car": OPEN, "fire_engine": OPEN, "foot": OPEN},
    "caution": {"car": OPEN, "fire_engine": OPEN, "foot": OPEN},
}
KIND_JA = {
    "full": "全面通行止",
    "large_vehicles": "大型車通行止",
    "alternating": "片側交互通行",
    "caution": "通行注意",
}


def standing(network: Network, mode: Mode) -> np.ndarray:
    """Return the state of every edge (int8) for a mode, before any closure."""
    state = np.full(len(network.u), OPEN, dtype=np.int8)
    if mode.on_foot:
        return state
    width, weight = network.width_m, network.max_weight_t
    state[np.isnan(width)] = mode.unknown_width
    with np.errstate(invalid="ignore"):
        state[(width < mode.min_width_m) | (weight < mode.weight_t)] = SHUT
    state[network.foot_only] = SHUT
    return state


def allowed(network: Network, mode: Mode, *, backwards: bool) -> np.ndarray:
    """Return the mask over arcs that a mode may use by direction; backwards turns them all."""
    oneway = network.oneway[network.arcs.edge]
    if mode.on_foot:
        return np.ones(len(oneway), dtype=bool)
    ahead = network.arcs.ahead != backwards
    return np.asarray(np.where(ahead, oneway >= 0, oneway <= 0))
