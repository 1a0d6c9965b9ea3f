"""Which settlements the closures in force cut off, worked out and said with its inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from dashboard.errors import EocError
from dashboard.ground import closures, in_force, network, whole
from dashboard.jobs.answer import Answer
from dashboard.projections.board import Board
from dashboard.projections.pending import Job, isolation_inputs
from dashboard.projections.subject import Subject
from dashboard.realm import Realm
from layers.errors import LayerError
from layers.importers.report import printable
from layers.roads import (
    Closure,
    Fragile,
    Isolation,
    Matched,
    Network,
    Standing,
    fragile,
    isolation,
)

FRAGILE_EDGES = 20_000  # of a network of more no such stretch is named: 100,000 take 6 s
FRAGILE_MOST = 200  # stretches named in one answer; the worst come first
LINE, WORDS = 200, 2000  # characters an event holds; a network of strangers may say more


def work(realm: Realm, job: Job) -> list[Answer]:
    """Work out isolation for the closures as they stand now."""
    board = realm.live.still(job.incident_id)
    inputs = isolation_inputs(board)
    try:
        layer = in_force(board, "network")
        body = _computed(board, network(whole(realm, layer.get("sha256"))), layer)
    except (EocError, LayerError) as error:
        body = _failed(board, f"{error}")
    return [Answer("isolation.computed", "isolation", {"inputs": inputs, **body}, (inputs,))]


def give_up(realm: Realm, job: Job) -> list[Answer]:
    """Say that it could not be told: the network took the worker down."""
    board = realm.live.still(job.incident_id)
    body = _failed(board, "道路網の計算が繰り返し止まりました。道路網を確かめてください。")
    inputs = isolation_inputs(board)
    return [Answer("isolation.computed", "isolation", {"inputs": inputs, **body}, (inputs,))]


def _computed(board: Board, roads: Network, layer: Subject) -> dict[str, Any]:
    shut = closures(board)
    found = isolation(roads, shut, network_sha256=layer.get("sha256"))
    names = {s.place.id: _clipped(s.place.name) for s in found.settlements}
    said = {c.id: c.road_name for c in shut}
    return {
        "network": layer.get("sha256"), "network_title": layer.get("title") or "",
        "closures": [c.id for c in shut], "settlements": len(found.settlements),
        "outside_known": bool(len(roads.nodes_of("outside"))),
        "schematic": found.schematic, "uncertainty_m": found.uncertainty_m,
        "rows": _rows(board, found),
        "unmatched": [_unmatched(m) for m in found.unmatched],
        "freed_by": [_freed(f, said, names) for f in found.freed_by],
        "fragile": [_fragile(roads, one, names) for one in _weak(roads, shut)], "failure": "",
    }  # fmt: skip


def _rows(board: Board, found: Isolation) -> list[dict[str, Any]]:
    """Return the settlements that are affected, and those that no longer are."""
    rows = [_row(one) for one in found.settlements]
    before = {s.id for s in board.of_type("isolated_settlement") if _affected(s.get("row", {}))}
    gone = before - {f"settlement:{row['id']}" for row in rows}  # another network names others
    left = [{**board.subjects[id_].get("row"), **UNNAMED} for id_ in sorted(gone)]
    return [r for r in rows if _affected(r) or f"settlement:{r['id']}" in before] + left


def _affected(row: dict[str, Any]) -> bool:
    return row.get("state") not in ("reachable", "unnamed")


def _row(one: Standing) -> dict[str, Any]:
    lon, lat = one.place.lonlat
    by_car = one.centre["town_hall"].get("car")
    return {
        "id": _id(one.place.id), "name": _clipped(one.place.name), "lon": lon, "lat": lat,
        "state": _state(one),
        "outside": {"car": OUTSIDE[one.outside]},
        "centre": {g: {m: w.state for m, w in ways.items()} for g, ways in one.centre.items()},
        "distance_m": by_car.distance_m if by_car else None,
        "detour_m": by_car.detour_m if by_car else None,
        **one.place.counts, "reason": _clipped(one.reason_ja, WORDS),
    }  # fmt: skip


def _id(text: str) -> str:
    """Return an id that an event can hold, another for every text."""
    if text == _clipped(text):
        return text
    return f"{_clipped(text, 100)}~{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _clipped(text: str, most: int = LINE) -> str:
    return printable(text)[:most]


# a settlement that the network in force does not know: nothing is said of its ways
UNNAMED = {
    "state": "unnamed", "outside": {}, "centre": {}, "distance_m": None, "detour_m": None,
    "reason": "いまの道路網にない地区です",
}  # fmt: skip
OUTSIDE = {"isolated": "cut", "connected": "reachable", "undecided": "undecided"}


def _state(one: Standing) -> str:
    """孤立 comes before 町中心部へ不通: who cannot leave at all is named once."""
    if one.outside == "isolated":
        return "isolated"
    if any(ways["car"].state == "cut" for ways in one.centre.values()):
        return "cut_from_centre"
    return "undecided" if one.outside == "undecided" else "reachable"


def _unmatched(one: Matched) -> dict[str, Any]:
    closure = one.closure
    reason = _clipped(one.reason_ja, WORDS)
    return {"closure_id": closure.id, "road_name": closure.road_name, "reason": reason}


def _freed(freed: Any, roads: dict[str, str], names: dict[str, str]) -> dict[str, Any]:
    again = dict.fromkeys((*freed.no_longer_isolated, *freed.centre_again))
    return {
        "closure_id": freed.closure_id, "road_name": roads[freed.closure_id],
        "settlements": [names[i] for i in again], "households": freed.households,
    }  # fmt: skip


def _weak(roads: Network, shut: list[Closure]) -> Sequence[Fragile]:
    """Return the stretches to fear for; on a very large network it would take seconds."""
    if len(roads.u) > FRAGILE_EDGES:
        return ()
    return (fragile(roads, shut) or ())[:FRAGILE_MOST]


def _fragile(network: Network, one: Fragile, names: dict[str, str]) -> dict[str, Any]:
    feature = one.as_feature(network)
    return {
        "edge": str(one.edge), "name": _clipped(feature["properties"].get("name") or ""),
        "geometry": feature["geometry"], "settlements": [names[i] for i in one.lost],
        "households": one.households["known"],
    }  # fmt: skip


def _failed(board: Board, why: str) -> dict[str, Any]:
    """Nothing can be told: every settlement that stood as cut off is now undecided."""
    before = (s.get("row") for s in board.of_type("isolated_settlement"))
    rows = [_undecided(row) for row in before if row and _affected(row)]
    return {
        "network": None, "network_title": "", "closures": [c.id for c in closures(board)],
        "settlements": 0, "outside_known": False, "schematic": False, "uncertainty_m": None,
        "rows": rows, "unmatched": [], "freed_by": [], "fragile": [],
        "failure": _clipped(why, WORDS),
    }  # fmt: skip


def _undecided(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of which nothing is known any more, its ways included."""
    centre = {goal: dict.fromkeys(ways, "undecided") for goal, ways in row["centre"].items()}
    return {
        **row, "state": "undecided", "outside": dict.fromkeys(row["outside"], "undecided"),
        "centre": centre, "distance_m": None, "detour_m": None, "reason": "",
    }  # fmt: skip
