"""A road network: nodes and edges as arrays, with the places of a town on its nodes.

Built once from any line layer and used again for every closure; nothing here changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from layers.crs import lonlat_of, to_lonlat
from layers.roads.places import BRIDGE_M, Attached, attach
from layers.roads.reading import Notice, Place, Road, member, positive, read
from layers.roads.topology import cut, junctions
from layers.schema import Feature, LonLat

SNAP_M = 1.0
ATTACH_M = 1500.0  # a settlement's point is its middle, in Biei up to a kilometre from its road


@dataclass(frozen=True, slots=True)
class Arcs:
    """Every edge twice, once each way, in the order of a CSR matrix.

    ``head`` and ``edge`` (2m,); ``ahead`` says whether the arc runs with the edge (u to v).
    """

    indptr: np.ndarray
    head: np.ndarray
    edge: np.ndarray
    ahead: np.ndarray


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes ``xy`` (n, 2) in metres of EPSG:6680 and m edges.

    ``u``, ``v``: nodes of an edge. ``road``: its number in ``roads``. ``bridge``: the number in
    ``places`` of the bridge it lies on, or -1. ``shapes``: its LineString in metres. ``node``:
    the node of each place, or -1 (then it stands in ``unattached``). Notices say what was left
    out. ``schematic`` and ``uncertainty_m`` come from the metadata of the layer.
    """

    xy: np.ndarray
    u: np.ndarray
    v: np.ndarray
    length_m: np.ndarray
    road: np.ndarray
    bridge: np.ndarray
    shapes: np.ndarray
    roads: tuple[Road, ...]
    places: tuple[Place, ...]
    node: np.ndarray
    attached_m: np.ndarray
    notices: tuple[Notice, ...]
    metadata: Mapping[str, Any]

    @classmethod
    def from_collection(
        cls, collection: Mapping[str, Any], *, snap_m: float = SNAP_M, attach_m: float = ATTACH_M
    ) -> Self:
        """Build the graph of a FeatureCollection of lines and places, EPSG:4326.

        Ends within ``snap_m`` of each other or of a line are joined; places are tied to the
        nearest road within ``attach_m``.

        Raises:
            BrokenNetwork: the layer cannot serve as a road network; names the feature.
        """
        said = read(collection)
        shapes = np.array([shapely.linestrings(x) for x in said.lines], dtype=object)
        of = [said.roads[r] for r in said.road_of]
        tied = attach(said.places, shapes, of, attach_m)
        cuts = junctions(said.lines, shapes, snap_m)
        for each in tied:
            cuts[each.line] += _cuts_of(said.places[each.place], each)
        pieces = cut(said.lines, cuts, snap_m)
        node, away = np.full(len(said.places), -1), np.full(len(said.places), np.nan)
        bridge = np.full(len(pieces.u), -1)
        middle = (pieces.begin + pieces.end) / 2
        for each in tied:
            node[each.place] = pieces.node_at(each.line, each.metres)
            away[each.place] = each.distance_m
            if said.places[each.place].kind == "bridge":
                on = (pieces.line == each.line) & (np.abs(middle - each.metres) <= BRIDGE_M)
                bridge[on] = each.place
        return cls(
            xy=pieces.xy, u=pieces.u, v=pieces.v, length_m=pieces.end - pieces.begin,
            road=np.array(said.road_of)[pieces.line], bridge=bridge, shapes=pieces.shapes,
            roads=tuple(said.roads), places=tuple(said.places), node=node, attached_m=away,
            notices=tuple(said.notices), metadata=member(collection, "metadata"),
        )  # fmt: skip

    @property
    def schematic(self) -> bool:
        """Whether the layer is a sketch (概略); every result must then say so."""
        return self.metadata.get("schematic") is True

    @property
    def uncertainty_m(self) -> float | None:
        """How far positions may be off, as the layer says."""
        return positive(self.metadata, "uncertainty_m")

    @property
    def unattached(self) -> tuple[Place, ...]:
        """Places with no road near enough: shown as such, never counted as reachable."""
        return tuple(p for p, n in zip(self.places, self.node, strict=True) if n < 0)

    def of_kind(self, kind: str) -> list[int]:
        """Return the numbers of the places of a kind."""
        return self._of_kind.get(kind, [])

    def nodes_of(self, kind: str) -> np.ndarray:
        """Return the nodes of the attached places of a kind, sorted, without repeats."""
        return self._nodes_of.get(kind, np.empty(0, dtype=int))

    @cached_property
    def _of_kind(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, place in enumerate(self.places):
            found.setdefault(place.kind, []).append(number)
        return found

    @cached_property
    def _nodes_of(self) -> dict[str, np.ndarray]:
        of = {kind: self.node[numbers] for kind, numbers in self._of_kind.items()}
        return {kind: np.unique(nodes[nodes >= 0]) for kind, nodes in of.items()}

    @cached_property
    def component(self) -> np.ndarray:
        """The number of the connected part each node is in, oneway not heeded."""
        whole = self.matrix(np.ones(len(self.arcs.edge), dtype=bool))
        return np.asarray(connected_components(whole, directed=False)[1])

    @cached_property
    def arcs(self) -> Arcs:
        """The edges both ways, sorted by tail."""
        m = np.arange(len(self.u))
        tail, head = np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u])
        order = np.argsort(tail, kind="stable")
        counts = np.bincount(tail, minlength=len(self.xy))
        return Arcs(
            indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
            head=head[order].astype(np.int32),
            edge=np.concatenate([m, m])[order],
            ahead=(np.arange(2 * len(m)) < len(m))[order],
        )

    @cached_property
    def oneway(self) -> np.ndarray:
        """Of each edge: 1 from u to v only, -1 from v to u only, 0 both ways (int8)."""
        return np.asarray(np.array([r.oneway for r in self.roads], dtype=np.int8)[self.road])

    @cached_property
    def width_m(self) -> np.ndarray:
        """Of each edge in metres; NaN is unknown."""
        return self._known("width_m")

    @cached_property
    def max_weight_t(self) -> np.ndarray:
        """Of each edge in tonnes; NaN is unknown."""
        return self._known("max_weight_t")

    @cached_property
    def foot_only(self) -> np.ndarray:
        """Whether each edge is a path or steps, on which no vehicle goes."""
        return np.asarray(np.array([r.foot_only for r in self.roads], dtype=bool)[self.road])

    @cached_property
    def slack_m(self) -> np.ndarray:
        """How far each edge may be drawn off its true place, metres; 0 where nothing is said."""
        said = self._known("uncertainty_m")
        return np.where(np.isnan(said), self.uncertainty_m or 0.0, said)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The edges by position, in metres."""
        return shapely.STRtree(self.shapes)

    def matrix(self, kept: np.ndarray) -> csr_array:
        """Return the CSR matrix of lengths of the arcs kept (a mask over ``arcs``)."""
        arcs, n = self.arcs, len(self.xy)
        runs = np.concatenate([[0], np.cumsum(kept)])[arcs.indptr].astype(np.int32)
        data = self.length_m[arcs.edge[kept]]
        return csr_array((data, arcs.head[kept], runs), shape=(n, n))

    def lonlat(self, node: int) -> LonLat:
        """Return the position of a node in degrees, EPSG:4326."""
        lon, lat = lonlat_of(self.xy[node])[0].tolist()
        return lon, lat

    def edge_feature(self, edge: int) -> Feature:
        """Return an edge as a GeoJSON feature, EPSG:4326."""
        road = self.roads[self.road[edge]]
        bridge = self.places[self.bridge[edge]].name if self.bridge[edge] >= 0 else None
        line = to_lonlat(self.shapes[edge])
        return {
            "type": "Feature",
            "id": f"edge:{edge}",
            "geometry": {"type": "LineString", "coordinates": np.round(line.coords, 6).tolist()},
            "properties": {
                "edge": edge, "name": road.name, "owner": road.owner, "bridge": bridge,
                "road_class": road.road_class, "length_m": round(float(self.length_m[edge]), 1),
            },
        }  # fmt: skip

    def _known(self, name: str) -> np.ndarray:
        values = [getattr(road, name) for road in self.roads]
        of_road = np.array([np.nan if x is None else x for x in values], dtype=float)
        return np.asarray(of_road[self.road])


def _cuts_of(place: Place, tied: Attached) -> list[float]:
    """Return where a place cuts its line: a bridge at both ends of it, others at their foot."""
    if place.kind == "bridge":
        return [tied.metres - BRIDGE_M, tied.metres + BRIDGE_M]
    return [tied.metres]
