"""One job under its lease: look again, work, append what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from dashboard.clock import iso
from dashboard.commands import Sender, submit
from dashboard.errors import EocError, IdReused, Stale
from dashboard.events import derived_id
from dashboard.jobs import ground, isolation, lahar, render
from dashboard.jobs.answer import Answer
from dashboard.jobs.lease import Leases
from dashboard.projections.pending import GROUND, ISOLATION, LAHAR, RENDER, Job, pending
from dashboard.projections.writes import WORKER
from dashboard.realm import Realm

MAX_ATTEMPTS = 5
SYSTEM = Sender(frozenset({"system"}), WORKER)
# said already, by this or another process; or an officer decided before us
SETTLED = (IdReused, Stale)


class Work(NamedTuple):
    """What a job does, and what is said when it took the worker down too often."""

    do: Callable[[Realm, Job], list[Answer]]
    give_up: Callable[[Realm, Job], list[Answer]]


WORKS: dict[str, Work] = {
    RENDER: Work(render.work, render.give_up),
    GROUND: Work(ground.work, ground.give_up),
    ISOLATION: Work(isolation.work, isolation.give_up),
    LAHAR: Work(lahar.work, lahar.give_up),
}


def run_job(realm: Realm, leases: Leases, job: Job) -> str:
    """Run a job unless it is done or another process is at it.

    Returns:
        ``done`` (nothing was to do), ``busy``, or the verb of what was said last: ``rendered``.
    """
    with leases.of(job) as attempt:
        if attempt is None:
            return "busy"
        realm.live.catch_up()
        waiting = _still(realm, job)
        if waiting is None:
            leases.finish(job)
            return "done"
        try:
            work = WORKS[job.name]
            answers = (work.give_up if attempt > MAX_ATTEMPTS else work.do)(realm, waiting)
            _append(realm, waiting, answers)
        finally:
            # only the death of the process counts as an attempt: a full disk passes
            leases.finish(job)
        return answers[-1].kind.partition(".")[2] if answers else "done"


def _still(realm: Realm, job: Job) -> Job | None:
    """Return the job as it stands now: its inputs may have moved since it was queued."""
    found = pending(realm.live.board(job.incident_id), [job.subject_id])
    return next((one for one in found if one.name == job.name), None)


def _append(realm: Realm, job: Job, answers: list[Answer]) -> None:
    now_us = realm.clock.now_us()
    raws = [_raw(job, one, iso(now_us)) for one in answers]
    for _, outcome in submit(realm.log, realm.live.board(job.incident_id), raws, SYSTEM, now_us):
        if isinstance(outcome, EocError) and not isinstance(outcome, SETTLED):
            raise outcome
    realm.live.catch_up()


def _raw(job: Job, one: Answer, now: str) -> dict[str, Any]:
    # one answer per asking entry: whichever process says it first
    id_ = derived_id(job.incident_id, one.subject_id, str(job.seq), job.name, *one.apart)
    return {
        "id": id_, "kind": one.kind, "v": 1, "subject_id": one.subject_id,
        "occurred_at": now, "sent_at": now, "body": one.body,
    }  # fmt: skip
