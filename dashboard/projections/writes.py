"""What each kind of event writes: a table from kind to (subject, type, fields).

A field is written as a fact or a decision as its kind says. A value given as
``Ranked`` is ordered by its own rank instead of by time: states only move forward.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from dashboard.events import Event
from dashboard.projections.order import corrected_us

Body = dict[str, Any]


class Ranked(NamedTuple):
    """A value that beats others by rank, whenever it happened."""

    rank: int
    value: Any


class Write(NamedTuple):
    """Fields for one subject."""

    subject_id: str
    type: str
    fields: dict[str, Any]


WORKER = "worker"  # the source of what our own worker says
PHOTO_STATES = ("announced", "preview", "received", "rendered", "refused")
STAMPS = ("issued", "delivered", "read", "acknowledged", "departed", "arrived", "completed")
CALLS = ("support_requested", "found_normal")


def writes(event: Event, body: Body) -> list[Write]:
    """Return what an event writes; an unknown kind writes nothing but its own subject."""
    rule = RULES.get(event.kind)
    if rule is None:
        return [Write(event.subject_id, event.kind.partition(".")[0], {})]
    return list(rule(event, body))


def _given(body: Body, *names: str) -> Body:
    return {n: body[n] for n in names if body.get(n) is not None}


def _report_received(e: Event, b: Body) -> Iterator[Write]:
    fields = _given(b, "category", "text", "place", "place_text", "team", "organisation")
    fields |= {
        "means": b.get("means", "app"),
        "person_id": e.person_id,
        "occurred_us": corrected_us(e),
        "recorded_us": e.recorded_us,
    }
    yield Write(e.subject_id, "report", fields)


def _own(type_: str, *names: str) -> Callable[[Event, Body], Iterator[Write]]:
    def rule(e: Event, b: Body) -> Iterator[Write]:
        yield Write(e.subject_id, type_, _given(b, *names))

    return rule


def _duty(on: bool) -> Callable[[Event, Body], Iterator[Write]]:
    def rule(e: Event, b: Body) -> Iterator[Write]:
        yield Write(e.subject_id, "person", {"on_duty": on, **_given(b, "team")})

    return rule


def _flag(type_: str, name: str, value: Any) -> Callable[[Event, Body], Iterator[Write]]:
    def rule(e: Event, b: Body) -> Iterator[Write]:
        reason = {"reason": b["reason"]} if b.get("reason") else {}
        yield Write(e.subject_id, type_, {name: value, **reason})

    return rule


def _triaged(e: Event, b: Body) -> Iterator[Write]:
    fields = _given(b, "certainty", "handling", "priority", "category")
    if b.get("priority"):
        fields["priority_reason"] = b.get("reason") or ""
    yield Write(e.subject_id, "report", fields)


def _shared(value: bool) -> Callable[[Event, Body], Iterator[Write]]:
    def rule(e: Event, b: Body) -> Iterator[Write]:
        yield Write(e.subject_id, "report", {f"shared:{b['partner_id']}": value})

    return rule


def _announced(e: Event, b: Body) -> Iterator[Write]:
    fields = _given(b, "sha256", "size", "content_type", "filename", "report_id", "taken_at")
    fields |= {"state": Ranked(0, "announced"), "person_id": e.person_id}
    if b.get("place"):
        fields["place_device"] = b["place"]
    yield Write(e.subject_id, "photo", fields)
    if b.get("report_id"):
        yield Write(b["report_id"], "report", {f"photo:{e.subject_id}": e.subject_id})


def _received(e: Event, b: Body) -> Iterator[Write]:
    names = (
        "sha256", "size", "content_type", "filename", "width", "height", "taken_at",
        "direction_deg", "direction_ref", "maker", "model", "no_place_reason",
    )  # fmt: skip
    fields = _given(b, *names) | {"state": Ranked(2, "received"), "odd": list(b.get("odd") or ())}
    if b.get("place"):
        fields["place_exif"] = b["place"]
    yield Write(e.subject_id, "photo", fields)


def _preview(e: Event, b: Body) -> Iterator[Write]:
    fields = {"state": Ranked(1, "preview"), "preview_sha256": b["sha256"]}
    yield Write(e.subject_id, "photo", fields | {"sha256": b["preview_of"]})


def _rendered(e: Event, b: Body) -> Iterator[Write]:
    fields = {"variants": [variant["name"] for variant in b["variants"]], "sha256": b["sha256"]}
    yield Write(e.subject_id, "photo", fields | {"state": Ranked(3, "rendered")})


def _refused(e: Event, b: Body) -> Iterator[Write]:
    refusal = {"code": b["code"], "message": b["message"]}
    fields = {"state": Ranked(4, "refused"), "sha256": b["sha256"], "refusal": refusal}
    yield Write(e.subject_id, "photo", fields)


def _issued(e: Event, b: Body) -> Iterator[Write]:
    fields = _given(b, "report_id", "team", "words", "due_at") | {"by": e.person_id}
    fields |= {"time:issued": e.recorded_us}
    yield Write(e.subject_id, "instruction", fields)
    if b.get("report_id"):
        yield Write(b["report_id"], "report", {f"instruction:{e.subject_id}": e.subject_id})


def _stamped(e: Event, b: Body) -> Iterator[Write]:
    verb = e.kind.partition(".")[2]
    at = corrected_us(e)
    fields: Body = {f"time:{verb}": Ranked(-at, at)}  # the first press counts
    if verb in STAMPS:
        fields["state"] = Ranked(STAMPS.index(verb), verb)
    else:
        fields[f"call:{verb}"] = verb
    fields |= _given(b, "note")
    if b.get("proxy"):
        fields[f"proxy:{verb}"] = b["proxy"]
    yield Write(e.subject_id, "instruction", fields)


def _declared(e: Event, b: Body) -> Iterator[Write]:
    names = ("closure_kind", "road_name", "geometry", "owner", "closed_by", "confirmed_means")
    yield Write(e.subject_id, "road_closure", {"state": "declared", **_given(b, *names, "reason")})


def _opened(e: Event, b: Body) -> Iterator[Write]:
    yield Write(e.subject_id, "incident", {"title": b["title"], "opened_us": e.recorded_us})


def _incident_ended(e: Event, b: Body) -> Iterator[Write]:
    yield Write(e.subject_id, "incident", {"ended_us": e.recorded_us})


def _damaged(type_: str) -> Callable[[Event, Body], Iterator[Write]]:
    names = (
        "text", "place", "place_text", "on", "geometry", "length_m", "passable", "owner",
        "organisation", "means", "report_id",
    )  # fmt: skip

    def rule(e: Event, b: Body) -> Iterator[Write]:
        yield Write(e.subject_id, type_, {"person_id": e.person_id, **_given(b, *names)})

    return rule


def _published(e: Event, b: Body) -> Iterator[Write]:
    fields = {name: b[name] for name in b if name not in ("seen", "reason")}
    # a replay still asks for the file that a later one replaced
    fields |= {"state": "in_force", f"file:{b['sha256']}": True}
    if e.source == WORKER:
        fields["given"] = True  # the town's ground came to this incident
    yield Write(e.subject_id, "layer", fields)


def _isolation(e: Event, b: Body) -> Iterator[Write]:
    """What was computed last stands, whatever the worker's clock says: ranked by seq."""
    summary = {name: value for name, value in b.items() if name != "rows"}
    yield Write(e.subject_id, "isolation", _ranked(e.seq, summary))
    ground = {name: b.get(name) for name in ("network", "schematic", "uncertainty_m")}
    for row in b.get("rows") or ():
        fields = _ranked(e.seq, {**ground, "row": row})
        yield Write(f"settlement:{row['id']}", "isolated_settlement", fields)


