"""When the mudflow may reach which place: the town's table and the time of the eruption."""

from __future__ import annotations

from typing import Any

from dashboard.clock import parse_iso, to_datetime
from dashboard.errors import EocError, Refused
from dashboard.ground import collection
from dashboard.jobs.answer import Answer
from dashboard.projections.pending import Job
from dashboard.realm import REAL, Realm
from layers.errors import LayerError
from layers.lahar import LaharTable, Window, windows


def work(realm: Realm, job: Job) -> list[Answer]:
    """Work out the arrival windows of one clock."""
    clock = realm.live.still(job.incident_id).subjects[job.subject_id]
    said = {"table": job.key, "erupted_at": clock.get("erupted_at")}
    try:
        table = LaharTable.read(collection(realm, job.key).get("table_yaml", ""))
        if table.drill and realm.name == REAL:
            raise Refused("訓練用の表です。実災害では町の表を公開して使ってください。")
        erupted = to_datetime(parse_iso(said["erupted_at"]))
        found = windows(table, erupted, erupted)
        told = {"title": table.title, "source": found[0].source, "assumption": _assumed(found[0])}
        rows, course = [_row(one) for one in found], _course(table)
        body = {**said, **told, "rows": rows, "course": course, "failure": ""}
    except (EocError, LayerError) as error:
        body = _failed(said, f"{error}")
    return [Answer("lahar_clock.computed", job.subject_id, body)]


def give_up(realm: Realm, job: Job) -> list[Answer]:
    """Say that the table took the worker down."""
    clock = realm.live.still(job.incident_id).subjects[job.subject_id]
    said = {"table": job.key, "erupted_at": clock.get("erupted_at")}
    return [Answer("lahar_clock.computed", job.subject_id, _failed(said, "表を計算できません。"))]


def _course(table: LaharTable) -> list[tuple[float, float, float, float]]:
    course = table.course()
    if course is None:
        return []
    fast, slow = zip(*((float(p.fast_s), float(p.slow_s)) for p in table.places), strict=True)
    return course.timed(fast, slow)


def _assumed(one: Window) -> str:
    return f"{one.mark}{one.assumption}"


def _row(one: Window) -> dict[str, Any]:
    return {
        "place": one.place, "lon": one.lon, "lat": one.lat,
        "arrives_from": one.arrives_from.isoformat(), "arrives_to": one.arrives_to.isoformat(),
        "margins_s": {m.group: m.margin_s for m in one.margins},
    }  # fmt: skip


def _failed(said: dict[str, Any], why: str) -> dict[str, Any]:
    empty = {"title": "", "source": "", "assumption": "", "rows": [], "course": []}
    return {**said, **empty, "failure": why[:2000]}
