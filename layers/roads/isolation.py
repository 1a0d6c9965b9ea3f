"""What closed roads cut off: 孤立 and 町中心部へ不通, two answers that are never mixed.

孤立 (``outside``): no four-wheel access from outside the town (内閣府). 町中心部へ不通
(``centre``): the way to town hall, fire station or hospital is lost, by car, engine or on foot.
What is not known is 判定不可 and 未確認, never "reachable" and never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from layers.roads.closures import Closure, Matched
from layers.roads.freed import Freed, freed_by
from layers.roads.matching import match
from layers.roads.modes import DOUBTFUL, MODES, OPEN
from layers.roads.network import Network
from layers.roads.reach import metres_from, reached_from, states, way
from layers.roads.results import Isolation, Standing, Way

CENTRE = ("town_hall", "fire_station", "hospital")
NO_NODE = "道路網に結び付いていません"
NEVER = "閉鎖がなくても、道路網の上でつながっていません"
LIMITS = "閉鎖がなくても、幅員・重量・一方通行の制限で通れません"
NO_OUTSIDE = "道路網に町の外へ出る地点がありません"
ON_FOOT = "通行止めの所を歩いて通れるか確かめられていません"
Column = tuple[np.ndarray, np.ndarray, np.ndarray]  # metres, sure, possible: one per node


def isolation(
    network: Network,
    closures: Sequence[Closure],
    *,
    network_sha256: str = "",
    modes: Sequence[str] = tuple(MODES),
) -> Isolation:
    """Return what every settlement can still reach under closures.

    Nothing is dropped: closures that could not be matched stand in ``unmatched`` and make the
    result incomplete; settlements without a road or never connected are 判定不可.
    """
    ordered = sorted(closures, key=lambda closure: closure.id)
    matched = [match(network, closure) for closure in ordered]
    return of_matched(network, matched, network_sha256=network_sha256, modes=modes)


def of_matched(
    network: Network,
    matched: Sequence[Matched],
    *,
    network_sha256: str = "",
    modes: Sequence[str] = tuple(MODES),
) -> Isolation:
    """Return the same for closures already matched."""
    outside = _outside(network, states(network, matched, "car"))
    columns = {mode: _columns(network, states(network, matched, mode), mode) for mode in modes}
    rows = [
        _standing(network, number, outside, columns) for number in network.of_kind("settlement")
    ]
    return Isolation(
        settlements=tuple(sorted(rows, key=lambda row: row.place.id)),
        closures=tuple(matched),
        freed_by=_ranking(network, matched, rows),
        schematic=network.schematic,
        uncertainty_m=network.uncertainty_m,
        inputs={"network_sha256": network_sha256, "closures": [m.closure.id for m in matched]},
        notices=network.notices,
    )


def _standing(
    network: Network,
    number: int,
    outside: tuple[np.ndarray, np.ndarray],
    columns: Mapping[str, Mapping[str, Column]],
) -> Standing:
    node = int(network.node[number])
    centre = {
        goal: {
            mode: _way(network, node, goal, mode, found[goal]) for mode, found in columns.items()
        }
        for goal in CENTRE
    }
    away = None if node < 0 else float(network.attached_m[number])
    return Standing(
        network.places[number], node, *_toward_outside(network, node, outside), centre, away
    )


def _ranking(
    network: Network, matched: Sequence[Matched], rows: Sequence[Standing]
) -> tuple[Freed, ...]:
    isolated = [(r.place, r.node) for r in rows if r.outside == "isolated"]
    cut = [(r.place, r.node) for r in rows if _cut_by_car(r)]
    return freed_by(network, matched, isolated, cut) if isolated or cut else ()


def _cut_by_car(row: Standing) -> bool:
    found = row.centre["town_hall"].get("car")
    return found is not None and found.state == "cut"


def _outside(network: Network, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the masks of nodes with a way for cars in from outside, and out."""
    sources = network.nodes_of("outside")
    there, back = (
        reached_from(way(network, state, "car", DOUBTFUL, back=b), sources) for b in (False, True)
    )
    return there, back


@lru_cache(maxsize=8)
def _open_outside(network: Network) -> tuple[np.ndarray, np.ndarray]:
    return _outside(network, states(network, [], "car"))


def _columns(network: Network, state: np.ndarray, mode: str) -> Mapping[str, Column]:
    """Return per destination the metres, what is surely reached and what may be."""
    back = not MODES[mode].outward  # counted to the centre: run from the centre against traffic
    # walkers are measured over what is sure, engines over roads of unknown width as well
    counted, rest = (OPEN, DOUBTFUL) if MODES[mode].on_foot else (DOUBTFUL, OPEN)
    measured = way(network, state, mode, counted, back=back)
    doubtful = bool(np.any(state == DOUBTFUL))
    other = way(network, state, mode, rest, back=back) if doubtful else None
    found = {}
    for goal in CENTRE:
        metres = metres_from(measured, network.nodes_of(goal))
        near = np.isfinite(metres)
        far = near if other is None else reached_from(other, network.nodes_of(goal))
        sure, possible = (near, far) if counted == OPEN else (far, near)
        found[goal] = (metres, sure, possible)
    return found


@lru_cache(maxsize=32)
def _open_columns(network: Network, mode: str) -> Mapping[str, Column]:
    return _columns(network, states(network, [], mode), mode)


def _toward_outside(
    network: Network, node: int, now: tuple[np.ndarray, np.ndarray]
) -> tuple[str, str, bool | None, bool | None]:
    """Return (state, reason, way in, way out) of a settlement toward the outside."""
    if not len(network.nodes_of("outside")):
        return "undecided", NO_OUTSIDE, None, None
    if node < 0:
        return "undecided", NO_NODE, None, None
    if not _open_outside(network)[0][node]:
        return "undecided", NEVER, None, None
    there, back = bool(now[0][node]), bool(now[1][node])
    return ("connected" if there else "isolated"), "", there, back


def _way(network: Network, node: int, goal: str, mode: str, now: Column) -> Way:
    if node < 0 or not len(network.nodes_of(goal)):
        return Way("undecided", reason_ja=NO_NODE if node < 0 else "行き先の地点がありません")
    usual, _, ever = _open_columns(network, mode)[goal]
    if not ever[node]:
        by_car = _open_columns(network, "car")[goal][2][node]
        return Way("cut", reason_ja=LIMITS) if by_car else Way("undecided", reason_ja=NEVER)
    if not now[2][node]:
        return Way("cut")
    if MODES[mode].on_foot and not now[1][node]:
        return Way("undecided", reason_ja=ON_FOOT)
    metres = float(now[0][node])
    detour = max(0.0, metres - float(usual[node]))
    return Way("reachable", metres, detour, width_unconfirmed=not now[1][node])
