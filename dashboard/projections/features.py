"""A subject as a GeoJSON feature: what leaves the board. EPSG:4326, times ISO 8601 Z."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.clock import iso
from dashboard.projections.subject import Subject
from dashboard.projections.writes import CALLS, STAMPS

Subjects = Mapping[str, Subject]
Place = dict[str, Any]


def feature(subject: Subject, subjects: Subjects) -> dict[str, Any]:
    """Return the whole feature of a subject, with ``seq`` beside ``id``."""
    properties = {
        "type": subject.type,
        "seq": subject.seq,
        "created_at": iso(subject.created_us),
        "updated_at": iso(subject.updated_us),
        "marks": sorted(subject.marks | set(subject.get("odd", ()))),
        "checks": subject.checks(),
    }
    geometry: dict[str, Any] | None = None
    if subject.type in TYPES:
        geometry, own = TYPES[subject.type](subject, subjects)
        properties |= own
    return {
        "type": "Feature",
        "id": subject.id,
        "seq": subject.seq,
        "geometry": geometry,
        "properties": properties,
    }


def tombstone(subject: Subject) -> dict[str, Any]:
    """Return what an audience gets that may no longer see a subject."""
    return {"type": "Tombstone", "id": subject.id, "seq": subject.seq}


def point(place: Place | None) -> dict[str, Any] | None:
    """Return the GeoJSON point of a place, or None."""
    return None if place is None else {"type": "Point", "coordinates": [place["lon"], place["lat"]]}


def place_of_report(s: Subject) -> Place | None:
    """Return the best place: pinned by the desk, sent with the report, or its photo's."""
    own: Place | None = s.get("place")
    return own or next(iter(s.some("place_photo:")), None)


def place_in_file(s: Subject) -> Place | None:
    """Return the place a photo gives its report: pinned by the desk, or from the header."""
    place: Place | None = s.get("place") or s.get("place_exif")
    return place


def place_of_photo(s: Subject) -> Place | None:
    """Return the best place: pinned by the desk, from the header, or the device's."""
    return place_in_file(s) or s.get("place_device")


Shaped = tuple[dict[str, Any] | None, dict[str, Any]]


def _get(s: Subject, *names: str) -> dict[str, Any]:
    return {name: s.get(name) for name in names}


def _report(s: Subject, _: Subjects) -> Shaped:
    place = place_of_report(s)
    names = (
        "category", "place_text", "priority", "priority_reason", "team", "organisation",
        "means", "person_id",
    )  # fmt: skip
    own = _get(s, *names) | {
        "text": s.get("text", ""),
        "certainty": s.get("certainty", "unverified"),
        "handling": s.get("handling", "open"),
        "occurred_at": iso(s.get("occurred_us", s.created_us)),
        "recorded_at": iso(s.get("recorded_us", s.created_us)),
        "place": place,
        "photos": s.some("photo:"),
        "instructions": s.some("instruction:"),
        "retracted": bool(s.get("retracted")),
    }
    return point(place), own


def _photo(s: Subject, _: Subjects) -> Shaped:
    place = place_of_photo(s)
    names = (
        "sha256", "report_id", "state", "filename", "size", "content_type", "width", "height",
        "taken_at", "direction_deg", "direction_ref", "maker", "model", "no_place_reason",
        "preview_sha256", "refusal", "person_id",
    )  # fmt: skip
    return point(place), _get(s, *names) | {"place": place, "variants": s.get("variants", [])}


def _instruction(s: Subject, subjects: Subjects) -> Shaped:
    report = subjects.get(s.get("report_id", ""))
    times = {n: iso(t) for n in (*STAMPS, *CALLS) if (t := s.get(f"time:{n}")) is not None}
    proxies = {n: p for n in (*STAMPS, *CALLS) if (p := s.get(f"proxy:{n}"))}
    own = _get(s, "report_id", "team", "words", "due_at", "by", "note", "reason") | {
        "state": s.get("state", "issued"),
        "times": times,
        "proxies": proxies,
        "calls": s.some("call:"),
    }
    return point(place_of_report(report)) if report else None, own


def _closure(s: Subject, _: Subjects) -> Shaped:
    names = (
        "state", "closure_kind", "road_name", "owner", "closed_by", "confirmed_means", "reason",
    )  # fmt: skip
    return s.get("geometry"), _get(s, *names)


def _damage(s: Subject, _: Subjects) -> Shaped:
    names = (
        "text", "place", "place_text", "on", "length_m", "passable", "owner", "organisation",
        "means", "report_id", "person_id",
    )  # fmt: skip
    return s.get("geometry") or point(s.get("place")), _get(s, *names)


def _layer(s: Subject, _: Subjects) -> Shaped:
    names = (
        "state", "sha256", "size", "features", "title", "title_en", "role", "source", "licence",
        "attribution", "date", "note", "schematic", "uncertainty_m", "bbox",
    )  # fmt: skip
    return None, _get(s, *names)


def _isolation(s: Subject, _: Subjects) -> Shaped:
    names = (
        "inputs", "network", "network_title", "closures", "settlements", "outside_known",
        "schematic", "uncertainty_m", "unmatched", "freed_by", "fragile", "failure",
    )  # fmt: skip
    return None, _get(s, *names) | {"as_of": iso(s.updated_us)}


def _access(s: Subject, _: Subjects) -> Shaped:
    names = (
        "name", "state", "outside", "centre", "distance_m", "detour_m", "households",
        "population", "guests", "care", "reason",
    )  # fmt: skip
    row = s.get("row", {})
    where = {"type": "Point", "coordinates": [row["lon"], row["lat"]]} if row else None
    ground = _get(s, "network", "schematic", "uncertainty_m")
    return where, {n: row.get(n) for n in names} | ground | {"as_of": iso(s.updated_us)}


def _lahar(s: Subject, _: Subjects) -> Shaped:
    return None, _get(s, "state", "table", "erupted_at", "reason", "windows")


def _incident(s: Subject, _: Subjects) -> Shaped:
    ended = s.get("ended_us")
    opened = iso(s.get("opened_us", s.created_us))
    return None, {
        "title": s.get("title", ""),
        "opened_at": opened,
        "ended_at": iso(ended) if ended else None,
    }


def _measure(s: Subject, _: Subjects) -> Shaped:
    own = {"name": s.get("name"), "value": s.get("value", 0), "as_of": iso(s.updated_us)}
    return None, own | {"source": "log"}


def _plain(*names: str) -> Callable[[Subject, Subjects], Shaped]:
    return lambda s, _: (None, _get(s, *names))


TYPES: dict[str, Callable[[Subject, Subjects], Shaped]] = {
    "report": _report,
    "photo": _photo,
    "instruction": _instruction,
    "road_closure": _closure,
    "road_damage": _damage,
    "river_damage": _damage,
    "layer": _layer,
    "isolation": _isolation,
    "isolated_settlement": _access,
    "lahar_clock": _lahar,
    "incident": _incident,
    "measure": _measure,
    "team": _plain("name", "disbanded"),
    "person": _plain("on_duty", "team"),
    "drill": _plain("clock"),
}
