"""Which edges a closure cuts: by the bridge or road it names, and by where it is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from layers.roads.closures import Closure, Matched
from layers.roads.names import agrees, is_named
from layers.roads.network import Network

NEAR_M = 50.0  # beyond what layer and closure say of their own uncertainty
UNNAMED_M = 200.0  # where no name agrees only the position speaks, and it must be close
SPOT_M = 100.0  # a drawing longer than this is a stretch of road, not a bridge
TOUCH_M = 5.0  # a stretch that begins this near a node does not lie on the edge before it
TWISTS = 3.0  # a stretch this much longer than the crow flies leads over other roads


@dataclass(frozen=True, slots=True)
class Foot:
    """Where a position meets the network."""

    edge: int
    metres: float
    distance_m: float
    agrees: bool | None


def match(network: Network, closure: Closure) -> Matched:
    """Return the edges a closure cuts, or the reason in Japanese why none could be found."""
    points = closure.positions()
    found = _bridge(network, closure, points)
    if found is not None:
        return found
    if points is None:
        return Matched(closure, reason_ja="位置がないため、道路網のどこか分かりません")
    feet = [_foot(network, closure, xy) for xy in points]
    on_road = [foot for foot in feet if foot is not None]
    if len(on_road) < len(feet):
        return Matched(closure, reason_ja=_why(network, closure, points))
    edges = _stretch(network, closure, on_road) if len(on_road) > 1 else {on_road[0].edge}
    doubt = _doubt(network, closure, on_road, edges)
    return Matched(
        closure,
        tuple(sorted(edges or {foot.edge for foot in on_road})),
        "stretch" if len(on_road) > 1 else "point",
        max(foot.distance_m for foot in on_road),
        *(doubt or ("high", "")),
    )


def _bridge(network: Network, closure: Closure, points: np.ndarray | None) -> Matched | None:
    """Match the bridge that is named, where the position does not speak against it."""
    named = [i for i in network.of_kind("bridge") if _names(closure, network, i)]
    if not named or (points is not None and np.ptp(points, axis=0).max() > SPOT_M):
        return None  # a long stretch that names a bridge means the road from it or to it
    if points is None:
        if len(named) > 1:
            return Matched(closure, reason_ja=f"「{closure.road_name}」という橋が複数あります")
        return Matched(
            closure, _edges_of(network, named[0]), "bridge", None, "medium",
            "位置がなく、橋の名前だけで決めました",
        )  # fmt: skip
    middle = shapely.linestrings(points) if len(points) > 1 else shapely.points(points[0])
    away = [shapely.distance(middle, shapely.points(network.xy[network.node[i]])) for i in named]
    best = int(np.argmin(away))
    reach = NEAR_M + closure.uncertainty_m + (network.places[named[best]].uncertainty_m or 0.0)
    if away[best] > reach:
        return None
    return Matched(closure, _edges_of(network, named[best]), "bridge", float(away[best]), "high")


def _names(closure: Closure, network: Network, bridge: int) -> bool:
    named = is_named(closure.road_name, network.places[bridge].name)
    return named and bool(network.node[bridge] >= 0)


def _edges_of(network: Network, bridge: int) -> tuple[int, ...]:
    return tuple(np.flatnonzero(network.bridge == bridge).tolist())


def _foot(network: Network, closure: Closure, xy: np.ndarray) -> Foot | None:
    """Return the edge a position is on: of the road named within reach, else the nearest."""
    point = shapely.points(xy)
    reach = NEAR_M + closure.uncertainty_m + float(network.slack_m.max())
    near = np.sort(network.tree.query(point, predicate="dwithin", distance=reach))
    away = shapely.distance(network.shapes[near], point)
    found = []
    for edge, distance in zip(near.tolist(), away.tolist(), strict=True):
        said = agrees(closure.road_name, network.roads[network.road[edge]])
        own = NEAR_M + closure.uncertainty_m + float(network.slack_m[edge])
        limit = own if said else min(own, UNNAMED_M + closure.uncertainty_m)
        if said is not False and distance <= limit:
            rank = (said is not True, round(distance, 3), network.bridge[edge] < 0, edge)
            found.append((rank, edge, distance, said))
    if not found:
        return None
    _, edge, distance, said = min(found)
    metres = float(shapely.line_locate_point(network.shapes[edge], point))
    return Foot(edge, metres, distance, said)


def _why(network: Network, closure: Closure, points: np.ndarray) -> str:
    """Say why a position met no road: nothing near, or only roads of another name."""
    point = shapely.points(points[0])
    edge = int(network.tree.nearest(point))
    distance = float(shapely.distance(network.shapes[edge], point))
    name = network.roads[network.road[edge]].name or "名前のない道路"
    said = f"「{closure.road_name}」" if closure.road_name else "閉鎖の位置"
    return (
        f"{said}を道路網に結び付けられません。最も近い道路は{name}（{distance:,.0f} m）です。"
        "路線名と位置を確かめてください"
    )


def _doubt(
    network: Network, closure: Closure, feet: list[Foot], edges: set[int] | None
) -> tuple[str, str] | None:
    """Return (confidence, reason) where something must be checked."""
    if edges is None:
        return "low", "区間の二点が一続きの道路になりません。両端の区間だけを閉じました"
    if any(foot.agrees is None for foot in feet):
        return "low", "路線名が道路網の名前と照合できず、最も近い道路としました"
    if any(_at_a_fork(network, closure, foot) for foot in (feet[0], feet[-1])):
        return "medium", "位置の誤差の中に分かれ道か集落があります。どちら側か確かめてください"
    if max(foot.distance_m for foot in feet) > NEAR_M + closure.uncertainty_m:
        return "medium", "位置が道路の線から離れています。路線名で決めました"
    return None


def _at_a_fork(network: Network, closure: Closure, foot: Foot) -> bool:
    if network.bridge[foot.edge] >= 0:
        return False
    to_end = min(foot.metres, float(network.length_m[foot.edge]) - foot.metres)
    return to_end < closure.uncertainty_m + float(network.slack_m[foot.edge])


def _stretch(network: Network, closure: Closure, feet: list[Foot]) -> set[int] | None:
    """Return the edges from foot to foot along the road; None when they do not lead on."""
    named = any(foot.agrees for foot in feet)
    of_road = np.array([agrees(closure.road_name, road) is True for road in network.roads])
    usable = of_road[network.road] if named else np.ones(len(network.road), dtype=bool)
    edges: set[int] = set()
    for one, other in pairwise(feet):
        path = _path(network, usable, one, other)
        if path is None:
            return None
        edges |= path
    return edges


def _path(network: Network, usable: np.ndarray, one: Foot, other: Foot) -> set[int] | None:
    if one.edge == other.edge:
        return {one.edge}
    straight = float(
        shapely.distance(*(shapely.line_interpolate_point(network.shapes[f.edge], f.metres)
                           for f in (one, other)))
    )  # fmt: skip
    limit = TWISTS * straight + 2 * NEAR_M
    kept = usable[network.arcs.edge]
    starts, goals = _ends(network, one), _ends(network, other)
    ways, before = dijkstra(
        network.matrix(kept), indices=[n for n, _ in starts], limit=limit, return_predecessors=True
    )
    best = min(
        (paid + ways[i, goal] + rest, i, goal)
        for i, (_, paid) in enumerate(starts)
        for goal, rest in goals
    )
    if not best[0] <= limit:
        return None
    between = _edges_between(network, kept, before[best[1]], best[2])
    rest = min(m for n, m in goals if n == best[2])
    touched = {one.edge: starts[best[1]][1], other.edge: rest}
    partly = {edge for edge, metres in touched.items() if metres > TOUCH_M}
    return between | partly or {one.edge}


def _ends(network: Network, foot: Foot) -> list[tuple[int, float]]:
    """Return both nodes of its edge with the metres to them."""
    length = float(network.length_m[foot.edge])
    u, v = int(network.u[foot.edge]), int(network.v[foot.edge])
    return [(u, foot.metres), (v, max(0.0, length - foot.metres))]


def _edges_between(network: Network, kept: np.ndarray, before: np.ndarray, goal: int) -> set[int]:
    """Walk back over predecessors and return the shortest edge of each step."""
    arcs, edges = network.arcs, set()
    while before[goal] >= 0:
        arc = np.arange(arcs.indptr[goal], arcs.indptr[goal + 1])
        arc = arc[kept[arc] & (arcs.head[arc] == before[goal])]
        edges.add(int(arcs.edge[arc[np.argmin(network.length_m[arcs.edge[arc]])]]))
        goal = int(before[goal])
    return edges
