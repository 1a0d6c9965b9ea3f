"""Shelters that fit a place, by the roads, closures and danger area in force on a board."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape

from dashboard import native
from dashboard.clock import iso
from dashboard.errors import Malformed, NotFound
from dashboard.ground import closures, network, whole
from dashboard.projections.board import Board
from dashboard.projections.pending import NETWORK
from dashboard.projections.subject import Subject
from dashboard.realm import Realm
from layers.errors import BrokenFile
from layers.roads import Closure
from layers.schema import Feature, LonLat
from layers.shelters import FLAGS, ShelterAnswer, fitting

Row = dict[str, Any]
NO_NETWORK = "道路網が公開されていないため、どこへ行けるか判定できません"
NO_SITES = "避難所・避難場所のレイヤーが公開されていません"


@dataclass(frozen=True, slots=True)
class Asked:
    """From where, away from which danger layer (its name, or empty) of which kind."""

    at: LonLat
    hazard: str
    kind: str


class Shelters:
    """Answers of one realm. Nothing is stored: an answer carries its time and its sources."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm

    def answer(self, board: Board, asked: Asked) -> Row:
        """Return the judged sites, ranked only where a danger area was chosen.

        Raises:
            Malformed: an unknown kind of danger.
            NotFound: the danger layer is not in force here.
            LayerError: a layer cannot be used.
        """
        if asked.kind not in FLAGS:
            raise Malformed(
                f"kind is {asked.kind[:40]!r}; use one of {sorted(FLAGS)}.",
                field="kind", value=asked.kind[:40],
            )  # fmt: skip
        # the board moves under other threads: what is needed of it is taken here
        layers = {role: _in_force(board, role) for role in ("shelters", "hazard")}
        # the very network that isolation rests on: another layer may have its role
        roads = board.subjects.get(NETWORK)
        layers["network"] = [roads] if roads and roads.get("state") == "in_force" else []
        zone = _chosen(layers["hazard"], asked.hazard)
        shut = closures(board)
        sources = [_told(s) for s in (*layers["network"][:1], *layers["shelters"])]
        told = {
            "as_of": iso(self.realm.clock.now_us()), "upto": board.upto, "kind": asked.kind,
            "hazard": _told(zone) if zone else None, "closures": len(shut),
            "hazards": [_told(s) for s in layers["hazard"]], "sources": sources,
        }  # fmt: skip
        used = layers | {"hazard": [zone] if zone else []}
        hashes = {role: [str(s.get("sha256")) for s in found] for role, found in used.items()}
        found = native.run(self._found, hashes, shut, asked)
        sketched = any(source["schematic"] for source in sources)
        return told | found | {"schematic": found["schematic"] or sketched}

    def _found(self, hashes: Mapping[str, list[str]], shut: list[Closure], asked: Asked) -> Row:
        files = {role: [whole(self.realm, sha) for sha in some] for role, some in hashes.items()}
        found = _fitting(files, shut, asked)
        names = {closure.id: closure.road_name for closure in shut}
        return {
            "state": found.state, "reason": found.reason_ja, "schematic": found.schematic,
            "unmatched": [names[i] for i in found.unmatched],
            "sites": [s.as_row() for s in found.sites] or _unranked(files["shelters"]),
        }  # fmt: skip


def _in_force(board: Board, role: str) -> list[Subject]:
    standing = (s for s in board.of_type("layer") if s.get("state") == "in_force")
    return sorted((s for s in standing if s.get("role") == role), key=lambda s: s.id)


def _chosen(hazards: list[Subject], name: str) -> Subject | None:
    if not name:
        return None
    for layer in hazards:
        if layer.id == f"layer:{name}":
            return layer
    raise NotFound(f"危険区域のレイヤー {name[:64]} は公開されていません。", name=name[:64])


def _told(layer: Subject) -> Row:
    names = ("title", "title_en", "source", "date", "sha256")
    return {
        "name": layer.id.removeprefix("layer:"), "schematic": bool(layer.get("schematic")),
        **{name: layer.get(name) or "" for name in names},
    }  # fmt: skip


def _unranked(files: list[Path]) -> list[Row]:
    """Return all sites by name alone: where nothing can be decided, none is nearer than another."""
    rows = []
    for feature in (f for path in files for f in _features(path)):
        p, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
        is_point = geometry.get("type") == "Point"
        lon, lat = geometry["coordinates"][:2] if is_point else (None, None)
        name = str(p.get("施設・場所名") or p.get("name") or "")
        kind = "evacuation_site" if FLAGS["flood"] in p else "shelter"
        rows.append({"id": str(feature.get("id") or name), "name": name, "kind": kind,
                     "lon": lon, "lat": lat, "state": "undecided", "distance_m": None})  # fmt: skip
    return sorted(rows, key=lambda row: (row["kind"], row["name"]))


def _fitting(files: Mapping[str, list[Path]], shut: list[Closure], asked: Asked) -> ShelterAnswer:
    sites = [feature for path in files["shelters"] for feature in _features(path)]
    if not sites:
        return ShelterAnswer("undecided", NO_SITES, (), (), False)
    zone = _zone(files["hazard"][0]) if files["hazard"] else None
    if not files["network"]:
        return ShelterAnswer("undecided", NO_NETWORK, (), (), False)
    roads = network(files["network"][0])
    return fitting(roads, shut, asked.at, sites, hazard=zone, hazard_kind=asked.kind)


@lru_cache(maxsize=8)
def _features(path: Path) -> tuple[Feature, ...]:
    return tuple(json.loads(path.read_bytes())["features"])


@lru_cache(maxsize=8)
def _zone(path: Path) -> Mapping[str, Any]:
    """Return all areas of a danger layer as one."""
    areas = [f["geometry"] for f in _features(path) if _is_area(f.get("geometry"))]
    try:
        one = shapely.union_all(shapely.make_valid(shapely.force_2d([shape(a) for a in areas])))
    except (ValueError, TypeError, KeyError, IndexError, ShapelyError) as error:
        raise BrokenFile(f"危険区域のレイヤーに読めない形があります: {error}") from None
    polygons = [p for p in shapely.get_parts(one) if p.geom_type == "Polygon"]
    if not polygons:
        raise BrokenFile("危険区域のレイヤーに面がありません。面のあるレイヤーを公開してください。")
    return dict(mapping(shapely.MultiPolygon(polygons)))


def _is_area(geometry: Any) -> bool:
    return isinstance(geometry, dict) and str(geometry.get("type", "")).endswith("Polygon")