def _ranked(rank: int, fields: Body) -> Body:
    return {name: Ranked(rank, value) for name, value in fields.items()}


def _lahar_started(e: Event, b: Body) -> Iterator[Write]:
    fields = {"state": "running", "table": b["table"], "erupted_at": b["erupted_at"]}
    yield Write(e.subject_id, "lahar_clock", fields | _given(b, "reason"))


def _lahar_computed(e: Event, b: Body) -> Iterator[Write]:
    yield Write(e.subject_id, "lahar_clock", _ranked(e.seq, {"windows": b}))


def _clock_set(e: Event, b: Body) -> Iterator[Write]:
    clock = {"story_at": b["story_at"], "speed": b.get("speed", 1.0), "real_us": e.recorded_us}
    yield Write(e.subject_id, "drill", {"clock": clock})


RULES: dict[str, Callable[[Event, Body], Iterator[Write]]] = {
    "incident.opened": _opened,
    "incident.ended": _incident_ended,
    "report.received": _report_received,
    "report.corrected": _own("report", "category", "text", "place", "place_text"),
    "report.triaged": _triaged,
    "report.placed": _own("report", "place", "place_text"),
    "report.retracted": _flag("report", "retracted", True),
    "report.shared": _shared(True),
    "report.unshared": _shared(False),
    "photo.announced": _announced,
    "photo.preview_received": _preview,
    "photo.received": _received,
    "photo.rendered": _rendered,
    "photo.refused": _refused,
    "photo.placed": _own("photo", "place"),
    "instruction.issued": _issued,
    **{f"instruction.{verb}": _stamped for verb in (*STAMPS[1:], *CALLS)},
    "instruction.withdrawn": _flag("instruction", "state", "withdrawn"),
    "road_closure.declared": _declared,
    "road_closure.lifted": _flag("road_closure", "state", "lifted"),
    "road_damage.reported": _damaged("road_damage"),
    "river_damage.reported": _damaged("river_damage"),
    "layer.published": _published,
    "layer.withdrawn": _flag("layer", "state", "withdrawn"),
    "isolation.computed": _isolation,
    "lahar_clock.started": _lahar_started,
    "lahar_clock.computed": _lahar_computed,
    "lahar_clock.stopped": _flag("lahar_clock", "state", "stopped"),
    "team.formed": _own("team", "name"),
    "team.disbanded": _flag("team", "disbanded", True),
    "person.mustered": _duty(True),
    "person.assigned": _own("person", "team"),
    "person.dismissed": _duty(False),
    "drill.clock_set": _clock_set,
}
