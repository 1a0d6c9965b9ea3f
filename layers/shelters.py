"""Shelters that fit: reachable, outside the hazard somebody has drawn, and not known as closed.

A flag is not safety: all 54 sites of Biei carry the volcano flag, the shelter 3.4 km from the
crater included. Without a hazard polygon the answer is 判定不可, never the nearest site.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from layers.crs import plane_xy, to_plane
from layers.errors import LayerError
from layers.roads.closures import Closure
from layers.roads.matching import match
from layers.roads.modes import DOUBTFUL, OPEN
from layers.roads.network import Network
from layers.roads.reach import states
from layers.roads.reading import member
from layers.roads.trips import Stop, Trips, stop
from layers.schema import Feature, LonLat

MARGIN_M = 100.0  # a site this near a hazard is not outside it: outlines are drawn by hand
SAME_M = 100.0  # travel distances closer than this are equal; then the farther from the hazard
FLAGS = {
    "flood": "洪水",
    "landslide": "崖崩れ、土石流及び地滑り",
    "storm_surge": "高潮",
    "earthquake": "地震",
    "tsunami": "津波",
    "fire": "大規模な火事",
    "inland_flood": "内水氾濫",
    "volcano": "火山現象",
}
STATE_JA = {
    "fits": "候補", "excluded": "危険区域", "closed": "閉鎖中", "full": "満員", "cut": "到達不可",
    "unreadable": "位置不明",
}  # fmt: skip
ORDER = {state: i for i, state in enumerate(STATE_JA)}
NO_HAZARD = "危険区域が入力されていないため判定できません。指定の印は安全を意味しません"
BAD_HAZARD = "危険区域の形が読めません（面で入力してください）"
INSIDE = "出発地が危険区域の中にあります。区域から出る道は判定できません"
NO_ROAD = "出発地の近くに道路がありません"
SHUT_IN = "出発地の前の道路が閉じられているか危険区域にかかり、どちらへ出られるか分かりません"


@dataclass(frozen=True, slots=True)
class Site:
    """One site as judged. ``kind``: evacuation_site (指定緊急避難場所) or shelter (指定避難所).

    ``state``: a key of ``STATE_JA``. ``distance_m`` by road, ``to_hazard_m`` from the outline.
    ``open``, ``capacity``, ``occupants``, ``flag``: None is unknown. ``route_doubtful``: the
    way may touch the hazard or passes a place nobody has confirmed.
    """

    id: str
    name: str
    kind: str
    lonlat: LonLat | None
    flag: bool | None
    open: bool | None
    capacity: int | None
    occupants: int | None
    state: str = "fits"
    reason_ja: str = ""
    distance_m: float | None = None
    to_hazard_m: float | None = None
    route_doubtful: bool = False

    def as_row(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        lon, lat = self.lonlat or (None, None)
        metres = {
            name: None if (value := getattr(self, name)) is None else round(value)
            for name in ("distance_m", "to_hazard_m")
        }
        return {
            "id": self.id, "name": self.name, "kind": self.kind, "lon": lon, "lat": lat,
            "flag": self.flag, "open": self.open, "capacity": self.capacity,
            "occupants": self.occupants, "state": self.state, "state_ja": STATE_JA[self.state],
            "reason_ja": self.reason_ja, "route_doubtful": self.route_doubtful, **metres,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShelterAnswer:
    """``state``: decided or undecided (判定不可, ``reason_ja`` says why; then no site is ranked).

    ``sites``: all of them when decided, the fitting ones first in their rank. ``unmatched``:
    closures that could not be put on the network, so that routes may be wrong.
    """

    state: str
    reason_ja: str
    sites: tuple[Site, ...]
    unmatched: tuple[str, ...]
    schematic: bool

    @property
    def fitting(self) -> tuple[Site, ...]:
        """The sites to be proposed, best first; empty where nothing can be decided."""
        return tuple(s for s in self.sites if s.state == "fits")

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "state": self.state, "reason_ja": self.reason_ja, "schematic": self.schematic,
            "sites": [s.as_row() for s in self.sites],
            "unmatched": list(self.unmatched),
        }  # fmt: skip


def fitting(
    network: Network,
    closures: Sequence[Closure],
    at: LonLat,
    sites: Sequence[Feature],
    *,
    hazard: Mapping[str, Any] | None,
    hazard_kind: str,
    mode: str = "car",
    margin_m: float = MARGIN_M,
) -> ShelterAnswer:
    """Return the sites that fit people at a position, and why each other one does not.

    ``sites``: GeoJSON points as the survey authority publishes them, with ``open``,
    ``capacity`` and ``occupants`` where the situation page knows them. ``hazard``: a Polygon
    or MultiPolygon, EPSG:4326, entered for this case. Confirmed open sites come first, then by
    travel distance, then by distance from the hazard.

    Raises:
        LayerError: ``hazard_kind`` is none of ``FLAGS``.
    """
    if hazard_kind not in FLAGS:
        raise LayerError(f"Hazard kind {hazard_kind!r} is unknown; use one of {list(FLAGS)}.")
    matched = [match(network, closure) for closure in closures]
    lost = tuple(m.closure.id for m in matched if not m.edges and m.closure.cuts_somebody)
    zone, start = _zone(hazard), stop(network, mode, at)
    why = _undecided(hazard, zone, start, at)
    if why or start is None:
        return ShelterAnswer("undecided", why, (), lost, network.schematic)
    trips = Trips(network, mode, states(network, matched, mode), zone)
    if not trips.leaves(start):
        return ShelterAnswer("undecided", SHUT_IN, (), lost, network.schematic)
    read = [_read(feature, hazard_kind, i) for i, feature in enumerate(sites)]
    judged = _routed(trips, start, [_judged(site, zone, margin_m) for site in read])
    return ShelterAnswer("decided", "", tuple(sorted(judged, key=_rank)), lost, network.schematic)


def _zone(hazard: Mapping[str, Any] | None) -> Any:
    """Return the hazard in metres, repaired where it crosses itself; None: it is no area."""
    if not isinstance(hazard, Mapping) or hazard.get("type") not in ("Polygon", "MultiPolygon"):
        return None
    try:
        zone = to_plane(shapely.make_valid(shape(hazard)))
    except (ValueError, TypeError, KeyError, IndexError, shapely.errors.ShapelyError):
        return None
    return zone if zone.area > 0 and np.all(np.isfinite(zone.bounds)) else None


def _undecided(hazard: Any, zone: Any, start: Stop | None, at: LonLat) -> str:
    if zone is None:
        return BAD_HAZARD if hazard else NO_HAZARD
    if zone.intersects(shapely.points(plane_xy(np.array([at]))[0])):
        return INSIDE
    return "" if start else NO_ROAD


def _read(feature: Feature, hazard_kind: str, number: int) -> Site:
    properties, geometry = member(feature, "properties"), member(feature, "geometry")
    own = feature.get("id") if isinstance(feature, Mapping) else None
    flagged = properties.get(FLAGS[hazard_kind])
    opened = properties.get("open")
    return Site(
        id=str(properties.get("共通ID") or own or f"site {number}"),
        name=str(properties.get("施設・場所名") or properties.get("name") or "名前なし"),
        kind="evacuation_site" if FLAGS["flood"] in properties else "shelter",
        lonlat=_lonlat(geometry),
        flag=None if flagged is None else str(flagged) == "1",
        open=opened if isinstance(opened, bool) else None,
        capacity=_count(properties.get("capacity")),
        occupants=_count(properties.get("occupants")),
    )


def _lonlat(geometry: Mapping[str, Any]) -> LonLat | None:
    try:
        lon, lat = (float(x) for x in geometry["coordinates"][:2])
    except (KeyError, TypeError, ValueError):
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def _count(given: Any) -> int | None:
    fits = isinstance(given, int) and not isinstance(given, bool) and given >= 0
    return given if fits else None


def _judged(site: Site, zone: Any, margin_m: float) -> Site:
    """Return a site with what its place and its doors say, before any route."""
    if site.lonlat is None:
        return replace(site, state="unreadable", reason_ja="位置が読めません")
    away = float(zone.distance(shapely.points(plane_xy(np.array([site.lonlat]))[0])))
    site = replace(site, to_hazard_m=away)
    if away <= margin_m:
        why = "危険区域の中です" if away == 0 else f"危険区域から{margin_m:.0f} m以内です"
        return replace(site, state="excluded", reason_ja=why)
    if site.open is False:
        return replace(site, state="closed", reason_ja="開設されていません")
    if site.capacity is not None and site.occupants is not None and site.occupants >= site.capacity:
        return replace(site, state="full", reason_ja="収容人数に達しています")
    return replace(site, reason_ja="" if site.open else "開設を確かめていません")


def _routed(trips: Trips, start: Stop, sites: Sequence[Site]) -> list[Site]:
    found = list(sites)
    fit = [i for i, s in enumerate(sites) if s.state == "fits" and s.lonlat]
    ends = [stop(trips.network, trips.mode, lonlat) for i in fit if (lonlat := sites[i].lonlat)]
    goals = [end for end in ends if end is not None]
    sure, possible = (iter(trips.metres(start, goals, worst)) for worst in (OPEN, DOUBTFUL))
    for i, end in zip(fit, ends, strict=True):
        metres = (next(sure), next(possible)) if end is not None else (np.inf, np.inf)
        found[i] = _with_route(sites[i], *metres)
    return found


def _with_route(site: Site, sure: float, possible: float) -> Site:
    if not np.isfinite(possible):
        return replace(site, state="cut", reason_ja="危険区域と閉鎖を避けて行ける道がありません")
    if np.isfinite(sure):
        return replace(site, distance_m=sure)
    doubt = "経路に、通れるか確かめていない所か、危険区域に近い所があります"
    told = "。".join(text for text in (site.reason_ja, doubt) if text)
    return replace(site, distance_m=possible, route_doubtful=True, reason_ja=told)


def _rank(site: Site) -> tuple[Any, ...]:
    far = np.inf if site.distance_m is None else site.distance_m
    return (
        ORDER[site.state],
        site.open is not True,
        site.route_doubtful,
        far // SAME_M,
        -(site.to_hazard_m or 0.0),
        site.id,
    )
